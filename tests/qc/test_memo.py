"""Kept answers stay bounded."""

from __future__ import annotations

from app.qc.codesets import CodeSet
from app.qc.memo import Memo, OneAtATime


def test_an_answer_is_made_once_and_forgotten_at_the_limit() -> None:
    made: list[int] = []

    def double(number: int) -> int:
        made.append(number)
        return 2 * number

    memo = Memo(double, limit=2)
    assert [memo[1], memo[1], memo[2]] == [2, 2, 4]
    assert made == [1, 2]
    assert (memo[3], len(memo)) == (6, 1)
    assert (memo[1], made) == (2, [1, 2, 3, 1])


def test_reprs_show_no_keys() -> None:
    assert repr(Memo(str)) == "Memo(0)"


def test_only_texts_are_codes() -> None:
    codes = CodeSet("C00-C97, D06")
    assert "C34.900" in codes
    assert "D06.900" in codes
    assert "D07.000" not in codes
    assert "" not in codes
    assert 34 not in codes


def test_answers_of_an_owner_are_kept_until_another_is_asked() -> None:
    asked: list[tuple[object, str]] = []

    def answer(owner: list[str], key: str) -> bool:
        asked.append((owner, key))
        return key in owner

    one, same, answers = ["a"], ["a"], OneAtATime(answer)
    assert [answers.of(one, "a"), answers.of(one, "a"), answers.of(one, "b")] == [True, True, False]
    assert answers.of(same, "a") is True
    assert asked == [(one, "a"), (one, "b"), (same, "a")]
