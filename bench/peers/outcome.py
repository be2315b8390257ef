"""What a run came to: rows of a table, kept as JSON and shown in the documentation."""

import datetime
import os
import platform
import re
import statistics
import subprocess
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec

from bench.peers.load import Load

BENCH = Path(__file__).parents[1]
README = BENCH / "README.md"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with what it is held against.

    Parameters
    ----------
    rule
        What meets the target: a `ratio` to the baseline of at least it, a value of at `least` or at `most` it.
    """

    name: str
    value: float
    unit: str = "/s"
    against: str = ""
    baseline: float = 0.0
    ratio: float = 0.0
    target: float = 0.0
    rule: Literal["ratio", "least", "most"] = "ratio"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if not self.target:
            return None
        if self.rule == "most":
            return self.value <= self.target
        return (self.ratio if self.rule == "ratio" else self.value) >= self.target

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        sign = {"ratio": "≥", "least": "≥", "most": "≤"}[self.rule]
        verdict = {None: "", True: "met", False: "**missed**"}[self.met]
        return (
            self.name,
            f"{_figure(self.value)} {self.unit}".strip(),
            f"{self.against} {_figure(self.baseline)}" if self.against else "",
            f"{self.ratio:.2f}" if self.ratio else "",
            f"{sign} {_plain(self.target)}" if self.target else "",
            " ".join(part for part in (verdict, self.note) if part),
        )


class Machine(msgspec.Struct, frozen=True):
    """What a run was measured on."""

    cores: int
    processor: str
    memory_gb: float
    kernel: str


class Run(msgspec.Struct, kw_only=True):
    """One run: when, on what, with what, and the rows of every group that has been measured."""

    at: str
    machine: Machine
    versions: dict[str, str]
    commit: str
    settings: dict[str, float]
    groups: dict[str, list[Row]] = {}
    seconds: dict[str, float] = {}


def compare(
    name: str, own: Sequence[Load], other: Sequence[Load], against: str, target: float, note: str = ""
) -> Row:  # fmt: skip
    """Return the row of two loads that took turns: the medians of both, and of the ratios of the rounds."""
    ratio = statistics.median(a.per_second / b.per_second for a, b in zip(own, other, strict=True))
    return Row(name=name, value=rate(own), against=against, baseline=rate(other), ratio=ratio, target=target, note=note)


def rate(loads: Sequence[Load]) -> float:
    """Return the median rate of some rounds."""
    return statistics.median(load.per_second for load in loads)


def begin(settings: dict[str, float], peers: dict[str, str]) -> Run:
    """Return an empty run of now and here."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=BENCH, capture_output=True, text=True)
    packages = {name: version(name) for name in ("granian", "uvloop", "asyncpg")}
    return Run(
        at=datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"),
        machine=_machine(),
        versions={"Python": platform.python_version(), **packages, **peers},
        commit=commit.stdout.strip(),
        settings=settings,
    )


def table(run: Run) -> str:
    """Return all rows as a table in Markdown, which reads well in a terminal too."""
    head = ("what", "Torque", "against", "ratio", "target", "")
    rows = [head, *(row.cells() for rows in run.groups.values() for row in rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in rows]  # fmt: skip
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def about(run: Run) -> str:
    """Return machine, versions and settings as a paragraph."""
    versions = ", ".join(f"{name} {found}" for name, found in run.versions.items())
    settings = ", ".join(f"{_plain(value)} {name}" for name, value in run.settings.items())
    machine = run.machine
    return (
        f"{run.at[:10]}, commit {run.commit}; {settings}; {machine.cores} cores ({machine.processor}), "
        f"{machine.memory_gb:.0f} GB, kernel {machine.kernel}; {versions}."
    )


def embed(mark: str, text: str, file: Path = README) -> None:
    """Put text between the markers of a name in a Markdown file."""
    begin_mark, end_mark = f"<!-- {mark}: written by its tool -->", f"<!-- {mark}: end -->"
    before, _, rest = file.read_text(encoding="utf-8").partition(begin_mark)
    _, found, after = rest.partition(end_mark)
    if not found:
        raise ValueError(f"{file.name} has no markers of '{mark}'")
    file.write_text(f"{before}{begin_mark}\n{text.strip()}\n{end_mark}{after}", encoding="utf-8")


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def _machine() -> Machine:
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return Machine(
        cores=os.cpu_count() or 0,
        processor=model[1].strip() if model else platform.machine(),
        memory_gb=round(int(memory[1]) / 1e6, 1) if memory else 0.0,
        kernel=platform.release(),
    )
