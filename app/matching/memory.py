"""What the hospital coded before: the same text, near texts, how often a code is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.matching.grams import Floats, GramIndex, top_of
from app.matching.translation import Translation

NEIGHBOURS: Final = 12
FEWEST_PAIRS: Final = 50
"""Past codings from which a translation table is learned at all."""
HALF_TRUST: Final = 150
"""Past codings at which the table counts half."""
UNKNOWN: Final = 0.5
"""How surely a text's n-gram that was never seen stands for itself."""


@dataclass(frozen=True, slots=True)
class Past:
    """One past text: normal and plain form, as written, its terms by number, how often, when last."""

    normal: str
    plain: str
    text: str
    terms: tuple[int, ...]
    times: int = 1
    last: str = ""


@dataclass(slots=True)
class Recalled:
    """What memory says of one term: likeness of the nearest past text (0-1) and that text, times of the same text."""

    likeness: float = 0.0
    text: str = ""
    times: int = 0
    last: str = ""
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class _Exact:
    times: Counter[tuple[int, ...]] = field(default_factory=Counter)
    last: dict[tuple[int, ...], str] = field(default_factory=dict)


class Memory:
    """Past codings of one kind, indexed."""

    def __init__(self, past: Iterable[Past], names: Mapping[int, str]) -> None:
        """Index past codings; ``names`` are the plain forms of the terms by number."""
        self._past = sorted(past, key=lambda item: (item.normal, item.terms))
        self._exact: dict[str, _Exact] = {}
        self._uses: Counter[int] = Counter()
        for item in self._past:
            exact = self._exact.setdefault(item.normal, _Exact())
            exact.times[item.terms] += item.times
            exact.last[item.terms] = max(exact.last.get(item.terms, ""), item.last)
            self._uses.update(dict.fromkeys(item.terms, item.times))
        self._index = GramIndex([item.plain for item in self._past], (1, 2, 3)) if self._past else None
        pairs = [(item.plain, names[item.terms[0]]) for item in self._past if len(item.terms) == 1]
        self._translation = Translation(pairs) if len(pairs) >= FEWEST_PAIRS else None
        self.trust = len(pairs) / (len(pairs) + HALF_TRUST)

    def __len__(self) -> int:
        return len(self._past)

    def answers(self, normal: str) -> tuple[int, ...]:
        """Return the terms that this very text was given most often; () when it was never seen."""
        exact = self._exact.get(normal)
        return min(exact.times.items(), key=lambda pair: (-pair[1], pair[0]))[0] if exact else ()

    def recall(self, normal: str, plain: str) -> dict[int, Recalled]:
        """Return what is remembered for a text, by term."""
        found: dict[int, Recalled] = {}
        if self._index is None:
            return found
        cover = self._index.cover(plain)
        likeness = cover.matched / np.sqrt(np.maximum(cover.total * self._index.weight_of, 1e-6))
        for number in top_of(likeness.astype(np.float32), NEIGHBOURS).tolist():
            item = self._past[number]
            for term in item.terms:
                known = found.setdefault(term, Recalled(prior=float(np.log1p(self._uses[term]))))
                share = float(likeness[number]) / len(item.terms) ** 0.5
                if share > known.likeness:
                    known.likeness, known.text = share, item.text
        exact = self._exact.get(normal)
        for terms, times in exact.times.items() if exact else ():
            for term in terms:
                known = found.setdefault(term, Recalled(prior=float(np.log1p(self._uses[term]))))
                known.times += times
                known.last = max(known.last, exact.last[terms] if exact else "")
        return found

    def translated(self, plain: str, index: GramIndex) -> Floats | None:
        """Return per name of ``index`` how well the translated text covers it, the best one 1; None without a table."""
        if self._translation is None:
            return None
        codes, chance = self._translation.translate(plain)
        unknown = self._translation.unknown(plain)
        codes = np.concatenate([codes, unknown])
        chance = np.concatenate([chance, np.full(len(unknown), UNKNOWN, np.float32)])
        ids, known = index.locate(codes)
        found = index.gather(ids, index.weights[ids] * chance[known]) / np.sqrt(np.maximum(index.weight_of, 1e-6))
        best = float(found.max(initial=0.0))
        return (found / best).astype(np.float32) if best > 0 else None
