"""Matching for one kind of code: ranking, memory, compound texts, candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from itertools import accumulate
from typing import Final

from app.domain.coding import Band, Candidate, CodeKind, MatchKind, MatchResult, Reason
from app.matching.base.opinion import second_opinion
from app.matching.box import SearchBox, distinct
from app.matching.confidence import ACCEPT, CONFIRM, band_of, probabilities
from app.matching.contract import PastCoding
from app.matching.explaining import (
    conflicts_of,
    kind_of_match,
    likeness_of,
    part_of,
    reasons_of,
    several,
    spans_of,
    words_apart,
)
from app.matching.learned.model import LearnedMatcher
from app.matching.lexicon import Lexicon
from app.matching.meanings import standard_meanings
from app.matching.memory import Memory, Past, Recalled
from app.matching.names import Term
from app.matching.near import grouped
from app.matching.past_forms import PastForm, forms_of_past
from app.matching.query import Query, analyse
from app.matching.ranking import Ranker, Scored
from app.matching.search import SearchIndex
from app.matching.shelf import Shelf
from app.matching.splitting import split_blanks, split_joined, split_known, split_texts
from app.matching.status import Status, StatusReader
from app.matching.words import Words

LOOKED_AT: Final = 40
"""Terms that the translation table adds to those recalled."""
LEAST: Final = 0.2
"""Answers that score less are no answers."""
ONE_MEANING: Final = 0.04
"""An exact answer is unique when the second scores at least this much less."""
LETTERS: Final = 0.5
"""Most that an answer is worth whose likeness may be chance."""
UNLIKE: Final = 0.3
"""Score below which a name says nothing of the text by itself."""
HARDLY: Final = 0.1
"""Likeness below which a past text shares next to nothing with the text."""
EXPLAINED: Final = 3
"""Candidates whose added and missing words are named."""
BETTER: Final = 0.1
"""By how much the parts of a text must be surer than the whole to stand for it."""
PAST_CODES: Final = ("Z", "I69", "B9", "T9", "Y8", "E64", "G09", "O94")
"""Beginnings of codes for past illnesses, follow-up and late effects."""


class KindMatcher:
    """Answers texts of one kind."""

    def __init__(
        self,
        terms: Sequence[Term],
        kind: CodeKind,
        lexicon: Lexicon,
        words: Words | None = None,
        shelf: Shelf | None = None,
    ) -> None:
        """Index the terms, with what lies on the ``shelf`` for them.

        With ``words`` the first candidates tell which words they add or leave out.
        """
        self.words = words
        self.kind = kind
        self.lexicon = lexicon
        self.ranker = Ranker(terms, lexicon.kinds[kind], shelf=shelf)
        self.index = SearchIndex(self.ranker.terms, self.ranker.normals, kind, lexicon.kinds[kind])
        self._numbers = _numbers(self.ranker.terms)
        self._status = StatusReader(lexicon.markers)
        self._meanings = standard_meanings(lexicon.spelling, kind)
        self.memory = Memory()
        self.learned: LearnedMatcher | None = None

    def forms_of(self, past: Sequence[PastCoding], shelf: Shelf | None = None) -> list[PastForm]:
        """Return past codings as this matcher compares them."""
        return forms_of_past(past, self.lexicon.kinds[self.kind], self.number_of, shelf)

    def remembering(self, past: Sequence[PastForm], shelf: Shelf | None = None) -> KindMatcher:
        """Return a matcher over the same terms that remembers these codings and no others."""
        items = _items(past)
        return self._with_memory(Memory.of(items, self._names_of(items), shelf))

    def recalling(self, past: Sequence[PastForm]) -> KindMatcher:
        """Return a matcher that remembers some codings more (milliseconds). The model, if any, is to be given anew."""
        items = _items(past)
        return self._with_memory(self.memory.adding(items, self._names_of((*items, *self.memory.few))))

    def _with_memory(self, memory: Memory) -> KindMatcher:
        other = copy(self)
        other.memory, other.learned = memory, None
        return other

    def _names_of(self, items: Iterable[Past]) -> dict[int, str]:
        return {term: self.ranker.plain_of(term) for item in items for term in item.terms}

    def with_model(self, learned: LearnedMatcher) -> KindMatcher:
        """Let a trained model rank from now on. Returns this matcher."""
        self.learned = learned
        return self

    def foresee(self, texts: Sequence[str]) -> None:
        """Prepare for texts that are asked about next, which takes less time for many together."""
        if self.learned is not None:
            self.learned.foresee(texts)

    def number_of(self, code: str) -> int | None:
        """Return the number of the term with this code or name, None without one."""
        return self._numbers.get(code)

    def match(self, text: str, top: int = 10) -> MatchResult:
        """Return the best codes for a text; for a compound text first the best of each of its parts.

        A short form with several meanings gets codes of each of them behind the first answer.
        """
        found = self._matched(text, top)
        meant = self._box.each_meaning(text)
        if not meant or not found.candidates:
            return found
        first, *rest = found.candidates
        offered = [replace(one, score=rest[0].score if rest else 0.0) for one in meant]
        return MatchResult(distinct([first, *offered, *rest])[:top], found.band)

    def _matched(self, text: str, top: int) -> MatchResult:
        status = self._status.read(text)
        if status.denied:
            return MatchResult((), Band.SEARCH)
        whole = self._whole(text, status, top)
        if self.learned is not None:
            return MatchResult(whole.candidates[:top], whole.band)
        firsts = self._parts(text, whole)
        if not firsts:
            return MatchResult(whole.candidates[:top], whole.band)
        return MatchResult(distinct([*firsts, *whole.candidates])[:top], Band.SEARCH)

    def answers(self, text: str) -> tuple[Candidate, ...]:
        """Return one candidate per part of the text, each code once; () when nothing is found."""
        status = self._status.read(text)
        if status.denied:
            return ()
        whole = self._whole(text, status, 10)
        known = self.memory.answers(self.lexicon.spelling.normal(text))
        by_code = {candidate.code: candidate for candidate in whole.candidates}
        codes = [self.ranker.terms[term].code for term in known]
        if len(codes) > 1 and all(code in by_code for code in codes):
            return tuple(by_code[code] for code in codes)
        if self.learned is not None:
            together = {self.ranker.terms[term] for term in self.learned.answer(text).chosen}
            return tuple(c for c in whole.candidates if Term(c.code, c.name) in together)
        return distinct(self._parts(text, whole)) or whole.candidates[:1]

    def search(self, typed: str, top: int = 20) -> tuple[Candidate, ...]:
        """Return terms for what a coder types, in the order of :class:`SearchBox`, with their uses."""
        found = self._box.search(typed, top)
        return tuple(replace(candidate, uses=self._uses(candidate.code)) for candidate in found)

    @property
    def _box(self) -> SearchBox:
        return SearchBox(self.index, self.lexicon.kinds[self.kind], self._meanings, self._alike)

    def warm_search(self) -> None:
        """Build now what a search would build at first."""
        self.index.warm()

    def against(self, text: str, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """Return candidates, however found, with what a physician's text says otherwise as their conflicts."""
        query = analyse(self.lexicon.spelling.normal(text), self.lexicon.kinds[self.kind])
        numbers = {c.code: number for c in candidates if (number := self.number_of(c.code)) is not None}
        if not query.wordings or not numbers:
            return tuple(candidates)
        scored, status = self.ranker.described(query, list(numbers.values())), self._status.read(text)
        conflicts = {
            code: self._conflicts(scored[number], query, status, self._words(place))
            for place, (code, number) in enumerate(numbers.items())
        }
        return tuple(replace(c, conflicts=conflicts.get(c.code, c.conflicts)) for c in candidates)

    def near_names(self, candidates: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], ...]:
        """Return candidates in groups of nearly the same name (:func:`app.matching.near.grouped`)."""
        return grouped(candidates, self.lexicon.kinds[self.kind])

    def _uses(self, code: str) -> int:
        number = self.number_of(code)
        return 0 if number is None else self.memory.uses(number)

    def _alike(self, typed: str, top: int) -> tuple[Candidate, ...]:
        return self._whole(typed, Status(), top).candidates

    def _whole(self, text: str, status: Status, top: int) -> MatchResult:
        spelling = self.lexicon.spelling
        normal, bare = spelling.normal(text), spelling.bare(text)
        query = analyse(normal, self.lexicon.kinds[self.kind], *(() if bare == normal else (bare,)))
        if self.learned is not None:
            return self._by_model(self.learned, text, query, status, top)
        ranked, recalled = self._rank(query)
        ranked = [scored for scored in ranked if scored.score >= LEAST]
        if not ranked:
            return MatchResult((), Band.SEARCH)
        ranked = self._titled_first(query, self._given_first(query, ranked), recalled)
        chances = probabilities(ranked, len(self.memory) > 0)
        if _is_chance(ranked[0], recalled):
            chances = [min(chance, LETTERS) for chance in chances]
        sure = self._is_sure(query, ranked, recalled)
        if sure:
            chances[0] = max(chances[0], ACCEPT)
        candidates = tuple(
            self._candidate(scored, chance, recalled.get(scored.term), query, status, self._words(place))
            for place, (scored, chance) in enumerate(zip(ranked[:top], chances, strict=False))
        )
        certain = self._is_certain(query, status, candidates[0].code)
        band = band_of(chances[0], sure and not candidates[0].conflicts, certain)
        return MatchResult(candidates, band)

    def _by_model(self, learned: LearnedMatcher, text: str, query: Query, status: Status, top: int) -> MatchResult:
        """Rank by the model; what was always given to this very text, or is its title, still comes first."""
        answer = learned.answer(text)
        if not answer.numbers:
            return MatchResult((), Band.SEARCH)
        chances = dict(zip(answer.numbers, answer.chances, strict=True))
        known = self.memory.answers(query.normal) or tuple(self.ranker.titled(query.normal))
        order = list(dict.fromkeys((*known, *answer.numbers)))
        floor = list(accumulate((chances.get(term, 0.0) for term in reversed(order)), max))[: -top - 1 : -1]
        order = order[:top]
        recalled = self.memory.recall_of(query.normal, query.wordings[0].plain, order)
        scored = self.ranker.described(query, order)
        times = [recalled[term].times if term in recalled else 0 for term in known[:1]]
        is_title = times == [0] and known[0] == answer.numbers[0]
        is_sure = times[:1] > [1] or (is_title and learned.model.scale.trusts_titles)
        if is_sure:
            floor[0] = max(floor[0], ACCEPT)
        candidates = tuple(
            self._candidate(scored[term], floor[place], recalled.get(term), query, status, self._words(place))
            for place, term in enumerate(order)
        )
        certain = self._is_certain(query, status, candidates[0].code)
        sure = is_sure or (floor[0] >= learned.model.scale.accept and not candidates[0].conflicts)
        return MatchResult(candidates, band_of(floor[0], sure, certain))

    def _is_certain(self, query: Query, status: Status, code: str) -> bool:
        """True for a present illness, a past one coded as such, and no short form that means several things."""
        return (status.is_certain or (status.past and _is_past(code))) and not self._meanings.of(query.normal)

    def _rank(self, query: Query) -> tuple[list[Scored], dict[int, Recalled]]:
        if not query.wordings:
            return [], {}
        if not len(self.memory):
            return second_opinion(self.kind).ordered(self.ranker, query, self.ranker.score(query)), {}
        plain = query.wordings[0].plain
        recalled = self.memory.recall(query.normal, plain)
        per_form = self.memory.translated(plain, self.ranker.index)
        translated = {} if per_form is None else self.ranker.best_terms(per_form, LOOKED_AT * 3)
        looked_at = [*recalled, *list(translated)[:LOOKED_AT]]
        weights, trust = self.ranker.weights, self.memory.trust
        ranked = self.ranker.score(query, looked_at)
        for scored in ranked:
            known = recalled.get(scored.term)
            scored.score += trust * weights.translated * translated.get(scored.term, 0.0)
            if known is not None:
                likeness = 1.5 if known.times else known.likeness
                scored.score += weights.near * likeness + weights.prior * known.prior
        return sorted(ranked, key=lambda scored: scored.order), recalled

    def _given_first(self, query: Query, ranked: list[Scored]) -> list[Scored]:
        """Put the codes first that this very text was given most often: a confirmed code counts at once."""
        given = self.memory.answers(query.normal)
        own = [scored for term in given for scored in ranked if scored.term == term]
        best = ranked[0].score
        for scored in own:
            scored.score = max(scored.score, best)
        return [*own, *(scored for scored in ranked if scored not in own)]

    def _titled_first(self, query: Query, ranked: list[Scored], recalled: Mapping[int, Recalled]) -> list[Scored]:
        """Put a term first whose title is the text, unless this very text was given other codes before."""
        titled = self.ranker.titled(query.normal)
        own = [scored for scored in ranked if scored.term in titled]
        if not own or ranked[0] in own or any(known.times for known in recalled.values()):
            return ranked
        own[0].score = max(own[0].score, ranked[0].score)
        return [own[0], *(scored for scored in ranked if scored is not own[0])]

    def _is_sure(self, query: Query, ranked: Sequence[Scored], recalled: dict[int, Recalled]) -> bool:
        """True when the first answer is word for word the text (or was always given to it) and no other is."""
        first, others = ranked[0], ranked[1:]
        known = recalled.get(first.term)
        if known is not None and known.times:
            return known.times > 1 and not any(recalled[o.term].times for o in ranked[1:] if o.term in recalled)
        if (
            not first.is_exact
            or first.form.cost
            or first.form.plain != query.strict
            or self._is_contested(query, first)
        ):
            return False
        if any(other.is_exact and not other.form.cost for other in others):
            return False
        return all(other.base <= first.base - ONE_MEANING for other in others[:1])

    def _is_contested(self, query: Query, first: Scored) -> bool:
        """True when the lexicon holds that the whole text means other codes (肝硬化 is not meant as K74.1)."""
        code = self.ranker.terms[first.term].code
        return any(share >= 1 and not code.startswith(expansion.prefix) for expansion, share in query.shares)

    def _words(self, place: int) -> Words | None:
        return self.words if place < EXPLAINED else None

    def _candidate(
        self,
        scored: Scored,
        chance: float,
        recalled: Recalled | None,
        query: Query,
        status: Status,
        words: Words | None,
    ) -> Candidate:
        term = self.ranker.terms[scored.term]
        title = self.ranker.plain_of(scored.term)
        spans = spans_of(term.name, scored.wording.plain)
        uses = self.memory.uses(scored.term)
        likeness = likeness_of(query.normal, self.ranker.normals[scored.term], self.lexicon.spelling)
        told = [several(short, them) for short, them in self._meanings.within(query.normal).items()]
        return Candidate(
            term.code,
            term.name,
            chance,
            kind_of_match(scored, recalled),
            (*reasons_of(scored, recalled, term, title, spans, uses, likeness), *told),
            self._conflicts(scored, query, status, words),
            spans,
            uses,
        )

    def _conflicts(self, scored: Scored, query: Query, status: Status, words: Words | None) -> tuple[Reason, ...]:
        found = conflicts_of(scored, query.normal, status, _is_past(self.ranker.terms[scored.term].code))
        return found + words_apart(scored, words, found) if words is not None else found

    def _parts(self, text: str, whole: MatchResult) -> list[Candidate]:
        """The best candidate of each part of a compound text, () for a text that is one or is better left whole."""
        best = next(iter(whole.candidates), None)
        if whole.band is Band.ACCEPT or (best and self._is_title(best, text)):
            return []  # a title may hold commas
        parts, is_listed = self._cut(text, best.score if best else 0.0)
        if len(parts) < 2:
            return []
        firsts = [part_of(found, part) for part in parts for found in self._first_of(part)]
        if best is None:
            return firsts  # Latin words one after another are none in normal form (T2DM, CKD)
        is_whole = is_listed and (best.kind is MatchKind.EXACT or best.score >= ACCEPT)
        if is_whole and all(best.code != found.code for found in firsts):
            return []
        # diagnoses are listed one by one; operations named together are often one code
        if is_listed and self.kind is CodeKind.DX:
            return firsts if len(firsts) > 1 else []
        is_better = min((c.score for c in firsts), default=0.0) > best.score + BETTER
        return firsts if len(firsts) == len(parts) and is_better else []

    def _is_title(self, candidate: Candidate, text: str) -> bool:
        return self.number_of(candidate.code) in self.ranker.titled(self.lexicon.spelling.normal(text))

    def _cut(self, text: str, score: float) -> tuple[list[str], bool]:
        """Cut a text at separators, before known diagnoses, else at joining words; tell whether it is a list.

        ``score`` is that of the best answer to the whole.
        """
        parts = split_texts(text)
        if self.kind is CodeKind.DX and (len(parts) > 1 or score < CONFIRM):
            normal, known = self.lexicon.spelling.normal, self.lexicon.kinds[self.kind].expanding
            parts = [word for part in parts for word in split_blanks(part, known, normal)]
            cut = [split_known(normal(part), known) for part in parts]
            parts = [piece for part, pieces in zip(parts, cut, strict=True) for piece in _pieces(part, pieces)]
        if len(parts) > 1 or score >= CONFIRM:
            return parts, len(parts) > 1
        return split_joined(text), False

    def _first_of(self, part: str) -> tuple[Candidate, ...]:
        status = self._status.read(part)
        return () if status.denied else self._whole(part, status, 1).candidates


