"""What an answer depends on: the generations to read before the database is asked, and how long an answer may live.

Whoever answers a request keeps the result under this stamp, and under the caller's permission class.
"""

import time
from collections.abc import Iterable
from functools import lru_cache

from torque.application.types import RunningApplication
from torque.model.compile import CompiledEntity
from torque.native import Generations, Stamp

NOT_ALONE_SECONDS = 1.0
"""How old anything kept may be while another live run shares the database."""


class Stamps:
    """Takes stamps for answers about records. A stamp is taken before the database is read."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    def of_record(self, app: RunningApplication, record_id: str) -> Stamp:
        """Return the stamp of an answer about one record."""
        slot = self._generations.slot("record", app.id, record_id)
        return self._generations.read([*app.stamp.slots, slot])

    def of_types(self, app: RunningApplication, names: Iterable[str], record_id: str | None = None) -> Stamp:
        """Return the stamp of an answer about records of these entities."""
        entities = app.model.entities
        slots = [*app.stamp.slots, *(self._generations.slot("type", app.id, entities[name].key) for name in names)]
        if record_id is not None:
            slots.append(self._generations.slot("record", app.id, record_id))
        return self._generations.read(slots)

    def life(self, app: RunningApplication, life: float | None) -> float | None:
        """Return how long an answer may live: with another run about, no longer than what its catalogue has left.

        Its own stamp is younger than the catalogue's, whose age counts as well while the run is not alone.
        """
        if self._generations.is_alone():
            return life
        left = max(0.0, NOT_ALONE_SECONDS - (time.monotonic() - app.read_at))
        return left if life is None else min(life, left)

    def current(self, stamp: Stamp) -> bool:
        """Tell whether nothing that a stamp covers has moved. Asked of the catalogue's stamp after the answer is made,
        it tells that the answer was planned on the newest model, whose generation its own stamp holds.
        """
        return self._generations.current(stamp)


@lru_cache(maxsize=1024)
def is_cacheable(entity: CompiledEntity) -> bool:
    """Tell whether answers about an entity may be kept at all: not where each read is recorded or may be changed."""
    if entity.track_access or entity.cache_ttl == 0.0:
        return False
    return not any(hook.enabled and hook.event == "OnRead" for hook in entity.definition.lifecycle_hooks)
