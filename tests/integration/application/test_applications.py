"""Applications: made of a model with its sample records, found by name, stopped, followed to new revisions."""

import asyncio
from typing import Any

import pytest

from tests.integration.application.site import ADA, ADMIN, EVE, GUEST, SAMPLES, Site
from tests.integration.entity.workshop import SHOP, entity, field
from torque import codec
from torque.entity.types import Query, Sort
from torque.errors import (
    Conflict,
    InvalidParams,
    NotFound,
    Unavailable,
    ValidationFailed,
)
from torque.types import Caller


async def test_an_application_starts_with_the_sample_records_and_their_references(site: Site) -> None:
    model = await site.model("sampled", sample_data=SAMPLES)
    made = await site.applications.create(ADMIN, model)
    assert (made.name, made.status) == ("sampled", "running")
    [order] = await site.records("sampled", "order")
    assert order["customer_id"] == ADA
    customers = {one["id"]: one for one in await site.records(made.id, "customer")}
    assert customers[ADA]["parent_id"] == EVE
    assert customers[ADA]["kind"] == "retail"
    app = await site.catalog.get(made.id)
    with pytest.raises(ValidationFailed):
        await site.entities.delete(ADMIN, app, "customer", ADA)
    second = await site.applications.create(ADMIN, "sampled", label="Second")
    assert (second.name, second.label) == ("sampled-2", "Second")
    assert [event.action for event in site.events] == ["created", "created"]


async def test_sample_records_that_break_a_rule_make_no_application(site: Site) -> None:
    model = await site.model("broken", sample_data={"customer": [{"id": ADA, "name": "Ada"}, {"id": EVE}]})
    with pytest.raises(ValidationFailed) as refused:
        await site.applications.create(ADMIN, model)
    assert refused.value.details["errors"][0]["path"] == "/customer/1/name"
    assert await site.applications.of_model(ADMIN, model) == []
    orphans = "SELECT count(*) FROM entities WHERE application_id NOT IN (SELECT id FROM torque_applications)"
    assert await site.db.fetchval(orphans) == 0


