"""A window of rows over a long list of keys: read in blocks when they are first shown, the latest kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Item = TypeVar("Item")


class Blocks(Generic[Key, Item]):
    """``read`` gives the items of some keys in one query of ``size`` keys at most; ``kept`` blocks stay.

    ``name`` is what a key and its item have in common: an item that is gone leaves no trace in what was read.
    """

    def __init__(
        self,
        read: Callable[[Sequence[Key]], Sequence[Item]],
        name: Callable[[Item], Hashable],
        *,
        size: int,
        kept: int,
    ) -> None:
        self._read, self._name = read, name
        self._size, self._kept = size, kept
        self._blocks: OrderedDict[int, Mapping[Hashable, Item]] = OrderedDict()

    def clear(self) -> None:
        """Forget everything read: the list is another one."""
        self._blocks.clear()

    def find(self, keys: Sequence[Key], row: int, name: Hashable) -> Item | None:
        """Return the item of a row by its name, None for one that is gone."""
        return self._block(keys, row // self._size).get(name)

    def forget(self, names: Collection[Hashable]) -> list[range]:
        """Forget the blocks that hold some items; return the rows that are read anew when they are shown next."""
        stale = [number for number, block in self._blocks.items() if not block.keys().isdisjoint(names)]
        for number in stale:
            del self._blocks[number]
        return [range(number * self._size, (number + 1) * self._size) for number in stale]

    def _block(self, keys: Sequence[Key], number: int) -> Mapping[Hashable, Item]:
        block = self._blocks.get(number)
        if block is None:
            wanted = keys[number * self._size : (number + 1) * self._size]
            block = {self._name(item): item for item in self._read(wanted)}
            self._blocks[number] = block
            while len(self._blocks) > self._kept:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(number)
        return block
