"""Which of the first names together answer a text: what each adds to those before it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.grams import Floats
from app.matching.learned.features import Look

FIRST: Final = 12
"""Names of the ranking that may belong to the answer."""


def first_of(scores: Floats) -> NDArray[np.int64]:
    """Return the places of the best scores, best first."""
    return np.argsort(-scores, kind="stable")[:FIRST]


def set_features(seen: Look, scores: Floats) -> Floats:
    """Return one row for each of the names ``seen``, which stand in the order of their ``scores``."""
    count = len(scores)
    shares = np.exp(scores - scores[0])
    before = np.concatenate([scores[:1], scores[:-1]])
    after = np.concatenate([scores[1:], scores[-1:]])
    columns = [
        np.arange(count),
        scores,
        scores - scores[0],
        scores - before,
        scores - after,
        shares / shares.sum(),
        np.full(count, scores[min(1, count - 1)] - scores[0]),
        *_added(seen),
        *_parts(seen),
        *_together(seen),
    ]
    return np.concatenate([np.stack(columns, axis=1), seen.table], axis=1, dtype=np.float32)


def _added(seen: Look) -> list[Floats]:
    """What each name covers of the text beyond the names before it, beyond the first, and what is left after it."""
    covers = seen.covers.astype(np.float32)
    so_far = np.maximum.accumulate(covers, axis=0)
    before = np.concatenate([np.zeros_like(covers[:1]), so_far[:-1]])
    beyond_first = np.maximum(covers - covers[0], 0) @ seen.weights
    lost_first = np.maximum(covers[0] - covers, 0) @ seen.weights
    added = np.maximum(covers - before, 0) @ seen.weights
    return [added, 1 - before @ seen.weights, 1 - so_far @ seen.weights, beyond_first, lost_first]


def _parts(seen: Look) -> list[Floats]:
    """For how many parts of the text a name is the nearest, and its lead there over the names before it."""
    count = len(seen.numbers)
    if not seen.parts.shape[1]:
        return [np.zeros(count, np.float32)] * 3
    best = seen.parts.argmax(axis=0)
    so_far = np.maximum.accumulate(seen.parts, axis=0)
    before = np.concatenate([np.full_like(so_far[:1], -1), so_far[:-1]])
    behind = seen.parts - seen.parts.max(axis=0)
    nearest = np.bincount(best, minlength=count).astype(np.float32)
    return [nearest, (seen.parts - before).max(axis=1), behind.max(axis=1)]


def _together(seen: Look) -> list[Floats]:
    """How often a name was given together with the first, and at most with another of the names seen."""
    numbers = seen.numbers.tolist()
    pairs = seen.habits.together
    with_first = np.array([pairs.get((numbers[0], other), 0) for other in numbers], np.float32)
    with_any = np.array([max([pairs.get((one, other), 0) for one in numbers]) for other in numbers], np.float32)
    uses = seen.habits.uses[seen.numbers]
    return [np.log1p(with_first), with_first / (uses[0] + 1), with_first / (uses + 1), np.log1p(with_any)]
