"""`python -m loadtest`: start a server of its own, load it by locust, fail when a limit is exceeded.

Exit codes: 0 within the limits, 1 beyond one of them. `LOAD_SECONDS` and `LOAD_USERS` override the file.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from bench.harness import free_port, process

HERE = Path(__file__).parent
TORQUE = str(Path(sys.executable).with_name("torque"))


def locust(address: str, token: str, limits: dict[str, Any], out: Path) -> None:
    """Run the scenario headless; results go to CSV files beside `out`."""
    seconds = os.environ.get("LOAD_SECONDS", str(limits["seconds"]))
    users = os.environ.get("LOAD_USERS", str(limits["users"]))
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "todo.py"), "--headless", "--host", address,
               "--users", users, "--spawn-rate", str(limits["spawn_rate"]), "--run-time", f"{seconds}s",
               "--csv", str(out), "--only-summary", "--exit-code-on-error", "0"]  # fmt: skip
    subprocess.run(command, env={**os.environ, "TORQUE_TOKEN": token}, check=True)


def judge(out: Path, limits: dict[str, Any]) -> list[str]:
    """Return a sentence for every limit that the run exceeded."""
    with Path(f"{out}_stats.csv").open(encoding="utf-8") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    total = rows.pop("Aggregated")
    count, failed = int(total["Request Count"]), int(total["Failure Count"])
    broken = []
    if failed > limits["max_error_ratio"] * count:
        broken.append(f"{failed} of {count} requests failed")
    if float(total["Requests/s"]) < limits["min_requests_per_second"]:
        broken.append(f"{total['Requests/s']} requests/s, at least {limits['min_requests_per_second']} expected")
    for name, limit in limits["p95"].items():
        if name not in rows:
            broken.append(f"{name} was never called")
        elif float(rows[name]["95%"]) > limit:
            broken.append(f"{name}: p95 is {rows[name]['95%']} ms, at most {limit} ms allowed")
    return broken


def main() -> int:
    """Run the load test and print what came out."""
    limits = tomllib.loads((HERE / "limits.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="tq-load-") as folder:
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        server = [TORQUE, "server", "--samples", "--bind", f"127.0.0.1:{port}"]
        with process(server, f"{address}/ready", cwd=folder):
            made = subprocess.run([TORQUE, "--json", "token", "create", "load", "--role", "admin"], cwd=folder,
                                  capture_output=True, text=True, check=True)  # fmt: skip
            out = Path(folder) / "run"
            locust(address, json.loads(made.stdout)["token"], limits, out)
            broken = judge(out, limits)
    print("\n".join(broken) if broken else "Within all limits.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
