"""Nets and weights of differences learn what a made-up past teaches; what they say becomes one order."""

from __future__ import annotations

import numpy as np
import pytest

from app.common.errors import Cancelled
from app.matching.grams import Floats
from app.matching.learned.council import COUNCIL, Council
from app.matching.learned.edits import DIFFERENCES, differences
from app.matching.learned.hashing import Rows
from app.matching.learned.listwise import Effort, Flags, Lesson, NetFit, slope_of
from app.matching.learned.nets import Net, mean_net, scaling_of, summed_told
from app.matching.learned.order import CLOSE, close_of, merged
from app.matching.learned.training import FOLDS, LOOKED, looked_at

TEXTS = 60


@pytest.fixture(scope="module")
def tables() -> list[Floats]:
    """Return rows of five features for each text; the last feature never changes."""
    draw = np.random.default_rng(1)
    made = [draw.normal(3, 2, (6, 5)).astype(np.float32) for _ in range(TEXTS)]
    for table in made:
        table[:, 4] = 7
    return made


@pytest.fixture(scope="module")
def right(tables: list[Floats]) -> list[Flags]:
    """Return which row is right: the one with most of the first feature and least of the second."""
    return [(value := table[:, 0] - table[:, 1]) == value.max() for table in tables]


@pytest.fixture(scope="module")
def lessons(tables: list[Floats], right: list[Flags]) -> list[Lesson]:
    """Return the texts as a net learns from them."""
    return [Lesson(*one) for one in zip(tables, right, strict=True)]


@pytest.fixture(scope="module")
def net(tables: list[Floats], lessons: list[Lesson]) -> Net:
    """Return a net fitted to most texts."""
    return NetFit(scaling_of(tables), 1).run(lessons, range(45), lambda: None)


def test_a_net_learns_what_makes_a_name_right(net: Net, tables: list[Floats], right: list[Flags]) -> None:
    hits = [flags[net.raw(table).argmax()] for table, flags in zip(tables[45:], right[45:], strict=True)]
    assert np.mean(hits) > 0.8


def test_the_same_texts_make_the_same_net(net: Net, tables: list[Floats], lessons: list[Lesson]) -> None:
    again = NetFit(scaling_of(tables), 1).run(lessons, range(45), lambda: None)
    assert np.array_equal(again.inner, net.inner)
    assert np.array_equal(again.raw(tables[0]), net.raw(tables[0]))


def test_a_feature_that_never_changes_or_runs_away_does_no_harm(net: Net, tables: list[Floats]) -> None:
    far = tables[0].copy()
    far[:, 4] = 1e6
    assert np.array_equal(net.raw(far), net.raw(tables[0]))
    far[:, 0] = 1e9
    assert np.isfinite(net.raw(far)).all()


def test_the_mean_net_gives_the_mean(net: Net, tables: list[Floats], lessons: list[Lesson]) -> None:
    other = NetFit(net.scaling, 2).run(lessons, range(45), lambda: None)
    expected = (net.raw(tables[0]) + other.raw(tables[0])) / 2
    assert np.allclose(mean_net([net, other]).raw(tables[0]), expected, atol=1e-4)


def test_fitting_can_be_stopped(tables: list[Floats], lessons: list[Lesson]) -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        NetFit(scaling_of(tables), 1).run(lessons, range(45), stop)


def test_the_slope_pushes_right_names_up_and_sums_to_nothing() -> None:
    scores = np.array([0, 1, 2, 50, 0], np.float32)
    flags = np.array([True, False, False, False, True])
    found = slope_of(scores, flags, np.array([0, 3]), np.array([3, 2]))
    assert found[0] < 0 < found[1] < found[2]
    assert found[4] == pytest.approx(-1)
    assert np.allclose(np.add.reduceat(found, [0, 3]), 0, atol=1e-6)


