"""The second opinion on the first terms of a ranking, for a hospital without history."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.base.forest import Forest, from_bytes
from app.matching.base.measures import COLUMNS, measures
from app.matching.query import Query
from app.matching.ranking import WHOLE, Ranker, Scored

FIRST: Final = 20
"""Terms that are looked at."""
WEIGHT: Final = 0.1
"""What a step of the model's raw score counts beside the score by hand."""


def mark() -> str:
    """Return the mark of what a model must be fitted for: these columns."""
    return hashlib.sha256(",".join(COLUMNS).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A fitted forest that reorders what the score by hand puts first; without one nothing changes."""

    forest: Forest | None

    def ordered(self, ranker: Ranker, query: Query, ranked: Sequence[Scored]) -> list[Scored]:
        """Return the terms best first, with the same scores in falling order.

        A title, and a short form that is the whole text, stay where they are.
        """
        first, rest = list(ranked[:FIRST]), ranked[FIRST:]
        if self.forest is None or len(first) < 2 or _is_settled(ranker, query):
            return list(ranked)
        falling = [scored.score for scored in first]
        raw = self.forest.raw(measures(ranker, query, first))
        for scored, more in zip(first, (WEIGHT * raw).tolist(), strict=True):
            scored.score += more
        first.sort(key=lambda scored: scored.order)
        for scored, score in zip(first, falling, strict=True):
            scored.score = score
        return [*first, *rest]


def _is_settled(ranker: Ranker, query: Query) -> bool:
    return bool(ranker.titled(query.normal)) or any(share >= WHOLE for _, share in query.shares)


@cache
def second_opinion(kind: CodeKind) -> SecondOpinion:
    """Return the model that ships with the program; one without a forest where the file does not fit."""
    forest = from_bytes((data("resources") / "matching" / f"base_{kind}.npz").read_bytes(), mark())
    return SecondOpinion(forest)
