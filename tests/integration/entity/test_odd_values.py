"""Values at the edge of what a type holds: parts of lists, the largest and the smallest numbers."""

from typing import Any

import pytest

from tests.integration.entity.workshop import ADMIN, Shop, entity, field
from torque import codec
from torque.db.pool import Database
from torque.entity.query.aggregate import Aggregate, Metric
from torque.entity.types import Query
from torque.errors import InvalidParams, ParseError, ValidationFailed
from torque.types import Caller

MODEL: dict[str, Any] = {
    "format": "torque/1",
    "name": "odd",
    "entities": [
        entity(
            "odd",
            field("name", "String"),
            field("size", "Float"),
            field("at", "Time"),
            field("parts", "Array", type_element_type={"type": "Json"}),
        )
    ],
}
LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324


@pytest.fixture
def odd(db: Database) -> Shop:
    """An application of the test's own."""
    return Shop(db, MODEL)


async def names(shop: Shop, filters: dict[str, Any]) -> list[str]:
    answer = await shop.entities.list(ADMIN, shop.app, Query(entity_type="odd", filters=filters))
    return sorted(record["name"] for record in codec.loads(answer.result)["data"])


async def test_a_list_contains_what_is_one_of_its_elements_and_no_part_of_one(odd: Shop) -> None:
    await odd.create("odd", name="whole", parts=[{"a": 1}, [1], "x", 1])
    await odd.create("odd", name="more", parts=[{"a": 1, "b": 2}, [1, 2]])
    await odd.create("odd", name="none")
    for element in ({"a": 1}, [1], "x", 1):
        assert await names(odd, {"parts": {"contains": element}}) == ["whole"], element
    assert await names(odd, {"parts": {"contains": [1, 2]}}) == ["more"]
    assert await names(odd, {"parts": {"contains": {}}}) == []
    assert await names(odd, {"not": {"parts": {"contains": {"a": 1}}}}) == ["more", "none"]


async def test_numbers_as_large_as_a_float_are_filtered_by_as_they_are_answered(odd: Shop) -> None:
    record = await odd.create("odd", name="huge", size=LARGEST)
    assert await names(odd, {"size": record["size"]}) == ["huge"]
    assert await names(odd, {"size": 17976931348623157 * 10**292}) == ["huge"]
    assert await names(odd, {"size": {"gt": -(10**308)}}) == ["huge"]


async def test_a_time_of_day_that_no_record_can_hold_is_refused_by_a_filter(odd: Shop) -> None:
    await odd.create("odd", name="morning", at="09:15:00")
    assert await names(odd, {"at": "09:15:00"}) == ["morning"]
    for wrong in ("09:15:00+02:00", "09:15:00.5", "24:00:00"):
        with pytest.raises(InvalidParams):
            await names(odd, {"at": wrong})


async def test_an_average_of_the_smallest_numbers_is_a_number(odd: Shop) -> None:
    for size in (SMALLEST, 0.0, 0.0):
        await odd.create("odd", size=size)
    asked = Aggregate(entity_type="odd", metrics=(Metric(op="avg", field="size"), Metric(op="sum", field="size")))
    answer = await odd.entities.aggregate(ADMIN, odd.app, asked)
    assert codec.loads(answer.result)["data"] == [{"avg_size": 0, "sum_size": SMALLEST}]


@pytest.mark.parametrize("masked", [False, True])
async def test_a_number_that_no_double_holds_is_named_with_its_place(db: Database, masked: bool) -> None:
    grant = {"create": True, "read": True, "hidden_fields": ["at"] if masked else []}
    odd = Shop(db, {**MODEL, "roles": [{"id": "r", "name": "r", "entities": {"odd": grant}}]})
    caller = Caller(id="r", name="r", roles=("r",), protocol="test")
    for data, path in ((b'{"size": 1e400}', "/size"), (b'{"parts": [1, {"a": -1e400}]}', "/parts")):
        with pytest.raises(ValidationFailed) as refused:
            await odd.entities.create(caller, odd.app, "odd", data)
        errors: Any = refused.value.details["errors"]
        assert [error["path"].startswith(path) for error in errors] == [True]
    with pytest.raises((ParseError, ValidationFailed)):
        await odd.entities.create(caller, odd.app, "odd", b'{"size": NaN}')
