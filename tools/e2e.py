"""Run the browser tests against a real server of their own: a fresh folder, an embedded database, the samples.

Playwright gets `BASE_URL` and `TORQUE_TOKEN` (an administrator's), and `TORQUE_BIN`/`TORQUE_FOLDER` to make sign-in
links with (`torque token link`). Extra arguments go to Playwright.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.harness import free_port, process

ROOT = Path(__file__).resolve().parent.parent
TORQUE = ROOT / ".venv" / "bin" / "torque"


def main() -> int:
    """Start, test, stop; return Playwright's exit code."""
    with tempfile.TemporaryDirectory(prefix="tq-e2e-", ignore_cleanup_errors=True) as folder:
        address = f"http://127.0.0.1:{free_port()}"
        command = [str(TORQUE), "server", "--samples", "--workers", "2", "--bind", address.removeprefix("http://")]
        with process(command, f"{address}/ready", cwd=folder):
            made = subprocess.run(
                [TORQUE, "--json", "token", "create", "e2e", "--role", "admin"],
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
            env = {
                **os.environ,
                "BASE_URL": address,
                "TORQUE_TOKEN": json.loads(made.stdout)["token"],
                "TORQUE_BIN": str(TORQUE),
                "TORQUE_FOLDER": folder,
            }
            tests = ["npm", "run", "--silent", "e2e", "--", *sys.argv[1:]]
            return subprocess.run(tests, cwd=ROOT / "frontend", env=env).returncode


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
