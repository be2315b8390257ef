"""The prompts: how to build an application, add a feature, analyse data and write a workflow with the tools here."""

from collections.abc import Sequence

import mcp_types as types
import msgspec

from torque.access.service import require_admin
from torque.api.mcp.applications import running_application
from torque.api.mcp.prompt import Argument, Given, Prompt, document, text
from torque.api.mcp.prompts import format as formats
from torque.api.mcp.prompts.suggestions import application_names, model_names
from torque.api.mcp.resources import MODELS
from torque.api.mcp.tool import Session
from torque.api.mcp.tools.models import GetSchema, get_schema

_LISTED = (
    "If a tool is not among those you see, it is in another set: connect to /mcp?tools=all, or start "
    "`torque mcp --tools all`."
)
_APPLICATION = Argument(
    name="application", description="Name or id of the application; may be left out when there is only one.",
    suggest=application_names,
)  # fmt: skip


async def _build(session: Session, given: Given) -> Sequence[types.ContentBlock]:
    require_admin(session.caller)
    taken = ", ".join(await model_names(session, given)) or "none yet"
    named = f" Call the model {given['name']!r}." if "name" in given else ""
    return (
        text(
            f"Build an application with Torque from this description:\n\n> {_quoted(given['description'])}",
            f"Names that are taken: {taken}.{named}",
            "1. Decide on entities, fields, references and states; ask about what the description leaves open only "
            "where a wrong guess would cost data.\n"
            "2. Write the whole document and call create_model with dryRun: true. Mend every finding of severity Error "
            "and every Warning you agree with.\n"
            "3. Call create_model without dryRun. It answers the address of the application.\n"
            "4. Call create_entity for a few records of each entity, the referred ones first, so that pages are not "
            "empty; then get_page for every page, to see that it draws what it should.\n"
            "5. Correct with apply_model_changes (with ifRevision); undo_model_changes takes a step back.\n"
            "6. Tell what you built, where it is, and what you assumed.",
            _LISTED,
        ),
        text(formats.models(tuple(session.platform.models.component_types()))),
        text(formats.WORKFLOWS),
    )


async def _add(session: Session, given: Given) -> Sequence[types.ContentBlock]:
    require_admin(session.caller)
    model = await session.platform.models.get(session.caller, given["model"])
    return (
        text(
            f"Add this to the application that the model {model.name!r} (revision {model.revision}) describes:\n\n"
            f"> {_quoted(given['feature'])}",
            "1. Read the document below and keep to its ways: its names, its pages, its tone.\n"
            "2. Call apply_model_changes with dryRun: true and the fewest changes that do it. `AddField` has the id of "
            "the entity as `parent`, `AddComponent` that of the page; `UpdatePage` and its like replace whole members: "
            "send a list as it should be, not only what is new in it.\n"
            "3. Records are stored already: give a new required field a default_value, and rename instead of removing "
            "and adding, which would hide values.\n"
            f"4. When diff and findings are what you want, call it again without dryRun and with ifRevision: "
            f"{model.revision}. Running applications follow at once.\n"
            "5. Look at the pages concerned with get_page; undo_model_changes takes everything back.",
            _LISTED,
        ),
        document(f"{MODELS}/{model.id}", model.document),
        text(formats.models(tuple(session.platform.models.component_types()))),
    )


async def _analyse(session: Session, given: Given) -> Sequence[types.ContentBlock]:
    running = await running_application(session, given.get("application"))
    name = running.application.name
    return (
        text(
            f"Answer this question from the records of the application {name!r}:\n\n> {_quoted(given['question'])}",
            "1. The schema below names entity types and fields; a filter reaches through a reference, as in "
            "customer_id.email.\n"
            "2. Let the server count: aggregate_entities with groupBy (times with a bucket: day, week, month, quarter, "
            "year), metrics and having answers over all records, while query_entities answers pages of them. "
            "pagination.total says how many match.\n"
            "3. Look at a few records before you trust a field: empty values, test data and outliers change an answer. "
            "asOf asks what was true at another time.\n"
            "4. Change nothing.\n"
            "5. Give the answer first, then the numbers it rests on with the filters that made them, then what the "
            "data cannot say.",
            f"Pass application: {name!r} with every call. {_LISTED}",
        ),
        text(await _schema(session, name)),
    )


async def _write(session: Session, given: Given) -> Sequence[types.ContentBlock]:
    require_admin(session.caller)
    running = await running_application(session, given.get("application"))
    name = running.application.name
    return (
        text(
            f"Write a workflow for the application {name!r} that does this:\n\n> {_quoted(given['purpose'])}",
            "1. Decide what starts it, what it takes (input_schema, a JSON Schema) and what it answers.\n"
            '2. Write the nodes; keep one thing to a node, and give what can fail an edge on: "error".\n'
            "3. Call validate_xflow with the whole workflow until it has no findings.\n"
            f"4. Call create_xflow with model: {running.model.model_id!r}. Records that start it get a lifecycle_hooks "
            "entry, a button an executeXFlow action, both by apply_model_changes.\n"
            "5. Try it with execute_xflow, with an ordinary input and with a wrong one. It runs with your rights and "
            "really writes: use records made for the trial, and delete them again.",
            f"Pass application: {name!r} where a tool takes it. {_LISTED}",
        ),
        text(formats.WORKFLOWS),
        text(await _schema(session, name)),
    )


async def _schema(session: Session, application: str) -> str:
    found = msgspec.json.format(await get_schema(session, GetSchema(application=application)), indent=0)
    return f"What get_schema answers for it:\n\n```json\n{found.decode()}\n```"


def _quoted(words: str) -> str:
    return "\n> ".join(words.strip().splitlines())


PROMPTS = (
    Prompt(
        name="build_application", title="Build an application",
        description="Build a complete application from a description: model, pages, forms, first records.",
        arguments=(
            Argument(name="description", description="What it is for, who uses it, what it keeps.", required=True),
            Argument(name="name", description="What to call it: a slug such as tool-hire."),
        ),
        write=_build,
    ),
    Prompt(
        name="add_feature", title="Add a feature", description="Change a model so that its applications can do more.",
        arguments=(
            Argument(name="model", description="Name or id of the model.", required=True, suggest=model_names),
            Argument(name="feature", description="What should be possible then.", required=True),
        ),
        write=_add,
    ),
    Prompt(
        name="analyse_data", title="Analyse data", description="Answer a question from the records of an application.",
        arguments=(Argument(name="question", description="What you want to know.", required=True), _APPLICATION),
        write=_analyse,
    ),
    Prompt(
        name="write_workflow", title="Write a workflow",
        description="Write, check and try a workflow of an application.",
        arguments=(Argument(name="purpose", description="What it should do, and when.", required=True), _APPLICATION),
        write=_write,
    ),
)  # fmt: skip
