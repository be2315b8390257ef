"""Methods about what an application looks like: loadPage, getFormDefinition, getModelMetadata."""

from typing import Annotated

import msgspec

from torque.api.jsonrpc.context import CallContext
from torque.api.jsonrpc.registry import Method, Params
from torque.application.types import Answer
from torque.errors import InvalidParams


class Shown(Params, frozen=True, kw_only=True):
    """Base of what people read: `locale` is the reader's language, like "de" or "de-AT"."""

    locale: Annotated[str, msgspec.Meta(max_length=35)] | None = None


class LoadPage(Shown, frozen=True, kw_only=True):
    """Parameters of loadPage; `params` are those of the page's address."""

    page_id: str = "start_page"
    params: dict[str, object] = {}


class GetFormDefinition(Shown, frozen=True, kw_only=True):
    """Parameters of getFormDefinition: a form, or the one of an entity."""

    form_id: str | None = None
    entity_type: str | None = None


class GetModelMetadata(Shown, frozen=True, kw_only=True):
    """Parameters of getModelMetadata."""


async def load_page(context: CallContext, params: LoadPage) -> Answer:
    """Return a compiled page."""
    running = await context.application(params.app)
    return await context.platform.applications.load_page(context.caller, running, params.page_id, params.locale)


async def get_form_definition(context: CallContext, params: GetFormDefinition) -> Answer:
    """Return a compiled form."""
    if (params.form_id is None) == (params.entity_type is None):
        raise InvalidParams("Give either formId or entityType.", parameter="formId")
    running = await context.application(params.app)
    return await context.platform.applications.form(
        context.caller, running, form_id=params.form_id, entity_type=params.entity_type, locale=params.locale
    )


async def get_model_metadata(context: CallContext, params: GetModelMetadata) -> Answer:
    """Return what the frame around the pages needs: entities, navigation, locale, theme."""
    running = await context.application(params.app)
    return await context.platform.applications.metadata(context.caller, running, params.locale)


METHODS = (
    Method("loadPage", LoadPage, load_page, cacheable=True),
    Method("getFormDefinition", GetFormDefinition, get_form_definition, cacheable=True),
    Method("getModelMetadata", GetModelMetadata, get_model_metadata, cacheable=True),
)
