"""The types of the schema, named and described as the committed SDL shows them."""

from enum import Enum

import strawberry
from strawberry import ID

from torque.api.graphql.scalars import JSON, Timestamp


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


@strawberry.type(description="Something verification has to say about a model.")
class Finding:
    """A finding."""

    id: str = strawberry.field(description="Stable for the same problem in the same place.")
    severity: Severity
    pointer: str = strawberry.field(description="JSON pointer into the document.")
    message: str
    impact: str | None
    fix: JSON | None = strawberry.field(description="A named list of changes that would mend it.")


@strawberry.type(description="One line of what an import repaired, left out or kept aside.")
class ImportNote:
    """A line of an import's report."""

    path: str
    what: str
    done: str


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
    pages: list[str] | None = strawberry.field(description="Ids of the pages touched; null means all.")
    entities: list[str] | None = strawberry.field(description="Names of the entities touched; null means all.")


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
