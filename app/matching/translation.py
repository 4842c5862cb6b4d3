"""A table of which n-grams of texts stand for which n-grams of names, learned from past codings (IBM model 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Codes, Floats, distinct, grams, numbered
from app.matching.shelf import Shelf

ROUNDS: Final = 4
IDENTITY: Final = 8.0
"""How many times likelier than another n-gram one is at first to stand for itself."""
LEAST: Final = 0.01
"""Smaller probabilities are dropped from the finished table."""
AT_ONCE: Final = 400_000
"""Meetings of a text's gram with a name's that are worked on at a time; bounds the memory."""

Whole = NDArray[np.int64]
Numbers = NDArray[np.int32]
Chances = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A text and a name as numbers of their grams."""

    sources: Numbers
    targets: Numbers


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Meetings of some pairs: the cell of each, and how many there are for each occurrence of a name's gram."""

    cells: Numbers
    sizes: Numbers

    def slots(self) -> Numbers:
        """Return for each meeting the occurrence that it explains; kept, they would take as much as the cells."""
        return np.repeat(np.arange(len(self.sizes), dtype=np.int32), self.sizes)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows (text gram, name gram, probability), sorted by text gram; grams of past texts with their totals.

    ``total`` tells for each ``known`` gram how many name grams it stands for in all, which is what a further pair is
    weighed against.
    """

    source: Codes
    target: Codes
    chance: Floats
    known: Codes
    total: Floats


class Translation:
    """Probabilities p(name gram | text gram). Grams are the numbers of :func:`app.matching.grams.grams`."""

    def __init__(
        self, pairs: Sequence[tuple[str, str]], table: Table | None = None, shelf: Shelf | None = None
    ) -> None:
        """Learn from (text, name) pairs, whose order does not matter; or take what was learned before.

        On the ``shelf`` lies what an earlier run learned from these very pairs.
        """
        self.table = table or (_learned(pairs) if shelf is None else _kept(pairs, shelf))
        self._low = np.searchsorted(self.table.source, self.table.known, "left")
        self._counts = np.searchsorted(self.table.source, self.table.known, "right") - self._low

    def translate(self, sources: Codes) -> tuple[Codes, Floats]:
        """Return the name grams that a text's grams lead to, sorted, each with its highest probability (0-1)."""
        _, found, chance = self.meanings(sources)
        targets = distinct(found)
        best = np.zeros(len(targets), np.float32)
        np.maximum.at(best, np.searchsorted(targets, found), chance)
        return targets, best

    def meanings(self, sources: Codes) -> tuple[Whole, Codes, Floats]:
        """Return each meaning of these grams: the place of the gram, the name gram, the probability."""
        at, known = self._at(sources)
        places = np.flatnonzero(known)
        low, counts = self._low[at[known]], self._counts[at[known]]
        rows = np.arange(counts.sum()) + np.repeat(low - (np.cumsum(counts) - counts), counts)
        return np.repeat(places, counts), self.table.target[rows], self.table.chance[rows]

    def knows(self, sources: Codes) -> NDArray[np.bool_]:
        """Return which of these grams a past text held."""
        return self._at(sources)[1]

    def with_pair(self, text: str, name: str) -> Translation:
        """Return a table that has learned one pair more, without going through the others again (milliseconds).

        One step of expectation maximisation for this pair, as the table stands; each gram's new meanings are weighed
        against all that it stood for before (stepwise EM with exact counts).
        """
        sources, targets = grams(text), grams(name)
        if not len(sources) or not len(targets):
            return self
        before = self._chances(sources, targets)
        added = before / before.sum(axis=0)
        at, known = self._at(sources)
        old = np.where(known, self.table.total[at], 0.0) if len(self.table.known) else np.zeros(len(sources))
        total = old + added.sum(axis=1)
        place, target, chance = self.meanings(sources)
        joined = np.concatenate([place, np.repeat(np.arange(len(sources)), len(targets))])
        grown = np.concatenate([chance * (old / total)[place], (added / total[:, None]).ravel()])
        rows = _merged(sources[joined], np.concatenate([target, np.tile(targets, len(sources))]), grown)
        return Translation((), self._replaced(sources, rows, total.astype(np.float32)))

    def _replaced(self, sources: Codes, rows: tuple[Codes, Codes, Floats], total: Floats) -> Table:
        """The table with other rows and totals for some text grams."""
        old = self.table
        kept, others = ~np.isin(old.source, sources), ~np.isin(old.known, sources)
        source = np.concatenate([old.source[kept], rows[0]])
        known = np.concatenate([old.known[others], sources])
        order, places = np.argsort(source, kind="stable"), np.argsort(known, kind="stable")
        return Table(
            source[order],
            np.concatenate([old.target[kept], rows[1]])[order],
            np.concatenate([old.chance[kept], rows[2]])[order],
            known[places],
            np.concatenate([old.total[others], total])[places],
        )

    def _at(self, sources: Codes) -> tuple[Whole, NDArray[np.bool_]]:
        """Where each gram stands among those known, and which of them are."""
        if not len(self.table.known):
            return np.zeros(len(sources), np.int64), np.zeros(len(sources), np.bool_)
        at = np.minimum(np.searchsorted(self.table.known, sources), len(self.table.known) - 1).astype(np.int64)
        held: NDArray[np.bool_] = self.table.known[at] == sources
        return at, held

    def _chances(self, sources: Codes, targets: Codes) -> Chances:
        """p(target | source) as rows of sources; what the table does not say is a little above nothing."""
        found = np.full((len(sources), len(targets)), LEAST / 2)
        found[sources[:, None] == targets[None, :]] *= IDENTITY
        place, codes, chance = self.meanings(sources)
        at = np.minimum(np.searchsorted(targets, codes), len(targets) - 1)
        known = targets[at] == codes
        found[place[known], at[known]] = chance[known]
        return found


