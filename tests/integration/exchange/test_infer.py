"""A folder of CSV files becomes a complete application in one command."""

from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.command import Result, inside
from tests.integration.exchange.folders import FOLDERS, OWN, manifest, rows_of
from torque import codec
from torque.platform import Platform
from torque.types import Caller

ADMIN = Caller.local("test")


def infer(folder: Path, project: Path, url: str, *more: str) -> Result:
    return inside("model", "infer", str(folder), "--json", *more, folder=project, url=url)


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda path: path.name)
def made(
    request: pytest.FixtureRequest, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Any]:
    """A folder, and what was made of it."""
    done = infer(request.param, tmp_path_factory.mktemp("project"), database_url)
    assert done.code == 0, done.err
    return request.param, done.json()


@pytest.fixture(scope="module")
def club(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What was made of our own folder."""
    return infer(OWN / "club", tmp_path_factory.mktemp("project"), database_url, "--name", "shared-club").json()


async def records(platform: Platform, app_id: str, entity: str) -> list[dict[str, Any]]:
    sql = "SELECT id, data, version FROM entities WHERE application_id = $1 AND entity_type = $2"
    rows = await platform.db.fetch(sql, app_id, entity)
    return [{"id": row["id"], **codec.loads(row["data"])} for row in rows]


async def test_rows_keys_and_references_come_out_as_the_manifest_says(
    made: tuple[Path, Any], platform: Platform, project: Path, database_url: str
) -> None:
    folder, result = made
    tables, expected = {t["table"]: t for t in result["tables"]}, manifest(folder)
    assert {name: t["rows"] for name, t in tables.items()} == {name: t["rows"] for name, t in expected.items()}
    assert result["report"]["created"] == sum(table["rows"] for table in expected.values())
    model = (await platform.catalog.get(result["application"]["id"])).model
    for name, table in expected.items():
        found, entity = tables[name], model.entities[tables[name]["entity"]]
        assert found["primaryKey"] == [found["columns"][column] for column in table["primary_key"]]
        links = {found["columns"][key["columns"][0]]: tables[key["to"]]["entity"] for key in table["foreign_keys"]}
        assert {field.name: field.target for field in entity.references} == links
    findings = inside("model", "validate", result["model"]["name"], "--json", folder=project, url=database_url)
    assert findings.json()["errors"] == 0


async def test_every_reference_leads_to_the_record_that_its_key_names(
    made: tuple[Path, Any], platform: Platform
) -> None:
    folder, result = made
    app_id, tables = result["application"]["id"], {t["table"]: t for t in result["tables"]}
    stored = {name: await records(platform, app_id, t["entity"]) for name, t in tables.items()}
    for name, table in manifest(folder).items():
        for key in table["foreign_keys"]:
            column, wanted, target = key["columns"][0], key["to_columns"][0], tables[key["to"]]
            keys = {r["id"]: str(r[target["columns"][wanted]]) for r in stored[key["to"]]}
            field = tables[name]["columns"][column]
            got = sorted(keys[r[field]] for r in stored[name] if field in r)
            assert got == sorted(row[column] for row in rows_of(folder, name) if row[column])
    links = await platform.db.fetchval("SELECT count(*) FROM entity_relationships WHERE application_id = $1", app_id)
    filled = [field for name, t in tables.items() for r in stored[name] for field in t["references"] if field in r]
    assert links == len(filled)


async def test_it_is_browsable_at_once(club: Any, platform: Platform) -> None:
    app = await platform.catalog.get(club["application"]["id"])
    page = codec.loads((await platform.applications.load_page(ADMIN, app, "people_list")).result)
    grid = next(c for c in page["components"] if c["type"] == "DataGrid")
    assert [c["field"] for c in grid["props"]["columns"]][:3] == ["last_name", "first_name", "person_id"]
    form = codec.loads((await platform.applications.form(ADMIN, app, entity_type="projects")).result)
    assert {f["name"] for f in form["fields"]} >= {"title", "owner_id", "active", "starts_on"}


async def test_values_have_their_types(club: Any, platform: Platform) -> None:
    app_id = club["application"]["id"]
    bridge = next(r for r in await records(platform, app_id, "projects") if r["title"] == "Bridge")
    assert (bridge["budget"], bridge["active"], bridge["starts_on"]) == (12500.5, True, "2026-01-15")
    assert bridge["notes"] == "Two lines\nof text"
    light = next(r for r in await records(platform, app_id, "projects") if r["title"] == "Lighthouse")
    assert light["notes"] == "back\\slash\tand tab"
    people = {r["person_id"]: r for r in await records(platform, app_id, "people")}
    assert people[2]["last_name"] == "Lind, Jr." and people[3]["last_name"] == 'D"Amico'
    assert people[5]["postal_code"] == "00501" and "email" not in people[3]
    line = next(r for r in await records(platform, app_id, "task_lines") if r["text"] == "Survey")
    assert line["done_at"] == "2026-01-20T09:30:00.000000Z"


async def test_circles_of_references_are_loaded_in_one_pass(club: Any, platform: Platform) -> None:
    app_id = club["application"]["id"]
    people = {r["person_id"]: r for r in await records(platform, app_id, "people")}
    departments = {r["code"]: r for r in await records(platform, app_id, "departments")}
    assert departments["ENG"]["head_id"] == people[2]["id"] and people[2]["department_code"] == departments["ENG"]["id"]
    assert people[1]["reports_to"] == people[2]["id"] and people[4]["reports_to"] == people[5]["id"]


def test_a_dry_run_makes_nothing(project: Path, database_url: str) -> None:
    done = infer(OWN / "club", project, database_url, "--name", "never", "--dry-run")
    assert done.code == 0 and {e["name"] for e in done.json()["document"]["entities"]} >= {"people", "projects"}
    models = inside("model", "list", "--json", folder=project, url=database_url).json()
    assert "never" not in [model["name"] for model in models]


def test_what_is_wrong_is_told_with_its_file(project: Path, database_url: str) -> None:
    folder = project / "some"
    folder.mkdir()
    (folder / "things.csv").write_text("thing_id,name\n1,one\n", encoding="utf-8")
    (folder / "nothing.csv").write_text("", encoding="utf-8")
    done = infer(folder, project, database_url, "--dry-run")
    assert done.code == 0 and "nothing.csv" in done.err
    for text in ("name,name\n1,2\n", 'name\n"open\n'):
        (folder / "wrong.csv").write_text(text, encoding="utf-8")
        done = infer(folder, project, database_url, "--dry-run")
        assert done.code in (1, 2) and "wrong.csv: " in done.err
    done = infer(folder, project, database_url, "--name", "My Shop!")
    assert done.code == 2 and "--name takes lower-case letters" in done.err


def test_files_of_one_name_and_two_kinds_are_two_tables(project: Path, database_url: str) -> None:
    folder = project / "twins"
    (folder / "more").mkdir(parents=True)
    (folder / "more" / "towns.csv").write_text("town_id\n1\n", encoding="utf-8")
    (folder / "lands.csv").write_text("code,name\nPT,Portugal\n", encoding="utf-8")
    (folder / "lands.tsv").write_text("code\tsize\nDE\t3\nFR\t5\n", encoding="utf-8")
    (folder / "Lands.CSV").write_text("code,area\nIT,1\n", encoding="utf-8")
    done = infer(folder, project, database_url)
    assert done.code == 0 and done.json()["report"]["created"] == 4, done.err
    assert sorted(done.json()["report"]["entities"].values()) == [1, 1, 2]
    assert "Folders in it are left out: more" in done.err


def test_keys_and_references_to_them_may_have_spaces_around(project: Path, database_url: str) -> None:
    folder = project / "spaced"
    folder.mkdir()
    (folder / "lands.csv").write_text('code,name\nPT ,Portugal\n"DE",Germany\n', encoding="utf-8")
    (folder / "towns.csv").write_text("town_id,land_code\n1,PT\n2, DE\n", encoding="utf-8")
    done = infer(folder, project, database_url)
    assert done.code == 0 and done.json()["report"]["created"] == 4


ODD = """bill_id;Zahlbetrag;bezahlt;gemahnt_am;Vermerk;storno_bill_id
1;1.234,56 €;ja;31.12.2025;NULL;NULL
2;-3,50 €;nein;\\N;n/a;1
3;N/A;NULL;;Nr. 7;\\N
"""


async def test_what_people_write_is_read_alike_by_whoever_takes_the_file(
    project: Path, database_url: str, platform: Platform
) -> None:
    folder = project / f"odd-{project.name[-6:].strip('-_')}"
    folder.mkdir()
    (folder / "bills.csv").write_text(ODD, encoding="utf-8")
    done = infer(folder, project, database_url).json()
    app, found = done["application"], []
    assert done["report"]["created"] == 3
    for _ in range(2):
        rows = {row["bill_id"]: row for row in await records(platform, app["id"], "bills")}
        found.append(
            {
                number: {n: v for n, v in row.items() if n not in ("id", "storno_bill_id")}
                for number, row in rows.items()
            }
        )
        assert rows[2]["storno_bill_id"] == rows[1]["id"] and "storno_bill_id" not in rows[3]
        inside("data", "empty", app["name"], "--confirm", app["name"], folder=project, url=database_url)
        again = ("data", "import", app["name"], "bills", str(folder / "bills.csv"), "--json")
        assert inside(*again, folder=project, url=database_url).json()["report"]["created"] == 3
    first = {1: {"zahlbetrag": 1234.56, "bezahlt": True, "gemahnt_am": "2025-12-31"},
             2: {"zahlbetrag": -3.5, "bezahlt": False}, 3: {"vermerk": "Nr. 7"}}  # fmt: skip
    assert found[0] == {number: {"bill_id": number, **values} for number, values in first.items()}
    # Into a field of text a file's text goes as it stands.
    first[1]["vermerk"], first[2]["vermerk"] = "NULL", "n/a"
    assert found[1] == {number: {"bill_id": number, **values} for number, values in first.items()}


def test_a_table_that_cannot_be_read_leaves_nothing_behind(project: Path, database_url: str) -> None:
    folder = project / "bad"
    folder.mkdir()
    (folder / "things.csv").write_text("thing_id,name\n1,one\n2,two,too much\n", encoding="utf-8")
    done = infer(folder, project, database_url)
    assert done.code == 3 and done.json()["report"]["errors"][0]["row"] == 2
    names = [m["name"] for m in inside("model", "list", "--json", folder=project, url=database_url).json()]
    assert "bad" not in names
    again = infer(folder, project, database_url, "--skip-invalid")
    assert again.code == 3 and again.json()["report"]["created"] == 1
