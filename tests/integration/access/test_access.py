"""Tokens, sign-in links and sessions: they come, count, and go at once."""

import json
import time

import asyncpg
import pytest

from tests.support.waiting import eventually
from torque.access.service import AccessService
from torque.access.tokens import COOKIE, credential
from torque.bus import Bus
from torque.db.pool import Database
from torque.errors import Forbidden, InvalidParams, NotFound, Unauthenticated
from torque.events import AccessChanged
from torque.native import Generations
from torque.observe import Observer
from torque.sync.messages import AccessSignal, encode
from torque.types import Caller

ADMIN = Caller.local("test")


class Door:
    """The access services of two workers of one run."""

    def __init__(self, db: Database) -> None:
        self.db = db
        generations = Generations()
        self.buses = [Bus(Observer()), Bus(Observer())]
        self.first, self.second = (AccessService(db, generations, bus) for bus in self.buses)
        self.changes: list[AccessChanged] = []
        self.buses[0].on(AccessChanged, self.changes.append)


@pytest.fixture
def door(db: Database) -> Door:
    return Door(db)


async def enter(access: AccessService, token: str | None = None, cookie: str | None = None) -> Caller:
    return await access.authenticate(f"Bearer {token}" if token else None, cookie, protocol="jsonrpc", request_id="r1")


async def test_a_token_names_its_caller_and_is_stored_as_a_hash(door: Door) -> None:
    token, secret = await door.first.create_token(ADMIN, "ci", "admin")
    assert secret.startswith("tq_")
    assert len(secret) == 46
    caller = await enter(door.second, secret)
    assert (caller.id, caller.name, caller.roles, caller.protocol, caller.request_id) == (
        token.id, "ci", ("admin",), "jsonrpc", "r1",
    )  # fmt: skip
    stored = await door.db.fetch("SELECT * FROM api_tokens")
    assert secret.encode() not in b" ".join(str(dict(row)).encode() for row in stored)
    assert [one.name for one in await door.first.list_tokens(ADMIN)] == ["ci"]


async def test_no_credential_is_anonymous_and_a_wrong_one_is_refused(door: Door) -> None:
    assert (await enter(door.first)).is_anonymous
    for authorization in ("Bearer tq_wrong", "Bearer ", "Basic abc", "tq_wrong"):
        with pytest.raises(Unauthenticated):
            await door.first.authenticate(authorization, None, protocol="jsonrpc")
    with pytest.raises(Unauthenticated):
        await enter(door.first, cookie=f"a=b; {COOKIE}=wrong")
    assert (await enter(door.first, cookie="a=b")).is_anonymous


async def test_a_revoked_token_counts_nowhere_when_the_answer_comes(door: Door) -> None:
    token, secret = await door.first.create_token(ADMIN, "gone", "admin")
    for access in (door.first, door.second):
        await enter(access, secret)
    await door.first.revoke_token(ADMIN, token.id)
    for access in (door.first, door.second):
        with pytest.raises(Unauthenticated):
            await enter(access, secret)
    assert [len(change.credentials) for change in door.changes] == [1]
    with pytest.raises(NotFound):
        await door.first.revoke_token(ADMIN, token.id)


async def test_other_runs_hear_of_a_credential_that_is_gone_from_the_transaction_itself(
    door: Door, database_url: str
) -> None:
    """The process that ends it may die in the instant after."""
    heard: list[str] = []
    listener = await asyncpg.connect(database_url)
    await listener.add_listener("torque", lambda _connection, _pid, _channel, payload: heard.append(payload))
    token, secret = await door.first.create_token(ADMIN, "gone", "admin")
    session = (await door.first.redeem_link(await door.first.create_link(ADMIN))).secret
    await door.first.revoke_token(ADMIN, token.id)
    await door.first.sign_out(await enter(door.first, cookie=f"{COOKIE}={session}"))
    signals = [AccessSignal((credential(gone).hex(),)) for gone in (secret, session)]
    await eventually(lambda: len(heard) == len(signals))
    assert [json.loads(payload)["signals"] for payload in heard] == [[json.loads(encode(one))] for one in signals]
    await listener.close()


async def test_a_token_ends_with_its_expiry(door: Door) -> None:
    with pytest.raises(InvalidParams):
        await door.first.create_token(ADMIN, "late", "admin", expires=time.time() - 1)
    _, secret = await door.first.create_token(ADMIN, "soon", "admin", expires=time.time() + 60)
    caller = await enter(door.first, secret)
    assert caller.expires_at is not None
    await door.db.execute("UPDATE api_tokens SET expires_at = now() WHERE name = 'soon'")
    with pytest.raises(Unauthenticated):
        await enter(door.second, secret)


async def test_a_link_works_once(door: Door) -> None:
    secret = await door.first.create_link(ADMIN)
    session = await door.second.redeem_link(secret)
    assert session.expires_at > time.time() + 29 * 24 * 3600
    caller = await enter(door.first, cookie=f"x=1; {COOKIE}={session.secret}")
    assert caller.is_admin
    with pytest.raises(Unauthenticated):
        await door.first.redeem_link(secret)


async def test_a_link_is_too_old_after_ten_minutes(door: Door) -> None:
    secret = await door.first.create_link(ADMIN)
    await door.db.execute("UPDATE sign_in_links SET expires_at = expires_at - interval '601 seconds'")
    with pytest.raises(Unauthenticated):
        await door.first.redeem_link(secret)


async def test_signing_out_ends_the_session_everywhere(door: Door) -> None:
    session = await door.first.redeem_link(await door.first.create_link(ADMIN))
    cookie = f"{COOKIE}={session.secret}"
    caller = await enter(door.first, cookie=cookie)
    await enter(door.second, cookie=cookie)
    await door.first.sign_out(caller)
    for access in (door.first, door.second):
        with pytest.raises(Unauthenticated):
            await enter(access, cookie=cookie)
    assert [change.credentials for change in door.changes] == [(caller.credential,)]


async def test_signing_out_is_repeated_where_nobody_knows_whether_it_was_done(door: Door) -> None:
    session = await door.first.redeem_link(await door.first.create_link(ADMIN))
    cookie = f"{COOKIE}={session.secret}"
    caller = await enter(door.first, cookie=cookie)
    await enter(door.second, cookie=cookie)
    await door.db.execute("DELETE FROM sessions")  # as by an attempt that could not tell anybody
    await door.first.sign_out(caller)
    for access in (door.first, door.second):
        with pytest.raises(Unauthenticated):
            await enter(access, cookie=cookie)
    assert [change.credentials for change in door.changes] == [(caller.credential,)]


async def test_only_administrators_of_the_server_handle_tokens(door: Door) -> None:
    clerk = Caller(id="c", name="c", roles=("clerk",), protocol="test")
    for caller, refusal in ((Caller.anonymous("test"), Unauthenticated), (clerk, Forbidden)):
        with pytest.raises(refusal):
            await door.first.create_token(caller, "x", "admin")
        with pytest.raises(refusal):
            await door.first.list_tokens(caller)
        with pytest.raises(refusal):
            await door.first.revoke_token(caller, "x")
        with pytest.raises(refusal):
            await door.first.create_link(caller)
    with pytest.raises(NotFound):
        await door.first.create_token(ADMIN, "x", "admin", "no-such-application")
