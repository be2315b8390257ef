"""Starts a server from a JSON description on the command line: `python -m tests.support.launch FILE`."""

import json
import sys
from pathlib import Path

from torque.config import load
from torque.server.supervisor import serve

if __name__ == "__main__":
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    loaded = load(Path(order["config"]) if order["config"] else None, {}, order["flags"])
    sys.exit(serve(loaded.config, samples=order["samples"]))
