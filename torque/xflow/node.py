"""The contract of a node type: its config is read once, then it runs as often as the flow does."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from torque.entity.service import EntityService
from torque.native import check_script
from torque.observe import Observer
from torque.xflow.context import FlowContext
from torque.xflow.javascript import Scripts
from torque.xflow.names import Names
from torque.xflow.templates import Template, compile_template


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a node type's config may hold."""


C = TypeVar("C", bound=Config)


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a node's config."""

    rule: str
    message: str
    severity: str = "error"


class Tools(msgspec.Struct, frozen=True):
    """What nodes work with."""

    scripts: Scripts
    entities: EntityService
    observer: Observer


class Node(ABC, Generic[C]):
    """One node of a compiled flow.

    Parameters
    ----------
    node_id
        Its id in the flow.
    config
        What the document says; everything wrong with it is collected in `problems`.
    names
        What the flow may name.
    """

    config_type: ClassVar[type[Config]]
    keeps_time: ClassVar[bool] = True
    """It ends within its time by itself: all it waits for are scripts, which their pool ends."""

    def __init__(self, node_id: str, config: dict[str, Any], names: Names) -> None:
        self.id = node_id
        self.problems: list[Problem] = []
        try:
            self.prepare(msgspec.convert(config, self.config_type), names)  # type: ignore[arg-type]
        except msgspec.ValidationError as error:
            self.problem("NodeConfig", f"The config does not fit: {error}.")

    @abstractmethod
    def prepare(self, config: C, names: Names) -> None:
        """Keep what `run` needs and report what is wrong."""

    @abstractmethod
    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Do the work within `seconds` and return the result as JSON. Raises NodeFailed."""

    def problem(self, rule: str, message: str, severity: str = "error") -> None:
        """Report something wrong with the config."""
        self.problems.append(Problem(rule, message, severity))

    def template(self, value: object) -> Template:
        """Compile a part of the config that may hold `{{ }}`."""
        compiled = compile_template(value)
        for message in compiled.problems:
            self.problem("Expression", message)
        return compiled

    def expression(self, code: str) -> str:
        """Check a bare expression and return it."""
        fault = check_script(code, "expression")
        if fault is not None:
            self.problem("Expression", f"{code}: {fault}")
        return code
