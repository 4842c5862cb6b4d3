"""How sure the first answer is, as a probability, and what may be done with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.coding import Band
from app.matching.ranking import Scored

CONFIRM: Final = 0.80
"""From this probability on the first answer may be offered for confirmation; below it is looked up."""
ACCEPT: Final = 0.98
"""What an exact and unique answer is held to be worth."""


WORTHLESS: Final = 0.15
"""A score from which nothing can be concluded, however far the others fall behind."""
WORTHY: Final = 0.5
"""A score from which the curve holds in full."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Logistic curve over the first score and its lead over the second."""

    score: float
    lead: float
    offset: float

    def at(self, score: float, lead: float) -> float:
        """Return the probability that the first answer is right."""
        return 1 / (1 + math.exp(-(self.score * score + self.lead * lead + self.offset)))


# Fitted by eye on development data that is not shipped; see benchmarks/match.py --calibrate.
ALONE: Final = Curve(2.0, 9.0, -2.2)
REMEMBERING: Final = Curve(0.15, 4.2, -0.9)


def probabilities(ranked: Sequence[Scored], remembering: bool) -> list[float]:
    """Return a probability for each ranked term, falling: the first by the curve, the others in proportion."""
    if not ranked:
        return []
    lead = ranked[0].score - ranked[1].score if len(ranked) > 1 else ranked[0].score
    first = (REMEMBERING if remembering else ALONE).at(ranked[0].score, max(lead, 0.0))
    first *= min(max((ranked[0].score - WORTHLESS) / (WORTHY - WORTHLESS), 0.0), 1.0)
    top = max(ranked[0].score, 1e-6)
    return [round(first * max(scored.score, 0.0) / top, 4) for scored in ranked]


def band_of(probability: float, is_sure: bool, is_certain: bool) -> Band:
    """Return the band: only an exact and unique answer to a text about a present illness may be accepted unseen."""
    if is_sure and is_certain:
        return Band.ACCEPT
    return Band.CONFIRM if probability >= CONFIRM and is_certain else Band.SEARCH
