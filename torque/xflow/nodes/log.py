"""Log: writes a line into the execution log and the server's."""

from typing import Any, Literal

from torque import codec
from torque.xflow.context import FlowContext, LogLine
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools


class LogConfig(Config, frozen=True, kw_only=True):
    """`message` and the values of `structured` may hold `{{ }}`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    message: str
    structured: Any = None


class Log(Node[LogConfig]):
    """Its result is that of the node before it."""

    config_type = LogConfig

    def prepare(self, config: LogConfig, names: Names) -> None:
        """Compile both templates as one."""
        self._level = config.level
        self._said = self.template({"message": config.message, "data": config.structured})

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Write the line."""
        said = codec.loads(await tools.scripts.value(self._said, flow, seconds))
        message = said["message"] if isinstance(said["message"], str) else codec.dumps(said["message"]).decode()
        flow.logs.append(LogLine(self._level, message, said.get("data")))
        tools.observer.emit(
            "xflow_log", level=self._level, message=message, application=flow.app.application.name, node=self.id
        )
        return flow.last
