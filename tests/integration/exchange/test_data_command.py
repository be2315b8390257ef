"""`torque data`: files in and out, made-up records, an empty application."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.command import ROOT, Result, inside, torque
from tests.integration.exchange.folders import OWN
from torque.platform import Platform


@pytest.fixture
def club(project: Path, database_url: str) -> str:
    """An application of its own, filled."""
    name = f"club-{project.name[-12:].strip('-_').lower()}".replace("_", "-")
    done = inside("model", "infer", str(OWN / "club"), "--name", name, "--json", folder=project, url=database_url)
    assert done.code == 0, done.err
    return str(done.json()["application"]["name"])


class Data:
    """Runs `torque data` in a project."""

    def __init__(self, project: Path, url: str) -> None:
        self.project = project
        self.url = url

    def __call__(self, *args: str) -> Result:
        return inside("data", *args, "--json", folder=self.project, url=self.url)

    def records(self, app: str, entity: str) -> list[dict[str, Any]]:
        file = self.project / "found.ndjson"
        assert self("export", app, entity, str(file)).code == 0
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def data(project: Path, database_url: str) -> Data:
    """The command."""
    return Data(project, database_url)


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "xlsx"])
def test_what_is_exported_can_be_imported_again(club: str, data: Data, kind: str) -> None:
    before = data.records(club, "task_lines")
    file = data.project / f"lines.{kind}"
    assert data("export", club, "task_lines", str(file)).code == 0
    changed = data("import", club, "task_lines", str(file), "--upsert", "id").json()["report"]
    assert (changed["unchanged"], changed["created"], changed["failed"]) == (5, 0, 0)
    assert data("empty", club, "--confirm", club).json()["records"] == 22
    for name in ("people", "projects", "task_lines"):
        assert data.records(club, name) == []
    done = data("import", club, "task_lines", str(file))
    assert done.code == 3 and {e["rule"] for e in done.json()["report"]["errors"]} == {"Reference"}
    assert [r["text"] for r in before] == ["Survey", "Drawings", "Dredging", "Lamp", "Glass"]


def test_rows_that_do_not_fit_are_told_with_their_number(club: str, data: Data) -> None:
    file = data.project / "more.csv"
    file.write_text("Person ID;Last name;Reports to;Born\n7;New;1;31.12.1999\n8;Other;99;soon\n", encoding="cp1252")
    done = data("import", club, "people", str(file))
    assert done.code == 3 and done.json()["report"]["applied"] is False
    assert {(e["row"], e["path"]) for e in done.json()["report"]["errors"]} == {(2, "/reports_to"), (2, "/born")}
    assert "people row 2" in done.err
    done = data("import", club, "people", str(file), "--skip-invalid")
    assert done.json()["report"]["created"] == 1
    assert next(p for p in data.records(club, "people") if p["person_id"] == 7)["born"] == "1999-12-31"


def test_options_of_the_file_and_of_the_mapping_count(club: str, data: Data) -> None:
    file = data.project / "odd.dat"
    file.write_bytes("nr#wer#chef\n9#Müller#Okafor\n".encode("utf-16"))
    args = ("--format", "csv", "--delimiter", "#", "--map", "nr=person_id", "--map", "wer=last_name", "--map")
    assert data("import", club, "people", str(file), *args, "chef=reports_to.last_name").code == 2
    done = data("import", club, "people", str(file), *args, "chef=", "--dry-run")
    assert done.code == 0 and done.json()["report"]["ignored"] == ["chef"]
    assert data("import", club, "people", str(file), *args[:-1], "--map", "wer").code == 2
    assert data("import", club, "nobody", str(file), "--format", "csv").code == 4
    assert data("import", club, "people", str(file)).code == 2


def test_an_encoding_that_was_guessed_is_told(club: str, data: Data) -> None:
    file = data.project / "lines.csv"
    file.write_bytes("text\nGrün\n".encode("latin-1"))
    done = data("import", club, "task_lines", str(file), "--dry-run")
    assert "The file is no UTF-8; it is read as cp1252. --encoding" in done.err
    assert "UTF-8" not in data("import", club, "task_lines", str(file), "--encoding", "latin-1", "--dry-run").err
    folder = data.project / "folder"
    folder.mkdir()
    file.rename(folder / "lines.csv")
    done = inside("model", "infer", str(folder), "--dry-run", folder=data.project, url=data.url)
    assert "No UTF-8, read as cp1252: lines.csv" in done.err


def test_some_records_and_fields_are_exported(club: str, data: Data) -> None:
    file = data.project / "open.csv"
    assert data("export", club, "projects", str(file), "--filter", '{"active": true}', "--fields", "title").code == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,title,created_at,updated_at,version" and len(lines) == 3
    assert data("export", club, "projects", str(file), "--filter", "[]").code == 2


def test_an_export_that_fails_leaves_the_file_as_it_was(club: str, data: Data) -> None:
    line = data.records(club, "task_lines")[0]
    long = data.project / "long.ndjson"
    long.write_text(json.dumps({"id": line["id"], "text": "x" * 40_000}), encoding="utf-8")
    assert data("import", club, "task_lines", str(long), "--upsert", "id").code == 0
    folder = data.project / "out"
    folder.mkdir()
    for before in (None, b"of yesterday"):
        file = folder / "lines.xlsx"
        if before is not None:
            file.write_bytes(before)
        failed = data("export", club, "task_lines", str(file))
        assert failed.code == 2 and "32767" in failed.err and "Task was destroyed" not in failed.err
        assert [path.read_bytes() for path in folder.iterdir()] == [before][: before is not None]
    assert data("export", club, "task_lines", str(folder / "lines.csv")).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["lines.csv", "lines.xlsx"]


def test_an_export_changes_only_what_is_in_its_file(club: str, data: Data) -> None:
    folder = data.project / "private"
    folder.mkdir()
    file, neighbour, link = folder / "people.csv", folder / "people.csv.part", folder / "link.csv"
    file.write_bytes(b"")
    file.chmod(0o600)
    neighbour.write_bytes(b"mine")
    link.symlink_to(file)
    assert data("export", club, "people", str(link)).code == 0
    assert link.is_symlink() and file.read_bytes().count(b"\n") == 6
    assert file.stat().st_mode & 0o777 == 0o600
    assert neighbour.read_bytes() == b"mine" and len(list(folder.iterdir())) == 3


def test_a_command_that_is_killed_while_it_reads_stdin_leaves_no_copy_behind(club: str, data: Data) -> None:
    kept = data.project / "kept"
    kept.mkdir()
    rows = "text\n" + "Rudder\n" * 100
    environ = {"TMPDIR": str(kept)}
    command = ("data", "import", club, "task_lines", "-", "--format", "csv")
    process = subprocess.Popen(
        [sys.executable, "-m", "torque.cli.main", *command], cwd=data.project, stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(rows.encode() * 5_000)  # more than a pipe holds: the command has taken the rest
    process.kill()
    process.wait()
    with suppress(BrokenPipeError):
        process.stdin.close()
    assert list(kept.iterdir()) == []
    done = torque(*command, "--json", "--dry-run", folder=data.project, url=data.url, stdin=rows, **environ)
    assert done.json()["report"]["rows"] == 100


def test_an_application_is_emptied_only_by_its_name(club: str, data: Data) -> None:
    assert data("empty", club).code == 2
    assert data("empty", club, "--confirm", "other").code == 2
    assert len(data.records(club, "people")) == 5


def test_the_same_seed_makes_the_same_values(club: str, data: Data) -> None:
    def made() -> list[tuple[Any, ...]]:
        assert data("empty", club, "--confirm", club).code == 0
        assert data("seed", club, "--count", "12", "--seed", "5").json()["report"]["created"] == 60
        return [(p["person_id"], p["last_name"], p.get("born"), p.get("email")) for p in data.records(club, "people")]

    first = made()
    assert len(first) == 12 and sorted(made()) == sorted(first)
    assert data("seed", club, "--count", "12", "--seed", "6").code == 0  # numbers go on
    assert len(data.records(club, "people")) == 24
    assert data("seed", club, "--count", "3", "--entity", "task_lines").json()["report"]["created"] == 3
    assert data("seed", club, "--entity", "nothing").code == 2


def a_field(owner: str, name: str, kind: str, required: bool = True, **options: Any) -> dict[str, Any]:
    return {"id": f"{owner}_{name}", "name": name, "required": required, "field_type": {"type": kind, **options}}


FILED = {
    "album": [
        a_field("album", "title", "String"), a_field("album", "cover", "Binary", types=["image/*"], max_size=2_000),
        a_field("album", "papers", "Array", element_type={"type": "Binary", "types": ["application/pdf"]}),
        a_field("album", "any", "Binary", max_size=5), a_field("album", "more", "Binary", required=False),
        a_field("album", "others", "Array", required=False, element_type={"type": "Binary"}),
    ],
    "film": [a_field("film", "clip", "Binary", types=["video/mp4", "video/*"])],
    "scene": [a_field("scene", "film_id", "Reference", entity="film")],
    "note": [a_field("note", "film_id", "Reference", required=False, entity="film")],
}  # fmt: skip


def test_records_that_must_have_files_get_small_ones_and_the_others_are_left_out(project: Path, data: Data) -> None:
    entities = [{"id": name, "name": name, "fields": fields} for name, fields in FILED.items()]
    document = {"format": "torque/1", "name": "filed", "entities": entities}
    (project / "model.json").write_text(json.dumps(document), encoding="utf-8")
    made = inside("model", "import", "--input", "model.json", folder=project, url=data.url)
    assert made.code == 0, made.err
    done = data("seed", "filed", "--count", "12")
    assert done.code == 0, done.err
    assert done.json()["report"]["entities"] == {"album": 12, "note": 12}
    assert "'clip' of 'film' must have a file of the types video/mp4, video/*" in done.err
    assert "'film_id' of 'scene' must refer to one of 'film'" in done.err
    albums = data.records("filed", "album")
    held = [file for album in albums for file in (album["cover"], album["any"], *album["papers"])]
    assert len({file["id"] for file in held}) == 36 and max(album["any"]["size"] for album in albums) == 5
    assert {album["cover"]["type"] for album in albums} == {"image/png"}
    assert {album["papers"][0]["type"] for album in albums} == {"application/pdf"}
    assert data("seed", "filed", "--entity", "film").code == 2
    assert data("seed", "filed", "--entity", "album", "--count", "2").json()["report"]["created"] == 2


async def test_references_of_made_up_records_are_valid(club: str, data: Data, platform: Platform) -> None:
    assert data("seed", club, "--count", "30").code == 0
    people, ids = data.records(club, "people"), {d["id"] for d in data.records(club, "departments")}
    linked = [p for p in people if "department_code" in p]
    assert len(linked) > 20 and {p["department_code"] for p in linked} <= ids
    assert {p["reports_to"] for p in people if "reports_to" in p} <= {p["id"] for p in people}
    assert all(p["email"].endswith(".example") or "@example.com" in p["email"] for p in people if "email" in p)
