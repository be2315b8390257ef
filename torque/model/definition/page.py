"""A page and the components it places on its grid."""

from typing import Annotated, Literal

import msgspec

from torque.model.definition.action import EventHandler
from torque.model.definition.base import Id, Json, Part

Cell = Annotated[int, msgspec.Meta(ge=0, le=999)]
Extent = Annotated[int, msgspec.Meta(ge=1, le=999)]


class Position(Part, frozen=True, kw_only=True, omit_defaults=False):
    """The cells of the grid that a component covers."""

    row: Cell = 0
    col: Cell = 0
    width: Extent = 12
    height: Extent = 1


class Component(Part, frozen=True, kw_only=True):
    """Something drawn on a page. What `props` may hold is said by the prop schema of its type."""

    id: Id
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    position: Position | None = None
    props: Json = {}
    style: dict[str, str | int | float] = {}
    events: tuple[EventHandler, ...] = ()
    children: tuple["Component", ...] = ()
    visible_if: str | None = None


class Breakpoint(Part, frozen=True, kw_only=True):
    """From which width on how many columns are drawn."""

    name: str | None = None
    min_width: Annotated[int, msgspec.Meta(ge=0)] = 0
    columns: Annotated[int, msgspec.Meta(ge=1, le=48)]


class PageLayout(Part, frozen=True, kw_only=True):
    """The grid of a page."""

    type: Literal["Single", "TwoColumn", "ThreeColumn", "Grid"] | None = None
    rows: Annotated[int, msgspec.Meta(ge=1, le=999)] | None = None
    columns: Annotated[int, msgspec.Meta(ge=1, le=48)] | None = None
    breakpoints: tuple[Breakpoint, ...] = ()


class Page(Part, frozen=True, kw_only=True):
    """One screen of the application."""

    id: Id
    name: str | None = None
    title: str | None = None
    type: Literal["List", "Grid", "Dashboard", "Form", "Detail", "Custom", "Wizard"] | None = None
    path: str | None = None
    icon: str | None = None
    in_navigation: bool | None = None
    target_entities: tuple[str, ...] = ()
    layout: PageLayout | None = None
    components: tuple[Component, ...] = ()
