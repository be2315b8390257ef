"""What a server costs before it has anything to do: time to ready, memory while idle."""

import time
from collections.abc import Callable
from pathlib import Path

from bench.conftest import TORQUE, Subject
from bench.harness import Ratio, free_port, process


def tree(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def pss_mb(pid: int) -> float:
    """Return the proportional memory of one process in MB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("Pss:")).split()[1]) / 1024


def name_of(pid: int) -> str:
    """Return the command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def test_memory_of_an_idle_server(subject: Subject, keep: Callable[[Ratio], None]) -> None:
    pids = [pid for pid in tree(subject.pid) if "postgres" not in name_of(pid)]
    total = sum(pss_mb(pid) for pid in pids)
    assert total > 0
    keep(Ratio("memory of a server with one worker", total, 0, 0, 0, unit="MB", note="without PostgreSQL"))


def test_start_up_on_an_existing_database(tmp_path: Path, keep: Callable[[Ratio], None]) -> None:
    taken = []
    for _ in range(3):
        port = free_port()
        begin = time.monotonic()
        server = [TORQUE, "server", "--workers", "1", "--bind", f"127.0.0.1:{port}"]
        with process(server, f"http://127.0.0.1:{port}/ready", cwd=str(tmp_path)):
            taken.append(time.monotonic() - begin)
    keep(Ratio("start to ready, first time", taken[0], 0, 0, 0, unit="s", note="creates the database"))
    keep(Ratio("start to ready, again", min(taken[1:]), 0, 0, 0, unit="s"))
