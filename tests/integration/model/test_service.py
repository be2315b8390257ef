"""The verbs of models against a database: revisions, conflicts, storage keys, who may call them."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from torque.bus import Bus
from torque.db.pool import Database
from torque.errors import Conflict, Forbidden, InvalidParams, NotFound, Unauthenticated, ValidationFailed
from torque.events import Event, ModelChanged, ModelDeleted
from torque.model.changes import invert_all, read_changes
from torque.model.exchange import decode_model, read_document
from torque.model.service import ModelService
from torque.model.types import ModelRecord
from torque.native import Generations
from torque.observe import Observer
from torque.samples import sample_document
from torque.sync.relay import Envelope
from torque.types import Caller

ADMIN = Caller.local("graphql")


class Desk:
    """A service with what it told and moved."""

    def __init__(self, db: Database) -> None:
        observer = Observer()
        self.generations = Generations()
        self.events: list[Event] = []
        bus = Bus(observer)
        bus.on(ModelChanged, self._hear)
        bus.on(ModelDeleted, self._hear)
        self.models = ModelService(db, bus, self.generations, observer)

    def _hear(self, event: Event) -> None:
        self.events.append(event)

    def stamp(self, model: ModelRecord) -> Any:
        return self.generations.read([self.generations.slot("model", model.id)])

    async def edit(self, ref: str, *changes: dict[str, Any], **options: Any) -> Any:
        return await self.models.apply_changes(ADMIN, ref, msgspec.json.encode(changes), **options)


@pytest.fixture
async def desk(db: Database) -> AsyncIterator[Desk]:
    found = Desk(db)
    yield found
    for summary in await found.models.list(ADMIN):
        await found.models.delete(ADMIN, summary.id)


@pytest.fixture
async def todo(desk: Desk) -> ModelRecord:
    return (await desk.models.import_document(ADMIN, sample_document("todo"))).model


async def test_a_new_model_is_empty_and_found_by_id_and_name(desk: Desk) -> None:
    made = await desk.models.create(ADMIN, "shop", "Shop", "What we sell")
    assert (made.name, made.display_name, made.description, made.revision) == ("shop", "Shop", "What we sell", 1)
    assert await desk.models.get(ADMIN, made.id) == await desk.models.get(ADMIN, "shop")
    assert desk.events == [ModelChanged(model_id=made.id, revision=1)]


async def test_a_taken_name_is_a_conflict(desk: Desk, todo: ModelRecord) -> None:
    for attempt in (
        desk.models.create(ADMIN, "todo"),
        desk.models.import_document(ADMIN, sample_document("todo")),
        desk.models.import_document(ADMIN, sample_document("todo"), dry_run=True),
        desk.models.duplicate(ADMIN, "todo", "todo"),
    ):
        with pytest.raises(Conflict):
            await attempt


async def test_an_illegal_name_is_refused_with_its_path(desk: Desk) -> None:
    with pytest.raises(ValidationFailed) as refused:
        await desk.models.create(ADMIN, "Not a slug")
    assert refused.value.details["errors"][0]["path"] == "/name"  # type: ignore[index]


async def test_exporting_and_importing_again_gives_the_same_bytes(desk: Desk, todo: ModelRecord) -> None:
    first = await desk.models.export(ADMIN, "todo")
    await desk.models.import_document(ADMIN, first, name="second")
    second = await desk.models.export(ADMIN, "second")
    assert second == first.replace(b'"name": "todo"', b'"name": "second"', 1)
    assert first == sample_document("todo")


async def test_changes_make_a_revision_and_tell_what_they_touched(desk: Desk, todo: ModelRecord) -> None:
    stamp = desk.stamp(todo)
    desk.events.clear()
    result = await desk.edit(
        "todo", {"type": "UpdatePage", "target": "dashboard_page", "set": {"title": "Board"}}, message="Shorter"
    )
    assert (result.revision, result.findings_after) == (2, [])
    assert [(d.kind, d.id, d.action, d.members) for d in result.diff] == [
        ("Page", "dashboard_page", "changed", ("title",))
    ]
    assert not desk.generations.current(stamp)
    expected = ModelChanged(model_id=todo.id, revision=2, pages=("dashboard_page",), entities=())
    assert desk.events == [expected]
    newest, first = await desk.models.revisions(ADMIN, "todo")
    assert (newest.revision, newest.message, newest.author) == (2, "Shorter", ADMIN.name)
    assert newest.changes == [{"type": "UpdatePage", "target": "dashboard_page", "set": {"title": "Board"}}]
    assert first.revision == 1


async def test_a_dry_run_stores_nothing(desk: Desk, todo: ModelRecord) -> None:
    desk.events.clear()
    change = {"type": "RemoveForm", "target": "todo_form"}
    result = await desk.edit("todo", change, dry_run=True)
    assert result.revision == 1
    assert decode_model(result.model.document).forms == ()
    assert desk.events == []
    assert decode_model((await desk.models.get(ADMIN, "todo")).document).forms != ()


async def test_changes_that_change_nothing_make_no_revision(desk: Desk, todo: ModelRecord) -> None:
    result = await desk.edit("todo", {"type": "UpdatePage", "target": "start_page", "set": {"title": "TODO List"}})
    assert (result.revision, result.diff) == (1, [])


async def test_a_stale_revision_is_a_conflict_that_says_what_happened(desk: Desk, todo: ModelRecord) -> None:
    change = {"type": "UpdatePage", "target": "start_page", "set": {"title": "Tasks"}}
    await desk.edit("todo", change)
    with pytest.raises(Conflict) as refused:
        await desk.edit("todo", change, if_revision=1)
    details: Any = refused.value.details
    assert details["current"] == {"revision": 2}
    assert [(r["revision"], r["changes"]) for r in details["changed"]] == [(2, [change])]


async def test_a_change_that_does_not_fit_stores_none_of_the_list(desk: Desk, todo: ModelRecord) -> None:
    good = {"type": "UpdatePage", "target": "start_page", "set": {"title": "Tasks"}}
    with pytest.raises(InvalidParams, match="Change 2"):
        await desk.edit("todo", good, {"type": "RemovePage", "target": "nope"})
    assert (await desk.models.get(ADMIN, "todo")).revision == 1


async def test_a_change_cannot_make_the_document_impossible(desk: Desk, todo: ModelRecord) -> None:
    field = {"id": "second", "name": "label", "field_type": {"type": "String"}}
    with pytest.raises(ValidationFailed, match="'label' is taken"):
        await desk.edit("todo", {"type": "AddField", "parent": "entity_todo", "value": field})
    with pytest.raises(ValidationFailed, match="NUL"):
        await desk.edit("todo", {"type": "UpdatePage", "target": "start_page", "set": {"title": "a\0b"}})


@pytest.mark.parametrize("changes", [b"[", b"{}", b"[1]", b'[{"type":"Nonsense"}]', b'[{"typ":"AddPage"}]'])
async def test_what_is_no_list_of_changes_is_refused(desk: Desk, todo: ModelRecord, changes: bytes) -> None:
    with pytest.raises(InvalidParams):
        await desk.models.apply_changes(ADMIN, "todo", changes)


async def test_changes_with_texts_that_nothing_can_hold_are_refused(desk: Desk, todo: ModelRecord) -> None:
    change = {"type": "UpdatePage", "target": "start_page", "set": {"title": "\ud800"}}
    with pytest.raises(ValidationFailed, match="surrogate"):
        await desk.models.apply_changes(ADMIN, "todo", [change])


async def test_any_revision_can_be_restored(desk: Desk, todo: ModelRecord) -> None:
    await desk.edit("todo", {"type": "RemovePage", "target": "dashboard_page"})
    result = await desk.models.restore(ADMIN, "todo", 1)
    assert result.revision == 3
    assert decode_model(result.model.document) == decode_model(todo.document)
    with pytest.raises(NotFound):
        await desk.models.restore(ADMIN, "todo", 99)


async def test_restoring_gives_a_field_its_key_and_retires_the_newer_one(desk: Desk, todo: ModelRecord) -> None:
    await desk.edit("todo", {"type": "RemoveField", "target": "field_todo_label"})
    value = {"id": "label_again", "name": "label", "field_type": {"type": "Integer"}}
    added = await desk.edit("todo", {"type": "AddField", "parent": "entity_todo", "value": value})
    assert decode_model(added.model.document).entities[0].fields[-1].storage_key == "label_2"
    restored = decode_model((await desk.models.restore(ADMIN, "todo", 1)).model.document).entities[0]
    assert restored.fields[0].storage_key == "label"
    assert restored.retired_keys == ("label_2",)


async def test_what_an_undo_brings_back_has_its_values_again(desk: Desk, todo: ModelRecord) -> None:
    field = msgspec.to_builtins(decode_model(todo.document).entities[0].fields[0])
    await desk.edit("todo", {"type": "RemoveField", "target": "field_todo_label"})
    back = await desk.edit("todo", {"type": "AddField", "parent": "entity_todo", "index": 0, "value": field})
    assert decode_model(back.model.document) == decode_model(todo.document)


async def test_undoing_an_addition_retires_the_key_and_redoing_it_brings_it_back(desk: Desk, todo: ModelRecord) -> None:
    value = {"id": "field_due", "name": "due", "field_type": {"type": "Date"}}
    adding = {"type": "AddField", "parent": "entity_todo", "value": value}
    before = decode_model(todo.document)
    undo = [msgspec.to_builtins(c) for c in invert_all(before, read_changes([adding]))]
    await desk.edit("todo", adding)
    undone = await desk.edit("todo", *undo)
    assert decode_model(undone.model.document).entities[0].retired_keys == ("due",)
    redone = await desk.edit("todo", adding)
    assert decode_model(redone.model.document).entities[0].fields[-1].storage_key == "due"


async def test_replacing_keeps_storage_keys_of_the_same_ids(desk: Desk, todo: ModelRecord) -> None:
    document = msgspec.json.decode(sample_document("todo"))
    document["entities"][0]["fields"][0]["name"] = "task"
    result = await desk.models.import_document(ADMIN, msgspec.json.encode(document), mode="replace")
    assert result.revision == 2
    field = decode_model(result.model.document).entities[0].fields[0]
    assert (field.name, field.storage_key) == ("task", "label")


async def test_merging_adds_what_is_new_and_reports_what_differs(desk: Desk, todo: ModelRecord) -> None:
    document = {
        "format": "torque/1",
        "name": "todo",
        "entities": [{"id": "entity_tag", "name": "tag", "fields": []}],
        "forms": [{"id": "todo_form", "entity_type": "todo", "name": "Task"}],
    }
    result = await desk.models.import_document(ADMIN, msgspec.json.encode(document), mode="merge")
    merged = decode_model(result.model.document)
    assert [e.name for e in merged.entities] == ["todo", "tag"]
    assert (merged.forms[0].name, len(merged.forms[0].fields)) == ("Task", 2)
    assert [line.what for line in result.report] == ["Form 'todo_form' differs in name"]


@pytest.mark.parametrize("mode", ["replace", "merge"])
async def test_an_import_may_insist_on_the_revision_it_was_made_for(desk: Desk, todo: ModelRecord, mode: str) -> None:
    await desk.edit("todo", {"type": "UpdatePage", "target": "start_page", "set": {"title": "Tasks"}})
    with pytest.raises(Conflict) as refused:
        await desk.models.import_document(ADMIN, sample_document("todo"), mode=mode, if_revision=1)
    assert refused.value.details["current"] == {"revision": 2}
    done = await desk.models.import_document(ADMIN, sample_document("todo"), mode=mode, if_revision=2)
    assert done.revision == 3
    with pytest.raises(InvalidParams):
        await desk.models.import_document(ADMIN, sample_document("todo"), name="new", if_revision=1)


async def test_replacing_needs_a_model_of_that_name(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.models.import_document(ADMIN, sample_document("todo"), mode="replace")


async def test_the_compiled_snapshot_follows_the_head_or_a_revision(desk: Desk, todo: ModelRecord) -> None:
    first = await desk.models.compiled(todo.id)
    await desk.edit("todo", {"type": "UpdatePage", "target": "start_page", "set": {"title": "Tasks"}})
    newest = await desk.models.compiled(todo.id)
    assert (first.revision, newest.revision) == (1, 2)
    assert newest.page("start_page").title == "Tasks"
    assert await desk.models.compiled(todo.id, 1) is first
    with pytest.raises(NotFound):
        await desk.models.compiled("01900000-0000-7000-8000-000000000000")


async def test_a_deleted_model_is_gone_with_its_revisions(desk: Desk, todo: ModelRecord) -> None:
    await desk.models.delete(ADMIN, "todo")
    assert desk.events[-1] == ModelDeleted(model_id=todo.id)
    with pytest.raises(NotFound):
        await desk.models.get(ADMIN, todo.id)
    assert await desk.models.ever_held(ADMIN)


async def test_the_list_counts_the_parts(desk: Desk, todo: ModelRecord) -> None:
    (summary,) = await desk.models.list(ADMIN)
    counts = (summary.entity_count, summary.page_count, summary.form_count, summary.xflow_count)
    assert (summary.name, counts) == ("todo", (1, 2, 1, 1))


async def test_a_copy_has_a_name_and_revisions_of_its_own(desk: Desk, todo: ModelRecord) -> None:
    copy = await desk.models.duplicate(ADMIN, "todo", "todo-two", "Second list")
    assert (copy.name, copy.display_name, copy.revision) == ("todo-two", "Second list", 1)
    assert decode_model(copy.document).entities == decode_model(todo.document).entities


@pytest.mark.parametrize("caller", [Caller.anonymous("graphql"), ADMIN])
async def test_only_administrators_of_the_server_may_call(desk: Desk, caller: Caller) -> None:
    scoped = msgspec.structs.replace(caller, application_id="01900000-0000-7000-8000-000000000001")
    expected = Unauthenticated if caller.is_anonymous else Forbidden
    data = sample_document("todo")
    calls = [
        desk.models.list(scoped),
        desk.models.get(scoped, "todo"),
        desk.models.create(scoped, "x"),
        desk.models.import_document(scoped, data),
        desk.models.export(scoped, "todo"),
        desk.models.delete(scoped, "todo"),
        desk.models.duplicate(scoped, "todo", "x"),
        desk.models.apply_changes(scoped, "todo", []),
        desk.models.revisions(scoped, "todo"),
        desk.models.revision(scoped, "todo", 1),
        desk.models.restore(scoped, "todo", 1),
        desk.models.verify(scoped, "todo"),
        desk.models.ever_held(scoped),
    ]
    for call in calls:
        with pytest.raises(expected):
            await call


async def test_other_runs_hear_of_a_saved_model_in_the_words_their_relays_read(desk: Desk, db: Database) -> None:
    heard: list[str] = []

    def hear(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        heard.append(str(payload))

    async with db.connection() as connection:
        await connection.add_listener("torque", hear)
        made = await desk.models.create(ADMIN, "heard")
        await connection.execute("SELECT 1")
        await connection.remove_listener("torque", hear)
    (signal,) = msgspec.json.decode(heard[0], type=Envelope).signals
    assert (signal.model, signal.revision) == (made.id, 1)  # type: ignore[union-attr]


async def test_a_document_reads_the_same_after_the_database_had_it(desk: Desk) -> None:
    data = sample_document("customer-orders")
    await desk.models.import_document(ADMIN, data)
    assert await desk.models.export(ADMIN, "customer-orders") == data
    stored = decode_model((await desk.models.get(ADMIN, "customer-orders")).document)
    assert stored == read_document(data)[0]
