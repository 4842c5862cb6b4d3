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


def a_file() -> bytes:
    """Return what a shelf writes of two arrays of several blocks and one of nothing."""
    file = io.BytesIO()
    shelf = Shelf()
    shelf.array("numbers", lambda: np.arange(9_000))
    shelf.array("shares", lambda: np.linspace(0, 1, 40_000, dtype=np.float32).reshape(4, -1))
    shelf.array("none", lambda: np.zeros((0, 3), np.uint16))
    shelf.write(file)
    return file.getvalue()


def is_empty(content: bytes) -> bool:
    """Tell whether a shelf read from these bytes holds nothing."""
    return Shelf.read(io.BytesIO(content)).array("numbers", lambda: np.zeros(1)).tolist() == [0]


@pytest.mark.parametrize("cut", [0, 10, 100, 5_000, 200_000])
def test_a_file_cut_off_is_an_empty_shelf(cut: int) -> None:
    whole = a_file()
    assert not is_empty(whole)
    assert is_empty(whole[:cut])
    assert is_empty(whole[:-64])
    assert is_empty(whole + bytes(64))


@given(st.integers(0, 200_000), st.integers(1, 255))
def test_an_altered_byte_makes_an_empty_shelf(place: int, change: int) -> None:
    whole = bytearray(a_file())
    whole[place] ^= change
    assert is_empty(bytes(whole))


def test_a_torn_file_and_an_archive_of_an_earlier_version_are_empty_shelves() -> None:
    whole = a_file()
    page = 4_096
    torn = [
        whole[: 20 * page] + bytes(page) + whole[21 * page :],
        whole[: 9 * page] + whole[10 * page : 11 * page] + whole[9 * page : 10 * page] + whole[11 * page :],
    ]
    for content in torn:
        assert len(content) == len(whole)
        assert is_empty(content)
    archive = io.BytesIO()
    np.savez(archive, key0=np.frombuffer(b"numbers", np.uint8), array0=np.arange(3))
    assert is_empty(archive.getvalue())


def test_only_numbers_are_kept() -> None:
    shelf = Shelf()
    shelf.array("things", lambda: np.array([object()]))
    with pytest.raises(ValueError, match="no numbers"):
        shelf.write(io.BytesIO())


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
