"""Results that are kept for a Keras model while it stays as it is: made once, though every artifact of it asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

Result = TypeVar("Result")


class Kept(Generic[Result]):
    """Results by model, and by what they were made of.

    Args:
        size: Tells the bytes of a result.
    """

    def __init__(self, size: Callable[[Result], int]) -> None:
        self.size = size
        self._results: WeakKeyDictionary[Any, dict[Hashable, Result]] = WeakKeyDictionary()

    def once(self, model: Any, what: Hashable, make: Callable[[], Result], most: int) -> Result:
        """Return a result, which is made once of a model in this state.

        Args:
            model: Keras.
            what: Tells it from the model's other results; its state is one of these.
            make: Makes it.
            most: Bytes of the model's results beyond which they are forgotten.
        """
        results = self._results.setdefault(model, {})
        if what not in results:
            if sum(map(self.size, results.values())) > most:
                results.clear()
            results[what] = make()
        return results[what]


def state_of(model: Any) -> Hashable:
    """Return a model's description and its weights; of one that cannot describe itself, what equals no other."""
    try:
        described: Hashable = json.dumps(model.get_config(), default=repr, sort_keys=True)
    except (NotImplementedError, TypeError, ValueError):
        described = object()
    return described, digest(model.get_weights())


def digest(arrays: Iterable[Any]) -> bytes:
    """Return a digest of arrays, their types and shapes."""
    found = hashlib.sha256()
    for array in map(np.asarray, arrays):
        found.update(f"{array.dtype.str} {array.shape};".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.digest()
