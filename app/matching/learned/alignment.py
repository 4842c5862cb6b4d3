"""How well a text and a name explain each other through the translation tables, gram by gram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Codes, Floats, numbered
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.past import History
from app.matching.translation import Translation

_LITTLE = np.float32(1e-4)
_SURE_OF_UNKNOWN = np.float32(0.5)
_COVERED = np.float32(0.05)
MEASURES = ("explained", "least", "likely", "covered", "uncovered", "back", "back_likely")


@dataclass(frozen=True, slots=True)
class Aligned:
    """Per name a row of :data:`MEASURES` and a row that tells how well it covers each gram of the text."""

    measures: Floats
    covers: Floats


def chances(table: Translation, sources: Codes, targets: Codes) -> Floats:
    """Return p(target | source) as rows of sources; a gram unknown to the table stands for itself by half."""
    found = np.zeros((len(sources), len(targets)), np.float32)
    rows, codes, chance = table.meanings(sources)
    _put(found, rows, codes, targets, chance)
    unknown = np.flatnonzero(~table.knows(sources))
    _put(found, unknown, sources[unknown], targets, np.full(len(unknown), _SURE_OF_UNKNOWN))
    return found


def _put(found: Floats, rows: NDArray[np.int64], codes: Codes, targets: Codes, chance: Floats) -> None:
    """Write chances into a table at the columns of their grams (``targets``, sorted), those of other grams nowhere."""
    at = np.minimum(np.searchsorted(targets, codes), len(targets) - 1)
    known = targets[at] == codes
    found[rows[known], at[known]] = chance[known]


class Alignment:
    """A text's grams against those of some names."""

    def __init__(self, sources: Codes, numbers: NDArray[np.int64], catalogue: Catalogue, history: History) -> None:
        self._sources, self._catalogue, self._history = sources, catalogue, history
        self._ids, self._starts = catalogue.ids_of(numbers)
        self._distinct, self._flat = numbered(self._ids)
        self._ahead = chances(history.forward, sources, catalogue.index.codes[self._distinct])
        self._mean: Floats = np.log(self._ahead.mean(axis=0) + _LITTLE).astype(np.float32)

    def likely(self) -> Floats:
        """Return per name the mean logarithm of how likely the text is to say its grams."""
        weights = self._catalogue.index.weights[self._ids]
        total = np.add.reduceat(weights, self._starts)
        return (np.add.reduceat(weights * self._mean[self._flat], self._starts) / total).astype(np.float32)

    def of(self, kept: NDArray[np.int64], of_text: Floats) -> Aligned:
        """Align the text with some of the names, by place. Measures are shares from 0 to 1 and mean logarithms.

        ``of_text`` is each gram's share of the weight of the text.
        """
        ends = np.append(self._starts[1:], len(self._ids))
        counts = (ends - self._starts)[kept]
        starts = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(self._starts[kept] - starts, counts)
        used, flat = numbered(self._flat[places])
        index = self._catalogue.index
        weights = index.weights[self._ids[places]]
        ahead = np.ascontiguousarray(self._ahead[:, used].T)
        behind = chances(self._history.backward, index.codes[self._distinct[used]], self._sources)
        best, mean = ahead.max(axis=1, initial=0)[flat], self._mean[used][flat]
        covered = np.maximum.reduceat(ahead[flat], starts, axis=0)
        said = behind[flat]
        back = np.maximum.reduceat(said, starts, axis=0)
        back_mean = np.log(np.add.reduceat(said, starts, axis=0) / counts.astype(np.float32)[:, None] + _LITTLE)
        total = np.add.reduceat(weights, starts)
        columns = [
            np.add.reduceat(weights * best, starts) / total,
            np.minimum.reduceat(best, starts),
            np.add.reduceat(weights * mean, starts) / total,
            covered @ of_text,
            (covered < _COVERED) @ of_text,
            back @ of_text,
            back_mean @ of_text,
        ]
        return Aligned(np.stack(columns, axis=1, dtype=np.float32), covered)
