"""Records at ``/api/v1/apps/{app}/entities/{type}``: the verbs of the services, by path and method."""

import re
from typing import TypeVar

import msgspec

from torque.api.common.aggregates import aggregate_of
from torque.api.common.bodies import MAX_LIMIT, CreateBody, DeleteBody, QueryBody, RestoreBody, UpdateBody
from torque.api.common.bulk import create_many, delete_many, update_many
from torque.api.common.reply import JSON, Reply
from torque.api.rest.call import Call, Verb
from torque.api.rest.request import filters, names, number, one, sorting
from torque.application.types import Answer
from torque.entity.types import Query
from torque.errors import InvalidParams

_FARTHEST_PAGE = 10**9
_MATCH = re.compile(r'(?:W/)?"(\d{1,9})"')
_TYPE = ("entities", "{type}")
_RECORD = (*_TYPE, "{record}")
B = TypeVar("B", CreateBody, UpdateBody, DeleteBody)


class _Version(msgspec.Struct):
    """The member of a record that its tag is made of."""

    version: int = 0


async def list_records(call: Call) -> Reply:
    """Return a page of records."""
    params = call.params
    cursor, page = one(params, "cursor"), number(params, "page", 0, _FARTHEST_PAGE)
    if cursor is not None and page is not None:
        raise InvalidParams("Give either page or cursor: a cursor already says where to go on.", parameter="cursor")
    query = Query(
        entity_type=call.places["type"], filters=filters(params), sort=sorting(params), page=page or 0,
        limit=number(params, "limit", 1, MAX_LIMIT) or 50, cursor=cursor, search=one(params, "search"),
        expand=names(params, "expand") or (), fields=names(params, "fields"),
    )  # fmt: skip
    answer = await call.platform.entities.list(call.caller, await call.running(), query, as_of=one(params, "asOf"))
    return _reply(answer)


async def query_records(call: Call) -> Reply:
    """Return the records of a query, or their aggregation."""
    body, running, entities = await call.read(QueryBody), await call.running(), call.platform.entities
    query = body.query(call.places["type"])
    if body.aggregate is None:
        return _reply(await entities.find(call.caller, running, query, as_of=body.as_of))
    return _reply(await entities.aggregate(call.caller, running, aggregate_of(query, body.aggregate)))


async def create_record(call: Call) -> Reply:
    """Create a record."""
    running, data = await call.running(), await call.body()
    create = call.platform.entities.create(
        call.caller, running, call.places["type"], data, upsert_by=names(call.params, "upsertBy") or (),
        idempotency_key=call.idempotency_key(),
    )  # fmt: skip
    return _record(await call.writing(data, create), 201)


async def get_record(call: Call) -> Reply:
    """Return a record, as it is or as it was."""
    running, params, entities = await call.running(), call.params, call.platform.entities
    kind, record = call.places["type"], call.places["record"]
    moment = one(params, "asOf")
    if moment is None:
        answer = await entities.get(
            call.caller, running, kind, record, expand=names(params, "expand") or (), fields=names(params, "fields"),
            min_version=number(params, "minVersion", 1, 2**31 - 1),
        )  # fmt: skip
        return _record(answer, 200)
    if len(params) > 1:
        raise InvalidParams("'asOf' goes without 'expand', 'fields' and 'minVersion'.", parameter="asOf")
    return _reply(await entities.get_as_of(call.caller, running, kind, record, moment))


async def update_record(call: Call) -> Reply:
    """Change a record: PATCH merges, PUT takes the whole."""
    running, data = await call.running(), await call.body()
    update = call.platform.entities.update(
        call.caller, running, call.places["type"], call.places["record"], data,
        replace=call.request.method == "PUT", if_version=_if_version(call), idempotency_key=call.idempotency_key(),
    )  # fmt: skip
    return _record(await call.writing(data, update), 200)


async def delete_record(call: Call) -> Reply:
    """Delete a record."""
    answer = await call.platform.entities.delete(
        call.caller, await call.running(), call.places["type"], call.places["record"], if_version=_if_version(call),
        idempotency_key=call.idempotency_key(),
    )  # fmt: skip
    return _reply(answer)


async def get_history(call: Call) -> Reply:
    """Return what happened to a record."""
    limit = number(call.params, "limit", 1, MAX_LIMIT) or 100
    answer = await call.platform.entities.history(
        call.caller, await call.running(), call.places["type"], call.places["record"], limit=limit
    )
    return _reply(answer)


async def list_deleted(call: Call) -> Reply:
    """Return deleted records that the caller may bring back."""
    answer = await call.platform.entities.deleted.answer(
        call.caller, await call.running(), call.places["type"], limit=number(call.params, "limit", 1, MAX_LIMIT) or 50,
        cursor=one(call.params, "cursor"),
    )  # fmt: skip
    return _reply(answer)


async def restore_record(call: Call) -> Reply:
    """Bring a record back to a moment, or back at all."""
    body, running = await call.read(RestoreBody), await call.running()
    answer = await call.platform.entities.restore(
        call.caller, running, call.places["type"], call.places["record"], as_of=body.as_of,
        with_dependants=body.with_dependants, idempotency_key=call.idempotency_key(),
    )  # fmt: skip
    return _record(answer, 200)


