"""What is worked out of a compiled model once, and forgotten with it: a model is edited again and again."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from torque.model.compiled import CompiledModel

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
