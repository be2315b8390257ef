"""Completions: what arguments of prompts and addresses of resources may be, as far as the caller may see."""

import mcp_types as types

from torque.api.mcp.prompt import Prompt, Suggest
from torque.api.mcp.prompts.suggestions import application_names, model_names, type_names
from torque.api.mcp.prompts.table import PROMPTS
from torque.api.mcp.resources import MODEL_TEMPLATE, RECORD_TEMPLATE, RECORDS_TEMPLATE, SCHEMA_TEMPLATE
from torque.api.mcp.tool import Session
from torque.config.problems import nearest
from torque.errors import InvalidParams

MOST = 100
"""Values in one answer, which is as many as the protocol allows."""


_ADDRESSES: dict[tuple[str, str], Suggest] = {
    (MODEL_TEMPLATE, "id"): model_names,
    (SCHEMA_TEMPLATE, "id"): application_names,
    (RECORDS_TEMPLATE, "id"): application_names,
    (RECORD_TEMPLATE, "id"): application_names,
    (RECORDS_TEMPLATE, "type"): type_names,
    (RECORD_TEMPLATE, "type"): type_names,
}


def prompt_named(name: str) -> Prompt:
    """Return a prompt.

    Raises
    ------
    InvalidParams
        Naming the nearest one.
    """
    prompts = {one.name: one for one in PROMPTS}
    if name not in prompts:
        raise InvalidParams(f"There is no prompt {name[:100]!r}.{nearest(name[:100], prompts)}")
    return prompts[name]


async def complete(session: Session, params: types.CompleteRequestParams) -> types.CompleteResult:
    """Return the values that begin with what was typed; where nothing is known of an argument, none."""
    suggest = _suggestion(params.ref, params.argument.name)
    context = (params.context.arguments if params.context else None) or {}
    typed = params.argument.value.lower()
    known = await suggest(session, context) if suggest is not None else ()
    values = sorted(value for value in known if value.lower().startswith(typed))
    return types.CompleteResult(
        completion=types.Completion(values=values[:MOST], total=len(values), has_more=len(values) > MOST)
    )


def _suggestion(ref: types.ResourceTemplateReference | types.PromptReference, argument: str) -> Suggest | None:
    if isinstance(ref, types.ResourceTemplateReference):
        return _ADDRESSES.get((ref.uri, argument))
    found = prompt_named(ref.name)
    return next((one.suggest for one in found.arguments if one.name == argument), None)
