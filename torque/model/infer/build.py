"""Write down what was decided as parts of a model: entities with fields, keys, titles and looks, relationships."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from torque.model.infer.names import CHOICE_WORDS, legal_field, shown, shown_one, shown_reference, singular, technical
from torque.model.infer.plan import RECORD_ID, Draft, TablePlan
from torque.model.infer.profile import Column
from torque.model.infer.text import PLAIN

LONG_TEXT = 160
SORTED_TO = 20_000
"""Lists of larger tables keep the newest-first order, which always has an index."""

LIST_COLUMNS = 8
_TITLES = ("name", "title", "label", "subject", "caption", "headline")
_TITLE_ENDS = ("name", "title", "label", "description", "subject")
_ICONS = {"customer": "users", "employee": "user", "user": "user", "order": "shopping-cart", "product": "package",
          "invoice": "file-text", "album": "disc", "track": "music", "artist": "mic", "category": "tag"}  # fmt: skip


class Names(msgspec.Struct, frozen=True):
    """Technical names: of entities by table, of fields by table and column."""

    entities: dict[str, str]
    fields: dict[tuple[str, str], str]


class Built(msgspec.Struct, frozen=True):
    """A table as part of the document, and how it is loaded."""

    entity: dict[str, Any]
    plan: TablePlan


def names_of(drafts: Sequence[Draft]) -> Names:
    """Return a free technical name for every table and column."""
    entities: dict[str, str] = {}
    fields: dict[tuple[str, str], str] = {}
    for draft in drafts:
        table = draft.table.name
        entities[table] = _free(technical(table, "table"), set(entities.values()))
        taken: set[str] = set()
        for column in draft.table.columns:
            if _is_record_id(draft, column):
                fields[table, column.name] = RECORD_ID
                continue
            name = _free(legal_field(column.name, entities[table]), taken)
            taken.add(name)
            fields[table, column.name] = name
    return Names(entities, fields)


def build_entity(draft: Draft, names: Names) -> Built:
    """Return the entity of a table and the plan to load it."""
    table, name = draft.table, names.entities[draft.table.name]
    field_of = {column.name: names.fields[table.name, column.name] for column in table.columns}
    stored = [column for column in table.columns if field_of[column.name] != RECORD_ID]
    title = _title(draft, stored)
    fields = [_field(draft, column, name, names, column is title) for column in stored]
    entity: dict[str, Any] = {"id": name, "name": name, "display_name": shown_one(table.name)}
    if len(stored) <= 2 and not draft.links and table.rows <= 200:
        entity["kind"] = "Lookup"
    entity["fields"] = fields
    key = [field_of[column.name] for column in draft.key if field_of[column.name] != RECORD_ID]
    if key:
        constraint = {"id": f"{name}_key"[:64], "type": "PrimaryKey", "name": f"{name}_key", "fields": key}
        entity["constraints"] = [constraint]
    entity["ui_config"] = _looks(draft, stored, field_of, title)
    plan = TablePlan(
        table=table.name,
        entity=name,
        rows=table.rows,
        columns=field_of,
        keys={field_of[link.column.name]: _target_field(link.target, names) for link in draft.links},
        styles={c.name: c.style for c in stored if c.style != PLAIN},
        primary_key=tuple(field_of[column.name] for column in draft.key),
    )
    return Built(entity, plan)


def number_key(draft: Draft, names: Names) -> str | None:
    """Return the field of a single key that is a number."""
    if len(draft.key) != 1 or draft.key[0].kind != "Integer" or draft.link(draft.key[0]) is not None:
        return None
    return names.fields[draft.table.name, draft.key[0].name]


def build_relationships(drafts: Sequence[Draft], names: Names) -> list[dict[str, Any]]:
    """Return a relationship for every reference. What only links two records goes with either of them."""
    found = []
    for draft in drafts:
        owner = names.entities[draft.table.name]
        for link in draft.links:
            field = names.fields[draft.table.name, link.column.name]
            one = draft.key == (link.column,)
            found.append(
                {
                    "id": f"{owner}_{field}"[:64],
                    "name": f"{owner}_{field}",
                    "type": "OneToOne" if one else "ManyToOne",
                    "from_entity": owner,
                    "to_entity": names.entities[link.target.table.name],
                    "from_field": field,
                    "cascade": "Delete" if draft.is_join else "Restrict",
                }
            )
    return distinct(found)


def _field(draft: Draft, column: Column, owner: str, names: Names, is_title: bool) -> dict[str, Any]:
    name = names.fields[draft.table.name, column.name]
    link = draft.link(column)
    field: dict[str, Any] = {"id": f"{owner}-{name}"[:64], "name": name, "display_name": shown(column.name)}
    if link is not None:
        field["field_type"] = {"type": "Reference", "entity": names.entities[link.target.table.name]}
        field["display_name"] = shown_reference(column.name)
    else:
        field["field_type"] = _type(column)
    if link is None and column.style.currency and column.kind in ("Decimal", "Float"):
        field["display_name"] += f" ({column.style.currency})"
    if column in draft.key and column.filled:
        field["required"] = True
    if draft.key == (column,) or (link is None and column.name in draft.referred):
        field["unique"] = True
    if is_title and not column.empty and column.filled and link is None:
        field["required"] = True
    if field["field_type"]["type"] == "String" and column.longest > LONG_TEXT:
        field["ui_config"] = {"component_type": "TextArea"}
    return field


def _type(column: Column) -> dict[str, Any]:
    kind = column.kind
    if kind == "Decimal":
        return {"type": "Decimal", "scale": max(2, column.scale)}
    if kind == "String" and column.choices and set(column.words) & CHOICE_WORDS:
        often = column.filled >= 4 * len(column.choices) and max(map(len, column.choices)) <= 40
        if often and all(choice == choice.strip() for choice in column.choices):
            return {"type": "Enum", "values": sorted(column.choices)}
    return {"type": kind}


def _title(draft: Draft, columns: Sequence[Column]) -> Column | None:
    """Return the column that stands for a record: a name, else what describes it, else its key."""
    linked = {link.column.name for link in draft.links}
    texts = [c for c in columns if c.kind == "String" and c.name not in linked and (c.filled or not draft.table.rows)]
    own = singular(technical(draft.table.name, "table"))
    by_name = {names_key(column): column for column in texts}
    for wanted in ("_".join((own, "name")), "name", "full_name", "display_name", "last_name", "surname", *_TITLES):
        if wanted in by_name and (wanted != "last_name" or by_name[wanted].filled):
            return by_name[wanted]
    for end in _TITLE_ENDS:
        for column in texts:
            if column.words and column.words[-1] == end and column.position <= 4:
                return column
    if draft.key and len(draft.key) == 1 and draft.key[0] in columns:
        return draft.key[0]
    return texts[0] if texts and not draft.key else None


def names_key(column: Column) -> str:
    """Return the words of a column as one name."""
    return "_".join(column.words)


def _looks(
    draft: Draft, columns: Sequence[Column], field_of: Mapping[str, str], title: Column | None
) -> dict[str, Any]:
    """Return how lists show the entity: its title first, then key, references and the rest, bulky text left out."""
    linked = {link.column.name for link in draft.links}
    useful = [c for c in columns if (c.filled or not draft.table.rows) and c.longest <= LONG_TEXT]
    first = {"firstname", "givenname", "forename"} if title is not None and "last" in title.words else set()
    ranked = sorted(
        useful,
        key=lambda c: (
            c is not title, "".join(c.words) not in first, c not in draft.key, c.name not in linked, c.position,
        ),
    )  # fmt: skip
    chosen = [field_of[column.name] for column in ranked[:LIST_COLUMNS]]
    looks: dict[str, Any] = {}
    icon = _ICONS.get(singular(technical(draft.table.name, "table").rpartition("_")[2]))
    if icon:
        looks["icon"] = icon
    if title is not None:
        looks["title_field"] = field_of[title.name]
    view: dict[str, Any] = {"columns": chosen}
    if title is not None and draft.table.rows <= SORTED_TO:
        view["default_sort"] = {"field": field_of[title.name], "direction": "asc"}
    looks["list_view"] = view
    return looks


def _is_record_id(draft: Draft, column: Column) -> bool:
    """Tell whether a column holds what can be the ids of the records themselves."""
    return draft.key == (column,) and column.uuids and column.filled > 0 and draft.link(column) is None


def _target_field(target: Any, names: Names) -> str:
    return names.fields[target.table.name, target.column.name]


def _free(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    return found


def distinct(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give ids that were cut to the same text numbers of their own."""
    taken: set[str] = set()
    for part in parts:
        found, number = part["id"], 1
        while found in taken:
            number += 1
            found = f"{part['id'][:58]}_{number}"
        part["id"] = found
        taken.add(found)
    return parts
