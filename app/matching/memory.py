"""What the hospital coded before: the same text, near texts, how often a code is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.matching.grams import Floats, GramIndex, grams, top_of
from app.matching.shelf import Shelf
from app.matching.translation import Translation

NEIGHBOURS: Final = 12
FEWEST_PAIRS: Final = 50
"""Past codings from which a translation table is learned at all."""
HALF_TRUST: Final = 150
"""Past codings at which the table counts half."""
FEW: Final = 200
"""Past codings up to which all are simply indexed anew when one joins them."""
UNKNOWN: Final = 0.5
"""How surely a text's n-gram that was never seen stands for itself."""


@dataclass(frozen=True, slots=True)
class Past:
    """One past text: normal and plain form, as written, its terms by number, how often, when and by whom last."""

    normal: str
    plain: str
    text: str
    terms: tuple[int, ...]
    times: int = 1
    last: str = ""
    by: str = ""


@dataclass(slots=True)
class Recalled:
    """What memory says of one term: likeness of the nearest past text (0-1) and that text, times of the same text.

    ``last`` and ``by`` tell when and by whom the same text was last given this term.
    """

    likeness: float = 0.0
    text: str = ""
    times: int = 0
    last: str = ""
    by: str = ""
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class _Exact:
    times: dict[tuple[int, ...], int] = field(default_factory=dict)
    last: dict[tuple[int, ...], tuple[str, str]] = field(default_factory=dict)


class _Layer:
    """Some past codings, indexed; ``like`` lends a few of them the weights of many."""

    def __init__(self, past: Iterable[Past], like: GramIndex | None = None, shelf: Shelf | None = None) -> None:
        self.past = tuple(past)
        self.exact: dict[str, _Exact] = {}
        self.uses: Counter[int] = Counter()
        self._given: dict[int, list[int]] = {}
        for number, item in enumerate(self.past):
            for term in dict.fromkeys(item.terms):
                self._given.setdefault(term, []).append(number)
                self.uses[term] += item.times
            exact = self.exact.get(item.normal) or self.exact.setdefault(item.normal, _Exact())
            exact.times[item.terms] = exact.times.get(item.terms, 0) + item.times
            exact.last[item.terms] = max(exact.last.get(item.terms, ("", "")), (item.last, item.by))
        plains = [item.plain for item in self.past]
        self.index = GramIndex(plains, (1, 2, 3), like, shelf) if plains else None

    def near(self, plain: str) -> list[tuple[float, Past]]:
        """Return the nearest past texts with their likeness, the nearest first."""
        if self.index is None:
            return []
        shared, factor = self.index.alike(plain)
        return [(float(shared[number]) * factor, self.past[number]) for number in top_of(shared, NEIGHBOURS).tolist()]

    def near_of(self, plain: str, terms: Iterable[int]) -> list[tuple[float, Past]]:
        """Return the past texts that were given one of some terms, with their likeness."""
        numbers = list(dict.fromkeys(number for term in terms for number in self._given.get(term, ())))
        if self.index is None or not numbers:
            return []
        likeness = self.index.alike_of(plain, np.array(numbers, np.int64)).tolist()
        return [(share, self.past[number]) for share, number in zip(likeness, numbers, strict=True)]


