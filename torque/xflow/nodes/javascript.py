"""JavaScript: runs a script in a script process."""

from typing import Annotated

import msgspec

from torque.native import check_script
from torque.xflow.context import FlowContext
from torque.xflow.names import Names
from torque.xflow.node import Config, Node, Tools


class JavaScriptConfig(Config, frozen=True, kw_only=True):
    """`code` is the body of an async function; what it returns is the result."""

    code: str
    timeout_ms: Annotated[int, msgspec.Meta(ge=1)] | None = None


class JavaScript(Node[JavaScriptConfig]):
    """Its result is what the script returns; what it does to `vars` stays."""

    config_type = JavaScriptConfig

    def prepare(self, config: JavaScriptConfig, names: Names) -> None:
        """Check that the script compiles."""
        self._code, self._limit = config.code, config.timeout_ms
        fault = check_script(config.code, "script")
        if fault is not None:
            self.problem("Script", fault)

    async def run(self, flow: FlowContext, tools: Tools, seconds: float) -> bytes:
        """Run the script within the smaller of both limits."""
        limit = seconds if self._limit is None else min(seconds, self._limit / 1000)
        return await tools.scripts.script(self._code, flow, limit)
