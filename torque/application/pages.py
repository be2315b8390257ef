"""What an application shows, as response bytes: pages, forms, metadata. Compiled before, put together here."""

from typing import Any

from torque import codec
from torque.access.types import EntityRights, Rights
from torque.application.types import Answer, RunningApplication
from torque.errors import InvalidParams, NotFound
from torque.model.compile import CompiledEntity
from torque.types import utc_now

_UNORDERED = ("Array", "Json")


def load_page(app: RunningApplication, page_ref: str, locale: str | None = None) -> Answer:
    """Return the result of loadPage, in the reader's language where the model has it."""
    page = app.model.page(page_ref)
    if (translation := app.model.translation(locale)) is not None:
        page = translation.pages[page.id]
    return Answer(page.page_bytes(app.id, utc_now()), app.stamp)


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
