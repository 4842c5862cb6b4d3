"""The names of one kind of code, prepared for features: forms, grams, axes, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.matching.axes import WITHOUT, Said
from app.matching.grams import Floats, GramIndex, Ints, top_of
from app.matching.learned.hashing import Rows, hashed
from app.matching.learned.structure import structure_of
from app.matching.names import Term
from app.matching.ranking import Ranker
from app.matching.shelf import Shelf

Bits = NDArray[np.uint64]
Flags = NDArray[np.bool_]
CATEGORY: Final = 3
"""Characters of a code's category."""
_FORM: Final = "/"
_OF_FORM: Final = 5
"""Characters of the category of a tumour's form (M8140): three would be those of a disease of the bones (M81)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a text says on each axis (bits of values, and those that count as the same) and of which places."""

    said: Bits
    alike: Bits
    places: tuple[int, ...]


class Catalogue:
    """Everything about the names that no text changes. Numbers of names are those of the ranker's terms."""

    def __init__(self, ranker: Ranker, shelf: Shelf | None = None) -> None:
        """Prepare the names of a ranker, with what lies on the ``shelf`` for them."""
        shelf = shelf or Shelf()
        self.ranker = ranker
        lexicon, terms = ranker.lexicon, ranker.terms
        self.texts = shelf.texts("canonical", lambda: [lexicon.canonical(normal) for normal in ranker.normals])
        rows: list[Rows] = []

        def made() -> Rows:
            if not rows:
                rows.append(hashed(self.texts))
            return rows[0]

        starts = shelf.array("hashed_starts", lambda: made().starts)
        buckets = shelf.array("hashed", lambda: made().buckets)
        self.hashed = Rows(starts, buckets)
        self.plains = ranker.plains()
        self.index = ranker.index
        self.fine = GramIndex(self.texts, (1, 2, 3), shelf=shelf.at("fine"))
        self.lengths = np.array([len(plain) for plain in self.plains], np.float32)
        self._owners = np.array([form.term for form in ranker.forms], np.int64)
        self.form_starts = np.searchsorted(self._owners, np.arange(len(terms) + 1)).astype(np.int64)
        self.category = shelf.array("category", lambda: _categories(terms))
        self.structure = shelf.array("structure", lambda: structure_of([term.code for term in terms]))
        self._values = {
            axis.name: {value: 1 << bit for bit, value in enumerate(dict.fromkeys(axis.words.values()))}
            for axis in lexicon.axes.all
        }
        self.axes = tuple(self._values)
        self.said = shelf.array("said", self._said_by_names)
        self._relate()
        self._keep_places(shelf)
        self._by_name, self._namesakes = _by_name(self.plains)
        self._longest = max(map(len, self.plains), default=0)

    def _said_by_names(self) -> Bits:
        axes = self.ranker.lexicon.axes
        found = np.zeros((len(self.texts), len(self.axes)), np.uint64)
        for number, text in enumerate(self.texts):
            found[number] = self._said(axes.read(text))
        return found

    def places_of(self, numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which places these names name: the row of each, from 0, and the place."""
        low, counts = self._place_starts[numbers], np.diff(self._place_starts)[numbers]
        rows = np.repeat(np.arange(len(numbers)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self._places[np.repeat(low, counts) + within].astype(np.int64)

    def _keep_places(self, shelf: Shelf) -> None:
        """Which places each name names, one name after the other, and where those of each begin."""
        read: list[list[int]] = []

        def made() -> list[list[int]]:
            if not read:
                read.extend(list(self.ranker.lexicon.sites.read(text)) for text in self.texts)
            return read

        starts = shelf.array("place_starts", lambda: np.cumsum([0, *map(len, made())], dtype=np.int64))
        places = shelf.array("places", lambda: np.array([place for some in made() for place in some], np.int16))
        self._place_starts, self._places = starts, places

    def _said(self, said: Said) -> list[int]:
        return [
            sum(bits[value] for value in said.get(axis, ()) if value != WITHOUT) for axis, bits in self._values.items()
        ]

    def _relate(self) -> None:
        """Which places are wholes of which, by number."""
        above = self.ranker.lexicon.sites.above
        self.place_count = max(above, default=-1) + 1
        self.above: Flags = np.zeros((self.place_count, self.place_count), np.bool_)
        for place, wholes in above.items():
            self.above[place, list(wholes)] = True
        self.below: Flags = np.ascontiguousarray(self.above.T)
        self.related: Flags = self.above | self.below | np.eye(self.place_count, dtype=np.bool_)

    def spoken(self, canonical: str) -> Spoken:
        """Return what a text says on the axes and of places."""
        lexicon = self.ranker.lexicon
        said = lexicon.axes.read(canonical)
        own = np.array(self._said(said), np.uint64)
        alike = []
        for axis, bits in zip(lexicon.axes.all, own.tolist(), strict=True):
            others = axis.values_like(said.get(axis.name, ())) - {WITHOUT}
            alike.append(bits | sum(self._values[axis.name][value] for value in others))
        return Spoken(own, np.array(alike, np.uint64), tuple(lexicon.sites.read(canonical)))

    def named_inside(self, plain: str) -> list[int]:
        """Return the names that stand inside a plain text, as a whole."""
        longest = min(len(plain), self._longest)
        parts = (plain[at : at + size] for size in range(2, longest + 1) for at in range(len(plain) - size + 1))
        return [number for part in parts if part in self._by_name for number in self._all_of(part)]

    def _all_of(self, plain: str) -> tuple[int, ...]:
        return (self._by_name[plain], *self._namesakes.get(plain, ()))

    def top_of_forms(self, per_form: Floats, count: int) -> list[int]:
        """Return the names whose best forms have the highest values, ``count`` of them or a few less, best first."""
        return list(dict.fromkeys(self._owners[top_of(per_form, count + count // 2)].tolist()))[:count]

    def best_of_forms(self, per_form: Floats, numbers: NDArray[np.int64]) -> Floats:
        """Return for each of these names, which have forms, the highest value of its forms."""
        low, counts = self.form_starts[numbers], self.form_starts[numbers + 1] - self.form_starts[numbers]
        starts = np.cumsum(counts) - counts
        found: Floats = np.maximum.reduceat(per_form[np.arange(counts.sum()) + np.repeat(low - starts, counts)], starts)
        return found

    def ids_of(self, numbers: NDArray[np.int64]) -> tuple[Ints, NDArray[np.int64]]:
        """Return the gram numbers of these names one after another and where each begins."""
        return self.index.held(self.form_starts[numbers])


def _categories(terms: Sequence[Term]) -> NDArray[np.int64]:
    """The category of each term by number."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(_category_of(term), len(known)) for term in terms], np.int64)


def _category_of(term: Term) -> str:
    """The category of a code; the name of a term without a code."""
    if _FORM in term.code:
        return f"{_FORM}{term.code[:_OF_FORM]}"
    return term.code[:CATEGORY] or term.name


def _by_name(plains: Sequence[str]) -> tuple[Mapping[str, int], Mapping[str, list[int]]]:
    """The first name of each plain form by number, and the others that have the same."""
    first = dict(zip(reversed(plains), range(len(plains) - 1, -1, -1), strict=True))
    others: dict[str, list[int]] = {}
    for number, plain in enumerate(plains):
        if first[plain] != number:
            others.setdefault(plain, []).append(number)
    return first, others
