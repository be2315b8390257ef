"""What a long run came to, part by part, as JSON: an interrupted run goes on with the parts that are missing."""

import statistics
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tests.soak.arena import Outcome
from tests.soak.crash import Crashes


class Age(msgspec.Struct, frozen=True):
    """How old what another server showed was, in milliseconds after each acknowledged write."""

    writes: int
    p50: float
    p99: float
    most: float


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a run: a game on servers of its own, or the crashes.

    Parameters
    ----------
    kills, cuts, restarts, stops, holds
        Workers or whole servers killed, database connections ended or their statements cancelled, databases restarted,
        supervisors or workers stopped, records held by somebody else.
    healthy, harmed
        Ages between two servers in milliseconds: in health, and within seconds of harm.
    """

    operations: int
    writes: int
    seconds: float
    unanswered: int = 0
    stale: int = 0
    unauthorised: int = 0
    problems: int = 0
    kills: int = 0
    cuts: int = 0
    restarts: int = 0
    stops: int = 0
    holds: int = 0
    healthy: list[float] = []
    harmed: list[float] = []


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All parts together."""

    operations: int
    writes: int
    seconds: float
    operations_per_second: float
    unanswered: int
    stale: int
    unauthorised: int
    problems: int
    kills: int
    cuts: int
    restarts: int
    stops: int
    holds: int
    age_in_health: Age
    age_around_harm: Age


def of_game(outcome: Outcome) -> Part:
    """Return a game as a part."""
    harms = Counter(outcome.harms)
    return Part(
        operations=outcome.reads + outcome.writes, writes=outcome.writes, seconds=outcome.seconds,
        unanswered=outcome.unanswered, stale=len(outcome.violations), unauthorised=len(outcome.unauthorised),
        problems=len(outcome.unexpected) + len(outcome.database), kills=harms["worker killed"],
        cuts=harms["listener cut"] + harms["connections cut"] + harms["statements cancelled"],
        restarts=harms["database restarted"], stops=harms["supervisor stopped"] + harms["worker stopped"],
        holds=harms["records held"], healthy=outcome.healthy, harmed=outcome.harmed,
    )  # fmt: skip


def of_crashes(crashes: Crashes) -> Part:
    """Return the crashes as a part."""
    problems = len(crashes.problems) + len(crashes.unexpected)
    return Part(
        operations=crashes.writes, writes=crashes.writes, seconds=crashes.seconds, problems=problems,
        kills=crashes.rounds,
    )  # fmt: skip


def summarise(parts: Sequence[Part]) -> Summary:
    """Add parts up."""
    names = ("operations", "writes", "unanswered", "stale", "unauthorised", "problems", "kills", "cuts", "restarts",
             "stops", "holds")  # fmt: skip
    seconds = sum(part.seconds for part in parts)
    sums = {name: sum(getattr(part, name) for part in parts) for name in names}
    return Summary(
        **sums, seconds=round(seconds, 1), operations_per_second=round(sums["operations"] / max(seconds, 0.001), 1),
        age_in_health=_age([age for part in parts for age in part.healthy]),
        age_around_harm=_age([age for part in parts for age in part.harmed]),
    )  # fmt: skip


def _age(ages: Sequence[float]) -> Age:
    if len(ages) < 2:
        return Age(len(ages), *[round(max(ages, default=0.0), 2)] * 3)
    cuts = statistics.quantiles(ages, n=100, method="inclusive")
    return Age(len(ages), round(cuts[49], 2), round(cuts[98], 2), round(max(ages), 2))


def load(file: Path) -> dict[str, Part]:
    """Return the parts that a file has; none when it is not there."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, Part]) if file.exists() else {}


def save(file: Path, parts: dict[str, Part]) -> None:
    """Write parts down."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(parts))
