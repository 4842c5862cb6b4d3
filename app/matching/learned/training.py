"""Training a model on past codings: encoder, rankers, set models, scale. The same seed and past give the same model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.common.freeing import give_back_freed
from app.common.progress import Progress
from app.matching.grams import Floats
from app.matching.learned.boosting import Pool, Trees
from app.matching.learned.calibration import scale_of
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.council import COUNCIL, Council, Fitting, Texts
from app.matching.learned.edits import DIFFERENCES, differences
from app.matching.learned.encoder import PARTS, WIDTH, Encoder, Halves, Layers, beside, untrained
from app.matching.learned.features import Look, look_at
from app.matching.learned.fitting import Fit, Pairs
from app.matching.learned.hashing import Rows, hashed
from app.matching.learned.knowledge import Knowledge, knowledge_of
from app.matching.learned.listwise import Effort, Flags, Lesson, NetFit
from app.matching.learned.model import Model, Scale, sigmoid
from app.matching.learned.nets import Net, Scaling, mean_net, scaling_of
from app.matching.learned.order import Order, close_of, merged
from app.matching.learned.past import History, Row
from app.matching.learned.question import ask
from app.matching.learned.sets import first_of, set_features

FEWEST: Final = 300
"""Past codings from which training is worth its while."""
LOOKED: Final = 8_000
"""Texts that are looked at, any of the past; the encoder and the history learn from all. Looking at all of 17,000 took
half as long again and 130 MB more, for 99.2 instead of 99.1 right first answers in 100.
"""
FOLDS: Final = 5
"""Parts of the past; each is looked at with what the others teach."""
NETS: Final = 2
"""Nets whose mean is one of the council."""
_OF_EDITS: Final = Effort(hidden=48, rounds=8, dropped=0.1, fewest=150, differences=DIFFERENCES)
_BASE_NAMES: Final = 10_000
"""Names gone through with themselves before anything else, all of them at least once."""
_NAMES: Final = 4_000
"""Names gone through with themselves in each round."""
_ROUNDS: Final = 10
_TOGETHER: Final = 32
"""Texts looked at together."""
_SLOWER: Final = 4
"""Rounds at the end in which the rate falls."""


@dataclass(frozen=True, slots=True)
class Example:
    """A past text as written and as a row."""

    text: str
    row: Row


@dataclass(slots=True)
class _Seen:
    """A text in canonical form, its names looked at, and which of them are right."""

    text: str
    look: Look
    right: Flags
    wanted: int


@dataclass(frozen=True, slots=True)
class _Firsts:
    """The first names of each text: measures for the set models, which are right, is the text the first word for word.

    ``wanted`` counts the right names of each text, those that are not among the first too.
    """

    tables: Sequence[Halves]
    right: Sequence[Flags]
    titled: Sequence[bool]
    wanted: Sequence[int]


class Training:
    """One training; :meth:`run` does it."""

    def __init__(self, catalogue: Catalogue, examples: Sequence[Example], progress: Progress, seed: int = 1) -> None:
        """``progress`` is told of each part done and may raise to stop the training."""
        self._catalogue = catalogue
        self._examples = sorted(examples, key=lambda example: (example.row.canonical, example.row.terms, example.text))
        np.random.default_rng(seed).shuffle(self._examples)
        self._progress = progress
        self._seed = seed
        self._names = catalogue.hashed
        self._done = 0
        self._parts = FOLDS * 2 + COUNCIL * 4 + 3

    def run(self) -> Model:
        """Return the model. Raises ``Cancelled`` when the user stops it."""
        seen = self._folds(self._base())
        council = Council([bool(item.right.any()) for item in seen], self._seed, self._tell)
        order, scores = self._ordered(seen, council)
        firsts = self._firsts(seen, scores)
        del seen  # 70 MB that the set models need no more
        setters, scale = self._setting(firsts, council)
        del firsts  # 30 MB that the encoder needs no more
        return Model(self._encoder(), order, setters, scale)

    def _firsts(self, seen: Sequence[_Seen], scores: Sequence[Floats]) -> _Firsts:
        """The names that the ``scores`` put first."""
        places = [first_of(score) for score in scores]
        tables = [
            set_features(item.look.only(first), score[first]).astype(np.float16)
            for item, first, score in zip(seen, places, scores, strict=True)
        ]
        names = self._catalogue.texts
        titled = [item.text == names[item.look.numbers[one[0]]] for item, one in zip(seen, places, strict=True)]
        right = [item.right[one] for item, one in zip(seen, places, strict=True)]
        return _Firsts(tables, right, titled, [item.wanted for item in seen])

    @staticmethod
    def _setting(firsts: _Firsts, council: Council) -> tuple[tuple[Trees, ...], Scale]:
        """What tells which of the first names answer a text, and how sure it may be."""
        setters, raw = council.fitted(
            _growing(Pool(firsts.tables, firsts.right).yes_or_no), lambda trees, text: trees.raw(firsts.tables[text])
        )
        told = [sigmoid(one) for one in raw]
        mostly_single = np.mean([count == 1 for count in firsts.wanted]) > 0.8
        scale = scale_of(told, firsts.right, firsts.wanted, exact=bool(mostly_single), titled=firsts.titled)
        return tuple(setters), scale

    def _ordered(self, seen: Sequence[_Seen], council: Council) -> tuple[Order, list[Floats]]:
        """What orders the names, and the scores of each text's names by models that do not know the text."""
        looks, right = [item.look.table for item in seen], [item.right for item in seen]
        lessons = [Lesson(*one) for one in zip(looks, right, strict=True)]
        scaling = scaling_of(looks)
        nets, of_nets = council.fitted(self._netting(lessons, scaling), lambda net, text: net.raw(looks[text]))
        close = [close_of(one) for one in of_nets]
        rankers, of_trees = council.fitted(
            _growing(Pool(looks, right).ranking), lambda trees, text: trees.raw(looks[text][close[text]])
        )
        closer = [self._closer(*one) for one in zip(seen, close, strict=True)]
        edits, of_edits = council.fitted(
            lambda fit_on, _, seed: NetFit(scaling, seed, _OF_EDITS).run(closer, fit_on, self._beat),
            lambda net, text: net.raw(closer[text].table, closer[text].found),
            [bool(lesson.right.any()) for lesson in closer],
        )
        scores = [merged(*one) for one in zip(of_nets, close, of_trees, of_edits, strict=True)]
        return Order(mean_net(nets), tuple(rankers), mean_net(edits)), scores

    def _netting(self, lessons: Sequence[Lesson], scaling: Scaling) -> Fitting[Net]:
        """Return how a net is fitted to some of the texts: the mean of several, which begin otherwise."""

        def fitted(fit_on: Texts, _: Texts, seed: int) -> Net:
            seeds = range(seed * NETS, (seed + 1) * NETS)
            return mean_net([NetFit(scaling, one).run(lessons, fit_on, self._beat) for one in seeds])

        return fitted

    def _closer(self, seen: _Seen, places: NDArray[np.int64]) -> Lesson:
        """The names at some places, with what sets the text apart from each."""
        names = [self._catalogue.texts[number] for number in seen.look.numbers[places].tolist()]
        return Lesson(seen.look.table[places], seen.right[places], differences(seen.text, names))

    def _tell(self) -> None:
        give_back_freed()
        self._progress.step(self._done, self._parts)
        self._done += 1

    def _beat(self) -> None:
        self._progress.step(self._done, self._parts)

    def _base(self) -> list[Layers]:
        """Layers that tell the names apart, for each part of the encoder (seconds)."""
        self._tell()
        return [self._apart(self._seed + part) for part in range(PARTS)]

    def _apart(self, seed: int) -> Layers:
        fit = Fit(untrained(seed, WIDTH // PARTS), self._names, seed)
        none = Pairs(Rows(np.zeros(1, np.int64), np.zeros(0, np.uint16)), np.zeros(0, np.int64))
        for _ in range(ceil(_BASE_NAMES / len(self._names))):
            fit.round(none, 1.0, 1.0, self._beat)
        return fit.layers()

    def _encoder(self) -> Encoder:
        """The encoder of all texts. Its base is made anew: kept, it would take 25 MB where most memory is needed."""
        return self._fitted(self._base(), [example.row for example in self._examples])

    def _fitted(self, base: Sequence[Layers], rows: Sequence[Row]) -> Encoder:
        """An encoder fitted to past rows."""
        self._tell()
        texts = [(row.canonical, term) for row in rows for term in row.terms]
        pairs = Pairs(hashed([text for text, _ in texts]), np.array([term for _, term in texts], np.int64))
        return beside([self._part(layers, self._seed + part, pairs) for part, layers in enumerate(base)])

    def _part(self, base: Layers, seed: int, pairs: Pairs) -> Encoder:
        fit = Fit(base, self._names, seed)
        share = min(1.0, _NAMES / len(self._names))
        for number in range(_ROUNDS):
            fit.round(pairs, share, min(1.0, (_ROUNDS - number) / (_SLOWER + 1)), self._beat)
        return fit.encoder()

    def _folds(self, base: list[Layers]) -> list[_Seen]:
        """Each text looked at with what the other folds teach. The ``base`` is used up."""
        seen: dict[int, _Seen] = {}
        for fold in range(FOLDS):
            others = [item.row for number, item in enumerate(self._examples) if number % FOLDS != fold]
            encoder = self._fitted(base, others)
            if fold == FOLDS - 1:
                base.clear()  # 25 MB, while the most texts are held
            known = knowledge_of(self._catalogue, History(others, self._catalogue), encoder)
            self._tell()
            numbers = looked_at(len(self._examples), fold)
            for low in range(0, len(numbers), _TOGETHER):
                self._look(numbers[low : low + _TOGETHER], known, seen)
            _pack([seen[number] for number in numbers if number in seen])
            del known, encoder  # 100 MB, before the next ones are made
        return [seen[number] for number in sorted(seen)]

    def _look(self, numbers: Sequence[int], known: Knowledge, seen: dict[int, _Seen]) -> None:
        """Look at some texts and put down in ``seen`` what was seen of those that say something."""
        examples = [self._examples[number] for number in numbers]
        asked = ask([example.text for example in examples], known.catalogue, known.encoder)
        heard = [item for item in zip(asked, numbers, examples, strict=True) if item[0] is not None]
        questions = [question for question in asked if question is not None]
        looks = look_at(questions, known, known.near(questions))
        for held, (_, number, example) in zip(looks, heard, strict=True):
            if len(held.numbers):
                seen[number] = self._kept(held, example.row)

    @staticmethod
    def _kept(held: Look, row: Row) -> _Seen:
        """Return a look made small, with which of its names are right."""
        table, covers = held.table.astype(np.float16), held.covers.astype(np.float16)
        small = Look(held.numbers, table, covers, held.weights, held.parts, held.habits)
        return _Seen(row.canonical, small, np.isin(held.numbers, row.terms), len(row.terms))


def looked_at(count: int, fold: int) -> range:
    """Return which of so many texts of the past, in any order, are looked at with what the other folds teach."""
    return range(fold, count, FOLDS)[: LOOKED // FOLDS]


def _growing(fit: Callable[[Texts, Texts, int], str]) -> Fitting[Trees]:
    return lambda fit_on, watched, seed: Trees(fit(fit_on, watched, seed))


def _pack(seen: Sequence[_Seen]) -> None:
    """Let tables lie together: thousands of small ones hold open as much memory between them as they take."""
    tables = _together([one.look.table for one in seen])
    covers = _together([one.look.covers for one in seen])
    for one, table, cover in zip(seen, tables, covers, strict=True):
        one.look = replace(one.look, table=table, covers=cover)


def _together(arrays: Sequence[Floats | Halves]) -> list[Floats | Halves]:
    """Copies of the arrays in one block."""
    block = np.concatenate([array.ravel() for array in arrays] or [np.zeros(0, np.float16)])
    ends = np.cumsum([array.size for array in arrays])
    return [
        block[end - array.size : end].reshape(array.shape) for array, end in zip(arrays, ends.tolist(), strict=True)
    ]
