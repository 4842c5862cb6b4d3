"""The base model: it fits the code and the tables, says what LightGBM says, and leaves certain answers alone."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from app.common.paths import data
from app.domain.coding import CodeKind
from app.matching.base.forest import from_bytes, to_bytes
from app.matching.base.measures import COLUMNS, measures
from app.matching.base.opinion import SecondOpinion, mark, second_opinion
from app.matching.lexicon import Lexicon
from app.matching.names import Term
from app.matching.query import Query, analyse
from app.matching.ranking import Ranker
from benchmarks.train_base import Writer, examples, forest_of, words_mark

TERMS = [
    Term("47.0900", "其他阑尾切除术"),
    Term("47.0100", "腹腔镜下阑尾切除术"),
    Term("51.2200", "胆囊切除术"),
    Term("51.2300", "腹腔镜下胆囊切除术"),
    Term("68.2900", "子宫病损的其他切除术或破坏术"),
]


@pytest.fixture(scope="module")
def ranker(lexicon: Lexicon) -> Ranker:
    """Return a ranker over a few operations."""
    return Ranker(TERMS, lexicon.kinds[CodeKind.PX])


def _asked(ranker: Ranker, text: str) -> Query:
    return analyse(ranker.lexicon.spelling.normal(text), ranker.lexicon)


@pytest.mark.parametrize("kind", list(CodeKind))
def test_the_shipped_model_fits_the_columns(kind: CodeKind) -> None:
    forest = second_opinion(kind).forest
    assert forest is not None
    assert len(forest.roots) >= 20
    assert forest.column.max() < len(COLUMNS)
    assert (data("resources") / "matching" / f"base_{kind}.npz").stat().st_size < 200_000


def test_the_shipped_model_was_fitted_with_the_tables_as_they_are() -> None:
    """A change of the lexicon or the words asks for ``python -m benchmarks.train_base`` (three minutes)."""
    made = tomllib.loads((data("resources") / "matching" / "base.toml").read_text(encoding="utf-8"))
    assert made["words"] == words_mark()


def test_a_forest_says_what_lightgbm_says() -> None:
    rows = np.random.default_rng(1).normal(size=(400, 5)).astype(np.float32)
    right = rows[:, 0] * rows[:, 1] + rows[:, 2]
    settings = {"num_leaves": 9, "verbosity": -1, "num_threads": 1, "max_depth": 4}
    booster = lightgbm.train(settings, lightgbm.Dataset(rows, right), 12)
    forest = forest_of([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])
    assert np.allclose(forest.raw(rows), booster.predict(rows), atol=1e-5)
    again = from_bytes(to_bytes(forest, "a"), "a")
    assert again is not None
    assert np.array_equal(again.raw(rows), forest.raw(rows))


def test_a_damaged_or_foreign_file_is_no_model() -> None:
    content = (data("resources") / "matching" / "base_px.npz").read_bytes()
    assert from_bytes(content, mark()) is not None
    assert from_bytes(content, "other columns") is None
    assert from_bytes(content[:200], mark()) is None
    assert from_bytes(b"", mark()) is None


def test_each_term_has_a_row_and_what_differs_is_counted(ranker: Ranker) -> None:
    query = _asked(ranker, "腹腔镜阑尾切除")
    ranked = ranker.score(query)
    table = measures(ranker, query, ranked)
    assert table.shape == (len(ranked), len(COLUMNS))
    best = dict(zip(COLUMNS, table[0].tolist(), strict=True))
    assert best["is_exact"] == 1
    assert best["left_out"] == best["added"] == best["conflicts"] == 0
    assert best["text_share"] == best["name_share"] == pytest.approx(1, abs=1e-3)


def test_a_title_keeps_its_place_and_nothing_is_lost(ranker: Ranker) -> None:
    opinion = second_opinion(CodeKind.PX)
    title = _asked(ranker, "胆囊切除术")
    ranked = ranker.score(title)
    before = [replace(scored) for scored in ranked]
    assert opinion.ordered(ranker, title, ranked) == before
    other = _asked(ranker, "右侧胆囊部分切除")
    ranked = ranker.score(other)
    ordered = opinion.ordered(ranker, other, ranked)
    assert sorted(scored.term for scored in ordered) == sorted(scored.term for scored in ranked)
    assert [scored.score for scored in ordered] == sorted((scored.score for scored in ordered), reverse=True)
    assert SecondOpinion(None).ordered(ranker, other, ranked) == ranked


def test_examples_are_the_same_each_time_and_no_title_of_another_code(lexicon: Lexicon) -> None:
    known = lexicon.kinds[CodeKind.PX]
    made = examples(CodeKind.PX, TERMS, known)
    assert made == examples(CodeKind.PX, TERMS, known)
    titles = {term.name: term.code for term in TERMS}
    assert all(titles.get(example.text, example.prefix) == example.prefix for example in made)
    assert len({Writer(CodeKind.PX, seed).written("胆囊病损切除术") for seed in range(20)}) > 5
