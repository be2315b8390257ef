"""What a change of a model would do to stored records, counted before it is made."""

from typing import Any

import msgspec
import pytest

from tests.integration.entity.workshop import SHOP, entity, field
from torque import codec
from torque.entity.repair import effects
from torque.errors import Forbidden
from torque.platform import Platform
from torque.types import Caller, new_id

ADMIN = Caller.local("test")
Found = list[tuple[str, str | None, str, int, int]]


class Stock:
    """An application of the shop with a few records, and what changes of its model would do to them."""

    def __init__(self, platform: Platform, model_id: str, app_name: str) -> None:
        self.platform = platform
        self.model_id = model_id
        self.app_name = app_name

    async def add(self, entity_type: str, *records: dict[str, Any]) -> list[str]:
        app = await self.platform.catalog.get(self.app_name)
        rows = [codec.dumps(record) for record in records]
        made = codec.loads((await self.platform.entities.bulk_create(ADMIN, app, entity_type, rows)).result)
        return [str(result["record"]["id"]) for result in made["results"]]

    async def would(self, *changes: dict[str, Any]) -> Found:
        """Try changes; return what they would do."""
        tried = await self.platform.models.apply_changes(
            ADMIN, self.model_id, msgspec.json.encode(changes), dry_run=True
        )
        found = await self.platform.effects.of_change(ADMIN, self.model_id, tried.before, tried.model.document)
        assert {one.application for one in found} <= {self.app_name}
        return [(one.entity, one.field, one.rule, one.records, one.of) for one in found]


@pytest.fixture
async def stock(platform: Platform) -> Stock:
    name = f"shop-{new_id()[-12:]}"
    loose = entity("loose", field("a", "String"), field("b", "Integer"), field("who", "String"))
    document = {**SHOP, "name": name, "entities": [*SHOP["entities"], loose]}
    model = (await platform.models.import_document(ADMIN, codec.dumps(document))).model
    made = await platform.applications.create(ADMIN, model.id)
    found = Stock(platform, model.id, made.name)
    await found.add("customer", {"name": "Ada", "credit": 5}, {"name": "Bob", "credit": 500}, {"name": "Bob"})
    return found


async def test_what_hides_values_is_counted_by_the_records_that_have_one(stock: Stock) -> None:
    gone = {"type": "RemoveField", "target": "customer_f_credit"}
    assert await stock.would(gone) == [("customer", "credit", "Removed", 2, 3)]
    assert await stock.would({"type": "RemoveField", "target": "customer_f_email"}) == []
    assert await stock.would({"type": "RemoveEntity", "target": "e_customer"}) == [("customer", None, "Removed", 3, 3)]
    assert await stock.would({"type": "RemoveEntity", "target": "e_order"}) == []


async def test_what_becomes_required_is_counted_by_the_records_that_lack_it(stock: Stock) -> None:
    needed = {"type": "UpdateField", "target": "customer_f_credit", "set": {"required": True}}
    assert await stock.would(needed) == [("customer", "credit", "Required", 1, 3)]
    value = {"id": "new", "name": "since", "field_type": {"type": "Date"}, "required": True}
    added = {"type": "AddField", "parent": "e_customer", "value": value}
    assert await stock.would(added) == [("customer", "since", "Required", 3, 3)]
    assert await stock.would({**added, "value": {**value, "required": False}}) == []


async def test_what_becomes_unique_is_counted_by_the_records_that_share_a_value(stock: Stock) -> None:
    once = {"type": "UpdateField", "target": "customer_f_name", "set": {"unique": True}}
    assert await stock.would(once) == [("customer", "name", "Unique", 2, 3)]
    both = {"type": "UniqueKey", "name": "both", "fields": ["name", "credit"], "message": "Once"}
    assert await stock.would({"type": "AddConstraint", "parent": "e_customer", "value": both}) == []


async def test_a_narrower_type_or_rule_is_counted_by_the_records_that_break_it(stock: Stock) -> None:
    small = {"set": {"field_type": {"type": "Decimal", "scale": 2, "min": 0, "max": 100}}}
    [narrow] = await stock.would({"type": "UpdateField", "target": "customer_f_credit", **small})
    assert (narrow[1], narrow[3:]) == ("credit", (1, 3))
    kinds = {"set": {"field_type": {"type": "Enum", "values": ["wholesale"]}, "default_value": None}}
    assert await stock.would({"type": "UpdateField", "target": "customer_f_kind", **kinds}) == [
        ("customer", "kind", "Enum", 3, 3)
    ]
    other = {"set": {"field_type": {"type": "Boolean"}}}
    assert await stock.would({"type": "UpdateField", "target": "customer_f_name", **other}) == [
        ("customer", "name", "Type", 3, 3)
    ]


async def test_a_check_is_counted_by_the_records_for_which_it_does_not_hold(stock: Stock) -> None:
    check = {"type": "Check", "name": "modest", "expression": "name != 'Bob' || credit == null || credit <= 100"}
    assert await stock.would({"type": "AddConstraint", "parent": "e_customer", "value": check}) == [
        ("customer", "name", "Check", 1, 3)
    ]
    at = {**check, "fields": ["credit"]}
    assert await stock.would({"type": "AddConstraint", "parent": "e_customer", "value": at}) == [
        ("customer", "credit", "Check", 1, 3)
    ]


async def test_a_new_reference_is_counted_by_the_values_that_lead_nowhere(stock: Stock) -> None:
    [ada] = await stock.add("customer", {"name": "Cy"})
    records = [{"who": ada}, {"who": new_id()}, {"who": "nobody"}, {"a": "x"}]
    await stock.add("loose", *records)
    refers = {"set": {"field_type": {"type": "Reference", "entity": "customer"}}}
    found = await stock.would({"type": "UpdateField", "target": "loose_f_who", **refers})
    assert sum(records for _, name, _, records, of in found if name == "who" and of == 4) == 2


async def test_what_concerns_only_the_screen_asks_nothing(stock: Stock) -> None:
    renamed = {"type": "UpdateField", "target": "customer_f_name", "set": {"name": "called", "display_name": "Called"}}
    assert await stock.would(renamed) == []


async def test_beyond_the_bound_the_number_is_the_least(stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "MOST", 2)
    change = {"type": "UpdateField", "target": "customer_f_email", "set": {"required": True}}
    tried = await stock.platform.models.apply_changes(ADMIN, stock.model_id, [change], dry_run=True)
    [found] = await stock.platform.effects.of_change(ADMIN, stock.model_id, tried.before, tried.model.document)
    assert (found.records, found.of, found.complete) == (2, 3, False)


async def test_only_administrators_may_ask(stock: Stock) -> None:
    reader = Caller(id="r", name="r", roles=("reader",), protocol="test")
    with pytest.raises(Forbidden):
        await stock.platform.effects.of_change(reader, stock.model_id, b"{}", b"{}")
