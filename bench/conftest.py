"""A server to measure, and the table of what came out."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.harness import Ratio, free_port, process
from bench.report import Report, table

TORQUE = str(Path(sys.executable).with_name("torque"))
HERE = Path(__file__).parent
RECORDS = 2000


class Subject(msgspec.Struct, frozen=True):
    """A running Torque with the bench application and some records."""

    address: str
    token: str
    folder: Path
    pid: int
    dsn: str
    application_id: str
    ids: dict[str, list[str]]

    def call(self, method: str, params: dict[str, Any]) -> Any:
        """Make one JSON-RPC call in the bench application and return its result."""
        from urllib.request import Request, urlopen

        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        with urlopen(Request(f"{self.address}/jsonrpc/bench", body, headers), timeout=30) as response:
            return json.load(response)["result"]

    def raw(self, body: bytes) -> bytes:
        """Post one body and return the bytes of the answer."""
        from urllib.request import Request, urlopen

        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        with urlopen(Request(f"{self.address}/jsonrpc/bench", body, headers), timeout=30) as response:
            return bytes(response.read())


def command(folder: Path, *arguments: str) -> Any:
    """Run one `torque --json` command in the project folder and return what it printed."""
    done = subprocess.run([TORQUE, "--json", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="session")
def subject() -> Iterator[Subject]:
    """One worker on an embedded database, as every figure here is about one worker."""
    from torque.db.embedded import join

    with tempfile.TemporaryDirectory(prefix="tq-bench-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        address = f"http://127.0.0.1:{port}"
        server = [TORQUE, "server", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
        with process(server, f"{address}/ready", cwd=name) as pid:
            command(folder, "model", "import", "--input", str(HERE / "model.json"))
            token = command(folder, "token", "create", "bench", "--role", "admin")["token"]
            use = join(folder / ".torque" / "pg")
            found = Subject(address, token, folder, pid, use.dsn, "", {})
            application_id = found.call("getModelMetadata", {})["appId"]
            ids = {kind: seed(found, kind) for kind in ("note", "fresh")}
            yield msgspec.structs.replace(found, application_id=application_id, ids=ids)
            use.close()


def seed(subject: Subject, kind: str) -> list[str]:
    """Create the records of one type; return their ids."""
    ids = []
    for start in range(0, RECORDS, 100):
        batch = [
            {"jsonrpc": "2.0", "id": n, "method": "createEntity",
             "params": {"entityType": kind, "data": {"label": f"Record {n}", "status": "open" if n % 2 else "closed"}}}
            for n in range(start, start + 100)
        ]  # fmt: skip
        ids += [answer["result"]["id"] for answer in json.loads(subject.raw(json.dumps(batch).encode()))]
    return ids


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """Collects the ratios of this run."""
    found: Report = request.config.stash.setdefault(REPORT, Report())
    return found


@pytest.fixture
def keep(report: Report) -> Callable[[Ratio], None]:
    """Add one ratio to the report."""
    return report.ratios.append


REPORT = pytest.StashKey[Report]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table, and write it where `python -m bench` asked for it."""
    report = config.stash.get(REPORT, None)
    if report is None or not report.ratios:
        return
    terminalreporter.write_line("")
    terminalreporter.write_line(table(report.ratios))
    path = config.getoption("--ratios")
    if path:
        Path(path).write_bytes(msgspec.json.encode(report.ratios))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `python -m bench` passes."""
    parser.addoption("--ratios", default="", help="write the ratios of this run to a JSON file")
