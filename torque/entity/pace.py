"""Whether those who write at the same time go to the database all together, or as two halves in turn.

Together they pay once for the statement and for the disk; but while one side works, the database or this process, the
other waits. As halves both work at the same time, and pay twice. Which answers more in a second depends on the disk,
the processors and the records, so it is tried: the other way now and then for a moment, and the better one in between.
"""

from statistics import median

FEW = 16
"""Fewer go together: what a statement costs whatever it holds is most of it."""

_SPAN = 8
"""How many times all of them are answered before a way is judged."""
_SETTLED = 2
"""How many times all of them are answered before one begins to judge."""
_TRIAL, _JUDGED = 6, 3
"""Spans of a trial, and how many of its last are judged: it takes a while until halves work past each other. Of these
the one in the middle counts, for now and then the disk takes its time."""
_BETTER = 0.97
"""What part of the time of the other way a way has to do with to take its place."""
_FIRST, _MOST = 8, 64
"""Spans before the first trial, and most between two when they fail again and again."""
_PAUSE_SECONDS = 0.5
"""Who writes no more often than that is in no need of any of this."""


class Pace:
    """Judges the two ways by the time that an item takes, from one statement to the next."""

    def __init__(self) -> None:
        self._halves = False
        self._crowd = 0
        self._found: list[float] = []
        self._before: float | None = None
        self._between = _FIRST
        self._since = self._last = 0.0
        self._items = self._skipped = 0

    def in_halves(self, crowd: int) -> bool:
        """Tell whether a crowd goes in halves now."""
        return self._halves and crowd >= FEW

    def sent(self, items: int, crowd: int, now: float) -> None:
        """Take note of a statement with so many items out of a crowd that is sent now.

        Parameters
        ----------
        crowd
            How many write at the same time.
        now
            In seconds of a steady clock.
        """
        if crowd < FEW:
            return
        if now - self._last > _PAUSE_SECONDS:
            self._end_trial()
            self._begin(now)
        elif self._skipped < _SETTLED * crowd:
            self._skipped += items
            self._since = now
            self._items = 0
        elif self._items >= _SPAN * crowd:
            if crowd > 2 * self._crowd or self._crowd > 2 * crowd:
                self._look_anew(crowd)
            self._judge((now - self._since) / self._items)
            self._begin(now)
        self._items += items
        self._last = now

    def _judge(self, seconds: float) -> None:
        found = self._found
        found.append(seconds)
        if self._before is None:
            if len(found) >= self._between:
                self._before, self._halves = median(found[-_JUDGED:]), not self._halves
                found.clear()
        elif len(found) >= _TRIAL:
            better = median(found[-_JUDGED:]) < self._before * _BETTER
            self._between = 2 * _FIRST if better else min(2 * self._between, _MOST)
            if not better:
                self._halves = not self._halves
            self._before = None
            found.clear()

    def _begin(self, now: float) -> None:
        """Begin a span anew."""
        self._since = now
        self._items = self._skipped = 0

    def _look_anew(self, crowd: int) -> None:
        """Go on as it was best before, and try soon whether it is for a crowd like this."""
        self._end_trial()
        self._crowd, self._between = crowd, _FIRST
        self._found.clear()

    def _end_trial(self) -> None:
        """Go on as before a trial that is under way."""
        if self._before is not None:
            self._before, self._halves = None, not self._halves
            self._found.clear()
