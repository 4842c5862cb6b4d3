"""A model learns a hospital's wording, answers alike at every run, and can be kept."""

from __future__ import annotations

import io

import numpy as np
import pytest

from app.common.errors import Cancelled
from app.common.progress import CancelAt
from app.domain.coding import Band, CodeKind, MatchResult
from app.matching.confidence import ACCEPT
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.learned.model import Scale

from .conftest import ACTS, PAST, SITES, TERMS

PX = CodeKind.PX
pytestmark = pytest.mark.xdist_group("taught")


def first(matcher: FirstMatcher, text: str) -> str:
    """Return the name that a matcher puts first."""
    best = matcher.match(text, PX).best
    return best.name if best else ""


def test_it_answers_texts_that_it_never_saw(taught: FirstMatcher) -> None:
    asked = {f"{site}{plain}": f"{site}{act}" for site in SITES for act, plain in ACTS.items()}
    right = [text for text, name in asked.items() if first(taught, text) == name]
    assert len(right) >= len(asked) * 0.95


def test_a_term_finds_itself_first_and_surely(taught: FirstMatcher) -> None:
    for _, name in TERMS:
        found = taught.match(name, PX)
        assert found.candidates[0].name == name
        assert found.band is Band.ACCEPT


def test_a_term_is_as_sure_as_the_past_bears_out(taught: FirstMatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scale, "chance", lambda _, told: np.full(len(told), 0.6, np.float32))
    name = TERMS[0][1]
    for trusts, text, score in ((True, f"{name}。", ACCEPT), (False, f"{name}；", 0.6)):
        monkeypatch.setattr(Scale, "trusts_titles", property(lambda _, trusts=trusts: trusts))
        best = taught.match(text, PX).candidates[0]
        assert (best.name, best.score) == (name, pytest.approx(score))


def test_case_width_and_punctuation_change_nothing(taught: FirstMatcher) -> None:
    for text in ("膀胱瘤子拿掉", "前列腺取块肉看看"):
        assert {first(taught, other) for other in (f" {text}。", f"{text[:2]}，{text[2:]}", f"（{text}）")} == {
            first(taught, text)
        }
    assert first(taught, "ＣＴ引导下肝活组织检查") == first(taught, "ct引导下肝活组织检查")


def test_rubbish_is_to_be_looked_up(taught: FirstMatcher) -> None:
    for rubbish in ("qwertz", "，。！", "1234567", "季度报表已发送"):
        found = taught.match(rubbish, PX)
        assert found.band is Band.SEARCH
        assert all(candidate.score < 0.6 for candidate in found.candidates)


def test_chances_fall_and_stay_between_0_and_1(taught: FirstMatcher) -> None:
    chances = [candidate.score for candidate in taught.match("脑放脓", PX, 20).candidates]
    assert chances == sorted(chances, reverse=True)
    assert 0 <= min(chances) <= max(chances) <= 1


def test_two_operations_are_answered_by_two_names(taught: FirstMatcher) -> None:
    names = {candidate.name for candidate in taught.answers("肝瘤子拿掉+脾放脓", PX)}
    assert names == {"肝病损切除术", "脾切开引流术"}
    assert {candidate.name for candidate in taught.answers("膀胱放脓", PX)} == {"膀胱切开引流术"}


def test_many_texts_together_are_answered_as_one_by_one(taught: FirstMatcher, untaught: FirstMatcher) -> None:
    assert untaught.take_model(PX, taught.model_bytes(PX))
    texts = ["膀胱瘤子拿掉", "，。！", "肝瘤子拿掉+脾放脓", "qwertz", "", "脑放脓"]
    together, firsts = taught.match_many(texts, PX, 10), taught.match_many(texts, PX)
    for text in texts:
        alone, found = untaught.match(text, PX), together[text]
        assert [candidate.code for candidate in found.candidates] == [candidate.code for candidate in alone.candidates]
        assert found.band is alone.band
        assert firsts[text] == MatchResult(found.candidates[:1], found.band)


def test_reasons_are_still_given(taught: FirstMatcher) -> None:
    best = taught.match("甲状腺瘤子拿掉", PX).best
    assert best is not None
    assert best.reasons
    assert all(0 <= start < end <= len(best.name) for start, end in best.spans)


def test_a_kept_model_answers_alike_and_another_list_refuses_it(taught: FirstMatcher, untaught: FirstMatcher) -> None:
    content = taught.model_bytes(PX)
    assert not FirstMatcher.from_terms(TERMS[1:], PX, PAST).take_model(PX, content)
    assert not untaught.take_model(PX, content[:1000])
    assert untaught.take_model(PX, content)
    for text in ("膀胱瘤子拿掉", "肝瘤子拿掉+脾放脓", "qwertz"):
        assert untaught.match(text, PX) == taught.match(text, PX)


def test_a_model_in_a_file_is_the_one_in_memory(taught: FirstMatcher) -> None:
    file = io.BytesIO()
    taught.write_model(PX, file)
    assert file.getvalue() == taught.model_bytes(PX)


def test_without_a_past_the_model_rests(taught: FirstMatcher) -> None:
    matcher = FirstMatcher.from_terms(TERMS, PX)
    before = matcher.match("肝瘤切除", PX)
    assert matcher.take_model(PX, taught.model_bytes(PX))
    assert matcher.match("肝瘤切除", PX) == before


def test_too_little_past_teaches_nothing() -> None:
    matcher = FirstMatcher.from_terms(TERMS, PX, PAST[:20])
    assert not matcher.learn(PX)
    with pytest.raises(KeyError):
        matcher.model_bytes(PX)


def test_training_can_be_cancelled() -> None:
    matcher = FirstMatcher.from_terms(TERMS, PX, PAST)
    with pytest.raises(Cancelled):
        matcher.learn(PX, CancelAt(3))
    assert first(matcher, "肝病损切除术") == "肝病损切除术"


def test_a_confirmed_code_reaches_the_model_at_once(taught: FirstMatcher) -> None:
    before = taught.match("鼻瘤摘掉", PX)
    taught.confirm([PastCoding("鼻瘤摘掉", PX, ("胃造口术",), 2, "2026-11-20", "王敏（测试）")])
    try:
        after = taught.match("鼻瘤摘掉", PX)
        assert after.candidates[0].name == "胃造口术"
        assert taught.match("今日行鼻瘤摘掉", PX).candidates[0].name == "胃造口术"
        assert taught.match("拟肝瘤子拿掉", PX).candidates[0].name == "肝病损切除术"
    finally:
        taught.remember([PastCoding(words, PX, answers) for words, answers in PAST])
    assert taught.match("鼻瘤摘掉", PX) == before, "without it the answer is what it was"