def _numbers(terms: Sequence[Term]) -> dict[str, int]:
    """The number of the first term with each code or name."""
    backwards = list(range(len(terms) - 1, -1, -1))  # each number once, for names and codes
    names = dict(zip([term.name for term in reversed(terms)], backwards, strict=True))
    codes = dict(zip([term.code for term in reversed(terms)], backwards, strict=True))
    codes.pop("", None)
    both = {word: min(codes[word], names[word]) for word in codes.keys() & names.keys()}
    return {**names, **codes, **both}


def _is_chance(first: Scored, recalled: Mapping[int, Recalled]) -> bool:
    """True when letters alone are alike, or when neither the name nor a past text resembles the text."""
    if first.wording.plain.isascii() and not first.is_exact:
        return True
    known = recalled.get(first.term)
    return first.base < UNLIKE and (known is None or (not known.times and known.likeness < HARDLY))


def _items(past: Sequence[PastForm]) -> list[Past]:
    return [
        Past(form.normal, form.plain, form.coding.text, form.terms, form.coding.times, form.coding.last, form.coding.by)
        for form in past
    ]


def _pieces(part: str, pieces: list[str]) -> list[str]:
    """Return the pieces of a part; the part as written where it is one."""
    return pieces if len(pieces) > 1 else [part]


def _is_past(code: str) -> bool:
    return code.startswith(PAST_CODES)
