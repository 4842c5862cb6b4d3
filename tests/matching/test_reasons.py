"""Why a candidate is there, what speaks against it, what is highlighted, what must not depend on trifles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.codebook.book import Codebook
from app.common.errors import Cancelled
from app.common.paths import cache_dir
from app.common.progress import CancelAt, NoProgress
from app.common.texts import text as wording
from app.domain.coding import Band, Candidate, CodeKind, MatchKind
from app.matching.axes import Axes, Axis
from app.matching.contract import PastCoding
from app.matching.explaining import spans_of
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon
from app.matching.near import grouped
from app.matching.words import Words


def told(candidate: Candidate) -> str:
    """Return all reasons and conflicts in Chinese."""
    return "；".join(wording(item.key, **dict(item.args)) for item in (*candidate.reasons, *candidate.conflicts))


def first(matcher: FirstMatcher, text: str, kind: CodeKind = CodeKind.DX) -> Candidate:
    """Return the best candidate."""
    return matcher.match(text, kind).candidates[0]


def test_reasons_name_what_led_to_the_code(matcher: FirstMatcher) -> None:
    assert "“冠心病”即" in told(first(matcher, "冠心病"))
    assert told(first(matcher, "股骨颈骨折")) == "与编码名称一致"
    assert told(first(matcher, "左侧股骨颈骨折")).startswith("侧别之外与编码名称一致")
    assert "取未特指的编码" in told(first(matcher, "肺炎"))
    assert "相同的字" in told(first(matcher, "右侧化脓性胆管炎"))


def test_conflicts_name_text_and_code(matcher: FirstMatcher) -> None:
    found = {c.code: told(c) for c in matcher.match("急性胆囊炎", CodeKind.DX).candidates}
    assert "急慢性：文本“急性”，编码“慢性”" in found["K81.100"]
    found = {c.code: told(c) for c in matcher.match("开放性胸骨骨折", CodeKind.DX).candidates}
    assert any("部位：文本“胸骨”" in words for words in found.values())
    found = {c.code: told(c) for c in matcher.match("LC", CodeKind.PX).candidates}
    assert "入路" not in found["51.2300"]


def test_a_candidate_that_contradicts_the_text_is_never_first(matcher: FirstMatcher) -> None:
    for text in (
        "急性胆囊炎",
        "慢性胆囊炎",
        "1型糖尿病",
        "2型糖尿病",
        "原发性高血压",
        "继发性高血压",
        "肝继发性恶性肿瘤",
    ):
        assert not any(item.key == "reason.conflict.differs" for item in first(matcher, text).conflicts), text


def test_added_and_missing_words_are_named(builtin: Codebook) -> None:
    words = Words((entry.name for entry in builtin), cache_dir())
    matcher = FirstMatcher(builtin, words=words)
    found = {c.code: told(c) for c in matcher.match("右侧化脓性胆管炎", CodeKind.DX).candidates}
    assert "文本的“化脓性”未表达" in found["K83.000"]
    assert "".join(words.cut("慢性支气管炎急性发作")) == "慢性支气管炎急性发作"
    assert words.only_in("急性胆囊炎", "急性胆管炎") == ["胆囊炎"] or "胆囊" in "".join(
        words.only_in("急性胆囊炎", "急性胆管炎")
    )


@pytest.mark.parametrize(
    ("name", "words", "marked"),
    [
        ("未特指的肺炎", "肺炎", ["肺炎"]),
        ("特发性（原发性）高血压", "原发高血压", ["原发", "高血压"]),
        ("胆囊结石伴有急性胆囊炎", "胆囊结石急性胆囊炎", ["胆囊结石", "急性胆囊炎"]),
        ("肺炎", "", []),
        ("肺炎", "骨折", []),
        ("ＡＢ型", "ab型", ["ＡＢ型"]),
    ],
)
def test_matched_characters_are_marked_in_the_name(name: str, words: str, marked: list[str]) -> None:
    assert [name[start:end] for start, end in spans_of(name, words)] == marked


@given(st.text(max_size=20), st.text(max_size=20))
def test_marks_lie_in_the_name_and_do_not_overlap(name: str, words: str) -> None:
    last = 0
    for start, end in spans_of(name, words):
        assert last <= start < end <= len(name)
        last = end


def test_axes_compare_values() -> None:
    words = {"急性": "acute", "慢性": "chronic", "急性发作": "both"}
    same = frozenset([("both", "acute")])
    axes = Axes([Axis("acuity", "急慢性", words, 0.2, 0.05, 0.01, same)])
    assert axes.compare(axes.read("急性炎"), axes.read("急性炎")) == []
    assert axes.compare(axes.read("急性发作"), axes.read("急性炎")) == []
    (conflict,) = axes.compare(axes.read("急性炎"), axes.read("慢性炎"))
    assert (conflict.is_conflict, conflict.cost, conflict.text_word, conflict.name_word) == (True, 0.2, "急性", "慢性")
    (silent,) = axes.compare(axes.read("炎"), axes.read("慢性炎"))
    assert (silent.is_conflict, silent.cost) == (False, 0.05)
    (unsaid,) = axes.compare(axes.read("慢性炎"), axes.read("炎"))
    assert (unsaid.text_word, unsaid.cost) == ("慢性", 0.01)


def test_a_part_agrees_with_its_whole_and_not_with_another_part(lexicon: Lexicon) -> None:
    sites = lexicon.kinds[CodeKind.PX].sites
    assert sites.compare(sites.read("颞叶病损"), sites.read("大脑病损")) == []
    assert sites.compare(sites.read("颞叶病损"), sites.read("小脑病损")) != []
    assert sites.compare(sites.read("腰椎骨折"), sites.read("脊柱骨折")) == []
    assert sites.compare(sites.read("拇指骨折"), sites.read("上肢骨折")) == []
    (conflict,) = sites.compare(sites.read("胸骨切开"), sites.read("股骨切开"))
    assert conflict.is_conflict
    assert sites.read("胸腔镜检查") == {}


TRIFLES = st.sampled_from([" ", "　", "，", "。", "-", "（", "）"])


@given(st.lists(TRIFLES, min_size=1, max_size=4), st.integers(0, 6))
@settings(max_examples=25)
def test_blanks_width_and_case_do_not_change_the_first_answer(
    matcher: FirstMatcher, trifles: list[str], place: int
) -> None:
    text = "COPD急性加重"
    noisy = text[:place].lower() + "".join(t for t in trifles if t in " 　-") + text[place:]
    if not text[:place].isascii() or place in (0, 4):
        assert first(matcher, noisy).code == first(matcher, text).code


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_matcher(matcher: FirstMatcher, text: str) -> None:
    for kind in CodeKind:
        result = matcher.match(text, kind)
        scores = [candidate.score for candidate in result.candidates]
        assert all(0 <= score <= 1 for score in scores)
        assert len({candidate.code for candidate in result.candidates}) == len(result.candidates) <= 10
        matcher.answers(text, kind)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00\x1f", "𠮷𠮷野家病", "炎" * 1_000_000, "；" * 5_000, "1." * 3_000, "\ud800", "(" * 300, "？"]
)
def test_odd_texts_are_answered(matcher: FirstMatcher, text: str) -> None:
    for kind in CodeKind:
        matcher.match(text, kind)
        matcher.answers(text, kind)
        matcher.search(text, kind)


def test_rubbish_gets_little_confidence(matcher: FirstMatcher) -> None:
    for text in ("qwertz", "一二三四五", "今天天气很好我们去公园", "xxxx yyyy"):
        best = matcher.match(text, CodeKind.DX).best
        assert best is None or best.score < 0.5


def test_headings_are_never_proposed(matcher: FirstMatcher, builtin: Codebook) -> None:
    for text in ("胆石症", "急性心肌梗死", "糖尿病", "肺炎"):
        for candidate in matcher.match(text, CodeKind.DX).candidates:
            entry = builtin.get(candidate.code)
            assert entry is not None
            assert entry.is_leaf


def test_answers_are_the_same_every_time(builtin: Codebook, matcher: FirstMatcher) -> None:
    again = FirstMatcher(builtin)
    for text in ("右侧化脓性胆管炎", "肺占位", "慢支急性发作"):
        assert again.match(text, CodeKind.DX) == matcher.match(text, CodeKind.DX)


def test_a_batch_answers_each_text_once_and_can_be_stopped(matcher: FirstMatcher) -> None:
    texts = ["冠心病", "肺炎", "冠心病"]
    found = matcher.match_many(texts, CodeKind.DX, 3, NoProgress())
    assert list(found) == ["冠心病", "肺炎"]
    assert found["肺炎"] == matcher.match("肺炎", CodeKind.DX, 3)
    with pytest.raises(Cancelled):
        matcher.match_many(texts, CodeKind.DX, 3, CancelAt(0))


def test_kinds_of_match(matcher: FirstMatcher) -> None:
    assert first(matcher, "股骨颈骨折").kind is MatchKind.EXACT
    assert first(matcher, "冠心病").kind is MatchKind.SYNONYM
    assert first(matcher, "轻微股骨颈骨折").kind is MatchKind.CONTAINS


def test_past_codings_tell_how_often_when_and_by_whom(builtin: Codebook) -> None:
    past = [PastCoding("右上腹痛待查甲", CodeKind.DX, ("K81.000",), 3, "2026-10-01", "林若溪")]
    matcher = FirstMatcher(builtin, history=past)
    assert "编为此码 3 次，最近 2026-10-01 林若溪" in told(first(matcher, "右上腹痛待查甲"))
    found = {one.code: one for one in matcher.search("急性胆囊炎", CodeKind.DX)}
    assert found["K81.000"].uses == 3
    other = next(one for one in matcher.match("急性胆囊炎", CodeKind.DX).candidates if one.code == "K81.000")
    assert "本院用过 3 次" in told(other)


def test_a_short_form_with_several_meanings_is_told_and_never_sure(matcher: FirstMatcher) -> None:
    result = matcher.match("MS", CodeKind.DX)
    assert "有几个意思：二尖瓣狭窄、多发性硬化" in told(result.candidates[0])
    assert result.band is not Band.ACCEPT
    assert {"I05", "G35"} <= {candidate.code[:3] for candidate in result.candidates[:4]}, "each meaning is offered"
    scores = [candidate.score for candidate in result.candidates]
    assert scores == sorted(scores, reverse=True)
    assert "有几个意思" not in told(first(matcher, "冠心病"))


def test_what_the_rows_text_says_otherwise_is_told_of_anything_found(matcher: FirstMatcher) -> None:
    found = matcher.search("胆囊炎", CodeKind.DX)
    against = {one.code: told(one) for one in matcher.against("急性胆囊炎", found, CodeKind.DX)}
    assert "急慢性：文本“急性”，编码“慢性”" in against["K81.100"]
    assert "“急性”，编码" not in against["K81.000"]
    assert matcher.against("？", found, CodeKind.DX) == found
    strange = Candidate("Z00.0", "不在库中", 1.0, MatchKind.CODE)
    assert matcher.against("急性胆囊炎", [strange], CodeKind.DX) == (strange,)


def test_nearly_identical_names_form_a_group_led_by_the_habit(lexicon: Lexicon) -> None:
    def one(code: str, name: str, uses: int = 0, kind: MatchKind = MatchKind.CONTAINS) -> Candidate:
        return Candidate(code, name, 0.5, kind, uses=uses)

    plain, said = one("B01.000", "水痘脑膜炎"), one("B01.000x001", "水痘性脑膜炎", 5)
    other, positive, negative = (
        one("B02.000", "带状疱疹脑炎"),
        one("A15.001", "肺结核瘤（+）"),
        one("A15.002", "肺结核瘤（-）"),
    )
    groups = grouped([other, plain, said, positive, negative], lexicon.kinds[CodeKind.DX])
    assert groups == ((other,), (said, plain), (positive,), (negative,))
    exact = one("B01.000", "水痘脑膜炎", kind=MatchKind.EXACT)
    assert grouped([exact, said], lexicon.kinds[CodeKind.DX]) == ((exact, said),)
    apart = [one("Z70.900", "性咨询"), one("Z71.900", "咨询")]
    assert len(grouped(apart, lexicon.kinds[CodeKind.DX])) == 2
