"""What an answer depends on: the generations to read before the database is asked.

Whoever answers a request keeps the result under this stamp, and under the caller's permission class.
"""

from collections.abc import Iterable
from functools import lru_cache

from torque.application.types import RunningApplication
from torque.model.compile import CompiledEntity
from torque.native import Generations, Stamp


class Stamps:
    """Takes stamps for answers about records. A stamp is taken before the database is read.

    It goes on from that of the catalogue, so it says as well that the answer was planned on the newest model, and is as
    old as what is known of the application: with another run about, that ends the answer in time.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    def of_record(self, app: RunningApplication, record_id: str) -> Stamp:
        """Return the stamp of an answer about one record."""
        return self._generations.extend(app.stamp, "record", app.id, (record_id,))

    def of_types(self, app: RunningApplication, names: Iterable[str], record_id: str | None = None) -> Stamp:
        """Return the stamp of an answer about records of these entities."""
        entities = app.model.entities
        stamp = self._generations.extend(app.stamp, "type", app.id, [entities[name].key for name in names])
        return stamp if record_id is None else self._generations.extend(stamp, "record", app.id, (record_id,))

    def current(self, stamp: Stamp) -> bool:
        """Tell whether nothing that a stamp covers has moved."""
        return self._generations.current(stamp)


@lru_cache(maxsize=1024)
def is_cacheable(entity: CompiledEntity) -> bool:
    """Tell whether answers about an entity may be kept at all: not where each read is recorded or may be changed."""
    if entity.track_access or entity.cache_ttl == 0.0:
        return False
    return not any(hook.enabled and hook.event == "OnRead" for hook in entity.definition.lifecycle_hooks)
