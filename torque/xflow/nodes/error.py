"""Error: fails the flow on purpose."""

from typing import Any

from torque import codec
from torque.xflow.context import FLOW_ERROR, FlowContext, NodeFailed
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools


class ErrorConfig(Config, frozen=True, kw_only=True):
    """`message` for people, `data` for programs; both may hold `{{ }}`."""

    message: str = "The workflow was ended by its author."
    data: Any = None


class Error(Node[ErrorConfig]):
    """Its failure has the code `FLOW_ERROR`, the message, and the data as details."""

    config_type = ErrorConfig

    def prepare(self, config: ErrorConfig, names: Names) -> None:
        """Compile message and data as one."""
        self._said = self.template({"message": config.message, "data": config.data})

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Fail."""
        said = codec.loads(await tools.scripts.value(self._said, flow, seconds))
        message = said["message"] if isinstance(said["message"], str) else codec.dumps(said["message"]).decode()
        raise NodeFailed(FLOW_ERROR, message, said.get("data"))
