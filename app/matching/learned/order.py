"""How what the net, the trees and the differences say of names becomes one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.boosting import Trees
from app.matching.learned.nets import Net

CLOSE: Final = 10
"""Names that the net puts first, which the trees and the differences are asked about too."""
_OF_EDITS: Final = np.float32(0.8)
_BEHIND: Final = np.float32(1e-3)


@dataclass(frozen=True, slots=True)
class Order:
    """A net that is asked about all names; trees (several, whose mean counts) and a net of differences for some."""

    net: Net
    rankers: tuple[Trees, ...]
    edits: Net


def close_of(scores: Floats) -> NDArray[np.int64]:
    """Return the places of the names to be asked about more, best first."""
    return np.argsort(-scores, kind="stable")[:CLOSE]


def merged(scores: Floats, places: NDArray[np.int64], of_trees: Floats, of_edits: Floats) -> Floats:
    """Return the net's ``scores`` with what is said besides of the names at ``places``; the others stay behind them."""
    whole = scores[places] + of_trees + _OF_EDITS * of_edits
    found: Floats = scores + (whole.min() - scores[places].min() - _BEHIND)
    found[places] = whole
    return found
