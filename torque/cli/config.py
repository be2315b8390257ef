"""`torque config`: what is set, and where it comes from."""

import click
import msgspec

from torque.cli.invocation import Invocation
from torque.cli.project import load_settings, read_settings
from torque.cli.root import Group
from torque.config import ConfigError

FINDINGS = 3


@click.group(cls=Group)
def config() -> None:
    """Show every setting with its origin, or check the file."""


@config.command(examples=[("torque config show", "value and origin of every setting")])
@click.pass_obj
def show(state: Invocation) -> None:
    """Print each setting with where its value comes from."""
    loaded = load_settings(state)
    values = msgspec.to_builtins(loaded.config)
    rows: list[dict[str, object]] = []
    for key, origin in loaded.origins.items():
        section, _, name = key.partition(".")
        rows.append({"key": key, "value": _masked(key, values[section][name]), "origin": origin})
    state.output.table(rows, ["key", "value", "origin"], "")


def _masked(key: str, value: object) -> object:
    """Hide the password of an address: settings are shown on screens and in bug reports."""
    if key == "database.url" and isinstance(value, str) and "@" in value:
        head, _, tail = value.rpartition("@")
        scheme, separator, login = head.partition("://")
        return f"{scheme}{separator}{login.partition(':')[0]}:***@{tail}"
    return value


@config.command(examples=[("torque config check -c torque.toml", "exit code 3 when something is wrong")])
@click.pass_obj
def check(state: Invocation) -> int:
    """Check all settings: names, types, values."""
    try:
        loaded = read_settings(state)
    except ConfigError as error:
        problems = [msgspec.to_builtins(problem) for problem in error.problems]
        state.output.result({"problems": problems}, str(error))
        return FINDINGS
    where = loaded.path or "no file, defaults and environment only"
    state.output.result({"problems": [], "file": loaded.path}, f"Nothing to correct ({where}).")
    return 0
