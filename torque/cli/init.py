"""`torque init`: a project folder to start from."""

import re
from pathlib import Path

import click
import msgspec

from torque.cli.invocation import Invocation
from torque.cli.root import Command
from torque.config import Config
from torque.config.settings import SECTIONS
from torque.errors import Conflict, InvalidParams

_IGNORED = "# The embedded database, its sockets and logs.\n.torque/\n"
_POSTGRES = "env:TORQUE_DATABASE_URL"


@click.command(
    cls=Command,
    examples=[
        ("torque init shop", "a folder on the embedded database"),
        ("torque init shop --database postgres", "reads the address from TORQUE_DATABASE_URL"),
    ],
)
@click.argument("path", type=click.Path(file_okay=False))
@click.option("--name", metavar="SLUG", help="Name of the project. Default: the folder's.")
@click.option(
    "--partitions",
    type=click.IntRange(1, 1024),
    default=8,
    show_default=True,
    help="Leaves of the tables of records; fixed by the first migration.",
)
@click.option(
    "--database",
    type=click.Choice(["embedded", "postgres"]),
    default="embedded",
    show_default=True,
    help="Where the data will be.",
)
@click.pass_obj
def init(state: Invocation, path: str, name: str | None, partitions: int, database: str) -> None:
    """Create a project folder: a commented torque.toml, models/ and .gitignore. Nothing is overwritten."""
    folder = Path(path)
    title = name or folder.absolute().name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 _.-]*", title):
        raise InvalidParams(f"{title!r} cannot name a project. Use letters, digits, space, dot, dash and underscore.")
    files = {
        folder / "torque.toml": settings_file(title, partitions, database),
        folder / ".gitignore": _IGNORED,
    }
    present = [str(file) for file in files if file.exists()]
    if present:
        raise Conflict(f"{' and '.join(present)} exist already. Nothing was changed; choose another folder.")
    (folder / "models").mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    written = [*map(str, files), f"{folder / 'models'}/"]
    state.output.result(
        {"path": str(folder), "written": written}, f"Created {folder}. Next: cd {folder} && torque server"
    )


def settings_file(title: str, partitions: int, database: str) -> str:
    """Return a torque.toml that names every setting with its default, commented out."""
    chosen: dict[str, object] = {"database.partitions": partitions}
    if database == "postgres":
        chosen["database.url"] = _POSTGRES
    lines = [f"# Settings of {title}. A line without # is in force; the others show the default.", ""]
    defaults = msgspec.to_builtins(Config())
    for section, kind in SECTIONS.items():
        summary = (kind.__doc__ or "").strip().splitlines()[0]
        lines += [f"# {summary}", f"[{section}]"]
        for field in msgspec.structs.fields(kind):
            key = f"{section}.{field.name}"
            value = chosen.get(key, defaults[section][field.name])
            lines.append(f"{'' if key in chosen else '# '}{field.name} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def _toml(value: object) -> str:
    return msgspec.json.encode(value).decode()
