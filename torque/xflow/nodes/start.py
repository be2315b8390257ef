"""Start: where a flow begins."""

from torque.model.compiled import CompiledModel
from torque.xflow.context import FlowContext
from torque.xflow.node import Config, Node, Tools


class StartConfig(Config, frozen=True, kw_only=True):
    """Nothing."""


class Start(Node[StartConfig]):
    """Its result is the flow's input."""

    config_type = StartConfig

    def prepare(self, config: StartConfig, model: CompiledModel) -> None:
        """Keep nothing."""

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Return the input."""
        return flow.scope["input"]
