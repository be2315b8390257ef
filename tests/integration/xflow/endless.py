"""A client of a script broker that holds a running script until it is killed: `python -m ... SOCKET`."""

import asyncio
import sys

from torque import codec
from torque.xflow.pool import ScriptPool


async def main() -> None:
    """Run a short script, say so, then one without end on the same process."""
    pool = ScriptPool(1, sys.argv[1])
    for code in ("return 1", "while (true) {}"):
        request = {"id": 1, "kind": "script", "code": code, "deadline_ms": 60_000, "max_output": 100, "scope": {}}
        running = asyncio.ensure_future(pool.run(codec.dumps(request), 60))
        if code == "return 1":
            await running
    sys.stdout.write("running\n")
    sys.stdout.flush()
    await running


asyncio.run(main())
