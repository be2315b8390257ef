"""What the global options said, and how a command speaks to whoever ran it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
import orjson

LEVELS = ("debug", "info", "warning", "error")


class Progress:
    """Counts the steps of long work.

    Parameters
    ----------
    total
        How many steps there are.
    show
        Takes the number of new steps and a line that says where the work is.
    """

    def __init__(self, total: int, show: Callable[[int, str], None]) -> None:
        self.total = total
        self.done = 0
        self._show = show

    def step(self, what: str, n: int = 1) -> None:
        """Report that `n` more steps are done, the last of which is `what`."""
        self.done += n
        self._show(n, f"{self.done}/{self.total} {what}")


class Output:
    """Results go to stdout, messages to stderr; with --json a result is one JSON document."""

    def __init__(self) -> None:
        self.json = False

    def message(self, text: str) -> None:
        """Say something that is not the result."""
        click.echo(text, err=True)

    def failure(self, text: str, data: dict[str, object]) -> None:
        """Say what went wrong; with --json also as an object on stdout."""
        click.echo(f"Error: {text}", err=True)
        if self.json:
            self.document({"error": {"message": text, **data}})

    def document(self, value: object) -> None:
        """Write one JSON document."""
        click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0, default=str))

    def result(self, value: object, text: str) -> None:
        """Write the result: the value for machines, the text for people."""
        if self.json:
            self.document(value)
        elif text:
            click.echo(text)

    def table(self, rows: Sequence[dict[str, object]], columns: Sequence[str], empty: str) -> None:
        """Write rows: as a JSON array, or in aligned columns."""
        if self.json:
            self.document(rows)
            return
        if not rows:
            self.message(empty)
            return
        cells = [[name.replace("_", " ").upper() for name in columns]]
        cells += [[_cell(row.get(name)) for name in columns] for row in rows]
        widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
        for line in cells:
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Progress]:
        """Show how far long work is: a bar on a terminal, lines otherwise."""
        if sys.stderr.isatty():
            with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
                yield Progress(total, lambda n, _: bar.update(n))
        else:
            yield Progress(total, lambda _, line: self.message(f"{label}: {line}"))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@dataclass
class Invocation:
    """The global options of one command line, filled wherever on it they stand."""

    database_url: str | None = None
    config: str | None = None
    log_level: str | None = None
    optimize: bool = False
    output: Output = field(default_factory=Output)

    @property
    def json(self) -> bool:
        """True when the result is for a machine."""
        return self.output.json

    @json.setter
    def json(self, value: bool) -> None:
        self.output.json = value

    def confirm(self, question: str, yes: bool) -> None:
        """Ask before something is destroyed.

        Raises
        ------
        click.UsageError
            Where no terminal can answer and --yes was not given.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(f"{question} No terminal can answer; pass --yes to go ahead.")
        click.confirm(question, abort=True, err=True)


def invocation(ctx: click.Context) -> Invocation:
    """Return the options of the command line that a context belongs to."""
    state = ctx.find_root().obj
    assert isinstance(state, Invocation), "the root context is always made by torque.cli.root.run"
    return state
