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
    at = np.minimum(np.searchsorted(targets, codes), len(targets) - 1)
    known = targets[at] == codes
    found[rows[known], at[known]] = chance[known]
    for row in np.flatnonzero(~table.knows(sources)).tolist():
        found[row, targets == sources[row]] = _SURE_OF_UNKNOWN
    return found


def aligned(
    sources: Codes, numbers: NDArray[np.int64], catalogue: Catalogue, history: History, of_text: Floats
) -> Aligned:
    """Align a text's grams with each name's. Measures are shares from 0 to 1 and mean logarithms.

    ``of_text`` is each gram's share of the weight of the text.
    """
    ids, starts = catalogue.ids_of(numbers)
    distinct, flat = numbered(ids)
    targets = catalogue.index.codes[distinct]
    weights = catalogue.index.weights[ids]
    ahead = chances(history.forward, sources, targets)
    behind = chances(history.backward, targets, sources).T
    best = ahead.max(axis=0, initial=0)[flat]
    mean = np.log(ahead.mean(axis=0) + _LITTLE)[flat]
    lengths = np.diff(np.append(starts, len(ids))).astype(np.float32)
    total = np.add.reduceat(weights, starts)
    covered = np.maximum.reduceat(ahead[:, flat], starts, axis=1)
    back = np.maximum.reduceat(behind[:, flat], starts, axis=1)
    back_mean = np.log(np.add.reduceat(behind[:, flat], starts, axis=1) / lengths + _LITTLE)
    columns = np.stack(
        [
            np.add.reduceat(weights * best, starts) / total,
            np.minimum.reduceat(best, starts),
            np.add.reduceat(weights * mean, starts) / total,
            of_text @ covered,
            of_text @ (covered < 0.05),
            of_text @ back,
            of_text @ back_mean,
        ],
        axis=1,
    )
    return Aligned(columns.astype(np.float32), covered.T)
