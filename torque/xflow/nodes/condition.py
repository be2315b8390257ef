"""Condition: decides which edge is followed."""

from torque.xflow.context import FlowContext
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools


class ConditionConfig(Config, frozen=True, kw_only=True):
    """`expression` is true or false as JavaScript takes it."""

    expression: str


class Condition(Node[ConditionConfig]):
    """Its result is true or false; edges with the conditions "true" and "false" compare with it."""

    config_type = ConditionConfig

    def prepare(self, config: ConditionConfig, names: Names) -> None:
        """Check that the expression compiles."""
        self._expression = self.expression(config.expression)

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Evaluate the expression."""
        return b"true" if await tools.scripts.holds(self._expression, flow, seconds) else b"false"
