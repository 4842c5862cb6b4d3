"""The matcher of the program: indexes, memory and models of both kinds of code, behind the protocol ``Matcher``."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO

from app.codebook.book import Codebook
from app.common.freeing import give_back_freed, trim
from app.common.progress import NoProgress, Progress
from app.domain.coding import Candidate, CodeKind, MatchResult
from app.matching.contract import PastCoding
from app.matching.engine import KindMatcher
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.knowledge import knowledge_of
from app.matching.learned.model import LearnedMatcher, Model
from app.matching.learned.past import History
from app.matching.learned.store import fingerprint, from_bytes, to_bytes, write
from app.matching.learned.training import FEWEST, Training
from app.matching.lexicon import Lexicon, standard_lexicon
from app.matching.names import Term, terms_of
from app.matching.past_forms import PastForm, examples_of, mark_of
from app.matching.shelf import Shelf, program_mark
from app.matching.words import Words

STEP = 20
"""Texts between two reports of progress."""


@dataclass(frozen=True, slots=True)
class _Told:
    """Past codings of a kind as they are compared, where their work lies on the shelf, and the history they are of."""

    history: tuple[PastCoding, ...]
    shelf: Shelf
    forms: list[PastForm]


class FirstMatcher:
    """Matches against the codes of a book, or against a list of terms (:meth:`from_terms`).

    Indexes are built when a kind is first asked for (about 2 s for 33,000 diagnoses); :meth:`warm` does it before.
    Safe to use from several threads.
    """

    def __init__(
        self,
        codebook: Codebook,
        lexicon: Lexicon | None = None,
        history: Iterable[PastCoding] = (),
        words: Words | None = None,
    ) -> None:
        """Match against ``codebook``. With ``words`` candidates tell which words they add or leave out."""
        self._lexicon = lexicon or standard_lexicon()
        self._words = words
        self._terms: dict[CodeKind, Callable[[], Sequence[Term]]] = {
            kind: partial(terms_of, codebook, kind) for kind in CodeKind
        }
        self._shelves = {kind: Shelf() for kind in CodeKind}
        self._parts: dict[CodeKind, Shelf] = {}
        self._lock = threading.Lock()
        self._bare: dict[CodeKind, KindMatcher] = {}
        self._models: dict[CodeKind, tuple[Model, Catalogue]] = {}
        self._ready: dict[CodeKind, KindMatcher] = {}
        self._history = tuple(history)
        self._told: dict[CodeKind, _Told] = {}

    @classmethod
    def from_terms(
        cls,
        terms: Iterable[tuple[str, str]],
        kind: CodeKind,
        history: Iterable[tuple[str, Sequence[str]]] = (),
        lexicon: Lexicon | None = None,
    ) -> FirstMatcher:
        """Return a matcher over (code, name) pairs of one kind; past codings are (text, codes or names).

        Of codes with the same name the first stands for all. A name that the past uses twice or more and the
        terms lack becomes a term without a code.
        """
        past = list(history)
        listed = _terms(terms, past)
        matcher = cls(Codebook("terms", "", ()), lexicon)
        matcher._terms[kind] = lambda: listed
        matcher.remember(PastCoding(text, kind, tuple(answers)) for text, answers in past)
        return matcher

    def remember(self, history: Iterable[PastCoding]) -> None:
        """Replace what is remembered. The next question builds the memory anew; the indexes stay."""
        with self._lock:
            self._history = tuple(history)
            self._ready = {}

    def relearn(self, history: Iterable[PastCoding]) -> None:
        """Replace what is remembered: seconds for a long past. Until it is ready, questions are answered as before."""
        with self._lock:
            self._history = tuple(history)
            for kind in tuple(self._ready):
                self._ready[kind] = self._remembering(kind)

    def confirm(self, items: Sequence[PastCoding]) -> None:
        """Remember some codings more, at once: milliseconds each, nothing else is gone through again.

        The next question knows them in full: the same text, near texts, how often a code is used, translation.
        """
        with self._lock:
            self._history = (*self._history, *items)
            for kind in {item.kind for item in items} & set(self._ready):
                own = [item for item in items if item.kind is kind]
                ready = self._ready[kind]
                forms = ready.forms_of(own)
                other = ready.recalling(forms)
                if ready.learned is not None:
                    rows = [example.row for example in examples_of(forms)]
                    other = other.with_model(ready.learned.recalling(rows))
                self._ready[kind] = other

    def warm(self, kind: CodeKind) -> None:
        """Build the index of a kind now."""
        self._of(kind)

    def warm_search(self, kind: CodeKind) -> None:
        """Build what the search box needs besides: how names are read, short forms (0.2 s)."""
        self._of(kind).warm_search()

    def warm_words(self) -> None:
        """Load the words that explanations are cut into, and what only some searches ask for."""
        if self._words is not None:
            self._words.cut("")
        for kind in CodeKind:
            self.search("gx", kind, 1)

    def match(self, text: str, kind: CodeKind, top: int = 10) -> MatchResult:
        """Return the best codes for a text, with reasons, and what may be done with the first."""
        return self._of(kind).match(text, top)

    def answers(self, text: str, kind: CodeKind) -> tuple[Candidate, ...]:
        """Return the set of codes that together say what the text says."""
        return self._of(kind).answers(text)

    def search(self, query: str, kind: CodeKind, top: int = 20) -> tuple[Candidate, ...]:
        """Return codes for what a coder types: words in any order, a code's beginning, pinyin, an abbreviation."""
        return self._of(kind).search(query, top)

    def against(self, text: str, candidates: Sequence[Candidate], kind: CodeKind) -> tuple[Candidate, ...]:
        """Return candidates with what a physician's text says otherwise as their conflicts."""
        return self._of(kind).against(text, candidates)

    def near_names(self, candidates: Sequence[Candidate], kind: CodeKind) -> tuple[tuple[Candidate, ...], ...]:
        """Return candidates in groups of nearly the same name, each led by the one to take when nothing is said."""
        return self._of(kind).near_names(candidates)

    def match_many(
        self, texts: Sequence[str], kind: CodeKind, top: int = 1, progress: Progress | None = None
    ) -> Mapping[str, MatchResult]:
        """Return :meth:`match` for each different text, the first answer of each unless more are asked for.

        Raises ``Cancelled`` when the user stops it.
        """
        told = progress or NoProgress()
        engine = self._of(kind)
        distinct = list(dict.fromkeys(texts))
        found: dict[str, MatchResult] = {}
        for done in range(0, len(distinct), STEP):
            told.step(done, len(distinct))
            part = distinct[done : done + STEP]
            engine.foresee(part)
            found.update((text, engine.match(text, top)) for text in part)
        told.step(len(distinct), len(distinct))
        return found

    def learn(self, kind: CodeKind, progress: Progress | None = None, seed: int = 1) -> bool:
        """Train a model on what is remembered, which ranks from then on; False when that is too little.

        Takes minutes: about one for each 2,000 past codings. The same past and seed lead to the same model.
        Raises ``Cancelled`` when the user stops it.
        """
        if len(self._past(kind)) < FEWEST:
            return False
        with self._lock:
            examples = examples_of(self._told_of(kind, self._indexes(kind)).forms)
        catalogue = self._catalogue(kind)
        model = Training(catalogue, examples, progress or NoProgress(), seed).run()
        del examples
        give_back_freed()
        self._use(kind, model, catalogue)
        trim()
        return True

    def model_bytes(self, kind: CodeKind) -> bytes:
        """Return the model of a kind for a cache. Raises ``KeyError`` without one."""
        model, catalogue = self._models[kind]
        return to_bytes(model, fingerprint(catalogue.texts, catalogue.axes))

    def write_model(self, kind: CodeKind, file: IO[bytes]) -> None:
        """Write to a file what :meth:`model_bytes` returns, without holding it. Raises ``KeyError`` without a model."""
        model, catalogue = self._models[kind]
        write(model, fingerprint(catalogue.texts, catalogue.axes), file)

    def take_model(self, kind: CodeKind, content: bytes) -> bool:
        """Use a model from a cache; False when it is damaged or of another list of names."""
        catalogue = self._catalogue(kind)
        model = from_bytes(content, fingerprint(catalogue.texts, catalogue.axes))
        if model is not None:
            self._use(kind, model, catalogue)
        return model is not None

    def drop_model(self, kind: CodeKind) -> None:
        """Rank without a model from now on; nothing happens when there is none."""
        with self._lock:
            if self._models.pop(kind, None) and kind in self._ready:
                self._ready[kind] = self._ready[kind].recalling(())

    def _use(self, kind: CodeKind, model: Model, catalogue: Catalogue) -> None:
        """Rank by a model. Until it is ready, questions are answered as before."""
        with self._lock:
            self._models[kind] = (model, catalogue)
            if kind in self._ready:
                self._ready[kind] = self._modelled(kind, self._ready[kind].recalling(()))

    def take_prepared(self, kind: CodeKind, file: IO[bytes]) -> None:
        """Find on a file what an earlier run worked out, as far as it still holds. To be called before anything else.

        A damaged or outdated file does no harm.
        """
        self._shelves[kind] = Shelf.read(file)

    def write_prepared(self, kind: CodeKind, file: IO[bytes]) -> None:
        """Write what this run worked out or found, for :meth:`take_prepared`. It holds past texts."""
        self._shelves[kind].write(file)

    def is_prepared(self, kind: CodeKind) -> bool:
        """Tell whether everything needed so far was found on the file."""
        return self._shelves[kind].is_complete

    def _past(self, kind: CodeKind) -> list[PastCoding]:
        return [item for item in self._history if item.kind is kind]

    def _catalogue(self, kind: CodeKind) -> Catalogue:
        with self._lock:
            ranker = self._indexes(kind).ranker
        return Catalogue(ranker, self._parts[kind].at("catalogue"))

    def _told_of(self, kind: CodeKind, matcher: KindMatcher) -> _Told:
        """What is remembered of a kind in the forms that are compared; worked out again when it has changed."""
        known = self._told.get(kind)
        if known is None or known.history is not self._history:
            past = self._past(kind)
            shelf = self._parts[kind].at(mark_of(past))
            known = self._told[kind] = _Told(self._history, shelf, matcher.forms_of(past, shelf))
        return known

    def pinyin_bytes(self, kind: CodeKind) -> bytes:
        """Return how characters are read, for a cache; working it out takes half a second."""
        return self._of(kind).index.pinyin_bytes()

    def take_pinyin(self, kind: CodeKind, content: bytes) -> bool:
        """Use cached readings of characters; False when they are something else."""
        return self._of(kind).index.take_pinyin(content)

    def _of(self, kind: CodeKind) -> KindMatcher:
        ready = self._ready.get(kind)
        if ready is not None:
            return ready
        with self._lock:
            self._ready[kind] = self._remembering(kind)
            return self._ready[kind]

    def _indexes(self, kind: CodeKind) -> KindMatcher:
        """The matcher that remembers nothing, indexed when it is first asked for. To be called under the lock."""
        if kind not in self._bare:
            self._bare[kind] = self._indexed(kind)
        return self._bare[kind]

    def _remembering(self, kind: CodeKind) -> KindMatcher:
        bare = self._indexes(kind)
        told = self._told_of(kind, bare)
        return self._modelled(kind, bare.remembering(told.forms, told.shelf))

    def _indexed(self, kind: CodeKind) -> KindMatcher:
        terms = self._terms[kind]()
        is_standard = self._lexicon is standard_lexicon()
        shelf = self._shelves[kind] if is_standard else Shelf()
        self._parts[kind] = shelf.at(program_mark(f"{term.code} {term.name}" for term in terms))
        return KindMatcher(terms, kind, self._lexicon, words=self._words, shelf=self._parts[kind])

    def _modelled(self, kind: CodeKind, matcher: KindMatcher) -> KindMatcher:
        """Return the matcher with the model of its kind, if there is one and a past to draw on."""
        if kind not in self._models:
            return matcher
        told = self._told_of(kind, matcher)
        rows = [example.row for example in examples_of(told.forms)]
        if rows:
            model, catalogue = self._models[kind]
            history = History(rows, catalogue, shelf=told.shelf.at("history"))
            known = knowledge_of(catalogue, history, model.encoder, told.shelf.at(model.encoder.mark))
            matcher = matcher.with_model(LearnedMatcher(model, known))
        return matcher


def _terms(terms: Iterable[tuple[str, str]], past: Sequence[tuple[str, Sequence[str]]]) -> list[Term]:
    by_name: dict[str, str] = {}
    codes: set[str] = set()
    for code, name in terms:
        bare, own_code = name.strip(), code.strip()
        if bare:
            by_name.setdefault(bare, own_code)
            codes.add(own_code)
    used = Counter(answer for _, answers in past for answer in dict.fromkeys(answers))
    own = sorted(name for name, times in used.items() if times > 1 and name not in by_name and name not in codes)
    return [*map(Term, by_name.values(), by_name), *(Term("", name) for name in own)]
