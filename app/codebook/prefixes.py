"""Keys in order, to find those that begin with a text."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class Prefixes:
    """The numbers of keys by what the keys begin with; a key takes its letters and four bytes."""

    def __init__(self, keys: Iterable[str]) -> None:
        packed = np.array([key.encode() for key in keys], np.bytes_)
        order = np.argsort(packed, kind="stable")
        self._keys = packed[order]
        self._numbers = order.astype(np.int32)

    def numbers(self, start: str, most: int | None = None) -> list[int]:
        """Return at most so many numbers of the keys that begin so, in the order of the keys, equal ones as given."""
        sought = start.encode()
        low, high = np.searchsorted(self._keys, [sought, sought + b"\xff"])
        found: list[int] = self._numbers[low:high][:most].tolist()
        return found

    def first(self, key: str) -> int | None:
        """Return the number of the first key that is exactly this one, None where there is none."""
        sought = key.encode()
        at = int(np.searchsorted(self._keys, sought))
        return int(self._numbers[at]) if at < len(self._keys) and self._keys[at] == sought else None
