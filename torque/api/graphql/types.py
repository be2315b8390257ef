"""The types of the schema, named and described as the committed SDL shows them."""

from enum import Enum

import msgspec
import strawberry
from strawberry import ID

from torque.api.graphql.context import GraphInfo
from torque.api.graphql.fields import described
from torque.api.graphql.scalars import JSON, Timestamp
from torque.application.types import ApplicationInfo
from torque.model.compile import CompiledEntity
from torque.model.finding import Finding as ModelFinding
from torque.model.types import ChangeResult as ChangeOutcome


class Severity(Enum):
    """How bad a finding is."""

    Error = "Error"
    Warning = "Warning"
    Info = "Info"


class ImportMode(Enum):
    """What an import does: make a model, take the place of one, or be merged into one."""

    New = "new"
    Replace = "replace"
    Merge = "merge"


strawberry.enum(Severity)
strawberry.enum(ImportMode)


@strawberry.type(description="Who is asking.")
class Me:
    """The caller."""

    id: str
    name: str
    roles: list[str]
    application_id: ID | None = strawberry.field(description="The application a token is limited to.")


@strawberry.type(description="A running instance of a model with records of its own.")
class Application:
    """An application."""

    id: ID
    model_id: ID
    model_revision: int | None = strawberry.field(
        description="The revision it is pinned to; null follows the head of its model."
    )
    name: str = strawberry.field(description="Unique slug: its address.")
    label: str
    status: str = strawberry.field(description='"running" or "stopped".')
    public: bool = strawberry.field(description="Whether callers without a token may enter.")
    url: str = strawberry.field(description="Where TorqueApp serves it.")
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, info: ApplicationInfo) -> "Application":
        """Return an application as it is shown."""
        return cls(
            id=ID(info.id),
            model_id=ID(info.model_id),
            model_revision=info.model_revision,
            name=info.name,
            label=info.label,
            status=info.status,
            public=info.public,
            url=info.url,
            created_at=Timestamp(info.created_at),
            updated_at=Timestamp(info.updated_at),
        )


@strawberry.type(description="Something verification has to say about a model.")
class Finding:
    """A finding."""

    id: str = strawberry.field(description="Stable for the same problem in the same place.")
    severity: Severity
    pointer: str = strawberry.field(description="JSON pointer into the document.")
    message: str
    impact: str | None
    fix: JSON | None = strawberry.field(description="A named list of changes that would mend it.")

    @classmethod
    def of(cls, found: ModelFinding) -> "Finding":
        """Return a finding as it is shown."""
        return cls(
            id=found.id,
            severity=Severity(found.severity),
            pointer=found.pointer,
            message=found.message,
            impact=found.impact,
            fix=JSON(msgspec.to_builtins(found.fix)) if found.fix is not None else None,
        )


@strawberry.type(description="One line of what an import repaired, left out or kept aside.")
class ImportNote:
    """A line of an import's report."""

    path: str
    what: str
    done: str


@strawberry.type(description="A model without its document, for lists.")
class ModelSummary:
    """A model in a list."""

    id: ID
    name: str
    display_name: str
    description: str
    version: str
    revision: int
    entity_count: int
    page_count: int
    form_count: int
    xflow_count: int
    created_at: Timestamp
    updated_at: Timestamp

    @strawberry.field
    async def applications(self, info: GraphInfo) -> list[Application]:
        """Return the applications that run it."""
        return [Application.of(one) for one in await info.context.applications_of.load(self.id)]


@strawberry.type
class Model:
    """A model with its document."""

    id: ID
    name: str
    display_name: str
    description: str
    version: str = strawberry.field(description="A semver label that only a person changes.")
    revision: int
    created_at: Timestamp
    updated_at: Timestamp
    document: JSON = strawberry.field(description="The whole torque/1 document.")

    @strawberry.field
    async def applications(self, info: GraphInfo) -> list[Application]:
        """Return the applications that run it."""
        return [Application.of(one) for one in await info.context.applications_of.load(self.id)]

    @strawberry.field
    async def findings(self, info: GraphInfo) -> list[Finding]:
        """Return what is wrong with it."""
        context = info.context
        found = await context.platform.models.verify(context.require_identity(), self.id)
        return [Finding.of(one) for one in found]


@strawberry.type(description="What becomes of the records of one entity in one application.")
class StoredEffect:
    """An effect on stored records."""

    application: str
    entity: str
    field: str | None = strawberry.field(description="Null when it is about whole records.")
    rule: str = strawberry.field(description="Removed when values are hidden, else the rule that the records break.")
    records: int
    of: int
    complete: bool = strawberry.field(description="False when `records` is only the least number.")