def _kept(pairs: Sequence[tuple[str, str]], shelf: Shelf) -> Table:
    made: list[Table] = []

    def table() -> Table:
        if not made:
            made.append(_learned(pairs))
        return made[0]

    return Table(
        shelf.array("source", lambda: table().source),
        shelf.array("target", lambda: table().target),
        shelf.array("chance", lambda: table().chance),
        shelf.array("known", lambda: table().known),
        shelf.array("total", lambda: table().total),
    )


def _learned(pairs: Sequence[tuple[str, str]]) -> Table:
    texts, names = [grams(text) for text, _ in pairs], [grams(name) for _, name in pairs]
    known, targets = _vocabulary(texts), _vocabulary(names)
    coded = [
        _Pair(np.searchsorted(known, text).astype(np.int32), np.searchsorted(targets, name).astype(np.int32))
        for text, name in zip(texts, names, strict=True)
    ]
    del texts, names
    width = np.int64(max(len(targets), 1))
    cells, meetings = _meet(coded, width)
    del coded
    source, target = (cells // width).astype(np.int32), (cells % width).astype(np.int32)
    del cells
    chance: Chances = np.where(known[source] == targets[target], IDENTITY, 1.0)
    total: Chances = np.zeros(len(known))
    for _ in range(ROUNDS):
        counts: Chances = np.zeros(len(chance))
        for part in meetings:
            slots, share = part.slots(), chance[part.cells]
            share /= np.bincount(slots, share)[slots]
            counts += np.bincount(part.cells, share, minlength=len(counts))
        total = np.bincount(source, counts, minlength=len(known)).astype(np.float64)
        chance = np.divide(counts, total[source], out=counts)
    kept = chance >= LEAST
    found = chance[kept].astype(np.float32)
    return Table(known[source[kept]], targets[target[kept]], found, known, total.astype(np.float32))


def _vocabulary(texts: Sequence[Codes]) -> Codes:
    return distinct(np.concatenate([*texts, np.zeros(0, np.uint64)]))


def _parts(pairs: Sequence[_Pair]) -> Iterator[list[_Pair]]:
    """The pairs in lots of about :data:`AT_ONCE` meetings."""
    part: list[_Pair] = []
    size = 0
    for pair in pairs:
        part.append(pair)
        size += len(pair.sources) * len(pair.targets)
        if size >= AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _keys(part: Sequence[_Pair], width: np.int64) -> Whole:
    return np.concatenate([(pair.sources[None, :] * width + pair.targets[:, None]).ravel() for pair in part])


def _meet(pairs: Sequence[_Pair], width: np.int64) -> tuple[Whole, list[_Meetings]]:
    """The different cells of all pairs as one number each, sorted, and the meetings, with places among these as cells.

    Parts are gone through twice, so that no more than one is held in full at a time.
    """
    cells = np.zeros(0, np.int64)
    for part in _parts(pairs):
        cells = distinct(np.concatenate([cells, distinct(_keys(part, width))]))
    found = []
    for part in _parts(pairs):
        keys, places = numbered(_keys(part, width))
        sizes = np.concatenate([np.full(len(pair.targets), len(pair.sources), np.int32) for pair in part])
        found.append(_Meetings(np.searchsorted(cells, keys).astype(np.int32)[places], sizes))
    return cells, found


def _merged(source: Codes, target: Codes, chance: Chances) -> tuple[Codes, Codes, Floats]:
    """Rows with equal grams as one, without those that say next to nothing."""
    order = np.lexsort((target, source))
    source, target, chance = source[order], target[order], chance[order]
    first = np.flatnonzero(np.concatenate(([True], (source[1:] != source[:-1]) | (target[1:] != target[:-1]))))
    summed = np.add.reduceat(chance, first)
    kept = summed >= LEAST
    return source[first][kept], target[first][kept], summed[kept].astype(np.float32)
