"""What holds of every text: how it is written changes nothing, a title finds itself, rubbish stays unsure."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.codebook.book import Codebook
from app.domain.coding import Band, CodeKind
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon
from benchmarks.everyday import everyday_texts
from tests.matching.handwriting import RUBBISH, asked, first, rewritten

DX = CodeKind.DX
TEXTS = [(text.text, text.kind) for text in everyday_texts()]


@st.composite
def twice_written(draw: st.DrawFn) -> tuple[str, str, CodeKind]:
    """Return an everyday text, the same text as another hand would write it, and its kind."""
    text, kind = draw(st.sampled_from(TEXTS))
    return text, draw(rewritten(text)), kind


def codes(matcher: FirstMatcher, text: str, kind: CodeKind) -> frozenset[str]:
    """Return the codes that together answer a text."""
    return frozenset(candidate.code for candidate in matcher.answers(text, kind))


@pytest.fixture(scope="module")
def remembering(builtin: Codebook) -> FirstMatcher:
    """Return a matcher over the bundled book that remembers the everyday texts of which the code is known."""
    past = [
        PastCoding(text.text, text.kind, (text.code,), times=number % 3 + 1)
        for number, text in enumerate(everyday_texts())
        if text.code and number % 2
    ]
    assert len(past) > 100
    return FirstMatcher(builtin, history=past)


@asked
@given(twice_written())
def test_how_it_is_written_does_not_change_the_first_answer(
    matcher: FirstMatcher, twice: tuple[str, str, CodeKind]
) -> None:
    text, other, kind = twice
    assert first(matcher, other, kind) == first(matcher, text, kind)


@asked
@given(twice_written())
def test_nor_does_it_with_a_memory(remembering: FirstMatcher, twice: tuple[str, str, CodeKind]) -> None:
    text, other, kind = twice
    assert first(remembering, other, kind) == first(remembering, text, kind)
    assert codes(remembering, other, kind) == codes(remembering, text, kind)


@pytest.fixture(scope="module")
def single(matcher: FirstMatcher) -> list[str]:
    """Return everyday diagnoses that are surely one thing."""
    texts = [text for text, kind in TEXTS if kind is DX and first(matcher, text, DX)[2] is not Band.SEARCH]
    return [text for text in texts if len(matcher.answers(text, DX)) == 1]


@asked
@given(st.data())
def test_the_order_of_the_parts_and_the_sign_between_them_do_not_change_the_set(
    matcher: FirstMatcher, single: list[str], data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.sampled_from(single), min_size=2, max_size=3, unique=True))
    assume(len({codes(matcher, part, DX) for part in parts}) == len(parts))
    expected = frozenset[str]().union(*(codes(matcher, part, DX) for part in parts))
    sign = data.draw(st.sampled_from(("\u3001", "\uff1b", ";", "\uff0c", "\n")))
    found = {codes(matcher, sign.join(order), DX) for order in permutations(parts)}
    found.add(codes(matcher, "\u3001".join(parts), DX))
    assert len(found) == 1
    assert expected <= found.pop(), "nothing that a part says is lost in the list"


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(CodeKind))
def test_a_title_of_the_bundled_book_finds_itself_first(
    matcher: FirstMatcher, builtin: Codebook, lexicon: Lexicon, kind: CodeKind
) -> None:
    normal = lexicon.spelling.normal
    entries = builtin.leaves(kind)[:: 5 if kind is DX else 2]
    assert len(entries) > 1_900
    found = [(entry.code, entry.name, first(matcher, entry.name, kind)) for entry in entries]
    assert [told for told in found if normal(told[2][1]) != normal(told[1])] == []


def test_a_title_finds_itself_first_with_a_memory_too(
    remembering: FirstMatcher, builtin: Codebook, lexicon: Lexicon
) -> None:
    normal = lexicon.spelling.normal
    some = [entry for kind in CodeKind for entry in builtin.leaves(kind)[:: 97 if kind is DX else 31]]
    for entry in some:
        assert normal(first(remembering, entry.name, entry.kind)[1]) == normal(entry.name)


@asked
@given(RUBBISH, st.sampled_from(list(CodeKind)))
def test_rubbish_is_never_more_than_looked_up(matcher: FirstMatcher, rubbish: str, kind: CodeKind) -> None:
    assert matcher.match(rubbish, kind).band is Band.SEARCH


@asked
@given(RUBBISH, st.sampled_from(list(CodeKind)))
def test_rubbish_is_never_more_than_looked_up_with_a_memory(
    remembering: FirstMatcher, rubbish: str, kind: CodeKind
) -> None:
    assert remembering.match(rubbish, kind).band is Band.SEARCH


@asked
@given(st.text(max_size=300), st.sampled_from(list(CodeKind)))
def test_whatever_is_typed_is_answered_in_order_and_without_a_crash(
    matcher: FirstMatcher, typed: str, kind: CodeKind
) -> None:
    scores = [candidate.score for candidate in matcher.match(typed, kind, 20).candidates]
    assert all(0 <= score <= 1 for score in scores)
    answers = [candidate.code for candidate in matcher.answers(typed, kind)]
    assert len(answers) == len(set(answers))
    assert len(matcher.search(typed, kind)) <= 20


def test_two_matchers_answer_alike(matcher: FirstMatcher, builtin: Codebook) -> None:
    other = FirstMatcher(builtin)
    for text, kind in TEXTS[::5]:
        assert matcher.match(text, kind) == other.match(text, kind)
        assert matcher.match(text, kind) == matcher.match(text, kind)
