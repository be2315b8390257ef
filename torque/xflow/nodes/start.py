"""Start: where a flow begins."""

from torque.xflow.context import FlowContext
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools


class StartConfig(Config, frozen=True, kw_only=True):
    """Nothing."""


class Start(Node[StartConfig]):
    """Its result is the flow's input."""

    config_type = StartConfig

    def prepare(self, config: StartConfig, names: Names) -> None:
        """Keep nothing."""

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Return the input."""
        return flow.scope["input"]
