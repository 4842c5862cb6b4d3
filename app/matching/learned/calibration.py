"""How sure the models may be, learned from answers to texts that they had not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.confidence import ACCEPT
from app.matching.grams import Floats
from app.matching.learned.model import PRECISION, Scale, sigmoid

_TITLES: Final = 20
"""Texts that are names word for word, of which what was held before counts as much."""
_ROUNDS: Final = 25
_STEPS: Final = np.arange(0.2, 0.81, 0.02)

Flags = NDArray[np.bool_]


def scale_of(
    told: Sequence[Floats],
    right: Sequence[Flags],
    wanted: Sequence[int],
    exact: bool,
    titled: Sequence[bool] | None = None,
) -> Scale:
    """Return the scale for probabilities ``told`` per text (first name first) with what was ``right``.

    ``wanted`` counts the right names of each text. ``exact`` picks the threshold for whole sets, else for F1.
    ``titled`` tells which texts are word for word the first name; without it none is.
    """
    first = np.array([chances[0] for chances in told])
    hit = np.array([flags[0] for flags in right])
    slope, offset = _line(np.log(np.clip(first, 1e-6, 1 - 1e-6) / np.clip(1 - first, 1e-6, 1)), hit)
    several = max(_STEPS.tolist(), key=lambda step: _worth(told, right, wanted, step, exact))
    of_titles = _of_titles(hit[np.array(titled, np.bool_)] if titled is not None else hit[:0])
    bare = Scale(slope, offset, 1.0, several, of_titles)
    return replace(bare, accept=_accept(bare.chance(first.astype(np.float32)), hit))


def _of_titles(hit: Flags) -> float:
    """How often a text that is a name word for word means it: held to be sure until the past says otherwise."""
    return float((hit.sum() + _TITLES * ACCEPT) / (len(hit) + _TITLES))


def _line(logits: NDArray[np.float64], hit: Flags) -> tuple[float, float]:
    """Logistic regression on one value, by Newton's method."""
    design = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(_ROUNDS):
        chance = sigmoid((design @ weights).astype(np.float32)).astype(np.float64)
        curve = (design * (chance * (1 - chance) + 1e-6)[:, None]).T @ design + 1e-3 * np.eye(2)
        weights += np.linalg.solve(curve, design.T @ (hit - chance) - 1e-3 * (weights - [1.0, 0.0]))
    return float(weights[0]), float(weights[1])


def _accept(chances: Floats, hit: Flags) -> float:
    """The lowest probability from which on answers were right often enough."""
    order = np.argsort(-chances, kind="stable")
    share = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= PRECISION)
    return float(chances[order][enough[-1]]) if len(enough) else 1.0


def _worth(
    told: Sequence[Floats], right: Sequence[Flags], wanted: Sequence[int], step: float, exact: bool
) -> tuple[float, float]:
    whole = hits = given = 0
    for chances, flags, count in zip(told, right, wanted, strict=True):
        taken = chances >= step
        taken[0] = True
        good = int((taken & flags).sum())
        whole += good == count == int(taken.sum())
        hits, given = hits + good, given + int(taken.sum())
    both = 2 * hits / max(given + sum(wanted), 1)
    return (whole, both) if exact else (both, whole)
