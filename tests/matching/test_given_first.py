"""What coders gave to a text comes first for that text, however many near texts were given something else."""

from __future__ import annotations

import pytest

from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher

TERMS = (("A", "心悸天外来病"), ("B", "肾结石"), ("C", "心悸病"), ("D", "胃炎"))
TEXT = "心悸待查天外来病"


@pytest.mark.parametrize("others", [0, 50, 400])
def test_a_confirmed_code_counts_at_once_against_many_near_texts(others: int) -> None:
    near = [(f"心悸天外来病{number}", ("A",)) for number in range(others)]
    matcher = FirstMatcher.from_terms(TERMS, CodeKind.DX, history=near)
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "A"
    matcher.confirm([PastCoding(TEXT, CodeKind.DX, ("B",))])
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "B"
    matcher.confirm([PastCoding(TEXT, CodeKind.DX, ("D",), times=2)])
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "D"


def test_several_codes_given_to_a_text_lead_together() -> None:
    near = [(f"心悸天外来病{number}", ("A",)) for number in range(50)]
    matcher = FirstMatcher.from_terms(TERMS, CodeKind.DX, history=[*near, (TEXT, ("D", "B"))])
    assert [one.code for one in matcher.match(TEXT, CodeKind.DX).candidates][:2] == ["D", "B"]


def test_a_past_that_is_told_anew_replaces_the_old_one() -> None:
    matcher = FirstMatcher.from_terms(TERMS, CodeKind.DX, history=[(TEXT, ("B",))])
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "B"
    matcher.relearn([PastCoding(TEXT, CodeKind.DX, ("D",))])
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "D"
    matcher.relearn(())
    assert matcher.match(TEXT, CodeKind.DX).candidates[0].code == "A"
