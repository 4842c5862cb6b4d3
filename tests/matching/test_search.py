"""The search box."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.codebook.book import Codebook
from app.codebook.codes import search_key
from app.domain.coding import CodeKind, MatchKind
from app.matching.first import FirstMatcher
from app.matching.meanings import meanings_of
from app.matching.pinyin import PinyinIndex
from app.matching.readings import readings_of
from app.matching.slips import shapes

DX, PX = CodeKind.DX, CodeKind.PX


def codes(matcher: FirstMatcher, typed: str, kind: CodeKind = DX, top: int = 20) -> list[str]:
    """Return the codes found."""
    return [candidate.code for candidate in matcher.search(typed, kind, top)]


@pytest.mark.parametrize(
    ("typed", "kind", "code"),
    [
        ("k803", DX, "K80.300"),
        ("K80.3", DX, "K80.300"),
        ("k80.300", DX, "K80.300"),
        ("5123", PX, "51.2300"),
        ("51.23", PX, "51.2300"),
        ("胆囊炎 急性", DX, "K81.000"),
        ("急性 胆囊炎", DX, "K81.000"),
        ("结石胆囊", DX, "K80.200"),
        ("jxdny", DX, "K81.000"),
        ("jixingdannangyan", DX, "K81.000"),
        ("jxdannyan", DX, "K81.000"),
        ("急性 dny", DX, "K81.000"),
        ("k81 急性", DX, "K81.000"),
        ("gxb", DX, "I25.100"),
        ("冠心病", DX, "I25.100"),
        ("copd", DX, "J44.900"),
        ("COPD", DX, "J44.900"),
        ("lc", PX, "51.2300"),
        ("Ⅱ型糖尿病", DX, "E11.900"),
        ("膽囊炎", DX, "K81.900"),
        ("lanwei", DX, "K37.x00"),
        ("fqjxdnqcs", PX, "51.2300"),
    ],
)
def test_what_coders_type_finds_the_code(matcher: FirstMatcher, typed: str, kind: CodeKind, code: str) -> None:
    assert code in codes(matcher, typed, kind)


def test_a_code_lists_what_begins_with_it_in_order(matcher: FirstMatcher) -> None:
    found = codes(matcher, "K80")
    assert found == sorted(found)
    assert all(code.startswith("K80") for code in found)
    assert matcher.search("K80", DX)[0].kind is MatchKind.CODE


def test_short_forms_and_exact_names_come_first(matcher: FirstMatcher) -> None:
    assert codes(matcher, "冠心病")[0] == "I25.100"
    assert codes(matcher, "lc", PX)[0] == "51.2300"
    assert codes(matcher, "股骨颈骨折")[0] == "S72.000"


def test_what_a_name_only_excludes_does_not_lead(matcher: FirstMatcher) -> None:
    found = codes(matcher, "胆囊炎")
    assert found[0] == "K81.900"
    assert found.index("K81.000") < found.index("K80.200")


def test_reasons_and_order_are_stable(matcher: FirstMatcher) -> None:
    assert matcher.search("胆囊", DX) == matcher.search("胆囊", DX)
    assert all(candidate.reasons for candidate in matcher.search("胆囊", DX))
    assert len(codes(matcher, "胆囊", top=5)) == 5
    found = codes(matcher, "胆囊")
    assert len(found) == len(set(found))


@pytest.mark.parametrize("typed", ["", "   ", "，", "???", "zzzzqqqq", "§"])
def test_nothing_found_is_empty(matcher: FirstMatcher, typed: str) -> None:
    assert codes(matcher, typed) == []


@given(st.text(max_size=30))
@settings(max_examples=40, deadline=None)
def test_nothing_that_is_typed_breaks_the_search(matcher: FirstMatcher, typed: str) -> None:
    for kind in CodeKind:
        assert len(matcher.search(typed, kind, 5)) <= 5


def index_of(*names: str) -> PinyinIndex:
    """Return the pinyin index of some names."""
    return PinyinIndex(names, readings_of("".join(names)))


def heard(index: PinyinIndex, letters: str) -> list[int]:
    """Return the numbers of the names whose reading holds the letters."""
    return [one.number for one in index.find(letters)]


def test_pinyin_reads_names_as_physicians_say_them() -> None:
    index = index_of("重症肺炎", "功能重建术", "骨延长术", "椎间盘突出", "膀胱结石", "ABO溶血", "1型糖尿病", "※")
    assert index.initials == ("zzfy", "gncjs", "gycs", "zjptc", "pgjs", "aborx", "1xtnb", "")
    assert heard(index, "zzfy") == [0]
    assert heard(index, "cjs") == [1]
    assert heard(index, "pangguang") == [4]
    assert heard(index, "pguangjs") == [4]
    assert heard(index, "boro") == [5]
    assert heard(index, "gx") == []
    assert heard(index, "") == []
    assert len(index) == 8


def test_every_reading_of_a_character_counts_the_usual_one_first() -> None:
    index = index_of("血行播散", "行走困难", "血管瘤")
    assert heard(index, "xuexing") == [0]
    assert heard(index, "xiehang") == [0]
    assert heard(index, "xieguan") == [2]
    assert [(one.number, one.usual) for one in index.find("xg")] == [(2, True)]
    assert [(one.number, one.usual) for one in index.find("hang")] == [(0, False), (1, False)]
    assert [(one.start, one.end) for one in index.find("bosan")] == [(2, 4)]
    assert list(index.find("hang", enough=1)) == list(index.find("hang"))


def test_the_readings_can_be_kept(builtin: Codebook) -> None:
    matcher = FirstMatcher(builtin)
    kept = matcher.pinyin_bytes(PX)
    again = FirstMatcher(builtin)
    assert again.take_pinyin(PX, kept)
    assert not again.take_pinyin(DX, b"jing mai qu zhang")
    assert not again.take_pinyin(DX, b"\xff\xfe")
    assert codes(again, "fqjxdnqcs", PX) == codes(matcher, "fqjxdnqcs", PX)


def table() -> list[dict[str, str]]:
    """Return what coders type, by class, each with the code that must be among the first three."""
    with (Path(__file__).parent / "searches.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row['class']}-{row['typed']}")
def test_the_code_is_among_the_first_three(matcher: FirstMatcher, row: dict[str, str]) -> None:
    assert set(row["code"].split("|")) & set(codes(matcher, row["typed"], CodeKind(row["kind"]))[:3])


def test_the_table_has_every_class_of_typing() -> None:
    counted = [row["class"] for row in table()]
    assert len(counted) >= 80
    assert {name: counted.count(name) >= 4 for name in counted} == dict.fromkeys(counted, True)


@pytest.mark.parametrize("kind", list(CodeKind))
def test_every_code_is_found_by_its_name_its_digits_and_its_initials(
    matcher: FirstMatcher, builtin: Codebook, kind: CodeKind
) -> None:
    leaves = builtin.leaves(kind)
    initials = index_of(*(entry.name for entry in leaves)).initials
    for number in range(7, len(leaves), len(leaves) // 60):
        entry = leaves[number]
        assert entry.code in codes(matcher, entry.name, kind)[:3], entry
        assert codes(matcher, search_key(entry.code).lower(), kind)[0] == entry.code, entry
        names = {candidate.name for candidate in matcher.search(initials[number], kind)}
        assert entry.name in names or len(names) == 20, (entry, initials[number])


def test_the_slip_is_told(matcher: FirstMatcher) -> None:
    told = {typed: matcher.search(typed, DX)[0].reasons[0] for typed in ("糖鸟病", "未梢神经炎")}
    assert told["糖鸟病"].key == "reason.slip.sound"
    assert dict(told["糖鸟病"].args) == {"typed": "鸟", "meant": "尿"}
    assert told["未梢神经炎"].key == "reason.slip.shape"
    assert not any("slip" in reason.key for one in matcher.search("糖尿病", DX) for reason in one.reasons)


def test_letters_and_words_are_marked_in_the_name(matcher: FirstMatcher) -> None:
    found = next(one for one in matcher.search("胆囊炎 jx", DX) if one.code == "K81.000")
    assert [found.name[start:end] for start, end in found.spans] == ["急性胆囊炎"]
    assert found.kind is MatchKind.PINYIN


def test_a_short_form_with_several_meanings_offers_each(matcher: FirstMatcher) -> None:
    found = matcher.search("MS", DX)
    assert {code[:3] for code in (one.code for one in found[:4])} >= {"I05", "G35"}
    assert found[0].reasons[0].key == "reason.several"


def test_characters_that_look_alike_do_so_both_ways() -> None:
    alike = shapes()
    assert len(alike) > 500
    assert all(sign not in others and others for sign, others in alike.items())
    assert all(sign in alike[other] for sign, others in alike.items() for other in others)


def test_every_meaning_of_a_short_form_is_in_the_book(builtin: Codebook) -> None:
    for kind in CodeKind:
        for short, meanings in meanings_of(kind).items():
            assert len(meanings) > 1, short
            for meaning in meanings:
                assert builtin.by_prefix(meaning.prefix, kind), (short, meaning)
