"""What a run of the benchmarks came to: a table for people, a dated file to compare the next run with."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

import msgspec

from bench import kept
from bench.harness import Ratio

RUNS = Path(__file__).parent / "runs"
TOLERANCE = 0.85
"""A ratio below this share of the last kept run's is a fall, and fails `make bench`."""


class Report(msgspec.Struct):
    """The ratios of one run, in the order they were measured."""

    ratios: list[Ratio] = []


class Run(msgspec.Struct):
    """A kept run: when, on what, and what came out."""

    at: str
    machine: str
    commit: str
    ratios: list[Ratio]
    micro: dict[str, float]


def table(ratios: list[Ratio]) -> str:
    """Return the ratios as a table with their targets."""
    rows = [("what", "subject", "baseline", "ratio", "target", "")]
    for item in ratios:
        verdict = "met" if item.ratio >= item.target else "missed"
        if item.target == 0:
            verdict = ""
        rows.append((
            item.name, f"{item.subject:,.1f} {item.unit}", f"{item.baseline:,.1f}" if item.baseline else "",
            f"{item.ratio:.2f}" if item.baseline else "", f"{item.target:.2f}" if item.target else "",
            " ".join(part for part in (verdict, item.note) if part),
        ))  # fmt: skip
    widths = [max(len(row[n]) for row in rows) for n in range(5)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, 5)), row[5]]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def last_run() -> Run | None:
    """Return the newest kept run."""
    return kept.last(RUNS, Run)


def keep(ratios: list[Ratio], micro: dict[str, float]) -> Path:
    """Write a dated run."""
    now = datetime.datetime.now(datetime.UTC)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    run = Run(now.isoformat(timespec="seconds"), machine, commit, ratios, micro)
    return kept.keep(run, run.at, RUNS)


def falls(now: list[Ratio], before: Run | None) -> list[str]:
    """Return a sentence for every ratio that fell by more than 15 % since the last kept run."""
    if before is None:
        return []
    old = {item.name: item.ratio for item in before.ratios if item.baseline}
    return [
        f"{item.name}: ratio {item.ratio:.2f}, was {old[item.name]:.2f} on {before.at}"
        for item in now
        if item.baseline and item.name in old and item.ratio < TOLERANCE * old[item.name]
    ]
