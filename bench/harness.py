"""How the HTTP benchmarks measure: subject and baseline alternate in one run, the median of the ratios counts."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
CONNECTIONS = 64
HERE = Path(__file__).parent


class Rate(msgspec.Struct, frozen=True):
    """What one load of requests came to; latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    errors: int


class Ratio(msgspec.Struct, frozen=True):
    """Subject against baseline over all rounds of a run."""

    name: str
    subject: float
    baseline: float
    ratio: float
    target: float
    unit: str = "req/s"
    note: str = ""


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_client(command: list[str]) -> str:
    """Run a load of requests and return what it printed.

    It stands for clients on other machines, so it must not take the processor from the server at every answer: it
    counts as a batch, which runs when a processor is free or its turn has come.
    """
    return subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=_give_way).stdout


def _give_way() -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def wrk(url: str, bodies: Path, token: str = "", seconds: float = SECONDS, connections: int = CONNECTIONS) -> Rate:
    """Load `url` with the POST bodies of a file and return the rate; needs the program wrk."""
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds:g}s",
        "--latency",
        "-s",
        str(HERE / "requests.lua"),
        url,
        "--",
        str(bodies),
        *([token] if token else []),
    ]
    fields = next(line for line in run_client(command).splitlines() if line.startswith("RESULT ")).split()[1:]
    return Rate(float(fields[0]), float(fields[1]), float(fields[2]), int(fields[3]))


@contextmanager
def process(
    command: list[str], ready: str, env: dict[str, str] | None = None, timeout: float = 60, cwd: str | None = None
) -> Iterator[int]:
    """Run a server until the block ends; enters once `ready` (a URL) answers, yields the process id."""
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, start_new_session=True, cwd=cwd, stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + timeout
            while not _answers(ready):
                if time.monotonic() > deadline or child.poll() is not None:
                    raise RuntimeError(f"{command[0:4]} did not become ready at {ready}\n{_tail(output)}")
                time.sleep(0.05)
            yield child.pid
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def _tail(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read()[-2000:].decode(errors="replace")


@contextmanager
def bare_server(answer: bytes, folder: Path) -> Iterator[str]:
    """Run the bare RSGI handler that answers `answer`; yields its address."""
    file = folder / "answer.json"
    file.write_bytes(answer)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "rsgi",
        "--loop",
        "uvloop",
        "--workers",
        "1",
        "--no-access-log",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "bench.baselines.bare:app",
    ]
    with process(command, f"http://127.0.0.1:{port}/", {"BARE_ANSWER": str(file)}):
        yield f"http://127.0.0.1:{port}/"


def alternate(subject: Callable[[], float], baseline: Callable[[], float]) -> tuple[float, float, float]:
    """Measure both in turn; return median subject, median baseline and the median of the pairs' ratios."""
    pairs = [(subject(), baseline()) for _ in range(ROUNDS)]
    return (
        statistics.median(s for s, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(s / b for s, b in pairs),
    )


def pg_rate(kind: str, dsn: str, application: str, entity_type: str, seconds: float = SECONDS) -> float:
    """Return what asyncpg alone reaches: the better of 8 and 32 connections."""

    def run(connections: int) -> float:
        command = [
            sys.executable,
            "-m",
            "bench.peers.statements",
            kind,
            dsn,
            str(connections),
            str(seconds / 2),
            application,
            entity_type,
        ]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    return max(run(8), run(32))
