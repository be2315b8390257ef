"""`python -m bench`: measure, print one table, keep a dated run. Fails when a figure fell by more than 15 %.

`BENCH_ROUNDS` and `BENCH_SECONDS` shorten a run; a shortened run is not kept.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from bench.harness import Ratio
from bench.report import falls, keep, last_run

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run the benchmarks and judge them."""
    with tempfile.TemporaryDirectory(prefix="tq-bench-") as folder:
        ratios, micro = Path(folder) / "ratios.json", Path(folder) / "micro.json"
        command = [sys.executable, "-m", "pytest", "bench", "-q", "-p", "no:cacheprovider", "--ratios", str(ratios),
                   "--benchmark-json", str(micro), "--benchmark-columns", "min,median,ops", *sys.argv[1:]]  # fmt: skip
        code = subprocess.run(command, cwd=ROOT).returncode
        if code != 0 or not ratios.exists():
            return code or 1
        measured = msgspec.json.decode(ratios.read_bytes(), type=list[Ratio])
        medians = {item["name"]: item["stats"]["median"] for item in json.loads(micro.read_bytes())["benchmarks"]}
    before = last_run()
    fallen = falls(measured, before)
    print("\n".join(fallen))
    if not fallen and "BENCH_SECONDS" not in os.environ:
        print(f"Kept as {keep(measured, medians).relative_to(ROOT)}")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
