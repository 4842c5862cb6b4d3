"""Recall over all forms and ranking of the best: how well a name says what a text says."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from rapidfuzz.fuzz import ratio

from app.codebook.prefixes import Prefixes
from app.matching.axes import Difference, Said
from app.matching.grams import Floats, GramIndex, top_of
from app.matching.lexicon import Expansion, KindLexicon
from app.matching.names import Form, Term, kept_forms
from app.matching.query import Query, Wording
from app.matching.shelf import Shelf
from app.matching.sites import Places

RECALL: Final = 60
"""Forms looked at per wording."""
HOPELESS: Final = 0.45
"""Forms so much less like the text than the likest are not looked at closely."""
OWN_TITLE: Final = 0.5
"""Added to a term whose title is the text, letter for letter in normal form."""
MOST: Final = 0.5
"""Share of the text from which all codes of a short form are looked at."""
WHOLE: Final = 0.99
"""Share from which a short form is the whole text."""
AHEAD: Final = 0.05
"""By how much such a short form's best code leads at least."""
TRUSTED: Final = 0.9
"""What the best code of such a short form scores at least."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the score, set by hand on the development data.

    ``overlap`` against character order; ``text_left`` weighs what the name leaves of the text against the reverse;
    ``prefix`` is added when a short form that is the whole text names the code; ``letters`` weighs how unlike the text
    the title is as it stands, before any word is exchanged; the others weigh memory.
    """

    overlap: float = 0.5
    text_left: float = 0.5
    prefix: float = 0.25
    letters: float = 0.03
    translated: float = 1.0
    near: float = 1.0
    prior: float = 0.05


@dataclass(slots=True)
class Scored:
    """A term with its score and what led to it. ``base`` is the score without memory, ``number`` that of the form."""

    term: int
    score: float
    form: Form
    wording: Wording
    base: float = 0.0
    differences: list[Difference] = field(default_factory=list)
    expansion: Expansion | None = None
    number: int = 0

    @property
    def is_exact(self) -> bool:
        """True when a form of the name is the text word for word."""
        return self.wording.plain == self.form.plain

    @property
    def order(self) -> tuple[float, int, int]:
        """Sort key: best first, then the shorter form, then the order of the terms."""
        return (-round(self.score, 6), len(self.form.plain), self.term)


