"""A page of its own for every table: headed as the table is called, with keys written as names. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torque.model.definition.entity import Entity
from torque.model.definition.model import Model
from torque.model.derive import derived_pages, list_columns
from torque.model.infer.build import distinct


def list_pages(document: Mapping[str, object], titles: Sequence[str], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the lists that the model would get by itself, with headings and columns that suit tables.

    Parameters
    ----------
    document
        The model, without pages.
    titles
        Headings in the order of the entities.
    names
        Numbers that only name a record, by entity: their digits are not put into groups.
    """
    model = msgspec.convert(document, Model)
    columns = {entity.name: _columns(entity, names.get(entity.name)) for entity in model.entities}
    pages = [msgspec.to_builtins(page) for page in derived_pages(model)]
    for page, title in zip(pages, titles, strict=True):
        page["title"] = title
        button, grid = page["components"]
        entity = grid["props"]["entityType"]
        button["id"], grid["id"] = f"{entity}_new"[:64], f"{entity}_grid"[:64]
        if columns[entity]:
            grid["props"]["columns"] = columns[entity]
    distinct([component for page in pages for component in page["components"]])
    return pages


def _columns(entity: Entity, name: str | None) -> list[dict[str, str]]:
    """Return the columns of a list where one of them needs a format."""
    shown = list_columns(entity)
    if name not in shown:
        return []
    return [{"field": field, "format": "plain"} if field == name else {"field": field} for field in shown]
