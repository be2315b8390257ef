"""What an application shows, as response bytes: pages, forms, metadata. Compiled before, put together here."""

from typing import Any

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.errors import InvalidParams, NotFound
from torque.model.compile import CompiledEntity, CompiledModel
from torque.model.definition.field_type import ReferenceType
from torque.types import utc_now

_UNORDERED = ("Array", "Json")


def load_page(app: RunningApplication, rights: Rights, page_ref: str, locale: str | None = None) -> Answer:
    """Return the result of loadPage, in the reader's language where the model has it."""
    page = app.model.page(page_ref)
    if (translation := app.model.translation(locale)) is not None:
        page = translation.pages[page.id]
    result = page.page_bytes(app.id, utc_now())
    if any((granted := rights.entity(name)).hidden or not granted.read for name in app.model.entities):
        found: dict[str, Any] = codec.loads(result)
        _mask_grids(app.model, rights, found["components"])
        result = codec.dumps(found)
    return Answer(result, app.stamp)


def _mask_grids(model: CompiledModel, rights: Rights, components: list[dict[str, Any]]) -> None:
    """Take out the columns that the reader does not see: what asks for them is refused, and the whole list with it."""
    for one in components:
        _mask_grids(model, rights, one.get("children") or [])
        props, entity = one["props"], one["props"].get("entityType")
        if one["type"] != "DataGrid" or entity not in model.entities:
            continue
        if "columns" in props:
            props["columns"] = [part for part in props["columns"] if _sees(model, rights, entity, _field_of(part))]
        order = props.get("sort") or []
        if not all(
            _sees(model, rights, entity, _field_of(part)) for part in (order if isinstance(order, list) else [order])
        ):
            del props["sort"]


def _sees(model: CompiledModel, rights: Rights, entity: str, path: str) -> bool:
    """Tell whether a caller sees a field, which a dot reaches through references."""
    for name in path.split("."):
        granted = rights.entity(entity)
        if not granted.read or name in granted.hidden:
            return False
        field = model.entities[entity].fields.get(name)
        if field is None or not isinstance(field.definition.field_type, ReferenceType):
            break
        entity = field.definition.field_type.entity
        if entity not in model.entities:
            break
    return True


def _field_of(part: Any) -> str:
    return str(part["field"]) if isinstance(part, dict) else str(part)


def form(
    app: RunningApplication,
    rights: Rights,
    form_ref: str | None,
    entity_type: str | None,
    locale: str | None = None,
) -> Answer:
    """Return the result of getFormDefinition: the form of that id or of an entity, in the reader's language."""
    if form_ref is None:
        if entity_type is None:
            raise InvalidParams("Give 'formId' or 'entityType'.")
        form_ref = app.model.form_of(entity_type)
    found = app.model.form(form_ref)
    if not rights.entity(found.entity_type).any:
        raise NotFound(f"There is no form '{form_ref}'.", formId=form_ref)
    if (translation := app.model.translation(locale)) is not None:
        found = translation.forms[found.id]
    granted = rights.entity(found.entity_type)
    masked = granted.hidden or granted.read_only
    return Answer(_masked(found.result, granted) if masked else found.result, app.stamp)


def _masked(result: bytes, granted: EntityRights) -> bytes:
    """Return a form without the fields that its reader does not see; those that it may not set are marked so."""
    found: dict[str, Any] = codec.loads(result)
    fields = [one for one in found["fields"] if one["name"] not in granted.hidden]
    found["fields"] = [{**one, "readOnly": True} if one["name"] in granted.read_only else one for one in fields]
    found["validation"] = [rule for rule in found["validation"] if rule.get("field") not in granted.hidden]
    if "steps" in found:
        shown = [{**step, "fields": [n for n in step["fields"] if n not in granted.hidden]} for step in found["steps"]]
        found["steps"] = [step for step in shown if step["fields"]]
    return codec.dumps(found)


def _ordering(entity: CompiledEntity, granted: EntityRights, title: str | None) -> str | None:
    """Return the field by which lists that refer to such records go; None where they cannot go by the title."""
    if title is None or entity.fields[title].type_name in _UNORDERED:
        return None
    return title if granted.read and granted.where is None else None  # an order would tell what a rule hides


def _is_restorable(entity: CompiledEntity, granted: EntityRights) -> bool:
    """Tell whether a caller may list what was deleted, and bring it back."""
    behavior = entity.definition.behavior
    auditing = behavior.auditing if behavior else None
    kept = entity.audited and (auditing is None or auditing.track_changes)
    whole = not granted.hidden and not granted.read_only
    return kept and whole and granted.read and granted.create and granted.update


def metadata(app: RunningApplication, rights: Rights, locale: str | None = None) -> Answer:
    """Return the result of getModelMetadata, as far as the caller may see it, in the reader's language."""
    model = app.model
    translation = model.translation(locale)
    labels = translation.entity_labels if translation else {}
    entities = []
    for entity in model.entities.values():
        granted = rights.entity(entity.name)
        if granted.any:
            permissions = {
                "create": granted.create, "read": granted.read, "update": granted.update, "delete": granted.delete,
            }  # fmt: skip
            title = entity.title_field if entity.title_field not in granted.hidden else None
            entities.append({
                "name": entity.name, "displayName": labels.get(entity.name, entity.display_name), "icon": entity.icon,
                "titleField": title, "sortField": _ordering(entity, granted, title), "permissions": permissions,
                "history": entity.audited and granted.read and granted.update,
                "deleted": _is_restorable(entity, granted),
            })  # fmt: skip
    navigation = [
        {
            "pageId": item.page_id, "title": item.title, "icon": item.icon, "path": item.path,
            "entityType": item.entity_type if item.entity_type and rights.entity(item.entity_type).read else None,
        }
        for item in (translation or model).navigation
    ]  # fmt: skip
    label = app.application.label or model.label
    if translation is not None and label == model.label:
        label = translation.label
    result = {
        "appId": app.id, "name": app.application.name, "label": label,
        "modelVersion": model.revision, "startPage": model.start_page, "entities": entities, "navigation": navigation,
        "locale": translation.locale if translation else model.locale,
        "theme": model.theme, "colorScheme": model.color_scheme,
    }  # fmt: skip
    return Answer(codec.dumps(result), app.stamp)
