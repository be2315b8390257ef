"""What can be listened to: the grammar of topics, and nothing about who may."""

import re
from typing import Literal

import msgspec

from torque.errors import InvalidParams

Kind = Literal["entity", "record", "page", "application", "model", "exchange"]

SHAPES = (
    "app:{application}/entity:{type}",
    "app:{application}/entity:{type}/{recordId}",
    "app:{application}/page:{pageId}",
    "app:{application}/model",
    "app:{application}/exchange:{type}",
    "model:{model}",
)
"""Every topic there is, as documentation and error messages show them."""

_MODEL = re.compile(r"model:([^/\s]{1,200})\Z")
_APPLICATION = re.compile(r"app:([^/\s]{1,200})/(.+)\Z", re.DOTALL)
_ENTITY = re.compile(r"entity:([a-z][a-z0-9_]{0,199})(?:/([0-9a-fA-F-]{36}))?\Z")
_EXCHANGE = re.compile(r"exchange:([a-z][a-z0-9_]{0,199})\Z")
_PAGE = re.compile(r"page:([^/\s]{1,200})\Z")


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as somebody wrote it: names are not resolved yet.

    Parameters
    ----------
    kind
        What is listened to.
    application
        Name or id of the application; empty for a model of the editor.
    name
        Entity type, page or model, by the kind.
    record
        Id of a record, for the kind ``record``.
    """

    kind: Kind
    application: str = ""
    name: str = ""
    record: str = ""


def parse(text: str, application: str | None = None) -> Topic:
    """Read one topic; `application` is the one that the path fixes.

    Raises
    ------
    InvalidParams
        When the text is none of the shapes.
    """
    if text == "model" and application is not None:
        return Topic(kind="application", application=application)
    if (design := _MODEL.match(text)) is not None:
        return Topic(kind="model", name=design[1])
    prefixed = _APPLICATION.match(text)
    reference, rest = (prefixed[1], prefixed[2]) if prefixed else (application, text)
    if reference is None:
        raise _unknown(text)
    if rest == "model":
        return Topic(kind="application", application=reference)
    if (entity := _ENTITY.match(rest)) is not None:
        record = (entity[2] or "").lower()
        return Topic(kind="record" if record else "entity", application=reference, name=entity[1], record=record)
    if (moved := _EXCHANGE.match(rest)) is not None:
        return Topic(kind="exchange", application=reference, name=moved[1])
    if (page := _PAGE.match(rest)) is not None:
        return Topic(kind="page", application=reference, name=page[1])
    raise _unknown(text)


def _unknown(text: str) -> InvalidParams:
    return InvalidParams(f"There is no topic {text[:200]!r}. Topics are {', '.join(SHAPES)}.", topics=list(SHAPES))


def entity_topic(application_id: str, entity_type: str) -> str:
    """Return the topic of all records of one type."""
    return f"app:{application_id}/entity:{entity_type}"


def record_topic(application_id: str, entity_type: str, record_id: str) -> str:
    """Return the topic of one record."""
    return f"app:{application_id}/entity:{entity_type}/{record_id}"


def page_topic(application_id: str, page_id: str) -> str:
    """Return the topic of one page of an application."""
    return f"app:{application_id}/page:{page_id}"


def application_topic(application_id: str) -> str:
    """Return the topic of an application's model and state."""
    return f"app:{application_id}/model"


def exchange_topic(application_id: str, entity_type: str) -> str:
    """Return the topic of the imports and exports of one type."""
    return f"app:{application_id}/exchange:{entity_type}"


def model_topic(model_id: str) -> str:
    """Return the topic of a model in the editor."""
    return f"model:{model_id}"
