"""Who may listen to what, where a rule hides some records."""

import pytest

from tests.integration.entity.test_many import BLOG, CLERK
from tests.integration.entity.workshop import ADMIN, Shop
from torque.application.catalog import Catalog
from torque.application.store import ApplicationStore
from torque.application.types import RunningApplication
from torque.db.pool import Database
from torque.errors import NotFound, Unauthenticated
from torque.model.service import ModelService
from torque.observe import Observer
from torque.sync.admission import Admission
from torque.sync.topics import Topic
from torque.types import Caller, new_id


class OneApplication(Catalog):
    """A catalogue in which every name is the shop's application."""

    def __init__(self, shop: Shop, models: ModelService) -> None:
        super().__init__(ApplicationStore(shop.db), models, shop.generations)
        self._app = shop.app

    async def get(self, ref: str) -> RunningApplication:
        return self._app


async def test_a_record_that_a_rule_hides_is_listened_to_no_more_than_one_that_is_not_there(db: Database) -> None:
    blog = Shop(db, BLOG)
    models = ModelService(db, blog.bus, blog.generations, Observer())
    admission = Admission(OneApplication(blog, models), blog.access, models, blog.entities)
    seen, hidden = [(await blog.create("tag", label=label))["id"] for label in "ab"]

    async def listen(caller: Caller, record_id: str) -> str:
        topic = Topic(kind="record", application="blog", name="tag", record=record_id)
        return (await admission.admit(caller, topic)).topic

    assert (await listen(CLERK, seen)).endswith(f"/entity:tag/{seen}")
    for record_id in (hidden, new_id()):
        with pytest.raises(NotFound):
            await listen(CLERK, record_id)
        assert await listen(ADMIN, record_id)


@pytest.mark.parametrize("kind", ["entity", "record", "exchange"])
async def test_an_entity_that_may_not_be_read_is_as_unknown_as_one_that_is_not_there(db: Database, kind: str) -> None:
    blog = Shop(db, BLOG)
    models = ModelService(db, blog.bus, blog.generations, Observer())
    admission = Admission(OneApplication(blog, models), blog.access, models, blog.entities)
    nobody = next(name for name in blog.app.model.entities if not blog.access.rights(CLERK, blog.app).entity(name).read)
    told = []
    for name in (nobody, "nothing"):
        with pytest.raises(NotFound) as refused:
            await admission.admit(CLERK, Topic(kind=kind, application="blog", name=name, record=new_id()))
        told.append(refused.value.message.replace(name, "X"))
    assert told[0] == told[1]


async def test_nothing_is_listened_to_any_more_with_a_credential_that_is_gone(db: Database) -> None:
    """Also where nobody heard of its end: whoever is let in, or looked at again, shows that it counts."""
    shop = Shop(db)
    models = ModelService(db, shop.bus, shop.generations, Observer())
    admission = Admission(OneApplication(shop, models), shop.access, models, shop.entities)
    token, secret = await shop.access.create_token(ADMIN, "listener", "admin")
    caller = await shop.access.authenticate(f"Bearer {secret}", None, protocol="live")
    topic = Topic(kind="entity", application="shop", name="order")
    assert await admission.admit(caller, topic)
    await shop.access.revoke_token(ADMIN, token.id)
    with pytest.raises(Unauthenticated):
        await admission.admit(caller, topic)