class Ranker:
    """Terms of one kind in all their forms, indexed."""

    def __init__(
        self,
        terms: Sequence[Term],
        lexicon: KindLexicon,
        weights: Weights | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Index the terms, with what lies on the ``shelf`` for them."""
        shelf = shelf or Shelf()
        self.terms = tuple(terms)
        self.lexicon = lexicon
        self.weights = weights or Weights()
        self.forms = kept_forms(self.terms, lexicon, shelf.at("forms"))
        self.index = GramIndex([form.plain for form in self.forms], shelf=shelf.at("index"))
        normals = shelf.texts("normals", lambda: [lexicon.spelling.normal(term.name) for term in self.terms])
        plains = {form.plain: form.plain for form in self.forms}
        self.normals = [plains.get(normal, normal) for normal in normals]  # most are one: kept once
        self._costs = np.array([form.cost for form in self.forms], np.float32)
        owners = np.array([form.term for form in self.forms], np.int32)
        self._first_forms = array("i", np.searchsorted(owners, np.arange(len(self.terms) + 1)).tolist())
        self._codes = Prefixes(term.code for term in self.terms)
        self._titles: dict[str, int] = {}
        self._namesakes: dict[str, list[int]] = {}
        for number, normal in enumerate(self.normals):
            if self._titles.setdefault(normal, number) != number:
                self._namesakes.setdefault(normal, []).append(number)
        self._said: dict[int, tuple[Said, Places]] = {}
        self._alike: dict[object, tuple[Said, Places]] = {}
        """What several terms say alike is kept once: apart, it would take 50 MB for all that are ever asked about."""

    def score(self, query: Query, also: Iterable[int] = ()) -> list[Scored]:
        """Return the terms that recall finds and those in ``also``, each with its best form, best first."""
        best: dict[int, Scored] = {}
        titled = self.titled(query.normal)
        terms = {*also, *titled, *self.named_by(query)}
        extra = dict.fromkeys(number for term in sorted(terms) for number in self._forms_of(term))
        for wording in query.wordings:
            overlap = self._overlap(wording)
            numbers = dict.fromkeys([*top_of(overlap - self._costs, RECALL).tolist(), *extra])
            likeness = {number: self._likeness(wording, number, float(overlap[number])) for number in numbers}
            least = max(likeness.values(), default=0.0) - HOPELESS
            for number, value in likeness.items():
                if value < least and number not in extra:
                    continue
                term = self.forms[number].term
                old = best.get(term)
                if old is not None and value + self._prefix(query, term)[1] <= old.score:
                    continue  # what they disagree in only costs
                scored = self._score(query, wording, number, value)
                if old is None or scored.score > old.score:
                    best[term] = scored
        for scored in best.values():
            scored.score -= self._otherwise(query, scored.term)
            scored.base = scored.score
        for number in filter(best.__contains__, titled):
            best[number].score += OWN_TITLE
            best[number].base += OWN_TITLE
        ranked = sorted(best.values(), key=lambda scored: scored.order)
        return self._lifted(query, ranked)

    def _otherwise(self, query: Query, term: int) -> float:
        """What the letters of the title cost that the text has not, and the other way round, whatever they may mean."""
        return self.weights.letters * (1 - ratio(query.normal, self.normals[term]) / 100)

    def described(self, query: Query, terms: Sequence[int]) -> dict[int, Scored]:
        """Return for each of some terms the form and the wording that are most alike, and where they disagree."""
        found: dict[int, Scored] = {}
        for term in terms:
            pairs = [(wording, number) for wording in query.wordings for number in self._forms_of(term)]
            likeness = [self._likeness(wording, number, 1.0) for wording, number in pairs]
            best = max(range(len(pairs)), key=likeness.__getitem__)
            found[term] = self._score(query, *pairs[best], likeness[best])
        return found

    def _forms_of(self, term: int) -> range:
        return range(self._first_forms[term], self._first_forms[term + 1])

    def titled(self, normal: str) -> list[int]:
        """Return the terms whose title is this normal form."""
        first = self._titles.get(normal)
        return [] if first is None else [first, *self._namesakes.get(normal, ())]

    def plain_of(self, term: int) -> str:
        """Return the first form of a term: its title."""
        numbers = self._forms_of(term)
        return self.forms[numbers[0]].plain if numbers else ""

    def plains(self) -> list[str]:
        """Return :meth:`plain_of` of all terms."""
        forms, firsts = self.forms, self._first_forms
        return [forms[low].plain if low < high else "" for low, high in pairwise(firsts)]

    def best_terms(self, per_form: Floats, count: int) -> dict[int, float]:
        """Return the best value over the forms of the ``count`` best forms' terms."""
        found: dict[int, float] = {}
        for number in top_of(per_form, count).tolist():
            found.setdefault(self.forms[number].term, float(per_form[number]))
        return found

    def named_by(self, query: Query) -> list[int]:
        """Terms whose codes a short form names that makes up most of the text."""
        found: list[int] = []
        for expansion, share in query.shares:
            if expansion.prefix and share >= MOST:
                found += self._codes.numbers(expansion.prefix, RECALL)
        return found

    def _lifted(self, query: Query, ranked: list[Scored]) -> list[Scored]:
        """Put the best code of a short form that is the whole text first, unless the text is another's title."""
        whole = next((expansion for expansion, share in query.shares if share >= WHOLE), None)
        best = next((scored for scored in ranked if scored.expansion is not None and scored.expansion is whole), None)
        if whole is None or best is None or best is ranked[0]:
            floor = TRUSTED
        elif ranked[0].is_exact and ranked[0].wording.expansion is None:
            floor = 0.0
        else:
            floor = max(TRUSTED, ranked[0].score + AHEAD)
        if best is None or best.score >= floor:
            return ranked
        best.score = best.base = floor
        return sorted(ranked, key=lambda scored: scored.order)

    def _overlap(self, wording: Wording) -> Floats:
        cover = self.index.cover(wording.plain)
        left = self.weights.text_left
        total = np.maximum(left * cover.total + (1 - left) * self.index.weight_of, 1e-6)
        return np.asarray(cover.matched / total, np.float32)

    def _likeness(self, wording: Wording, number: int, overlap: float) -> float:
        form = self.forms[number]
        share = self.weights.overlap
        return share * overlap + (1 - share) * ratio(wording.plain, form.plain) / 100 - wording.cost - form.cost

    def _score(self, query: Query, wording: Wording, number: int, score: float) -> Scored:
        form = self.forms[number]
        said, places = self._said_by(form.term)
        differences = self.lexicon.axes.compare(wording.said, said) + self.lexicon.sites.compare(wording.places, places)
        score -= sum(difference.cost for difference in differences)
        expansion, bonus = self._prefix(query, form.term)
        return Scored(form.term, score + bonus, form, wording, score + bonus, differences, expansion, number)

    def _prefix(self, query: Query, term: int) -> tuple[Expansion | None, float]:
        for expansion, share in query.shares:
            if expansion.prefix and self.terms[term].code.startswith(expansion.prefix):
                return expansion, self.weights.prefix * share * share
        return None, 0.0

    def _said_by(self, term: int) -> tuple[Said, Places]:
        found = self._said.get(term)
        if found is None:
            normal = self.lexicon.canonical(self.normals[term])
            normal = self.lexicon.silence.neither.sub("", normal)
            said, places = self.lexicon.axes.read(normal), self.lexicon.sites.read(normal)
            key = (tuple((axis, *values.items()) for axis, values in said.items()), tuple(places.items()))
            found = self._said[term] = self._alike.setdefault(key, (said, places))
        return found
