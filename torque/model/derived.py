"""What is worked out of a compiled model or entity once, and forgotten with it: a model is edited again and again."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary, ref

from torque.model.compiled import CompiledEntity, CompiledModel

T = TypeVar("T")


def once_per_model(function: Callable[[CompiledModel], T]) -> Callable[[CompiledModel], T]:
    """Remember what a function returns for a model as long as the model is in use.

    What it returns must not hold the model.
    """
    known: WeakKeyDictionary[CompiledModel, T] = WeakKeyDictionary()

    @wraps(function)
    def found(model: CompiledModel) -> T:
        try:
            return known[model]
        except KeyError:
            return known.setdefault(model, function(model))

    return found


def once_per_entity(function: Callable[[CompiledEntity], T]) -> Callable[[CompiledEntity], T]:
    """Remember what a function returns for an entity as long as the entity is in use; for any thread.

    What it returns must not hold the entity. It is asked several times for every request, so it is found by the id of
    the object, which no other has before this one is forgotten.
    """
    known: dict[int, tuple[ref[CompiledEntity], T]] = {}

    @wraps(function)
    def found(entity: CompiledEntity) -> T:
        kept = known.get(key := id(entity))
        if kept is None:
            kept = known[key] = (ref(entity, lambda _: known.pop(key, None)), function(entity))
        return kept[1]

    return found
