"""What was worked out once is found again, and nothing outdated or damaged is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.codebook.book import Codebook
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.shelf import Shelf, program_mark

DX = CodeKind.DX
PAST = [PastCoding(f"咳嗽{day}天", DX, ("R05.x00",)) for day in range(60)]
ASKED = ("咳嗽3天", "慢性支气管炎", "胆囊结石伴急性胆囊炎", "糖尿病肾病")


def refuse() -> NDArray[np.int64]:
    """Fail, where something should have been found."""
    raise AssertionError


def written(shelf: Shelf) -> Shelf:
    """Return a shelf as the next start reads it."""
    file = io.BytesIO()
    shelf.write(file)
    return Shelf.read(io.BytesIO(file.getvalue()))


@given(st.lists(st.text(st.characters(exclude_characters="\x00"))), st.lists(st.integers(-9, 9)))
def test_texts_and_arrays_come_back(texts: list[str], numbers: list[int]) -> None:
    first = Shelf()
    first.at("names").texts("all", lambda: texts)
    first.array("numbers", lambda: np.array(numbers, np.int64))
    again = written(first)
    assert again.at("names").texts("all", refuse) == texts
    assert again.array("numbers", refuse).tolist() == numbers
    assert again.is_complete


def test_another_mark_finds_nothing_and_what_is_not_asked_for_is_not_kept() -> None:
    first = Shelf()
    first.at("old").array("numbers", lambda: np.zeros(3))
    again = written(first)
    assert again.at("new").array("numbers", lambda: np.ones(2)).tolist() == [1, 1]
    assert not again.is_complete
    third = written(again)
    assert third.at("new").array("numbers", refuse).tolist() == [1, 1]
    assert third.at("old").array("numbers", lambda: np.zeros(0)).tolist() == []


@pytest.mark.parametrize("cut", [0, 10, 100])
def test_a_damaged_file_is_an_empty_shelf(cut: int) -> None:
    file = io.BytesIO()
    shelf = Shelf()
    shelf.array("numbers", lambda: np.arange(50))
    shelf.write(file)
    broken = Shelf.read(io.BytesIO(file.getvalue()[:cut]))
    assert broken.array("numbers", lambda: np.zeros(1)).tolist() == [0]


def test_marks_tell_names_apart() -> None:
    assert program_mark(["a", "b"]) == program_mark(["a", "b"])
    assert len({program_mark(names) for names in (["a", "b"], ["b", "a"], ["ab"], [])}) == 4


def test_a_prepared_matcher_answers_alike_and_works_nothing_out(builtin: Codebook) -> None:
    first = FirstMatcher(builtin, history=PAST)
    answers = [first.match(text, DX) for text in ASKED]
    file = io.BytesIO()
    first.write_prepared(DX, file)
    again = FirstMatcher(builtin, history=PAST)
    again.take_prepared(DX, io.BytesIO(file.getvalue()))
    assert [again.match(text, DX) for text in ASKED] == answers
    assert again.is_prepared(DX)
    other = FirstMatcher(builtin, history=PAST[1:])
    other.take_prepared(DX, io.BytesIO(file.getvalue()))
    other.warm(DX)
    assert not other.is_prepared(DX), "another past is worked out anew"
