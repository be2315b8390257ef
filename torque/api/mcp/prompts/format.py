"""What an agent has to know of models and workflows to write them: short, and true by test."""

from typing import Any

from torque import codec

EXAMPLE: dict[str, Any] = {
    "format": "torque/1",
    "name": "library",
    "display_name": "Library",
    "config": {"start_page": "books"},
    "entities": [
        {
            "id": "author",
            "name": "author",
            "display_name": "Author",
            "fields": [
                {"id": "author_name", "name": "name", "field_type": {"type": "String", "max_length": 120},
                 "required": True, "unique": True},
            ],
        },
        {
            "id": "book",
            "name": "book",
            "display_name": "Book",
            "ui_config": {"title_field": "title"},
            "fields": [
                {"id": "book_title", "name": "title", "field_type": {"type": "String", "max_length": 200},
                 "required": True},
                {"id": "book_author", "name": "author_id", "display_name": "Author",
                 "field_type": {"type": "Reference", "entity": "author"}, "required": True},
                {"id": "book_state", "name": "state", "required": True, "indexed": True, "default_value": "shelf",
                 "field_type": {"type": "Enum", "values": [{"value": "shelf", "label": "On the shelf"},
                                                           {"value": "lent", "label": "Lent"}]}},
                {"id": "book_pages", "name": "pages", "field_type": {"type": "Integer", "min": 1}},
            ],
        },
    ],
    "relationships": [
        {"id": "author_books", "name": "books", "type": "OneToMany", "from_entity": "author", "to_entity": "book",
         "to_field": "author_id", "cascade": "Restrict"},
    ],
    "pages": [
        {
            "id": "books", "name": "books", "title": "Books", "type": "List", "path": "/", "icon": "book",
            "in_navigation": True, "target_entities": ["book"],
            "layout": {"type": "Single", "rows": 12, "columns": 12},
            "components": [
                {"id": "new_book", "type": "Button", "position": {"row": 0, "col": 0, "width": 3, "height": 1},
                 "props": {"label": "New book", "variant": "primary"},
                 "events": [{"on": "click", "action": {"type": "openModal", "modal_id": "book_form"}}]},
                {"id": "count_books", "type": "Button", "position": {"row": 0, "col": 3, "width": 3, "height": 1},
                 "props": {"label": "Count books"},
                 "events": [{"on": "click", "action": {"type": "executeXFlow", "xflow_id": "count_lent"}}]},
                {"id": "book_grid", "type": "DataGrid", "position": {"row": 1, "col": 0, "width": 12, "height": 8},
                 "props": {"entityType": "book", "columns": ["title", "author_id", "state", "pages"],
                           "formId": "book_form", "rowActions": ["edit", "delete"], "sorting": True,
                           "filtering": True, "pagination": True}},
            ],
        },
    ],
    "forms": [
        {"id": "book_form", "name": "Book", "entity_type": "book", "submit_action": "SaveEntity",
         "fields": [{"name": "title"}, {"name": "author_id"}, {"name": "state"}, {"name": "pages"}]},
    ],
    "xflows": [
        {
            "id": "count_lent", "name": "Count the lent books",
            "nodes": {
                "start": {"id": "start", "type": "Start"},
                "read": {"id": "read", "type": "EntityRead",
                         "config": {"entity_type": "book", "filters": {"state": "lent"}, "limit": 1000}},
                "count": {"id": "count", "type": "JavaScript", "config": {"code": "return node_read.length;"}},
                "end": {"id": "end", "type": "End", "config": {"output": {"lent": "{{ node_count }}"}}},
            },
            "edges": [{"source": "start", "target": "read"}, {"source": "read", "target": "count"},
                      {"source": "count", "target": "end"}],
        },
    ],
    "roles": [
        {"id": "reader", "name": "reader", "entities": {"book": {"read": True}, "author": {"read": True}}},
    ],
}  # fmt: skip
"""A small complete document, with one of everything."""

_MODELS = """\
A model is one JSON document, `torque/1`. This is a complete one:

```json
{example}
```

* Every part has an `id` (letters, digits, _ and -, unique among its kind, never changed) and mostly a `name`.
  Entities and fields are named like `order_line`. Labels come from `display_name`, else from the name.
* `id`, `version`, `entity_type`, `created_at` and `updated_at` are there by themselves: define no fields for them.
* Field types: String (max_length), Integer (min, max), Decimal (scale, min, max; for money), Float, Boolean,
  DateTime, Date, Time, Enum (values), Reference (entity), Json, Binary (max_size, types; files), Array
  (element_type). Besides `required`, `unique`, `indexed`, `default_value` ("now()", "today()") and `computed` (an
  expression over the record), `validation` holds rules: MinLength, MaxLength, Pattern, Email, Url, Range ({{"min",
  "max"}}, written like values of the field), Custom (a workflow), each with a `message`.
* A link to one record is a Reference field, called `<entity>_id`. A relationship names it from the other side;
  `cascade` is Delete, SetNull, Restrict or None. ManyToMany needs no field.
* `constraints` of an entity: UniqueKey over several `fields`; Check with an `expression`.
* Components: {components}. An entity without a page gets a list, one without a form gets one: write pages where the
  application deserves better.
* Actions of events: openModal, closeModal, navigateTo, executeXFlow, refreshComponent, createEntity, updateEntity,
  deleteEntity.
* `roles` deny all but what they grant: entity -> create, read, update, delete, `where` (a filter), hidden_fields.
* `sample_data`: entity -> records with `id` (a UUID), loaded when an application is made.
"""

WORKFLOWS = """\
A workflow is `{id, name, nodes: {id: node}, edges: [{id, source, target, condition, on}], input_schema,
output_schema}`, a graph without cycles. A node is `{id, type, config, timeout_ms, retry}`. Types and their config:

* Start: begins; its result is the input.
* End: `output`, a mapping; ends the workflow.
* Error: `message`, `data`; fails it on purpose.
* JavaScript: `code`, the body of an async function that returns the result; `timeout_ms`.
* Condition: `expression`; its edges carry `condition: "true"` or `"false"`.
* EntityRead: `entity_type` with `id` (one record or null), or with `filters`, `sort`, `limit` (a list).
* EntityWrite: `entity_type`, `operation` (create, update, delete), `id`, `data_mapping` of fields.
* Log: `level`, `message`.

`input` and the result of every earlier node, as `node_<id>`, are in scope of code and expressions; elsewhere a text
interpolates `{{ expression }}`, and one that is exactly such a pair keeps the type of its value. A node that fails
follows its edge `on: "error"`, with `error{code, message}` in scope. An output `{filename, content_type, content}`
is downloaded when a button started it. A workflow is started by execute_xflow, by a button (`executeXFlow`), or by
records: `lifecycle_hooks` of an entity, `{event: BeforeCreate | BeforeUpdate | BeforeDelete | AfterCreate |
AfterUpdate | AfterDelete, xflow}`.
"""
"""The rules of workflows."""


def models(components: tuple[str, ...]) -> str:
    """Return the rules of models, with an example.

    Parameters
    ----------
    components
        Types of components that this server draws.
    """
    return _MODELS.format(example=codec.dumps(EXAMPLE).decode(), components=", ".join(components))