async def test_a_name_is_a_slug_and_taken_once(site: Site) -> None:
    model = await site.model("named")
    for name in ("Upper", "with space", "", "-x"):
        with pytest.raises(InvalidParams):
            await site.applications.create(ADMIN, model, name)
    results = await asyncio.gather(
        *(site.applications.create(ADMIN, model, "mine") for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Application", "Conflict", "Conflict"]
    with pytest.raises(Conflict):
        await site.applications.create(ADMIN, model, "mine")


@pytest.mark.covers("error:UNAVAILABLE")
async def test_a_stopped_application_answers_in_no_worker(site: Site) -> None:
    other = Site(site.db, site.generations)
    made = await site.applications.create(ADMIN, await site.model("stopped"))
    await other.catalog.get("stopped")
    await site.applications.stop(ADMIN, "stopped")
    for worker in (site, other):
        with pytest.raises(Unavailable):
            await worker.catalog.get("stopped")
    assert (await site.applications.run(ADMIN, made.model_id)).id == made.id
    assert (await other.catalog.get("stopped")).id == made.id


async def test_a_changed_model_is_served_by_every_worker_at_once(site: Site) -> None:
    other = Site(site.db, site.generations)
    model = await site.model("followed")
    await site.applications.create(ADMIN, model)
    before = await other.catalog.get("followed")
    assert other.catalog.peek("followed") is before
    document = {**SHOP, "name": "followed", "entities": [*SHOP["entities"], entity("extra", field("x", "String"))]}
    await site.models.import_document(ADMIN, codec.dumps(document), "followed", "replace")
    assert other.catalog.peek("followed") is None
    after = await other.catalog.get("followed")
    assert after.model.revision == before.model.revision + 1
    assert "extra" in after.model.entities
    assert "extra" not in before.model.entities


async def test_the_list_shows_each_caller_what_exists_for_them(site: Site) -> None:
    public = await site.applications.create(ADMIN, await site.model("open-shop", config={"public": True}))
    private = await site.applications.create(ADMIN, await site.model("closed-shop"))
    assert [(one.id, one.public, one.url) for one in await site.applications.list(GUEST)] == [
        (public.id, True, "/app/open-shop")
    ]
    seen = {one.id for one in await site.applications.list(ADMIN)}
    assert {public.id, private.id} <= seen
    await site.applications.stop(ADMIN, public.id)
    assert list(await site.applications.list(GUEST)) == []
    assert public.id in {one.id for one in await site.applications.list(ADMIN)}


async def test_pages_forms_and_metadata_answer_in_the_shapes_of_the_wire(site: Site) -> None:
    made = await site.applications.create(ADMIN, await site.model("shown", config={"public": True}))
    app = await site.catalog.get("shown")
    page = codec.loads((await site.applications.load_page(GUEST, app, "customer_list")).result)
    assert {"id", "title", "layout", "components", "meta"} <= page.keys()
    assert page["meta"]["appId"] == made.id
    form = codec.loads((await site.applications.form(GUEST, app, entity_type="customer")).result)
    assert form["entity_type"] == "customer"
    metadata = codec.loads((await site.applications.metadata(GUEST, app)).result)
    permissions = {one["name"]: one["permissions"] for one in metadata["entities"]}
    assert permissions["customer"] == {"create": False, "read": True, "update": False, "delete": False}
    assert metadata["navigation"]
    for attempt in (
        site.applications.load_page(GUEST, app, "nonsense"),
        site.applications.form(GUEST, app, "nonsense"),
    ):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(InvalidParams):
        await site.applications.form(GUEST, app)


async def test_a_form_shows_no_field_that_is_hidden_and_marks_what_may_only_be_read(site: Site) -> None:
    seen = {"read": True, "update": True, "hidden_fields": ["credit"], "read_only_fields": ["email"]}
    roles = [{"id": "clerk", "name": "clerk", "entities": {"customer": seen}}]
    fields = [{"id": f"ff_{name}", "name": name} for name in ("name", "email", "credit")]
    steps = [{"title": "One", "fields": ["name", "credit"]}, {"title": "Two", "fields": ["email"]}]
    own = {"id": "own", "entity_type": "customer", "fields": fields, "steps": steps}
    await site.applications.create(ADMIN, await site.model("masked", roles=roles, forms=[own]))
    app = await site.catalog.get("masked")
    clerk = Caller(id="c", name="c", roles=("clerk",), protocol="test")
    form = codec.loads((await site.applications.form(clerk, app, "own")).result)
    assert [(one["name"], one.get("readOnly", False)) for one in form["fields"]] == [("name", False), ("email", True)]
    assert [step["fields"] for step in form["steps"]] == [["name"], ["email"]]
    whole = codec.loads((await site.applications.form(ADMIN, app, "own")).result)
    assert [one["name"] for one in whole["fields"]] == ["name", "email", "credit"]


async def test_lists_go_by_the_titles_of_what_they_refer_to_unless_a_rule_hides_some(site: Site) -> None:
    some = {"read": True, "where": {"kind": "retail"}}
    roles = [{"id": "clerk", "name": "clerk", "entities": {"customer": some, "order": {"read": True}}}]
    await site.applications.create(ADMIN, await site.model("sorted", roles=roles))
    app = await site.catalog.get("sorted")
    clerk = Caller(id="c", name="c", roles=("clerk",), protocol="test")
    by_title = Query(entity_type="order", sort=(Sort("customer_id.name"),))
    assert await _sort_field(site, ADMIN, "customer") == "name"
    await site.entities.list(ADMIN, app, by_title)
    assert await _sort_field(site, clerk, "customer") is None
    with pytest.raises(InvalidParams):
        await site.entities.list(clerk, app, by_title)
    assert await _sort_field(site, clerk, "order") == "note"


async def _sort_field(site: Site, caller: Caller, entity: str) -> Any:
    found = codec.loads((await site.applications.metadata(caller, await site.catalog.get("sorted"))).result)
    return next(one["sortField"] for one in found["entities"] if one["name"] == entity)


async def test_history_is_offered_where_it_is_kept_to_who_may_change_the_records(site: Site) -> None:
    entities = [
        {**one, "behavior": {"auditing": {"enabled": False}}} if one["name"] == "order" else one
        for one in SHOP["entities"]
    ]
    reader = {"id": "reader", "name": "reader", "entities": {"customer": {"read": True}, "order": {"read": True}}}
    model = await site.model("logged", entities=entities, roles=[reader])
    await site.applications.create(ADMIN, model)
    app = await site.catalog.get("logged")
    offered = {}
    for caller in (ADMIN, Caller(id="r", name="r", roles=("reader",), protocol="test")):
        found = codec.loads((await site.applications.metadata(caller, app)).result)
        offered[caller.name] = {one["name"]: one["history"] for one in found["entities"]}
    assert offered[ADMIN.name] == {**dict.fromkeys(offered[ADMIN.name], True), "order": False}
    assert offered["r"] == {"customer": False, "order": False}


async def test_deleted_records_are_offered_where_they_are_kept_to_who_may_bring_them_back(site: Site) -> None:
    named = {"auditing": {"track_changes": False}}
    entities = [{**one, "behavior": named} if one["name"] == "order" else one for one in SHOP["entities"]]
    every = {"read": True, "create": True, "update": True}
    blind = {**every, "hidden_fields": ["email"]}
    roles = [
        {"id": name, "name": name, "entities": {"customer": rights, "order": rights}}
        for name, rights in (("whole", every), ("part", {"read": True, "update": True}), ("blind", blind))
    ]
    roles[2]["entities"] = {"customer": blind}
    await site.applications.create(ADMIN, await site.model("remembered", entities=entities, roles=roles))
    app = await site.catalog.get("remembered")
    offered = {}
    for name in ("whole", "part", "blind"):
        caller = Caller(id=name, name=name, roles=(name,), protocol="test")
        found = codec.loads((await site.applications.metadata(caller, app)).result)
        offered[name] = [one["name"] for one in found["entities"] if one["deleted"]]
    assert offered == {"whole": ["customer"], "part": [], "blind": []}


async def test_the_native_gate_may_keep_a_caller_only_while_nothing_moves(site: Site) -> None:
    await site.applications.create(ADMIN, await site.model("admitted"))
    app = await site.catalog.get("admitted")
    _, secret = await site.access.create_token(ADMIN, "gate", "admin")
    caller = await site.access.authenticate(f"Bearer {secret}", None, protocol="test")
    admission = site.access.admission(caller, app)
    assert admission is not None
    assert site.generations.current(admission.stamp)
    await site.access.revoke_token(ADMIN, "gate")
    assert not site.generations.current(admission.stamp)
    assert site.access.admission(caller, app) is None
