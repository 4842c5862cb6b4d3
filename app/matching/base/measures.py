"""What the base model looks at: how a text and a name differ, whatever list the name is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq, Postfix, Prefix
from rapidfuzz.fuzz import partial_ratio, ratio

from app.matching.axes import Difference
from app.matching.grams import Floats, Ints
from app.matching.query import Query
from app.matching.ranking import Ranker, Scored

COLUMNS: Final = (
    *("plain_ratio", "title_ratio", "partial_ratio", "text_length", "name_length", "longer"),
    *("same_start", "same_end", "left_out", "added", "wording_cost", "form_cost", "is_exact"),
    *("conflicts", "adds", "leaves", "conflict_cost", "adds_cost", "leaves_cost"),
    *("site_conflicts", "site_adds", "site_leaves", "text_share", "name_share", "unknown"),
)
_SITE: Final = "site"


def measures(ranker: Ranker, query: Query, ranked: Sequence[Scored]) -> Floats:
    """Return a row of :data:`COLUMNS` for each of these terms, one at least. The score by hand is no part of it."""
    rows = [
        (*_letters(query, scored, ranker), *_differences(scored.differences), *share)
        for scored, share in zip(ranked, _shared(ranker, ranked), strict=True)
    ]
    return np.array(rows, np.float32)


def _letters(query: Query, scored: Scored, ranker: Ranker) -> tuple[float, ...]:
    words, form = scored.wording.plain, scored.form.plain
    common = LCSseq.similarity(words, form)
    return (
        ratio(words, form),
        ratio(query.normal, ranker.normals[scored.term]),
        partial_ratio(words, form),
        len(words),
        len(form),
        len(form) - len(words),
        Prefix.similarity(words, form),
        Postfix.similarity(words, form),
        len(words) - common,
        len(form) - common,
        scored.wording.cost,
        scored.form.cost,
        scored.is_exact,
    )


def _differences(differences: Sequence[Difference]) -> tuple[float, ...]:
    """How many conflicts there are, words that only the name has and that only the text has; what they cost; places."""
    groups: tuple[list[Difference], ...] = ([], [], [])
    for difference in differences:
        groups[0 if difference.is_conflict else 1 if difference.name_word else 2].append(difference)
    return (
        *(len(group) for group in groups),
        *(sum(difference.cost for difference in group) for group in groups),
        *(sum(difference.axis.name == _SITE for difference in group) for group in groups),
    )


def _shared(ranker: Ranker, ranked: Sequence[Scored]) -> list[tuple[float, float, int]]:
    """Which share of the weight of the text, and of the name, the other has too; how many grams no name has."""
    index = ranker.index
    asked = {words: index.ids(words) for words in {scored.wording.plain for scored in ranked}}
    total = {
        words: float(index.weights[ids].sum()) + unknown * index.unknown_weight
        for words, (ids, unknown) in asked.items()
    }
    is_asked = {words: _marks(ids, len(index.weights)) for words, (ids, _) in asked.items()}
    held, starts = index.held(np.array([scored.number for scored in ranked], np.int64))
    found = []
    for scored, own in zip(ranked, np.split(held, starts[1:]), strict=True):
        unknown = asked[scored.wording.plain][1]
        both = float(index.weights[own[is_asked[scored.wording.plain][own]]].sum())
        weight = max(float(index.weight_of[scored.number]), 1e-6)
        found.append((both / max(total[scored.wording.plain], 1e-6), both / weight, unknown))
    return found


def _marks(numbers: Ints, size: int) -> NDArray[np.bool_]:
    """Return which of ``size`` numbers are among these; looking that up is ten times quicker than ``np.isin``."""
    marks = np.zeros(size, np.bool_)
    marks[numbers] = True
    return marks
