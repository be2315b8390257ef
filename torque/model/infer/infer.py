"""From a folder of tables to a model: types, keys, references, titles, and how each table is loaded into it. Pure."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from torque.errors import InvalidParams
from torque.model.infer.build import build_entity, build_relationships, distinct, names_of, number_key
from torque.model.infer.keys import composite_key, other_keys, owners, single_key
from torque.model.infer.manner import NOTHING_SAID, Said
from torque.model.infer.names import shown as title_of
from torque.model.infer.names import stem, table_stem
from torque.model.infer.pages import list_pages
from torque.model.infer.plan import Draft, TablePlan
from torque.model.infer.profile import Column, Table, TableProfile, is_unique, profile
from torque.model.infer.references import Target, cyclic, find_links

MOST_TABLES = 500


class Inferred(msgspec.Struct, frozen=True, kw_only=True):
    """What was found.

    Parameters
    ----------
    document
        The model, as a document to import.
    tables
        How each table is loaded, those that others refer to first.
    """

    document: Mapping[str, object]
    tables: tuple[TablePlan, ...]


def infer(tables: Sequence[Table], name: str, display_name: str, said: Said = NOTHING_SAID) -> Inferred:
    """Return the model that fits these tables.

    Parameters
    ----------
    said
        What the tables may leave open.

    Raises
    ------
    InvalidParams
        When there is nothing to make a model of.
    """
    if not tables:
        raise InvalidParams("There are no tables to make a model of.")
    if len(tables) > MOST_TABLES:
        raise InvalidParams(f"A model is made of at most {MOST_TABLES} tables.")
    profiles = [profile(table, said) for table in tables]
    drafts = _drafts(tables, profiles)
    names = names_of(drafts)
    order = cyclic({d.table.name: [link.target.table.name for link in d.links] for d in drafts})
    built = {draft.table.name: build_entity(draft, names) for draft in drafts}
    distinct([field for found in built.values() for field in found.entity["fields"]])
    shown = sorted(drafts, key=lambda draft: (draft.is_join, draft.table.name.lower()))
    document: dict[str, object] = {
        "format": "torque/1",
        "name": name,
        "display_name": display_name,
        "version": "0.1.0",
        "entities": [built[draft.table.name].entity for draft in shown],
        "relationships": build_relationships(shown, names),
    }
    numbers = {names.entities[d.table.name]: found for d in shown if (found := number_key(d, names)) is not None}
    document["pages"] = list_pages(document, [title_of(d.table.name) for d in shown], numbers)
    return Inferred(document=document, tables=tuple(built[found].plan for found in order))


def _drafts(tables: Sequence[Table], profiles: Sequence[TableProfile]) -> list[Draft]:
    """Decide keys and references. Single keys come first, because references are to them."""
    owned = owners(profiles)
    keys = {found.name: single_key(found, owned) for found in profiles}
    targets = []
    for found in profiles:
        key = keys[found.name]
        if key is not None and owned.get(stem(key.name), found.name) == found.name:
            targets.append(Target(found, key, True))
        targets += [Target(found, column, False) for column in other_keys(found, key)]
    names = {table_stem(found.name) for found in profiles}
    drafts = []
    for table, found in zip(tables, profiles, strict=True):
        key = keys[found.name]
        links = find_links(found, targets, key, names)
        parts: tuple[Column, ...] = (key,) if key is not None else ()
        if not parts:
            linked = [link.column.name for link in links]
            parts = composite_key(found, linked, partial(is_unique, table))
        drafts.append(Draft(table=found, key=parts, links=links))
    return [_with_referred(draft, drafts) for draft in drafts]


def _with_referred(draft: Draft, drafts: Sequence[Draft]) -> Draft:
    named = {link.target.column.name for d in drafts for link in d.links if link.target.table is draft.table}
    return msgspec.structs.replace(draft, referred=frozenset(named))
