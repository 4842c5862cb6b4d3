"""What holds of every text holds with a trained model too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coding import Band, CodeKind
from app.matching.first import FirstMatcher
from tests.matching.handwriting import RUBBISH, asked, first, rewritten

from .conftest import ACTS, PAST, SITES, TERMS

PX = CodeKind.PX
pytestmark = pytest.mark.xdist_group("taught")


@asked
@given(st.data())
def test_nor_does_it_with_a_trained_model(taught: FirstMatcher, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([f"{site}{plain}" for site in SITES for plain in ACTS.values()]))
    other = data.draw(rewritten(f"CT{text}"))
    assert first(taught, other, PX) == first(taught, f"CT{text}", PX)


def test_a_title_finds_itself_first_with_a_trained_model_too(taught: FirstMatcher) -> None:
    assert [name for _, name in TERMS if first(taught, name, PX)[1] != name] == []


@asked
@given(RUBBISH)
def test_rubbish_is_never_more_than_looked_up_by_a_trained_model(taught: FirstMatcher, rubbish: str) -> None:
    assert taught.match(rubbish, PX).band is Band.SEARCH


@pytest.mark.slow
def test_two_trainings_answer_alike(taught: FirstMatcher) -> None:
    other = FirstMatcher.from_terms(TERMS, PX, PAST)
    other.learn(PX)
    for text, _ in PAST[::3]:
        assert taught.match(f"\u4eca\u65e5{text}", PX) == other.match(f"\u4eca\u65e5{text}", PX)
