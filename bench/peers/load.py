"""Loads of HTTP requests by wrk, on any server, of any method."""

import time
from collections.abc import Iterable
from pathlib import Path
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

import msgspec

from bench.harness import run_client

SCRIPT = Path(__file__).with_name("requests.lua")
CONNECTIONS = 64
LONG_MS = 20.0
DRAINED = 4
PATIENCE_SECONDS = 30.0
READS = ("getEntity", "loadEntityData", "queryEntities")

Request = tuple[str, str, str]
"""Method, path and body, which may be empty."""


class Load(msgspec.Struct, frozen=True):
    """What one load of requests came to; latencies in milliseconds."""

    per_second: float
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0
    requests: int = 0


def write_requests(file: Path, requests: Iterable[Request]) -> Path:
    """Write requests for `load`, and return the file."""
    file.write_text("".join("\t".join(request) + "\n" for request in requests))
    return file


def load(url: str, file: Path, authorization: str, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Send the requests of a file in turn for so many seconds; the subject has nothing left to do when it returns.

    Raises
    ------
    RuntimeError
        When any of them failed.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "20s", "--latency",
               "-s", str(SCRIPT), url, "--", str(file), authorization]  # fmt: skip
    fields = next(line for line in run_client(command).splitlines() if line.startswith("RESULT ")).split()[1:]
    requests, errors = int(fields[0]), int(fields[5])
    if errors or not requests:
        raise RuntimeError(f"{errors} of {requests} requests to {url} failed ({file.name})")
    result = Load(requests / float(fields[1]), float(fields[2]), float(fields[3]), float(fields[4]), requests)
    if connections > 1 and result.p50 > LONG_MS:
        _drain(url, file, authorization, result.p50 / DRAINED)
    return result


def _drain(url: str, file: Path, authorization: str, milliseconds: float) -> None:
    """Wait until the reads a load left in the queue are done: until one more takes but a part of what it took."""
    with file.open() as lines:
        method, path, body = lines.readline().rstrip("\n").split("\t")
    if method != "GET" and not any(f'"{name}"' in body for name in READS):
        return
    headers = {"authorization": authorization, **({"content-type": "application/json"} if body else {})}
    request = HttpRequest(url.rstrip("/") + path, body.encode() or None, headers, method=method)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        begin = time.perf_counter()
        with urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            answer.read()
        if (time.perf_counter() - begin) * 1000 < milliseconds:
            return
