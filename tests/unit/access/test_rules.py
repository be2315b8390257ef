"""Rules: what the roles of a model come to for each caller."""

from typing import Any

import msgspec
import pytest

from tests.integration.entity.workshop import SHOP
from torque.access.rules import Classes
from torque.access.types import EntityRights, Rights
from torque.model.compile import CompiledModel, compile_model
from torque.model.definition.model import Model
from torque.types import Caller

ADMIN, GUEST = Caller.local("test"), Caller.anonymous("test")


def model(public: bool = False, *roles: dict[str, Any]) -> CompiledModel:
    """Compile the shop with these roles."""
    document = {**SHOP, "config": {"public": public}, "roles": list(roles)}
    return compile_model(msgspec.convert(document, Model), model_id="m", revision=1)


def role(name: str, **entities: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "entities": entities, "xflows": [f"{name}_flow"]}


def holder(*roles: str, **more: Any) -> Caller:
    return Caller(id=f"id-{more.get('name', '')}", roles=roles, protocol="test", **{"name": "x", **more})


def rights(caller: Caller, compiled: CompiledModel) -> Rights:
    return Classes().rights(caller, "app", compiled)


def test_an_administrator_may_do_everything() -> None:
    found = rights(ADMIN, model())
    assert found.may_enter
    assert found.xflow("any")
    assert found.entity("customer") == EntityRights(create=True, read=True, update=True, delete=True)


def test_a_private_application_does_not_exist_for_anonymous() -> None:
    assert not rights(GUEST, model(False, role("anonymous", customer={"read": True}))).may_enter


def test_a_public_application_is_read_by_all_and_written_as_the_role_says() -> None:
    compiled = model(True, role("anonymous", memo={"create": True}))
    for caller in (GUEST, holder("unknown")):
        found = rights(caller, compiled)
        assert found.entity("customer") == EntityRights(read=True)
        assert found.entity("memo") == EntityRights(read=True, create=True)
        assert found.xflow("anonymous_flow")
        assert not found.xflow("other_flow")


def test_what_is_absent_is_denied() -> None:
    found = rights(holder("clerk"), model(False, role("clerk", customer={"read": True})))
    assert found.entity("customer") == EntityRights(read=True)
    assert not found.entity("order").any
    assert not rights(holder("unknown"), model(False, role("clerk"))).may_enter


def test_several_roles_give_the_widest_rights() -> None:
    compiled = model(
        False,
        role("a", customer={"read": True, "where": {"kind": "retail"}, "hidden_fields": ["credit", "email"]}),
        role("b", customer={"update": True, "read": True, "where": {"name": "x"}, "hidden_fields": ["credit"]}),
        role("c", customer={"read": True}),
    )
    both = rights(holder("a", "b"), compiled).entity("customer")
    assert both.where is not None
    assert both.where.alternatives == ({"kind": "retail"}, {"name": "x"})
    assert (both.update, both.hidden) == (True, {"credit"})
    wide = rights(holder("a", "c"), compiled).entity("customer")
    assert (wide.where, wide.hidden) == (None, frozenset())


def test_a_role_that_may_only_read_widens_no_right_to_change() -> None:
    own = {"name": "{{ caller.name }}"}
    compiled = model(
        True,
        role("anonymous", customer={"read": True, "where": {"kind": "retail"}, "hidden_fields": ["credit"]}),
        role("member", customer={"update": True, "delete": True, "create": True, "where": own}),
    )
    found = rights(holder("member", name="Ada"), compiled).entity("customer")
    assert found.where is not None
    assert found.where.alternatives == ({"kind": "retail"},), "making records is no right to read all"
    for rule in (found.create_where, found.update_where, found.delete_where):
        assert rule is not None
        assert rule.alternatives == ({"name": "Ada"},)
    assert found.hidden == {"credit"}


def test_a_scope_ends_at_its_application() -> None:
    assert not rights(holder("admin", application_id="other"), model(True)).may_enter
    assert rights(holder("admin", application_id="app"), model()).may_enter


@pytest.mark.parametrize("scoped_first", [True, False])
def test_who_is_let_into_one_application_only_shares_no_class_with_whom_that_does_not_bind(scoped_first: bool) -> None:
    compiled, classes = model(False, role("clerk", customer={"read": True})), Classes()
    callers = [holder("clerk", application_id="other"), holder("clerk")]
    found = {
        caller.application_id: classes.rights(caller, "app", compiled)
        for caller in (callers if scoped_first else reversed(callers))
    }
    assert not found["other"].may_enter
    assert found[None].may_enter
    assert found["other"].class_id != found[None].class_id


def test_equal_permission_sets_share_a_class_and_numbers_are_never_reused() -> None:
    compiled, classes = model(False, role("clerk", customer={"read": True})), Classes()
    first = classes.rights(holder("clerk", name="n1"), "app", compiled)
    assert classes.rights(holder("clerk", name="n2"), "app", compiled) is first
    seen = {first.class_id}
    for app in ("app", "other"):
        for _ in range(3):  # every save of a model makes new classes
            newer = model(False, role("clerk", customer={"read": True}))
            for caller in (ADMIN, GUEST, holder("clerk")):
                found = classes.rights(caller, app, newer)
                assert found.class_id not in seen
                seen.add(found.class_id)


def test_a_rule_that_names_the_caller_is_filled_in_and_personal() -> None:
    own = {"read": True, "where": {"or": [{"name": "{{ caller.name }}"}, {"email": "{{ caller.id }}"}]}}
    compiled, classes = model(False, role("owner", customer=own)), Classes()
    ada = classes.rights(holder("owner", name="Ada"), "app", compiled)
    eve = classes.rights(holder("owner", name="Eve"), "app", compiled)
    assert ada.class_id != eve.class_id
    where = ada.entity("customer").where
    assert where is not None
    assert where.alternatives == ({"or": [{"name": "Ada"}, {"email": "id-Ada"}]},)
