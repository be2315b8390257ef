"""Pages as roles see them: what is hidden has no column, and nothing that would be refused is asked for."""

from typing import Any

from tests.integration.entity.workshop import ADMIN, SHOP, Shop
from torque import codec
from torque.application.pages import load_page
from torque.db.pool import Database
from torque.types import Caller

CLERK = Caller(id="c", name="c", roles=("clerk",), protocol="test")
ENTITIES = {"customer": {"read": True, "hidden_fields": ["credit", "name"]}, "order": {"read": True}}
SHOWN = (
    {
        "entityType": "customer", "sort": {"field": "name", "direction": "asc"},
        "columns": ["name", {"field": "email", "title": "Mail"}, {"field": "credit"}],
    },
    {"entityType": "order", "columns": ["note", "customer_id", "customer_id.email", "customer_id.credit"]},
    {"entityType": "memo", "columns": ["text"], "sort": [{"field": "text", "order": "asc"}]},
)  # fmt: skip


def grids(shop: Shop, caller: Caller) -> list[dict[str, Any]]:
    page = codec.loads(load_page(shop.app, shop.access.enter(caller, shop.app), "own").result)
    assert page["meta"]["appId"] == shop.app.id
    return [one["props"] for one in page["components"][0]["children"]]


def columns(props: dict[str, Any]) -> list[str]:
    return [column["field"] for column in props["columns"]]


def test_a_page_shows_no_column_of_a_field_that_is_hidden(db: Database) -> None:
    place = {"row": 0, "col": 0, "width": 12, "height": 4}
    inner = [{"id": f"g{at}", "type": "DataGrid", "position": place, "props": one} for at, one in enumerate(SHOWN)]
    box = {"id": "box", "type": "Container", "position": place, "props": {}, "children": inner}
    pages = [{"id": "own", "name": "own", "title": "Own", "components": [box]}]
    roles = [{"id": "clerk", "name": "clerk", "entities": ENTITIES}]
    shop = Shop(db, {**SHOP, "pages": pages, "roles": roles})
    customers, orders, memos = grids(shop, CLERK)
    assert (columns(customers), "sort" in customers) == (["email"], False)
    assert columns(orders) == ["note", "customer_id", "customer_id.email"]
    assert (columns(memos), "sort" in memos) == ([], False)
    customers, orders, memos = grids(shop, ADMIN)
    assert (columns(customers), "sort" in customers) == (["name", "email", "credit"], True)
    assert (len(columns(orders)), columns(memos), "sort" in memos) == (4, ["text"], True)
