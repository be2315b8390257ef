"""Settings of a model that hold for each of its applications."""

from typing import Annotated, Literal

import msgspec

from torque.model.definition.base import Part


class UiConfig(Part, frozen=True, kw_only=True):
    """How applications of the model look."""

    theme: str | None = None
    color_scheme: Literal["light", "dark", "auto"] | None = None
    locale: str | None = None


class PerformanceConfig(Part, frozen=True, kw_only=True):
    """Whether and how long answers may be kept."""

    caching_enabled: bool = True
    cache_ttl_seconds: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Config(Part, frozen=True, kw_only=True):
    """Settings of a model."""

    start_page: str | None = None
    public: bool = False
    ui: UiConfig | None = None
    performance: PerformanceConfig | None = None