@strawberry.type(description="What a list of changes did, or would do when it was a dry run.")
class ChangeResult:
    """The outcome of changes."""

    revision: int = strawberry.field(description="The revision after the changes; unchanged by a dry run.")
    dry_run: bool
    model: Model
    diff: list[JSON] = strawberry.field(description="One entry per part that differs.")
    findings_before: list[Finding]
    findings_after: list[Finding]
    outcome: strawberry.Private[ChangeOutcome]

    @described("What becomes of stored records, in every application that follows the head of the model.")
    async def effects(self, info: GraphInfo) -> list[StoredEffect]:
        """Count the records that the change concerns."""
        context, outcome = info.context, self.outcome
        found = await context.platform.effects.of_change(
            context.require_identity(), outcome.model.id, outcome.before, outcome.model.document
        )
        return [StoredEffect(**msgspec.structs.asdict(one)) for one in found]


@strawberry.type
class ImportResult:
    """The outcome of an import."""

    model: Model | None = strawberry.field(description="Null when it was a dry run.")
    application: Application | None = strawberry.field(
        description="The application made for a new model, when asked for."
    )
    dry_run: bool
    report: list[ImportNote]
    findings: list[Finding] = strawberry.field(description="What is wrong with the model afterwards.")
    change: ChangeResult | None = strawberry.field(description="What it did to a model that was there.")


@strawberry.type
class ModelRevision:
    """A saved change set."""

    revision: int
    author: str
    message: str
    created_at: Timestamp
    changes: list[JSON] = strawberry.field(description="The changes as they were sent.")


@strawberry.type(description="A model changed; read again what these name.")
class ModelChange:
    """An event of the live feed about a model."""

    model_id: ID
    revision: int | None = strawberry.field(
        description="Null once the model was deleted, or when the listener fell behind: load anew."
    )
    pages: list[str] = strawberry.field(description="Ids of the pages touched; none means all.")
    entities: list[str] = strawberry.field(description="Names of the entities touched; none means all.")


@strawberry.type
class Token:
    """An API token, without its secret."""

    id: ID
    name: str
    role: str
    application_id: ID | None
    created_at: Timestamp
    expires_at: Timestamp | None
    revoked_at: Timestamp | None
    last_used_at: Timestamp | None


@strawberry.type(description="A token together with its secret, which is shown this once.")
class CreatedToken:
    """A new token."""

    token: Token
    secret: str


@strawberry.type
class XFlowExecution:
    """One run of a workflow."""

    id: ID
    status: str = strawberry.field(description="succeeded, failed, timed_out or cancelled.")
    output: JSON | None
    error: JSON | None = strawberry.field(description="The error's code, message and details.")


@strawberry.type(description="A field of an entity type.")
class EntityField:
    """A field."""

    id: ID
    name: str
    display_name: str
    type: str = strawberry.field(description="String, Integer, Reference and so on; of a list, that of its items.")
    list: bool
    target: str | None = strawberry.field(description="The entity type that a reference leads to.")
    required: bool
    unique: bool
    read_only: bool


@strawberry.type(description="An entity type of a model, as applications know it.")
class EntityType:
    """An entity type."""

    id: ID
    name: str
    display_name: str
    description: str
    icon: str | None
    title_field: str | None = strawberry.field(description="What a reference to a record of it shows.")
    fields: list[EntityField]
    definition: JSON = strawberry.field(description="The part of the document.")

    @classmethod
    def of(cls, entity: CompiledEntity) -> "EntityType":
        """Return an entity type as it is shown."""
        definition = entity.definition
        return cls(
            id=ID(definition.id),
            name=entity.name,
            display_name=entity.display_name,
            description=definition.description or "",
            icon=entity.icon,
            title_field=entity.title_field,
            fields=[
                EntityField(
                    id=ID(field.id),
                    name=field.name,
                    display_name=field.display_name,
                    type=field.type_name,
                    list=field.is_array,
                    target=field.target,
                    required=field.required,
                    unique=field.unique,
                    read_only=field.read_only or field.system,
                )
                for field in entity.fields.values()
            ],
            definition=JSON(msgspec.to_builtins(definition)),
        )


@strawberry.type(description="One entry of the audit log.")
class AuditEntry:
    """Who did what to a record."""

    cursor: str = strawberry.field(description="Give the last one as `after` to go on.")
    at: Timestamp
    action: str = strawberry.field(description="create, update, delete, read and so on.")
    actor: str
    role: str
    protocol: str = strawberry.field(description="What it came through: jsonrpc, rest, mcp, cli and so on.")
    request_id: str
    entity_type: str
    entity_id: ID
    old: JSON | None = strawberry.field(description="What changed, before.")
    new: JSON | None = strawberry.field(description="What changed, after.")
