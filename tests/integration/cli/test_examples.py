"""The examples that help texts print work as printed: every one is run, in an order in which a reader might."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from openpyxl import Workbook

from tests.integration.cli.command import inside
from tests.support.databases import Databases
from torque.cli.commands import COMMANDS
from torque.cli.root import root
from torque.samples import sample_document

ASKS = {
    "torque model delete todo": "--yes",
    "torque app stop todo": "--yes",
    "torque token revoke ci": "--yes",
    "torque app delete todo-test": "--yes",
    "torque restore torque.backup --replace": "--yes",
    "torque data empty shop": "--confirm shop",
}
"""Commands that ask somebody at a terminal, with what answers instead."""

LASTING = (
    "torque server",
    "torque server --bind 0.0.0.0:8080 --workers 4",
    "torque server --database-url postgresql://torque@db/torque",
    "torque mcp",
    "torque mcp --tools models,workflows",
    "TORQUE_TOKEN=tq_... torque mcp",
)
"""Commands that go on until they are stopped; other tests run them, here only their options are read."""

STORY = (
    "torque init shop",
    "torque migrate",
    "torque migrate --status",
    "torque migrate --dry-run",
    "torque config show",
    "torque config check -c torque.toml",
    "torque model list",
    "torque model validate todo",
    "torque model export --model-id todo --output todo.json",
    "torque app list",
    "torque app create todo --name todo-test --label Test",
    "torque app stop todo",
    "torque app start todo",
    "torque xflow list --app todo",
    "torque xflow execute export_todos --app todo",
    "torque xflow execute export_todos --app todo --input @in.json --timeout 5000",
    "torque xflow validate export_todos --app todo",
    "torque xflow validate flow.json --app todo",
    "torque xflow test export_todos --app todo --test-data cases.json",
    "torque token create ci --role admin",
    "torque token create shop --application todo --expires 30d --json",
    "torque token list",
    "torque token revoke ci",
    "torque token link",
    "torque cache flush",
    "torque model infer ./chinook",
    "torque model infer ./exports --name shop --dry-run",
    "torque model validate shop.json",
    "torque model import --input shop.json",
    "torque model import --input shop.json --mode merge --dry-run",
    "torque data import shop customer c.csv --dry-run",
    "torque data import shop customer customers.csv",
    "torque data import shop customer new.ndjson --upsert email",
    'torque data import shop order o.xlsx --map "Client=customer_id.email"',
    'torque data import shop song s.csv --map "Genres=tags.code"',
    "torque data export shop customer customers.csv",
    "torque data export shop order - --format ndjson",
    "torque data export shop order o.xlsx --filter '{\"paid\": false}'",
    "torque data seed shop --count 100 --seed 7",
    "torque model indexes shop",
    "torque model indexes shop --build",
    "torque data check shop --dry-run",
    "torque data check shop --yes",
    "torque data check --dry-run",
    "torque data empty shop",
    "torque backup torque.backup",
    "torque restore torque.backup --replace",
    "torque app delete todo-test",
    "torque migrate --down --to 0 --yes",
    "torque restore torque.backup",
)

ELSEWHERE = (
    "torque init shop --database postgres",
    'torque model create shop --description "Orders"',
    "torque model delete todo",
)
"""Commands that need a beginning of their own."""

EMAIL = {"id": "e", "name": "email", "unique": True, "field_type": {"type": "String"}}
SHOP: dict[str, Any] = {
    "format": "torque/1",
    "name": "shop",
    "version": "1.0.0",
    "entities": [
        {"id": "c", "name": "customer", "fields": [EMAIL]},
        {
            "id": "o",
            "name": "order",
            "fields": [
                {"id": "r", "name": "customer_id", "field_type": {"type": "Reference", "entity": "customer"}},
                {"id": "p", "name": "paid", "field_type": {"type": "Boolean"}},
            ],
        },
        {"id": "s", "name": "song", "fields": [{"id": "n", "name": "name", "field_type": {"type": "String"}}]},
        {
            "id": "t",
            "name": "tag",
            "fields": [{"id": "k", "name": "code", "unique": True, "field_type": {"type": "String"}}],
        },
    ],
    "relationships": [
        {"id": "st", "name": "tags", "type": "ManyToMany", "from_entity": "song", "to_entity": "tag"},
    ],
    "sample_data": {"tag": [{"id": "01900000-0000-7000-8000-000000000001", "code": "jazz"}]},
}


def examples(command: click.Command) -> Iterator[str]:
    """Yield what the help of a command and of those below it prints."""
    for below in getattr(command, "commands", {}).values():
        yield from examples(below)
    yield from (example for example, _ in getattr(command, "examples", ()))


def files(folder: Path) -> None:
    """Put every file there that the examples name."""
    todo = json.loads(sample_document("todo"))
    contents = {
        "shop.json": json.dumps(SHOP),
        "in.json": "{}",
        "flow.json": json.dumps(todo["xflows"][0]),
        "cases.json": '[{"name": "exports", "input": {}}]',
        "customers.csv": "email\nada@example.com\n",
        "c.csv": "email\nbob@example.com\n",
        "s.csv": "name,Genres\nTake Five,jazz\n",
        "new.ndjson": '{"email": "ada@example.com"}\n{"email": "eve@example.com"}\n',
        "chinook/artist.csv": "name\nSatie\n",
        "exports/genre.csv": "name\nJazz\n",
        "torque.toml": "",
    }
    for name, text in contents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    book = Workbook()
    for row in (("Client", "paid"), ("ada@example.com", False)):
        book.worksheets[0].append(row)
    book.save(folder / "o.xlsx")


def run(example: str, folder: Path, url: str) -> None:
    """Run an example; it must succeed."""
    done = inside(*shlex.split(f"{example} {ASKS.get(example, '')}")[1:], folder=folder, url=url)
    assert done.code == 0, f"{example}: {done.out}{done.err}"


@pytest.fixture
def stocked(project: Path, databases: Databases) -> Iterator[tuple[Path, str]]:
    """A folder with every file, and a database with the model of the TODO sample and its application."""
    files(project)
    (project / "sample.json").write_bytes(sample_document("todo"))
    url = databases.migrated()
    run("torque model import --input sample.json", project, url)
    yield project, url
    databases.drop(url)


def test_every_example_is_tried() -> None:
    printed = {example for name in COMMANDS for example in examples(root.get_command(None, name))}  # type: ignore[arg-type,type-var]
    assert printed == {*STORY, *ELSEWHERE, *LASTING}


def test_the_examples_work_as_printed(stocked: tuple[Path, str]) -> None:
    for example in STORY:
        run(example, *stocked)


def test_the_examples_that_make_and_delete_a_model_work_as_printed(stocked: tuple[Path, str]) -> None:
    for example in ('torque model create shop --description "Orders"', "torque app delete todo --yes", *ELSEWHERE[2:]):
        run(example, *stocked)


def test_the_example_of_a_project_on_a_server_works_as_printed(stocked: tuple[Path, str]) -> None:
    run(ELSEWHERE[0], *stocked)


@pytest.mark.parametrize("example", LASTING)
def test_the_options_of_what_lasts_are_understood(example: str) -> None:
    words = shlex.split(example.removeprefix("TORQUE_TOKEN=tq_... "))[1:]
    command = root.get_command(None, words[0])  # type: ignore[arg-type]
    assert command is not None
    parser = command.make_parser(click.Context(command, info_name=words[0]))
    _, left, _ = parser.parse_args(words[1:])
    assert left == []
