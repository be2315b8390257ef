"""`make reset` deletes the embedded database of a folder, and never one that is in use."""

import os
import subprocess
from pathlib import Path

from torque.db.embedded import join

SCRIPT = Path(__file__).resolve().parents[3] / "tools" / "reset.sh"


def reset(folder: Path, yes: bool = True) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "YES": "1" if yes else ""}
    return subprocess.run([SCRIPT], cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_a_database_in_use_stays_and_an_idle_one_goes(tmp_path: Path) -> None:
    use = join(tmp_path / ".torque" / "pg")
    try:
        refused = reset(tmp_path)
        assert refused.returncode == 1
        assert "Stop it first" in refused.stderr
        assert (tmp_path / ".torque" / "pg" / "PG_VERSION").exists()
    finally:
        use.close()
    subprocess.run(["flock", "-w", "20", tmp_path / ".torque" / "pg.lock", "true"], check=True)
    assert reset(tmp_path).returncode == 0
    assert not (tmp_path / ".torque").exists()


def test_without_a_terminal_it_asks_for_a_clear_word(tmp_path: Path) -> None:
    (tmp_path / ".torque").mkdir()
    refused = reset(tmp_path, yes=False)
    assert refused.returncode == 2
    assert "YES=1" in refused.stderr
    assert (tmp_path / ".torque").exists()
