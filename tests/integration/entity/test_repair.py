"""The check of stored records finds what does not fit together, whatever made it so, and puts it right."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.command import inside
from tests.integration.entity.workshop import ADMIN, SHOP, Shop, entity, field, link
from torque import codec
from torque.db.pool import Database
from torque.entity.repair.service import Health, Repair
from torque.types import new_id

GROUPS: dict[str, Any] = {
    **SHOP,
    "entities": [*SHOP["entities"], entity("tag", field("text", "String"))],
    "relationships": [
        *SHOP["relationships"],
        {**link("tags", "customer", "", "tag", "None"), "type": "ManyToMany", "from_field": None},
    ],
}


async def check(shop: Shop, *, dry: bool = False) -> Health:
    return await Repair(shop.db, shop.entities, ADMIN, shop.app, dry=dry).run(lambda seen: None)


async def by_hand(shop: Shop, *statements: str) -> None:
    """Change the database as somebody might who knows how to go round its constraints."""
    async with shop.db.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement.replace(":app", f"'{shop.app.id}'"))


async def stocked(db: Database) -> tuple[Shop, list[dict[str, Any]]]:
    shop = Shop(db, GROUPS)
    customers = [await shop.create("customer", name=name, email=f"{name}@x") for name in ("ada", "bob", "eve")]
    for number, customer in enumerate(customers):
        await shop.create("order", number=number, customer_id=customer["id"], payer_id=customers[0]["id"])
    await shop.create("group", title="all", members=[customer["id"] for customer in customers])
    return shop, customers


async def state(shop: Shop) -> tuple[Any, ...]:
    """Return all that is kept beside the records."""
    links = [tuple(row.values()) for row in await shop.rows("entity_relationships")]
    keys = [tuple(row.values()) for row in await shop.rows("entity_keys")]
    return sorted(links), sorted(keys), [await shop.count(name) for name in ("customer", "order", "group")]


async def test_a_sound_application_has_no_findings(db: Database) -> None:
    shop, _ = await stocked(db)
    before = await state(shop)
    health = await check(shop)
    assert (health.records, health.found, health.left) == (7, {}, 0)
    assert await state(shop) == before


async def test_rows_that_were_lost_or_made_up_are_put_right(db: Database) -> None:
    shop, customers = await stocked(db)
    before = await state(shop)
    ghost = new_id()
    await by_hand(
        shop,
        f"DELETE FROM entity_relationships WHERE application_id = :app AND target_id = '{customers[1]['id']}'",
        "UPDATE entity_keys SET value = value || 'x' WHERE application_id = :app AND value LIKE '%ada@x%'",
        f"INSERT INTO entity_keys SELECT :app, 'old', 'v', '{ghost}'",
        f"INSERT INTO entity_relationships SELECT :app, 'old', '{ghost}', '{customers[0]['id']}', 0",
        f"INSERT INTO entity_relationships SELECT :app, 'order_f_payer_id', '{customers[0]['id']}',"
        f" '{customers[1]['id']}', 0",
        "UPDATE entity_counts SET n = n + 5 WHERE application_id = :app AND entity_type = 'order'",
        "DELETE FROM entity_counts WHERE application_id = :app AND entity_type = 'group'",
    )
    broken = await state(shop)
    dry = await check(shop, dry=True)
    expected = {"missing link": 2, "surplus link": 2, "missing key": 1, "surplus key": 2, "wrong count": 2}
    assert (dry.found, dry.repaired) == (expected, {})
    assert await state(shop) == broken
    done = await check(shop)
    assert (done.found, done.repaired, done.left) == (expected, expected, 0)
    assert await state(shop) == before
    assert (await check(shop)).found == {}


async def test_references_to_what_is_gone_are_taken_out_like_any_change(db: Database) -> None:
    shop, customers = await stocked(db)
    gone = customers[2]["id"]
    line = await shop.create("order", number=9)
    owned = await shop.create("line", text="x", order_id=line["id"])
    await by_hand(
        shop,
        f"DELETE FROM entities WHERE application_id = :app AND id IN ('{gone}', '{line['id']}')",
        f"DELETE FROM entity_keys WHERE application_id = :app AND entity_id IN ('{gone}', '{line['id']}')",
    )
    done = await check(shop)
    assert Counter(done.found) == {
        "dangling reference": 3, "surplus link": 3, "wrong count": 2,
    }  # fmt: skip
    left = [finding for finding in done.findings if not finding.repaired]
    assert [(one.kind, one.entity, one.id) for one in left] == [("dangling reference", "line", owned["id"])]
    assert done.left == 1  # a line needs its order
    rows = {row["id"]: codec.loads(row["data"]) for row in await shop.rows("entities")}
    assert all(gone not in str(data) for data in rows.values())
    group = next(data for data in rows.values() if data.get("title") == "all")
    assert group["members"] == [customers[0]["id"], customers[1]["id"]]
    updates = [row for row in await shop.rows("audit_log") if row["action"] == "update"]
    assert len(updates) == 2


async def test_a_value_that_two_records_have_stays_with_the_one_that_holds_it(db: Database) -> None:
    shop, customers = await stocked(db)
    await by_hand(
        shop,
        'UPDATE entities SET data = data || \'{"email": "ada@x"}\' '
        f"WHERE application_id = :app AND id = '{customers[1]['id']}'",
    )
    done = await check(shop)
    assert done.found == {"surplus key": 1, "value not unique": 1}
    assert done.left == 1
    holders = [row["entity_id"] for row in await shop.rows("entity_keys") if "ada@x" in row["value"]]
    assert holders == [customers[0]["id"]]


async def test_values_that_were_exchanged_are_exchanged_back(db: Database) -> None:
    shop, customers = await stocked(db)
    before = await state(shop)
    first, second = customers[0]["id"], customers[1]["id"]
    await by_hand(
        shop,
        f"UPDATE entity_keys SET entity_id = CASE entity_id WHEN '{first}' THEN '{second}' ELSE '{first}' END::uuid "
        f"WHERE application_id = :app AND entity_id IN ('{first}', '{second}') AND value LIKE '%@x%'",
    )
    assert (await check(shop)).left == 0
    assert await state(shop) == before


async def test_many_to_many_links_stay_unless_they_lead_astray(db: Database) -> None:
    shop, customers = await stocked(db)
    tag = await shop.create("tag", text="x")
    await shop.update(customers[0]["id"], tags=[tag["id"]])
    key = next(row["link_key"] for row in await shop.rows("entity_relationships") if row["target_id"] == tag["id"])
    assert (await check(shop)).found == {}
    await by_hand(
        shop,
        f"INSERT INTO entity_relationships SELECT :app, '{key}', '{customers[1]['id']}', '{customers[0]['id']}', 0",
    )
    assert (await check(shop)).repaired == {"surplus link": 1}
    left = [row for row in await shop.rows("entity_relationships") if row["link_key"] == key]
    assert [row["target_id"] for row in left] == [tag["id"]]


async def test_links_that_the_model_hides_stay_for_the_day_they_are_back(db: Database) -> None:
    """A removed field or relationship comes back with an undo, and many-to-many links stand nowhere else."""
    shop, customers = await stocked(db)
    tag = await shop.create("tag", text="x")
    await shop.update(customers[0]["id"], tags=[tag["id"]])
    before = await shop.rows("entity_relationships")
    fields = [{**one, "fields": one["fields"][:-1]} if one["name"] == "order" else one for one in GROUPS["entities"]]
    kept = [one for one in GROUPS["relationships"] if one["name"] not in ("payer", "tags")]
    without = Shop(db, {**GROUPS, "entities": fields, "relationships": kept}, app_id=shop.app.id)
    assert (await check(without)).found == {}
    assert await shop.rows("entity_relationships") == before
    await by_hand(shop, f"DELETE FROM entities WHERE application_id = :app AND id = '{tag['id']}'")
    assert (await check(without)).repaired == {"surplus link": 1, "wrong count": 1}
    assert (await check(shop)).found == {}


async def test_records_that_the_model_does_not_know_or_refuses_are_told(db: Database) -> None:
    shop, customers = await stocked(db)
    await by_hand(
        shop,
        f"UPDATE entities SET data = data - 'name' WHERE application_id = :app AND id = '{customers[0]['id']}'",
        "UPDATE entities SET entity_type = 'gone' WHERE application_id = :app AND entity_type = 'group'",
    )
    found = {finding.kind: finding for finding in (await check(shop)).findings if not finding.repaired}
    assert found["invalid record"].id == customers[0]["id"] and "/name" in found["invalid record"].detail
    assert found["unknown type"].entity == "gone"


@pytest.mark.parametrize("dry", [True, False])
async def test_the_command_tells_by_its_exit_code(db: Database, tmp_path: Path, dry: bool) -> None:
    url = db.settings.dsn
    model = {**SHOP, "name": f"shop-{new_id()[-6:]}"}
    (tmp_path / "m.json").write_bytes(codec.dumps(model))
    assert inside("model", "import", "--input", "m.json", folder=tmp_path, url=url).code == 0
    words = ("data", "check", str(model["name"]), "--dry-run" if dry else "--yes")
    assert inside(*words, folder=tmp_path, url=url).code == 0
    await db.execute(
        "INSERT INTO entity_counts SELECT id, 'order', 1, 7 FROM torque_applications WHERE name = $1", model["name"]
    )
    told = inside(*words, "--json", folder=tmp_path, url=url)
    assert told.code == (3 if dry else 0), told
    health = told.json()[str(model["name"])]
    assert health["found"] == {"wrong count": 1} and health["repaired"] == ({} if dry else {"wrong count": 1})
    assert inside("data", "check", folder=tmp_path, url=url).code == 2  # nobody to ask


async def test_what_is_left_of_applications_that_are_gone_is_told_and_removed(db: Database, tmp_path: Path) -> None:
    url = db.settings.dsn
    model = {**SHOP, "name": f"shop-{new_id()[-6:]}"}
    (tmp_path / "m.json").write_bytes(codec.dumps(model))
    assert inside("model", "import", "--input", "m.json", folder=tmp_path, url=url).code == 0
    standing = inside("data", "seed", str(model["name"]), "--count", "2", folder=tmp_path, url=url)
    assert standing.code == 0, standing
    gone, _ = await stocked(db)
    await by_hand(gone, "DELETE FROM entity_counts WHERE application_id = :app")  # so that no server looks at it
    finding = {
        "kind": "application gone",
        "entity": "",
        "id": gone.app.id,
        "detail": "7 records, 9 links, 6 unique values",
    }
    for choice, code, repaired in (("--dry-run", 3, {}), ("--yes", 0, {"application gone": 1})):
        told = inside("data", "check", choice, "--json", folder=tmp_path, url=url)
        assert told.code == code, told
        health = told.json()[gone.app.id]
        assert (health["records"], health["repaired"]) == (7, repaired)
        assert health["findings"] == [{**finding, "repaired": bool(repaired)}]
    assert await state(gone) == ([], [], [0, 0, 0])
    told = inside("data", "check", "--dry-run", "--json", folder=tmp_path, url=url)
    assert told.code == 0 and told.json()[str(model["name"])]["records"] > 0
    assert gone.app.id not in told.json()
