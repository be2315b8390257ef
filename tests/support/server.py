"""A real server in processes of its own, and a small HTTP client for it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tests.support.processes import descendants, kill_all
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 45.0
HOPELESS = '"short_lives":11}'
"""In the log when a worker died so often in a row that no waiting helps."""


class Response(msgspec.Struct, frozen=True):
    """What came back: header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class RunningServer:
    """Starts, asks and ends one server.

    Parameters
    ----------
    folder
        Its project folder.
    settings
        `section.key` to value, as flags would set them.
    samples
        Load the sample applications into an empty database.
    """

    def __init__(self, folder: Path, settings: Mapping[str, object] | None = None, samples: bool = False) -> None:
        self.folder = folder
        self.port = free_port()
        self.settings: dict[str, object] = {"server.bind": f"127.0.0.1:{self.port}", **(settings or {})}
        self.samples = samples
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the supervisor."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> "RunningServer":
        """Start it and wait until /ready says so."""
        order = self.folder / "order.json"
        config = self.folder / "torque.toml"
        config.touch()
        order.write_text(json.dumps({"config": str(config), "flags": self.settings, "samples": self.samples}))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.launch", str(order)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self) -> None:
        """Return once /ready answers 200; fail with the log when the server ends before."""
        until(self._ready_or_dead, READY_SECONDS, f"a ready server ({self.output()[-2000:]})")
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"the server ended with {self._process.returncode}:\n{self.output()[-4000:]}")
        assert HOPELESS not in self.output(), f"its workers die again and again:\n{self.output()[-4000:]}"

    def output(self) -> str:
        """Return everything it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def sign_in_secret(self) -> str:
        """Return the secret of the sign-in link it printed."""
        match = until(lambda: re.search(r"/editor/sign-in#(\S+)", self.output()), what="a sign-in link")
        return match[1]

    def stop(self, seconds: float = 20.0) -> int:
        """End it politely; return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def wait_end(self, seconds: float = 20.0) -> int:
        """Return the exit code of a server that ends by itself."""
        assert self._process is not None
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it and everything it started, at once."""
        if self._process is None:
            return
        children = descendants(self._process.pid)
        self._process.kill()
        self._process.wait()
        kill_all(children)

    def workers(self) -> list[int]:
        """Return the process ids of its workers, in order of age."""
        return [pid for pid in descendants(self.pid) if "torque.server.worker" in command_of(pid)]

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            fields = {name.lower(): value for name, value in answer.getheaders()}
            return Response(answer.status, fields, answer.read())
        finally:
            connection.close()

    def rpc(
        self, method: str, params: Mapping[str, object] | None = None, app: str = "", token: str | None = None
    ) -> Any:
        """Make one JSON-RPC call; return the whole answer."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        path = f"/jsonrpc/{app}" if app else "/jsonrpc"
        return self.request("POST", path, json.dumps(message).encode(), headers).json()

    def session_cookie(self) -> str:
        """Sign in with the printed link; return the cookie header. It can be done once."""
        body = json.dumps({"secret": self.sign_in_secret()}).encode()
        answer = self.request("POST", "/api/v1/session", body, {"content-type": "application/json"})
        assert answer.status == 204, answer
        return answer.headers["set-cookie"].split(";")[0]

    def _ready_or_dead(self) -> bool:
        if (self._process is not None and self._process.poll() is not None) or HOPELESS in self.output():
            return True
        try:
            return self.request("GET", "/ready").status == 200
        except (OSError, http.client.HTTPException):
            return False


def free_port() -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def within(seconds: float, begin: float) -> bool:
    """True while no more than so many seconds passed since `begin` (of `time.monotonic`)."""
    return time.monotonic() - begin <= seconds


def alive(pid: int) -> bool:
    """True while a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def stop_process(pid: int, sign: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a process that may be gone."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return