class Memory:
    """Past codings of one kind, indexed: those known at first in bulk, those confirmed since beside them."""

    def __init__(self, layers: Sequence[_Layer] = (), translation: Translation | None = None, pairs: int = 0) -> None:
        self._layers = tuple(layers)
        self._translation = translation
        self._pairs = pairs

    @classmethod
    def of(cls, past: Iterable[Past], names: Mapping[int, str], shelf: Shelf | None = None) -> Memory:
        """Return a memory of past codings; ``names`` are the plain forms of their terms by number."""
        shelf = shelf or Shelf()
        ordered = sorted(past, key=lambda item: (item.normal, item.terms))
        pairs = _pairs(ordered, names)
        translation = Translation(pairs, shelf=shelf.at("memory.table")) if len(pairs) >= FEWEST_PAIRS else None
        return cls([_Layer(ordered, shelf=shelf.at("memory.index"))], translation, len(pairs))

    def adding(self, items: Sequence[Past], names: Mapping[int, str]) -> Memory:
        """Return a memory that knows some codings more, without going through the others again (milliseconds)."""
        if len(self) <= FEW:
            return Memory.of([*self.few, *items], names)
        bulk = self._layers[0]
        recent = [item for layer in self._layers[1:] for item in layer.past]
        pairs, translation = _pairs(items, names), self._translation
        for text, name in pairs if translation is not None else ():
            translation = translation.with_pair(text, name) if translation is not None else None
        return Memory([bulk, _Layer([*recent, *items], bulk.index)], translation, self._pairs + len(pairs))

    def __len__(self) -> int:
        return sum(len(layer.past) for layer in self._layers)

    @property
    def few(self) -> tuple[Past, ...]:
        """What is remembered while it is little; () afterwards."""
        return tuple(item for layer in self._layers for item in layer.past) if len(self) <= FEW else ()

    @property
    def trust(self) -> float:
        """How much the translation table counts, from 0 to 1, growing with what it learned from."""
        return self._pairs / (self._pairs + HALF_TRUST)

    def answers(self, normal: str) -> tuple[int, ...]:
        """Return the terms that this very text was given most often; () when it was never seen."""
        times: Counter[tuple[int, ...]] = Counter()
        for exact in self._exact(normal):
            times.update(exact.times)
        return min(times.items(), key=lambda pair: (-pair[1], pair[0]))[0] if times else ()

    def uses(self, term: int) -> int:
        """Return how often a term was given."""
        return sum(layer.uses[term] for layer in self._layers)

    def _exact(self, normal: str) -> list[_Exact]:
        return [layer.exact[normal] for layer in self._layers if normal in layer.exact]

    def recall(self, normal: str, plain: str) -> dict[int, Recalled]:
        """Return what is remembered for a text, by term."""
        near = sorted((pair for layer in self._layers for pair in layer.near(plain)), key=lambda pair: -pair[0])
        return self._recalled(normal, near[:NEIGHBOURS])

    def recall_of(self, normal: str, plain: str, terms: Sequence[int]) -> dict[int, Recalled]:
        """Return what is remembered for a text of some terms (and maybe of others), by term.

        Looks at the texts that were given them only, a tenth of the work of :meth:`recall`.
        """
        near = [pair for layer in self._layers for pair in layer.near_of(plain, terms)]
        return self._recalled(normal, sorted(near, key=lambda pair: -pair[0]))

    def _recalled(self, normal: str, near: Sequence[tuple[float, Past]]) -> dict[int, Recalled]:
        found: dict[int, Recalled] = {}
        for likeness, item in near:
            for term in item.terms:
                known = self._known(found, term)
                share = likeness / len(item.terms) ** 0.5
                if share > known.likeness:
                    known.likeness, known.text = share, item.text
        for exact in self._exact(normal):
            for terms, times in exact.times.items():
                for term in terms:
                    known = self._known(found, term)
                    known.times += times
                    known.last, known.by = max((known.last, known.by), exact.last[terms])
        return found

    def _known(self, found: dict[int, Recalled], term: int) -> Recalled:
        if term not in found:
            found[term] = Recalled(prior=float(np.log1p(self.uses(term))))
        return found[term]

    def translated(self, plain: str, index: GramIndex) -> Floats | None:
        """Return per name of ``index`` how well the translated text covers it, the best one 1; None without a table."""
        if self._translation is None:
            return None
        own = grams(plain)
        codes, chance = self._translation.translate(own)
        unknown = own[~self._translation.knows(own)]
        codes = np.concatenate([codes, unknown])
        chance = np.concatenate([chance, np.full(len(unknown), UNKNOWN, np.float32)])
        ids, known = index.locate(codes)
        found = index.gather(ids, index.weights[ids] * chance[known]) * index.shrinking
        best = float(found.max(initial=0.0))
        return (found / best).astype(np.float32) if best > 0 else None


def _pairs(items: Iterable[Past], names: Mapping[int, str]) -> list[tuple[str, str]]:
    """What translation learns from: texts with the one name that each was given."""
    return [(item.plain, names[item.terms[0]]) for item in items if len(item.terms) == 1]
