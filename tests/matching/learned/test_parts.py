"""Alignment, agreement and the past, on names that can be checked by eye."""

from __future__ import annotations

import numpy as np
import pytest

from app.domain.coding import CodeKind
from app.matching.grams import GramIndex, grams, numbered
from app.matching.learned.agreement import CONFLICT, EQUAL, ONLY_NAME, PLACES, on_axes, on_places
from app.matching.learned.alignment import MEASURES, Alignment
from app.matching.learned.catalogue import Catalogue
from app.matching.learned.encoder import WIDTH, Encoder
from app.matching.learned.features import look_at
from app.matching.learned.hashing import BUCKETS
from app.matching.learned.knowledge import knowledge_of
from app.matching.learned.past import History, Row
from app.matching.learned.question import ask
from app.matching.lexicon import Lexicon
from app.matching.names import Term
from app.matching.ranking import Ranker

NAMES = ["左侧肺炎", "右侧肺炎", "肺上叶炎", "胃炎", "慢性胃炎"]


@pytest.fixture
def catalogue(lexicon: Lexicon) -> Catalogue:
    """Return a catalogue of a few diagnoses."""
    terms = [Term(f"J0{number}.0", name) for number, name in enumerate(NAMES)]
    return Catalogue(Ranker(terms, lexicon.kinds[CodeKind.DX]))


def test_sides_agree_or_conflict(catalogue: Catalogue) -> None:
    spoken = [catalogue.spoken("左肺炎"), catalogue.spoken("肺炎")]
    side = catalogue.axes.index("side")
    values = on_axes(spoken, np.array([0, 0, 1]), np.array([0, 1, 0]), catalogue)[:, side]
    assert values.tolist() == [EQUAL, CONFLICT, ONLY_NAME]


def test_a_part_is_not_a_foreign_place(catalogue: Catalogue) -> None:
    spoken = [catalogue.spoken("肺炎"), catalogue.spoken("高血压"), catalogue.spoken("胃和肺的炎症")]
    found = on_places(spoken, np.array([0, 0, 1, 2]), np.array([2, 3, 3, 3]), catalogue)
    columns = dict(zip(PLACES, found.T.tolist(), strict=True))
    assert columns["places_same"] == [0, 0, 0, 1]
    assert columns["places_foreign"] == [0, 1, 1, 0]
    assert columns["name_is_part"] == [1, 0, 0, 0]
    assert columns["places_unmet"] == [0, 1, 0, 1]


def test_a_learned_word_explains_the_name(catalogue: Catalogue) -> None:
    rows = [Row("肚子疼", "肚子疼", (3,)), Row("老肚子疼", "老肚子疼", (4,)), Row("胸口炎", "胸口炎", (0,))]
    history = History(rows, catalogue)
    sources = grams("肚子疼")
    share = np.full(len(sources), 1 / len(sources), np.float32)
    alignment = Alignment(sources, np.array([3, 1, 0]), catalogue, history)
    found = alignment.of(np.array([2, 0]), share)
    explained = found.measures[:, MEASURES.index("explained")]
    assert explained[1] > explained[0]
    assert found.covers.shape == (2, len(sources))
    assert np.allclose(alignment.likely()[[2, 0]], found.measures[:, MEASURES.index("likely")])
    assert history.near_words("肚子疼").terms.tolist()[:1] == [3]
    assert history.habits.uses.tolist() == [1, 0, 0, 1, 1]


def test_the_form_of_a_tumour_is_of_no_category_of_diseases(lexicon: Lexicon) -> None:
    codes = ["M81.000", "M81.900", "M814000/3", "M814000/6", "M815000/0"]
    terms = [Term(code, f"虚构{number}") for number, code in enumerate(codes)]
    category = Catalogue(Ranker(terms, lexicon.kinds[CodeKind.DX])).category
    assert category.tolist() == [0, 0, 1, 1, 2]


def test_what_two_names_say_alike_is_kept_once(lexicon: Lexicon) -> None:
    ranker = Ranker([Term("A00.0", "胃炎"), Term("A00.1", "胃溃疡"), Term("A00.2", "肺炎")], lexicon.kinds[CodeKind.DX])
    stomach, ulcer, lung = map(ranker._said_by, range(3))
    assert stomach is ulcer
    assert stomach != lung


def test_names_inside_a_text_are_found(catalogue: Catalogue) -> None:
    assert catalogue.named_inside("发热慢性胃炎") == [3, 4]


def test_a_text_that_is_near_no_name_has_a_look_at_none(catalogue: Catalogue) -> None:
    blank = Encoder(np.zeros((BUCKETS, WIDTH), np.float16))
    known = knowledge_of(catalogue, History([Row("肚子疼", "肚子疼", (3,))], catalogue), blank)
    questions = [one for one in ask(["zq", "胃炎"], catalogue, blank) if one is not None]
    nothing, stomach = look_at(questions, known, known.near(questions))
    assert nothing.numbers.tolist() == []
    assert {3, 4} <= set(stomach.numbers.tolist())
    assert len(stomach.table) == len(stomach.numbers)


def test_numbering_is_that_of_unique() -> None:
    values = np.array([5, 3, 5, 9, 3], np.int64)
    distinct, where = numbered(values)
    assert distinct.tolist() == [3, 5, 9]
    assert distinct[where].tolist() == values.tolist()
    assert numbered(np.zeros(0, np.int64))[0].tolist() == []


def test_an_index_tells_what_names_hold() -> None:
    index = GramIndex(["胃炎", "肺炎"])
    ids, starts = index.held(np.array([1, 0], np.int64))
    assert starts.tolist() == [0, 3]
    assert set(index.codes[ids[:3]].tolist()) == set(grams("肺炎").tolist())