async def get_relationships(call: Call) -> Reply:
    """Return what a record refers to, and what refers to it."""
    answer = await call.platform.entities.relationships(
        call.caller, await call.running(), call.places["record"], entity_type=call.places["type"],
        relationship=one(call.params, "relationshipType"), limit=number(call.params, "limit", 1, MAX_LIMIT) or 50,
    )  # fmt: skip
    return _reply(answer)


async def create_records(call: Call) -> Reply:
    """Create many records."""
    body, running = _keyed(call, await call.read(CreateBody)), await call.running()
    return _reply(await create_many(call.platform, call.caller, running, call.places["type"], body))


async def update_records(call: Call) -> Reply:
    """Change many records."""
    body, running = _keyed(call, await call.read(UpdateBody)), await call.running()
    return _reply(await update_many(call.platform, call.caller, running, call.places["type"], body))


async def delete_records(call: Call) -> Reply:
    """Delete many records."""
    body, running = _keyed(call, await call.read(DeleteBody)), await call.running()
    return _reply(await delete_many(call.platform, call.caller, running, call.places["type"], body))


def _keyed(call: Call, body: B) -> B:
    """Return the body with the idempotency key of the header, which says the same as its member.

    Raises
    ------
    InvalidParams
        When they differ.
    """
    key = call.idempotency_key()
    if key is None or body.idempotency_key == key:
        return body
    if body.idempotency_key is not None:
        raise InvalidParams("The header and the body name different idempotency keys.", parameter="idempotencyKey")
    return msgspec.structs.replace(body, idempotency_key=key)


def _if_version(call: Call) -> int | None:
    """Return the version that the header `If-Match` demands; `*` demands none in particular."""
    given = call.request.fields.get("if-match")
    if given is None or given == "*":
        return None
    match = _MATCH.fullmatch(given)
    if match is None:
        raise InvalidParams("If-Match is the tag of a record: its version in quotes.", header="If-Match")
    return int(match[1])


def _record(answer: Answer, status: int) -> Reply:
    version = msgspec.json.decode(answer.result, type=_Version).version
    return Reply(status, (*JSON, ("etag", f'"{version}"')), answer.result)


def _reply(answer: Answer) -> Reply:
    return Reply(200, JSON, answer.result)


_WRITE = ("Idempotency-Key",)
_CHANGE = ("If-Match", *_WRITE)

VERBS = (
    Verb(
        name="listRecords", action="read", method="GET", path=_TYPE,
        summary="List records", run=list_records, answer="page",
        params=("filter", "search", "sort", "page", "limit", "cursor", "expand", "fields", "asOf"),
    ),
    Verb(
        name="createRecord", action="create", method="POST", path=_TYPE,
        summary="Create a record", run=create_record, answer="record",
        body="record", params=("upsertBy",), headers=_WRITE, status=201,
    ),
    Verb(
        name="queryRecords", action="read", method="POST", path=(*_TYPE, "query"),
        summary="Query or aggregate records",
        run=query_records, answer="records", body=QueryBody,
    ),
    Verb(
        name="createRecords", action="create", method="POST", path=(*_TYPE, "bulk", "create"),
        summary="Create many records",
        run=create_records, answer="results", body=CreateBody, headers=_WRITE,
    ),
    Verb(
        name="updateRecords", action="update", method="POST", path=(*_TYPE, "bulk", "update"),
        summary="Change many records",
        run=update_records, answer="results", body=UpdateBody, headers=_WRITE,
    ),
    Verb(
        name="deleteRecords", action="delete", method="POST", path=(*_TYPE, "bulk", "delete"),
        summary="Delete many records",
        run=delete_records, answer="results", body=DeleteBody, headers=_WRITE,
    ),
    Verb(
        name="listDeletedRecords", action="create", method="GET", path=(*_TYPE, "deleted"),
        summary="List deleted records that can come back",
        run=list_deleted, answer="deletedPage", params=("limit", "cursor"),
    ),
    Verb(
        name="getRecord", action="read", method="GET", path=_RECORD,
        summary="Get a record", run=get_record, answer="record",
        params=("expand", "fields", "minVersion", "asOf"),
    ),
    Verb(
        name="updateRecord", action="update", method="PATCH", path=_RECORD,
        summary="Change fields of a record", run=update_record,
        answer="record", body="patch", headers=_CHANGE,
    ),
    Verb(
        name="replaceRecord", action="update", method="PUT", path=_RECORD,
        summary="Replace a record", run=update_record,
        answer="record", body="record", headers=_CHANGE,
    ),
    Verb(
        name="deleteRecord", action="delete", method="DELETE", path=_RECORD,
        summary="Delete a record", run=delete_record,
        answer="deleted", headers=_CHANGE,
    ),
    Verb(
        name="getHistory", action="update", method="GET", path=(*_RECORD, "history"),
        summary="What happened to a record",
        run=get_history, answer="history", params=("limit",),
    ),
    Verb(
        name="restoreRecord", action="update", method="POST", path=(*_RECORD, "restore"),
        summary="Bring a record back",
        run=restore_record, answer="record", body=RestoreBody, headers=_WRITE,
    ),
    Verb(
        name="getRelationships", action="read", method="GET", path=(*_RECORD, "relationships"),
        summary="What a record refers to, and what refers to it", run=get_relationships, answer="relationships",
        params=("relationshipType", "limit"),
    ),
)  # fmt: skip
