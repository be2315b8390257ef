"""What was measured at which size: points of a plot, kept as JSON."""

import msgspec

from bench.peers.outcome import Machine


class Point(msgspec.Struct, frozen=True):
    """One load: what was asked for, of how many records, over how many connections; the latency in milliseconds."""

    action: str
    records: int
    connections: int
    per_second: float
    p99: float


class Growth(msgspec.Struct, kw_only=True):
    """One run: when, on what, and the points of every size that has been measured."""

    at: str
    machine: Machine
    versions: dict[str, str]
    commit: str
    seconds: float
    points: list[Point] = []
    took: dict[str, float] = {}

    @property
    def sizes(self) -> list[int]:
        """The sizes that are there, the smallest first."""
        return sorted({point.records for point in self.points})


def short(count: int) -> str:
    """Return a number of records as people say it: 10k, 1M."""
    return f"{count // 1_000_000}M" if count >= 1_000_000 else f"{count // 1000}k" if count >= 1000 else str(count)
