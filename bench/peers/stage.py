"""What every group of measurements works with."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.harness import bare_server
from bench.peers import pocketbase, torque
from bench.peers.load import CONNECTIONS, Load, Request, load, write_requests
from bench.peers.pocketbase import PocketBase
from bench.peers.torque import Torque

Probe = Callable[[int], Load]
"""Measures one round, whose number it is given."""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Both subjects running, a folder for files, and how long to measure."""

    torque: Torque
    peer: PocketBase
    folder: Path
    records: int
    seconds: float
    rounds: int

    def on_torque(self, name: str, requests: Sequence[Request], connections: int = CONNECTIONS) -> Probe:
        """Return a load on Torque."""
        file = write_requests(self.folder / f"torque {name}", requests)
        subject = self.torque
        return lambda _: load(subject.address, file, subject.authorization, self.seconds, connections)

    def on_peer(self, name: str, requests: Sequence[Request], connections: int = CONNECTIONS) -> Probe:
        """Return a load on PocketBase."""
        file = write_requests(self.folder / f"peer {name}", requests)
        subject = self.peer
        return lambda _: load(subject.address, file, subject.authorization, self.seconds, connections)

    def on_bare(self, name: str, requests: Sequence[Request], stack: ExitStack) -> Probe:
        """Return the same load on a bare handler that answers the bytes of Torque; it runs as long as the stack."""
        folder = self.folder / f"bare {name}"
        folder.mkdir()
        answer = self.torque.raw(requests[0][1].rpartition("/")[2], requests[0][2].encode())
        address = stack.enter_context(bare_server(answer, folder))
        file = write_requests(folder / "requests", requests)
        return lambda _: load(address, file, self.torque.authorization, self.seconds)

    def on_postgres(self, kind: str, app: str, entity_type: str) -> Probe:
        """Return statements by asyncpg alone: a round is the better of 8 and 32 connections."""

        def run(connections: int) -> float:
            command = [sys.executable, "-m", "bench.peers.statements", kind, self.torque.dsn, str(connections),
                       str(self.seconds / 2), self.torque.applications[app], entity_type]  # fmt: skip
            return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

        return lambda _: Load(max(run(8), run(32)))

    def take_turns(self, probes: Mapping[str, Probe]) -> dict[str, list[Load]]:
        """Measure all in turn, round after round."""
        found: dict[str, list[Load]] = {name: [] for name in probes}
        for place in range(self.rounds):
            for name, probe in probes.items():
                found[name].append(probe(place))
                print(f"  {place + 1}/{self.rounds} {name}: {found[name][-1].per_second:,.0f}/s", flush=True)
        return found


@contextmanager
def stage(
    projects: tuple[Path, Path], program: Path, folder: Path, records: int, seconds: float, rounds: int
) -> Iterator[Stage]:
    """Serve both prepared projects, Torque's and PocketBase's."""
    folder.mkdir(parents=True)
    with torque.serve(projects[0]) as own, pocketbase.serve(program, projects[1]) as peer:
        yield Stage(torque=own, peer=peer, folder=folder, records=records, seconds=seconds, rounds=rounds)


def require(condition: bool, what: str) -> None:
    """End the run when an answer is not what it must be.

    Raises
    ------
    RuntimeError
        When the condition does not hold.
    """
    if not condition:
        raise RuntimeError(f"A wrong answer: {what}")
