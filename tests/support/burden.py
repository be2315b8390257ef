"""How much of a measured time was the machine's and not ours: what threads waited for a core to become free."""

import contextlib
import threading
from pathlib import Path


def waited(*pids: int) -> float:
    """Return for how many seconds threads have stood in the scheduler's queue, ready to run, since they began.

    Parameters
    ----------
    pids
        Processes, with all their threads; without any, the thread that asks. A kernel that does not tell
        counts as one where nobody waits, so a measurement is never made better by a guess.
    """
    nanoseconds = 0
    for path in _tasks(pids):
        with contextlib.suppress(OSError, IndexError, ValueError):
            nanoseconds += int(path.read_text().split()[1])
    return nanoseconds / 1e9


def _tasks(pids: tuple[int, ...]) -> list[Path]:
    if not pids:
        return [Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")]
    return [path for pid in pids for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
