"""Links of many-to-many relationships in files: by id or key, from either side, exact after a round trip."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN
from tests.integration.exchange.tables import Held, Store
from tests.integration.exchange.test_round_trip import field
from torque import codec
from torque.db.pool import Database
from torque.entity.exchange.readers import CsvRows, ObjectRows, open_rows
from torque.entity.exchange.sources import HeldSource
from torque.entity.exchange.types import Format, ImportReport, Job
from torque.entity.types import Query
from torque.errors import InvalidParams, ValidationFailed
from torque.types import Caller

MUSIC: dict[str, Any] = {
    "format": "torque/1", "name": "music",
    "entities": [
        {"id": "tag", "name": "tag", "fields": [field("code", "String", unique=True, required=True)]},
        {"id": "song", "name": "song", "fields": [
            field("nr", "Integer", unique=True, required=True), field("follows", "Reference", of={"entity": "song"}),
        ]},
    ],
    "relationships": [
        {"id": "m_tags", "name": "song_tags", "type": "ManyToMany", "from_entity": "song", "to_entity": "tag",
         "from_field": "tags", "to_field": "songs"},
        {"id": "m_like", "name": "alike", "type": "ManyToMany", "from_entity": "song", "to_entity": "song"},
    ],
    "roles": [{"id": "r", "name": "writer", "entities": {"song": {"read": True, "create": True}}}],
}  # fmt: skip


class Music(Store):
    """Songs and tags."""

    async def links(self) -> dict[int, list[str]]:
        """Return the codes of the tags of each song."""
        blocks = await self.exchange.export(ADMIN, self.app, Query(entity_type="song"), "json", references="key")
        songs = codec.loads(b"".join([block async for block in blocks]))
        return {song["nr"]: song["tags.code"] for song in songs}

    async def refused(self, entity_type: str, *lines: str, **more: Any) -> list[tuple[int, str, str]]:
        report = await self.load(entity_type, *lines, **more)
        assert not report.applied
        return [(fault.row, fault.path, fault.message) for fault in report.errors]


@pytest.fixture
async def music(db: Database) -> Music:
    """Three tags, of which one holds a semicolon."""
    store = Music(db, MUSIC)
    await store.load_objects("tag", [{"code": "rock"}, {"code": "pop"}, {"code": "a;b"}])
    return store


async def test_a_cell_holds_several_keys_between_semicolons(music: Music) -> None:
    report = await music.load("song", "nr,tags", "1,rock; pop", "2,a\\;b;rock", '3,"[""pop"", ""a;b""]"', "4,")
    assert (report.created, report.links, report.errors) == (4, 6, [])
    assert await music.links() == {1: ["rock", "pop"], 2: ["a;b", "rock"], 3: ["pop", "a;b"], 4: []}


async def test_links_are_given_by_id_as_well_and_columns_are_mapped(music: Music) -> None:
    ids = {tag["code"]: tag["id"] for tag in await music.all("tag")}
    report = await music.load(
        "song", "nr,Genres", f"1,{ids['pop']};{ids['rock']}", "2,pop;pop", columns={"Genres": "tags"}
    )
    assert (report.links, report.errors) == (3, [])
    assert await music.links() == {1: ["pop", "rock"], 2: ["pop"]}
    with pytest.raises(InvalidParams, match="no unique field"):
        await music.load("song", "nr,tags.colour", "3,red")


async def test_each_link_that_leads_nowhere_is_reported_with_its_row(music: Music) -> None:
    song = "019a0000-0000-7000-8000-000000000001"
    await music.load("song", "id,nr", f"{song},1")
    rows = ["2,rock;jazz", f"3,{song}", "4,pop", '5,"[{""a"": 1}]"']
    assert await music.refused("song", "nr,tags", *rows) == [
        (1, "/tags/1", "There is no Tag whose Code is 'jazz'"),
        (2, "/tags/0", "There is no such Tag"),
        (4, "/tags", "This is a list of at most 10000 ids or keys"),
    ]
    report = await music.load("song", "nr,tags", *rows, skip_invalid=True)
    assert (report.created, report.failed, report.links) == (1, 3, 1)
    assert await music.links() == {1: [], 4: ["pop"]}


@pytest.mark.parametrize("dry_run", [False, True])
async def test_what_would_come_in_is_counted_without_what_does_not(music: Music, dry_run: bool) -> None:
    for columns in ("nr,alike", "nr,follows"):
        report = await music.load("song", columns, "1,7", "2,", "3,2", dry_run=dry_run)
        assert (report.created, report.failed, report.applied) == (2, 1, False), columns


async def test_a_change_makes_the_links_those_of_the_row_and_no_others(music: Music) -> None:
    await music.load("song", "nr,tags", "1,rock;pop", "2,rock", "3,pop")
    report = await music.load("song", "nr,tags", "1,pop;a\\;b", "2,", "4,rock", upsert="nr")
    assert (report.created, report.unchanged, report.links) == (1, 2, 2)
    assert await music.links() == {1: ["pop", "a;b"], 2: [], 3: ["pop"], 4: ["rock"]}
    await music.load_objects("song", [{"nr": 1, "tags": ["rock"]}, {"nr": 3}], upsert="nr")
    assert await music.links() == {1: ["rock"], 2: [], 3: ["pop"], 4: ["rock"]}
    logged = [row for row in await music.rows("audit_log") if row["action"] == "link"]
    assert len(logged) == 3 + 3 + 1


async def test_the_other_side_is_read_and_is_written_when_it_is_named(music: Music) -> None:
    await music.load("song", "nr,tags", "1,pop", "2,rock")
    report = await music.load("tag", "code,songs", "folk,1;2", "pop,2", upsert="code")
    assert (report.created, report.links, report.errors) == (1, 3, [])
    assert await music.links() == {1: ["folk"], 2: ["rock", "folk", "pop"]}
    blocks = await music.exchange.export(
        ADMIN, music.app, Query(entity_type="tag", fields=("code", "songs")), "csv", references="key"
    )
    lines = b"".join([block async for block in blocks]).decode().splitlines()
    assert lines[0] == "id,code,songs.nr,created_at,updated_at,version"
    assert sorted(line.split(",")[1:3] for line in lines[1:]) == [
        ["a;b", ""],
        ["folk", "1;2"],
        ["pop", "2"],
        ["rock", "2"],
    ]


async def test_links_lead_to_records_that_come_later_and_in_circles(music: Music) -> None:
    report = await music.load("song", "nr,follows,alike", "1,2,2;3", "2,1,1", "3,,3")
    assert (report.created, report.links, report.errors) == (3, 4, [])
    song = "019a0000-0000-7000-8000-00000000000"
    report = await music.load("song", "id,nr,alike", f"{song}4,4,5;{song}6", f"{song}5,5,", f"{song}6,6,4")
    assert (report.links, report.errors) == (3, [])
    stored = [row for row in await music.rows("entity_relationships") if row["link_key"] == "m_like"]
    assert (f"{song}4", f"{song}5") in {(row["source_id"], row["target_id"]) for row in stored}


async def test_records_that_refer_or_link_to_what_is_left_out_are_left_out_too(music: Music) -> None:
    rows = ["1,,9", "2,1,", "3,,2", "4,,5", "5,,"]
    assert [row for row, _, _ in await music.refused("song", "nr,follows,alike", *rows)] == [1]
    report = await music.load("song", "nr,follows,alike", *rows, skip_invalid=True)
    assert (report.created, report.failed, report.links) == (2, 3, 1)
    assert [song["nr"] for song in await music.all("song")] == [4, 5]
    assert await music.count("song") == 2
    await music.check()


async def test_a_changed_record_that_links_to_nobody_ends_the_import(music: Music) -> None:
    await music.load("song", "nr", "1")
    with pytest.raises(ValidationFailed, match="to be changed"):
        await music.load("song", "nr,alike", "1,7", "2,", upsert="nr", skip_invalid=True)


@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "xlsx"])
async def test_a_file_with_links_goes_in_and_out_the_same(music: Music, db: Database, kind: Format) -> None:
    await music.load_objects("tag", [{"code": " end "}, {"code": "[x"}, {"code": "=1\\"}, {"code": "'=1"}])
    codes = [tag["code"] for tag in await music.all("tag")]
    await music.load_objects("song", [{"nr": n, "tags": codes[n:] + codes[:2], "alike": [3 - n]} for n in range(4)])

    async def copied(source: Music, target: Music) -> bytes:
        for name in ("tag", "song"):
            query = Query(entity_type=name)
            blocks = await source.exchange.export(ADMIN, source.app, query, kind, references="key")
            file = b"".join([block async for block in blocks])
            job = Job(entity_type=name, rows=open_rows(HeldSource(file), kind))
            report: ImportReport = await target.exchange.load(ADMIN, target.app, [job])
            assert report.errors == []
        return file

    second, third = Music(db, MUSIC), Music(db, MUSIC)
    first = await copied(music, second)
    again = await copied(second, third)
    assert again == first if kind != "xlsx" else len(again) == len(first)
    assert await third.links() == await music.links() and len((await third.links())[0]) == 7


async def test_links_to_an_entity_that_a_role_does_not_see_do_not_exist_in_its_files(music: Music) -> None:
    writer = Caller(id="w", name="Writer", roles=("writer",), protocol="test")
    report = await music.load("song", "nr,tags,alike", "1,rock,1", caller=writer)
    assert (report.ignored, report.links) == (["tags"], 1)
    assert (await music.file("song", "csv", caller=writer)).startswith(b"id,nr,follows,alike,created_at")


async def test_what_a_dry_run_links_is_not_kept(music: Music) -> None:
    rows = ObjectRows(Held('[{"nr": 1, "tags": ["rock"]}]'), lines=False)
    job = Job(entity_type="song", rows=rows)
    report = await music.exchange.load(ADMIN, music.app, [job], dry_run=True)
    assert (report.created, report.links, report.applied) == (1, 1, False)
    assert await music.rows("entity_relationships") == []


@pytest.mark.parametrize("turned", [False, True])
async def test_links_told_from_both_sides_in_one_load_are_made_once_and_in_order(music: Music, turned: bool) -> None:
    songs = CsvRows(Held("nr,tags\n1,pop;rock\n2,\n"), delimiter=",")
    tags = CsvRows(Held("code,songs.nr\njazz,1;2\nsoul,2;1\n"), delimiter=",")
    jobs = [Job(entity_type="song", rows=songs), Job(entity_type="tag", rows=tags)]
    report = await music.exchange.load(ADMIN, music.app, jobs[::-1] if turned else jobs)
    assert (report.created, report.links, report.errors) == (4, 6, [])
    links = await music.links()
    own, others = ["pop", "rock"], ["jazz", "soul"]
    assert links == {1: [*others, *own] if turned else [*own, *others], 2: others}
    positions = [(row["source_id"], row["position"]) for row in await music.rows("entity_relationships")]
    assert sorted(position for _, position in positions) == [0, 0, 1, 1, 2, 3]


async def test_a_row_with_wrong_values_and_wrong_links_tells_both(music: Music) -> None:
    report = await music.load("song", "nr,tags", "x,jazz", ",soul", "3,pop", skip_invalid=True)
    assert [(fault.row, fault.path, fault.rule) for fault in report.errors] == [
        (1, "/nr", "Type"), (1, "/tags/0", "Reference"), (2, "/nr", "Required"), (2, "/tags/0", "Reference"),
    ]  # fmt: skip
    assert (report.created, report.failed) == (1, 2) and await music.links() == {3: ["pop"]}
