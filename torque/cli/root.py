"""The click side of the command line: lazy groups, global options everywhere, errors to exit codes."""

import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module, metadata
from typing import Any

import click

from torque.cli.commands import COMMANDS, root_help
from torque.cli.invocation import LEVELS, Invocation, invocation
from torque.errors import Conflict, InvalidParams, NotFound, TorqueError, Unavailable, ValidationFailed

FAILED, WRONG_USE, FINDINGS, NOT_FOUND, CONFLICT, UNREACHABLE, INTERRUPTED = 1, 2, 3, 4, 5, 6, 130

_EXIT_CODES: tuple[tuple[type[TorqueError], int], ...] = (
    (ValidationFailed, FINDINGS),
    (NotFound, NOT_FOUND),
    (Conflict, CONFLICT),
    (Unavailable, UNREACHABLE),
    (InvalidParams, WRONG_USE),
)


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if param.name and value is not None and value is not False:
        setattr(invocation(ctx), param.name, value)


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"torque {metadata.version('torque')}")
        ctx.exit()


def _global_options() -> list[click.Parameter]:
    common: dict[str, Any] = {"expose_value": False, "callback": _remember, "is_eager": True}
    return [
        click.Option(["--database-url"], metavar="URL", help="PostgreSQL to use; empty = embedded.", **common),
        click.Option(["-c", "--config", "config"], metavar="FILE", help="Settings file (torque.toml).", **common),
        click.Option(["--log-level"], type=click.Choice(LEVELS), help="What to report on stderr.", **common),
        click.Option(["--optimize"], is_flag=True, help="Production preset.", **common),
        click.Option(["--json", "json"], is_flag=True, help="Machine-readable output on stdout.", **common),
        click.Option(["--version"], is_flag=True, help="Show the version.", **{**common, "callback": _show_version}),
    ]


class Command(click.Command):
    """A command that takes the global options too and ends its help with examples."""

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.extend(_global_options())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples under the options."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write_dl(list(self.examples))


class Group(click.Group):
    """A group of commands with the same manners."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_global_options())


class RootGroup(Group):
    """Loads a command's module only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the command table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def get_help(self, ctx: click.Context) -> str:
        """Return the same page as the quick way of `torque --help`."""
        return root_help().rstrip("\n")


root = RootGroup(name="torque", context_settings={"help_option_names": ["--help"]})


def exit_code(error: TorqueError) -> int:
    """Return the exit code that stands for an error of the catalogue."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), FAILED)


def _explain(error: TorqueError, state: Invocation) -> int:
    findings = error.details.get("errors")
    state.output.failure(error.message, error.data())
    for finding in findings if isinstance(findings, list) else []:
        state.output.message(f"  {finding.get('path', '')} {finding.get('rule', '')}: {finding.get('message', '')}")
    return exit_code(error)


def _guarded(call: Callable[[], object], state: Invocation) -> int:
    try:
        result = call()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        error.show()
        if state.json:
            state.output.document({"error": {"code": "WRONG_USE", "message": error.format_message()}})
        return WRONG_USE
    except click.ClickException as error:
        state.output.failure(error.format_message(), {"code": "FAILED"})
        return FAILED
    except (click.Abort, KeyboardInterrupt):
        state.output.message("Interrupted.")
        return INTERRUPTED
    except TorqueError as error:
        return _explain(error, state)
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        state.output.failure(str(error), {"code": "FAILED"})
        return FAILED
    except Exception as error:
        if state.log_level == "debug":
            traceback.print_exc()
        state.output.failure(
            f"Torque failed: {error!r}. Run it again with --log-level debug to see where.", {"code": "INTERNAL"}
        )
        return FAILED
    return result if isinstance(result, int) else 0


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    state = Invocation()
    code = _guarded(lambda: root.main(args=list(args), prog_name="torque", standalone_mode=False, obj=state), state)
    sys.stdout.flush()
    return code
