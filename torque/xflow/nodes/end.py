"""End: where a flow ends, and what it answers."""

from typing import Any

from torque.xflow.context import FlowContext
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools
from torque.xflow.templates import Template


class EndConfig(Config, frozen=True, kw_only=True):
    """`output` is any JSON with `{{ }}`; without it the last result is the answer."""

    output: Any = None


class End(Node[EndConfig]):
    """Its result is the flow's output."""

    config_type = EndConfig

    def prepare(self, config: EndConfig, names: Names) -> None:
        """Compile the mapping."""
        self._output: Template | None = None if config.output is None else self.template(config.output)

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Return the mapped output."""
        return flow.last if self._output is None else await tools.scripts.value(self._output, flow, seconds)
