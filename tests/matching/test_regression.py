"""What physicians type every day finds its category; each text that does not is named with the reason."""

from __future__ import annotations

from collections import Counter

import pytest

from app.codebook.book import Codebook
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from benchmarks import everyday
from benchmarks.everyday import Answer, Half, Miss, everyday_texts, figures

FLOORS = {CodeKind.DX: (96.0, 98.0), CodeKind.PX: (90.0, 95.0)}
"""Least percent of texts with the right category first and among ten; the goals are 80 and 95."""
CAUSES = {
    "approach": "how the operation was done is not read, or stands apart from it",
    "compound": "several diagnoses or operations, not all of which are found",
    "convention": "coders' convention or medical knowledge that the words do not say",
    "measure": "a duration, a number or a level is not read",
    "order": "words in another order or apart from each other",
    "site": "the part of the body is lost, or another one is taken",
    "word": "a word that nobody wrote down yet",
}


@pytest.fixture(scope="module")
def answers(matcher: FirstMatcher) -> list[Answer]:
    """Return what comes back for each everyday text."""
    return everyday.ask(matcher, everyday_texts())


@pytest.mark.parametrize("kind", list(CodeKind))
def test_the_floor_holds(answers: list[Answer], kind: CodeKind) -> None:
    found = figures([answer for answer in answers if answer.asked.kind is kind])
    first, among_ten = FLOORS[kind]
    assert found["first"] >= first
    assert found["among_ten"] >= among_ten


def test_the_misses_are_those_named(answers: list[Answer]) -> None:
    """A new miss is a step back; one that has become right is taken out of regression.csv."""
    named = {answer.asked.text: answer.asked.miss for answer in answers if answer.asked.miss is not Miss.NONE}
    found = {answer.asked.text: answer.miss for answer in answers if answer.miss is not Miss.NONE}
    assert found == named


def test_each_miss_has_a_cause() -> None:
    for text in everyday_texts():
        assert (text.miss is Miss.NONE) == (text.cause == ""), text
        assert text.cause in CAUSES or not text.cause, text


def test_the_texts_cover_all_chapters_and_groups_and_name_real_codes(builtin: Codebook) -> None:
    texts = everyday_texts()
    assert len({text.text for text in texts}) == len(texts) >= 750
    assert 0.4 < sum(text.half is Half.SEEN for text in texts) / len(texts) < 0.6
    for text in texts:
        for among in text.wanted:
            for beginning in among:
                assert any(found.is_leaf for found in builtin.by_prefix(beginning, text.kind)), text
        if text.code:
            entry = builtin.get(text.code)
            assert entry is not None
            assert entry.is_leaf
            assert text.code.startswith(tuple(beginning for among in text.wanted for beginning in among)), text
    letters = Counter(among[0][0] for text in texts if text.kind is CodeKind.DX for among in text.wanted)
    assert set(letters) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    groups = {among[0][:2] for text in texts if text.kind is CodeKind.PX for among in text.wanted}
    assert groups == {f"{number:02}" for number in range(100)}
