"""`torque backup` and `torque restore`: the whole database, embedded or not, in one file."""

from pathlib import Path

import click

from torque.cli.database import database, require_schema
from torque.cli.invocation import Invocation
from torque.cli.project import load_config
from torque.cli.root import Command
from torque.config import Config
from torque.db.archive import back_up, read_manifest, table_names
from torque.db.archive import restore as fill


@click.command(cls=Command, examples=[("torque backup torque.backup", "also while the server runs")])
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--yes", is_flag=True, help="Overwrite the file without asking.")
@click.pass_obj
def backup(state: Invocation, file: str, yes: bool) -> None:
    """Write the whole database to FILE, as it is at one moment."""
    target = Path(file)
    if target.exists():
        state.confirm(f"Overwrite {target}?", yes)
    config = load_config(state)
    with database(config) as dsn:
        require_schema(config, dsn)
        with state.output.progress("Backup", len(table_names(dsn))) as progress:
            manifest = back_up(dsn, target, progress.step)
    rows = sum(table.rows for table in manifest.tables)
    attachments = next((table.rows for table in manifest.tables if table.name == "files"), 0)
    answer = {
        "file": str(target), "bytes": target.stat().st_size, "tables": len(manifest.tables), "rows": rows,
        "attachments_left_out": attachments,
    }  # fmt: skip
    text = f"Wrote {target}: {rows} rows of {len(manifest.tables)} tables."
    if attachments:
        text += f" The {attachments} attachments themselves are not in it: keep a copy of {_place(config)}."
    state.output.result(answer, text)


def _place(config: Config) -> str:
    files = config.files
    return f"the bucket {files.s3_bucket}" if files.store == "s3" else str(Path(config.folder) / files.folder)


@click.command(
    cls=Command,
    examples=[
        ("torque restore torque.backup", "into an empty database"),
        ("torque restore torque.backup --replace", "throws away what the database holds; asks first"),
    ],
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Throw away what the database holds.")
@click.option("--yes", is_flag=True, help="Do not ask before replacing.")
@click.pass_obj
def restore(state: Invocation, file: str, replace: bool, yes: bool) -> None:
    """Fill the database from FILE: everything or, when something fails, nothing."""
    source = Path(file)
    manifest = read_manifest(source)
    if replace:
        state.confirm("Throw away everything that the database holds?", yes)
    config = load_config(state)
    with database(config) as dsn, state.output.progress("Restore", len(manifest.tables)) as progress:
        fill(dsn, source, replace=replace, partitions=config.database.partitions, step=progress.step)
    rows = sum(table.rows for table in manifest.tables)
    answer = {"file": str(source), "tables": len(manifest.tables), "rows": rows, "created_at": manifest.created_at}
    state.output.result(answer, f"Restored {rows} rows of {len(manifest.tables)} tables, as of {manifest.created_at}.")
