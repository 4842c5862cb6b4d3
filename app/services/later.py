"""Services that are imported and made when they are first asked for: the window is on the screen sooner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")

_LOCK = threading.RLock()


class later(Generic[Made]):
    """A property that is worked out once, also when several threads ask at the same time."""

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self._make = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, owner: Any, _kind: type[object] | None = None) -> Made:
        """Return what was made; it takes the place of this property in the owner."""
        with _LOCK:
            known: dict[str, Made] = owner.__dict__
            if self._name not in known:
                known[self._name] = self._make(owner)
            return known[self._name]