def test_differences_are_what_is_left_out_added_and_exchanged() -> None:
    found = differences("慢性胃炎", ["慢性胃炎", "胃炎", "慢性胃炎伴出血", "慢性肠炎"])
    same, less, more, other = (found.buckets[low:high].tolist() for low, high in zip(*_ends(found.starts), strict=True))
    assert same == []
    assert less
    assert more
    assert other
    assert not set(less) & set(more)


def _ends(starts: np.ndarray) -> tuple[list[int], list[int]]:
    return starts[:-1].tolist(), starts[1:].tolist()


def _lesson(text: str, names: list[str], right: int) -> Lesson:
    """The names of a text that no feature tells apart."""
    return Lesson(np.zeros((len(names), 2), np.float32), np.arange(len(names)) == right, differences(text, names))


def test_a_net_learns_which_difference_does_no_harm() -> None:
    names = ["胃炎", "胃炎伴出血", "胃炎，未特指"]
    lessons = [_lesson(f"{word}胃炎", names, 2) for word in ("老", "旧", "久", "陈")]
    effort = Effort(hidden=8, rounds=1, fewest=200, differences=DIFFERENCES)
    fit = NetFit(scaling_of([lesson.table for lesson in lessons]), 1, effort)
    net = fit.run(lessons * 8, range(32), lambda: None)
    other = _lesson("肠炎", ["肠炎", "肠炎伴出血", "肠炎，未特指"], 2)
    told = net.raw(other.table, other.found)
    assert told.argmax() == 2
    assert told[2] > told[0]
    assert np.ptp(net.raw(other.table)) < 1e-5, "without the differences nothing tells them apart"
    double = mean_net([net, net])
    assert np.allclose(double.raw(other.table, other.found), told, atol=1e-4)


def test_names_without_differences_add_nothing() -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    rows = Rows(np.array([0, 0, 2, 2, 3, 3]), np.array([0, 2, 1], np.uint16))
    assert summed_told(vectors, rows).tolist() == [[0, 0], [4, 6], [0, 0], [2, 3], [0, 0]]
    none = Rows(np.array([0, 0]), np.zeros(0, np.uint16))
    assert summed_told(vectors, none).tolist() == [[0, 0]]


def test_names_asked_more_stand_before_the_others() -> None:
    scores = np.arange(CLOSE + 5, dtype=np.float32)
    places = close_of(scores)
    assert places.tolist() == list(range(CLOSE + 4, 4, -1))
    more = np.zeros(CLOSE, np.float32)
    more[-1] = 100
    found = merged(scores, places, more, np.zeros(CLOSE, np.float32))
    order = np.argsort(-found).tolist()
    assert order[0] == 5, "what trees say counts"
    assert order[CLOSE:] == [4, 3, 2, 1, 0], "those behind keep their order"


def test_each_text_is_told_by_a_model_without_it() -> None:
    told: list[int] = []
    council = Council([True, True, False, True, True, True], 5, lambda: told.append(1))
    fitted: list[tuple[int, ...]] = []

    def fit(fit_on: object, watched: object, seed: int) -> tuple[object, object, int]:
        return fit_on, watched, seed

    def tell(model: tuple[object, object, int], text: int) -> Floats:
        fit_on, watched, _ = model
        assert isinstance(fit_on, list)
        assert isinstance(watched, list)
        assert text not in fit_on
        assert 2 not in (*fit_on, *watched), "what is of no use teaches nothing"
        fitted.append(tuple(fit_on))
        return np.array([text], np.float32)

    models, answers = council.fitted(fit, tell)
    assert [model[2] for model in models] == [5, 6, 7]
    assert [int(one[0]) for one in answers] == [0, 1, 2, 3, 4, 5]
    assert len(told) == COUNCIL


def test_no_text_is_looked_at_twice_and_no_more_than_memory_bears() -> None:
    few = [text for fold in range(FOLDS) for text in looked_at(333, fold)]
    assert sorted(few) == list(range(333))
    many = [text for fold in range(FOLDS) for text in looked_at(20_000, fold)]
    assert len(set(many)) == len(many) == LOOKED
