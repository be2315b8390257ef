"""What an event of a component does, tagged by `type`."""

from typing import Any, Literal

from torque.model.definition.base import Json, Part


class OpenModal(Part, frozen=True, kw_only=True, tag_field="type", tag="openModal"):
    """Open a Modal of the page, else the form of that id in the drawer."""

    modal_id: str


class CloseModal(Part, frozen=True, kw_only=True, tag_field="type", tag="closeModal"):
    """Close the topmost modal or drawer."""


class NavigateTo(Part, frozen=True, kw_only=True, tag_field="type", tag="navigateTo"):
    """Go to another page."""

    page_id: str
    params: Json = {}


class ExecuteXFlow(Part, frozen=True, kw_only=True, tag_field="type", tag="executeXFlow"):
    """Run a workflow; a result that is a file is downloaded, any other is reported."""

    xflow_id: str
    input: Any = None


class RefreshComponent(Part, frozen=True, kw_only=True, tag_field="type", tag="refreshComponent"):
    """Load the data of a component again."""

    component_id: str


class CreateEntity(Part, frozen=True, kw_only=True, tag_field="type", tag="createEntity"):
    """Create a record."""

    entity_type: str
    data: Json = {}


class UpdateEntity(Part, frozen=True, kw_only=True, tag_field="type", tag="updateEntity"):
    """Change a record."""

    entity_id: str
    entity_type: str | None = None
    data: Json = {}


class DeleteEntity(Part, frozen=True, kw_only=True, tag_field="type", tag="deleteEntity"):
    """Delete a record."""

    entity_id: str
    entity_type: str | None = None


class CustomAction(Part, frozen=True, kw_only=True, tag_field="type", tag="custom"):
    """Run a script in the server's sandbox, never in the page."""

    script: str


Action = (
    OpenModal
    | CloseModal
    | NavigateTo
    | ExecuteXFlow
    | RefreshComponent
    | CreateEntity
    | UpdateEntity
    | DeleteEntity
    | CustomAction
)


class EventHandler(Part, frozen=True, kw_only=True):
    """An event of a component and what happens then."""

    on: Literal["click", "rowClick", "submit", "change", "load"]
    action: Action
