"""What was coded before leads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.codebook.book import Codebook
from app.domain.coding import Band, CodeKind, MatchKind
from app.matching.contract import Matcher, PastCoding
from app.matching.first import FirstMatcher
from app.matching.grams import GramIndex, distinct, grams, top_of
from app.matching.memory import Memory, Past
from app.matching.translation import Translation

PX = CodeKind.PX


def past(text: str, *codes: str, times: int = 1, last: str = "") -> PastCoding:
    """Return a past coding of a diagnosis."""
    return PastCoding(text, CodeKind.DX, codes, times, last)


def test_the_same_text_is_answered_as_before(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin, history=[past("老慢支", "J42.x00", times=3, last="2026-10-02")])
    result = matcher.match("老慢支", CodeKind.DX)
    assert result.best is not None
    assert (result.best.code, result.best.kind, result.band) == ("J42.x00", MatchKind.LEARNED, Band.ACCEPT)
    assert dict(result.best.reasons[0].args) == {"times": "3", "last": "2026-10-02"}


def test_one_past_coding_or_a_divided_past_is_only_proposed(builtin: Codebook) -> None:
    once = FirstMatcher(builtin, history=[past("老慢支", "J42.x00")])
    assert once.match("老慢支", CodeKind.DX).band is not Band.ACCEPT
    divided = FirstMatcher(builtin, history=[past("老慢支", "J42.x00", times=3), past("老慢支", "J41.000", times=2)])
    result = divided.match("老慢支", CodeKind.DX)
    assert result.band is not Band.ACCEPT
    assert {candidate.code for candidate in result.candidates[:2]} == {"J42.x00", "J41.000"}


def test_a_near_text_is_a_reason(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin, history=[past("老慢支急性发作期", "J44.100")])
    best = matcher.match("老慢支急性发作", CodeKind.DX).best
    assert best is not None
    assert best.code == "J44.100"
    assert best.reasons[0].key == "reason.near"


def test_several_codes_of_one_text_are_answered_together(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin, history=[past("两高", "I10.x00", "E78.500")])
    assert {candidate.code for candidate in matcher.answers("两高", CodeKind.DX)} == {"I10.x00", "E78.500"}


def test_memory_can_be_replaced_and_unknown_codes_do_no_harm(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin, history=[past("老慢支", "nothing")])
    before = matcher.match("老慢支", CodeKind.DX)
    matcher.remember([past("老慢支", "J42.x00", times=2)])
    assert matcher.match("老慢支", CodeKind.DX).candidates[0].code == "J42.x00"
    matcher.remember([])
    assert matcher.match("老慢支", CodeKind.DX) == before


@pytest.mark.parametrize("short", ["胆总管结石", "冠心病"])
def test_a_remembered_short_form_leads_in_the_search_as_before(builtin: Codebook, short: str) -> None:
    matcher = FirstMatcher(builtin)
    first = matcher.search(short, CodeKind.DX, 5)[0].code
    matcher.remember([past(short, first, times=3)])
    assert matcher.search(short, CodeKind.DX, 5)[0].code == first


def test_terms_need_no_book() -> None:
    terms = [
        ("1", "甲状腺病损切除术"),
        ("2", "甲状腺叶切除术"),
        ("3", "甲状腺病损切除术"),
        ("", "自编术式"),
        ("4", " "),
    ]
    matcher: Matcher = FirstMatcher.from_terms(
        terms, PX, [("甲瘤切除", ["甲状腺病损切除术"]), ("乙", ["甲状腺叶切除术"])]
    )
    best = matcher.match("甲瘤切除", PX).best
    assert best is not None
    assert (best.code, best.name) == ("1", "甲状腺病损切除术")
    assert matcher.match("自编术式", PX).candidates[0].code == ""
    assert matcher.match("自编术式", CodeKind.DX).candidates == ()


def test_names_that_the_past_uses_twice_become_terms() -> None:
    history = [("甲", ["院内名称"]), ("乙", ["院内名称"]), ("丙", ["只用一次"])]
    matcher = FirstMatcher.from_terms([("1", "甲状腺叶切除术")], PX, history)
    best = matcher.match("院内名称", PX).best
    assert best is not None
    assert (best.code, best.name) == ("", "院内名称")
    assert all(candidate.name != "只用一次" for candidate in matcher.match("只用一次", PX).candidates)


def test_the_table_learns_which_words_stand_for_which() -> None:
    sites = ("肝", "脾", "胃", "肾", "肺", "脑")
    table = Translation([(f"{site}肿瘤摘除", f"{site}病损切除") for site in sites])
    targets, chance = table.translate(grams("肿瘤"))
    found = dict(zip(targets.tolist(), chance.tolist(), strict=True))
    (wanted,) = grams("病损", (2,)).tolist()
    assert found[wanted] > 0.1
    assert max(chance) <= 1
    (own,) = grams("胃", (1,)).tolist()
    targets, chance = table.translate(grams("胃"))
    assert targets[int(np.argmax(chance))] == own
    assert grams("胃石")[~table.knows(grams("胃石"))].tolist() == sorted(
        set(grams("胃石").tolist()) - set(grams("胃肿瘤摘除").tolist())
    )


def test_the_index_weighs_rare_characters_more() -> None:
    index = GramIndex(["急性胆囊炎", "急性阑尾炎", "急性肺炎", ""])
    cover = index.cover("急性胆囊炎")
    assert cover.matched[0] == pytest.approx(cover.total)
    assert cover.matched[0] > cover.matched[1] > 0
    assert cover.matched[3] == 0
    unknown = index.cover("𠮷")
    assert unknown.matched.sum() == 0
    assert unknown.total > 0
    assert GramIndex([]).cover("炎").matched.tolist() == []


def test_likeness_to_some_names_is_that_among_all() -> None:
    index = GramIndex(["急性胆囊炎", "", "急性阑尾炎", "慢性胆囊炎"], (1, 2, 3))
    for text in ("急性胆囊炎", "胆囊炎?", "𠮷"):
        shared, factor = index.alike(text)
        some = np.array([3, 1, 0])
        assert index.alike_of(text, some) == pytest.approx(shared[some] * factor)


def test_what_is_remembered_of_some_terms_is_what_is_remembered_of_all() -> None:
    texts = {"老慢支": (1,), "老慢支期": (1, 2), "咳嗽": (3,), "咳嗽痰多": (2,)}
    rows = [Past(text, text, text, terms, 2, "2026-11-20", "虚构甲") for text, terms in texts.items()]
    memory = Memory.of(rows, {1: "慢性支气管炎", 2: "咳痰", 3: "咳嗽"})
    whole, some = memory.recall("老慢支", "老慢支"), memory.recall_of("老慢支", "老慢支", [1])
    assert (some[1].times, some[1].last, some[1].text) == (2, "2026-11-20", "老慢支")
    assert some[1].likeness == pytest.approx(whole[1].likeness)
    assert 3 not in memory.recall_of("老慢支", "老慢支", [1]), "texts of other terms are not looked at"
    assert Memory().recall_of("老慢支", "老慢支", [1]) == {}


def test_the_best_come_in_order_of_score_then_number() -> None:
    scores = np.array([0.1, 0.5, 0.5, 0.0, 0.9, 0.5], np.float32)
    assert top_of(scores, 3).tolist() == [4, 1, 2]
    assert top_of(scores, 10).tolist() == [4, 1, 2, 5, 0]
    assert top_of(np.zeros(0, np.float32), 3).tolist() == []
    assert distinct(np.array([3, 1, 3, 2], np.uint64)).tolist() == [1, 2, 3]


@pytest.mark.slow
def test_quality_on_the_reference_texts(reference: Path) -> None:
    from benchmarks.match import Task, tasks  # noqa: PLC0415 - reads the reference folder
    from benchmarks.match_work import ask, scored  # noqa: PLC0415 - as above

    (task,) = tasks("px")
    part = Task(task.name, task.kind, task.terms, task.gold[:200], ())
    alone = scored(part, ask(FirstMatcher.from_terms(task.terms, task.kind), part))
    assert alone["top1"] >= 55
    assert alone["top10"] >= 82
    remembering = scored(part, ask(FirstMatcher.from_terms(task.terms, task.kind, task.past), part))
    assert remembering["top1"] >= 78


def test_a_confirmed_code_counts_at_once(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin, history=[past("咳咳咳", "J40.x00", times=2)])
    matcher.warm(CodeKind.DX)
    before = matcher.match("老慢支", CodeKind.DX)
    item = PastCoding("老慢支", CodeKind.DX, ("J42.x00",), 2, "2026-11-20", "王敏（测试）")
    matcher.confirm([item])
    best = matcher.match("老慢支", CodeKind.DX).candidates[0]
    assert (best.code, best.kind) == ("J42.x00", MatchKind.LEARNED)
    near = matcher.match("老慢支期", CodeKind.DX).candidates
    assert any(reason.key == "reason.near" for candidate in near for reason in candidate.reasons)
    assert matcher.match("咳咳咳", CodeKind.DX).candidates[0].code == "J40.x00", "what was known before is still known"
    matcher.remember([past("咳咳咳", "J40.x00", times=2)])
    assert matcher.match("老慢支", CodeKind.DX) == before, "without it the answer is what it was"


def test_confirming_leads_where_remembering_everything_leads(builtin: Codebook) -> None:
    first = [past(f"咳嗽{number}天", "R05.x00") for number in range(240)]
    second = [past("痰多", "R09.300", times=3), past("痰多伴咳", "R09.300"), past("痰多", "J40.x00")]
    bit_by_bit = FirstMatcher(builtin, history=first)
    bit_by_bit.warm(CodeKind.DX)
    for item in second:
        bit_by_bit.confirm([item])
    at_once = FirstMatcher(builtin, history=[*first, *second])
    for text in ("痰多", "痰多伴咳", "咳嗽3天"):
        own, whole = (matcher.match(text, CodeKind.DX) for matcher in (bit_by_bit, at_once))
        assert [one.code for one in own.candidates[:2]] == [one.code for one in whole.candidates[:2]]


def test_a_table_learns_one_pair_more() -> None:
    pairs = [("瘤子拿掉", "病损切除"), ("瘤子看看", "病损检查"), ("息肉拿掉", "息肉切除")] * 3
    table = Translation(pairs)
    more = table.with_pair("囊肿挖掉", "囊肿切除")
    codes, chance = more.translate(grams("挖掉"))
    wanted = dict(zip(codes.tolist(), chance.tolist(), strict=True))
    assert all(wanted.get(code, 0) > 0.05 for code in grams("切除", (2,)).tolist())
    assert not table.knows(grams("挖")).any(), "the table it came from stays as it was"
    assert table.with_pair("", "囊肿") is table
    for source in np.unique(more.table.source):
        assert 0.5 < more.table.chance[more.table.source == source].sum() <= 1.001
    assert list(more.table.source) == sorted(more.table.source)
