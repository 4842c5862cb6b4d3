"""A table of which n-grams of texts stand for which n-grams of names, learned from past codings (IBM model 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Codes, Floats, distinct, grams

ROUNDS: Final = 4
IDENTITY: Final = 8.0
"""How many times likelier than another n-gram one is at first to stand for itself."""
LEAST: Final = 0.01
"""Smaller probabilities are dropped from the finished table."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Every (text gram, name gram) that met in a pair: its two grams, and per meeting its cell and its name gram."""

    source: Codes
    target: Codes
    of_meeting: Whole
    slot: Whole


class Translation:
    """Probabilities p(name gram | text gram). Grams are the numbers of :func:`app.matching.grams.grams`."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        cells = _meet(pairs)
        chance = _learn(cells)
        kept = chance >= LEAST
        self._source, self._target, self._chance = cells.source[kept], cells.target[kept], chance[kept]

        self._known: Codes = distinct(cells.source)

    def translate(self, text: str) -> tuple[Codes, Floats]:
        """Return the name grams that a text leads to, sorted, each with its highest probability (0-1)."""
        _, found, chance = self.meanings(grams(text))
        targets = distinct(found)
        best = np.zeros(len(targets), np.float32)
        np.maximum.at(best, np.searchsorted(targets, found), chance)
        return targets, best

    def meanings(self, sources: Codes) -> tuple[Whole, Codes, Floats]:
        """Return each meaning of these grams: the place of the gram, the name gram, the probability."""
        low = np.searchsorted(self._source, sources, "left")
        counts = np.searchsorted(self._source, sources, "right") - low
        rows = np.arange(counts.sum()) + np.repeat(low - (np.cumsum(counts) - counts), counts)
        return np.repeat(np.arange(len(sources)), counts), self._target[rows], self._chance[rows]

    def knows(self, sources: Codes) -> NDArray[np.bool_]:
        """Return which of these grams a past text held."""
        if not len(self._known):
            return np.zeros(len(sources), np.bool_)
        at = np.minimum(np.searchsorted(self._known, sources), len(self._known) - 1)
        held: NDArray[np.bool_] = self._known[at] == sources
        return held

    def unknown(self, text: str) -> Codes:
        """Return the grams of a text that no past text held."""
        own = grams(text)
        return own[~self.knows(own)]


def _meet(pairs: Sequence[tuple[str, str]]) -> _Cells:
    sources, targets, slots = [], [], []
    used = 0
    for text, name in pairs:
        of_text, of_name = grams(text), grams(name)
        sources.append(np.tile(of_text, len(of_name)))
        targets.append(np.repeat(of_name, len(of_text)))
        slots.append(np.repeat(np.arange(used, used + len(of_name)), len(of_text)))
        used += len(of_name)
    source, first = np.unique(np.concatenate(sources), return_inverse=True)
    target, second = np.unique(np.concatenate(targets), return_inverse=True)
    width = np.int64(len(target))
    cells, of_meeting = np.unique(first.astype(np.int64) * width + second, return_inverse=True)
    return _Cells(source[cells // width], target[cells % width], of_meeting, np.concatenate(slots))


def _learn(cells: _Cells) -> Floats:
    """Expectation maximisation; the order of pairs does not matter."""
    chance = np.where(cells.source == cells.target, IDENTITY, 1.0)
    _, source = np.unique(cells.source, return_inverse=True)
    for _ in range(ROUNDS):
        share = chance[cells.of_meeting]
        share /= np.bincount(cells.slot, share)[cells.slot]
        counts = np.bincount(cells.of_meeting, share, minlength=len(chance))
        chance = counts / np.bincount(source, counts)[source]
    return chance.astype(np.float32)
