"""Compound texts and texts that are no present illness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coding import Band, CodeKind
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon
from app.matching.splitting import MOST_PARTS, split_blanks, split_joined, split_known, split_texts
from app.matching.status import StatusReader


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("冠心病；高血压；糖尿病", ["冠心病", "高血压", "糖尿病"]),
        ("1.冠心病 2.高血压", ["冠心病", "高血压"]),
        ("1、冠心病2、高血压", ["冠心病", "高血压"]),
        ("①冠心病②高血压", ["冠心病", "高血压"]),
        ("冠心病\n高血压", ["冠心病", "高血压"]),
        ("肺癌（右上叶，腺癌）、骨转移", ["肺癌（右上叶，腺癌）", "骨转移"]),
        ("胆囊结石伴急性胆囊炎", ["胆囊结石伴急性胆囊炎"]),
        ("甲状腺切除术+颈淋巴结清扫术", ["甲状腺切除术", "颈淋巴结清扫术"]),
        ("2型糖尿病", ["2型糖尿病"]),
        ("腰4/5椎间盘突出", ["腰4/5椎间盘突出"]),
        ("CKD3、2型糖尿病", ["CKD3", "2型糖尿病"]),
        ("1冠心病2高血压3高脂血症", ["冠心病", "高血压", "高脂血症"]),
        ("1型糖尿病2型呼吸衰竭", ["1型糖尿病2型呼吸衰竭"]),
        ("1冠心病", ["1冠心病"]),
        ("高血压3级2次发作", ["高血压3级2次发作"]),
        ("未闭（合括号，高血压", ["未闭（合括号，高血压"]),
        ("", [""]),
        ("，；", ["，；"]),
    ],
)
def test_a_text_is_cut_into_its_parts(text: str, parts: list[str]) -> None:
    assert split_texts(text) == parts


@given(st.text(alphabet="冠心病高血压1.2、，；()（）①\n +", max_size=80))
def test_nothing_is_lost_or_invented(text: str) -> None:
    parts = split_texts(text)
    assert len(parts) <= MOST_PARTS
    chinese = [sign for sign in text if "\u4e00" <= sign <= "\u9fff"]
    assert [sign for part in parts for sign in part if "\u4e00" <= sign <= "\u9fff"] == chinese


def test_blanks_part_only_known_names(lexicon: Lexicon) -> None:
    known, normal = lexicon.kinds[CodeKind.DX].expanding, lexicon.spelling.normal
    assert split_blanks("SLE LN", known, normal) == ["SLE", "LN"]
    assert split_blanks("Graves 病", known, normal) == ["Graves 病"]
    assert split_blanks("冠心病", known, normal) == ["冠心病"]


@pytest.mark.parametrize("text", ["T2DM、CKD", "T2DM CKD", "CKD，T2DM"])
def test_latin_words_side_by_side_are_each_found(matcher: FirstMatcher, text: str) -> None:
    found = matcher.answers(text, CodeKind.DX)
    assert {candidate.code[:3] for candidate in found} == {"E11", "N18"}


def test_joining_words_part_only_what_stands_alone() -> None:
    assert split_joined("糖尿病伴高血压病") == ["糖尿病", "高血压病"]
    assert split_joined("溃疡伴出血") == ["溃疡伴出血"]
    assert split_joined("冠心病") == ["冠心病"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("高血压病冠心病痛风", ["高血压病", "冠心病", "痛风"]),
        ("左侧股骨颈骨折", ["左侧股骨颈骨折"]),
        ("冠心病很多别的什么都不认识的话痛风", ["冠心病很多别的什么都不认识的话痛风"]),
        ("", [""]),
    ],
)
def test_illnesses_written_without_separators_are_cut_at_known_names(
    lexicon: Lexicon, text: str, parts: list[str]
) -> None:
    assert split_known(text, lexicon.kinds[CodeKind.DX].expanding) == parts


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("高血压病冠心病痛风", ["I10.x00", "I25.100", "M10.900"]),
        ("1.冠心病2.高血压3级(极高危)", ["I25.100", "I10.x00"]),
        ("高血压病、2型糖尿病、高脂血症", ["I10.x00", "E11.900", "E78.500"]),
        ("胆囊结石伴急性胆囊炎", ["K80.000"]),
        ("霍乱，由于O1群霍乱弧菌，霍乱生物型所致", ["A00.000"]),
        ("冠心病；冠心病", ["I25.100"]),
        ("无", []),
    ],
)
def test_the_answer_set_of_a_text(matcher: FirstMatcher, text: str, codes: list[str]) -> None:
    assert [candidate.code for candidate in matcher.answers(text, CodeKind.DX)] == codes


def test_operations_named_together(matcher: FirstMatcher) -> None:
    codes = [candidate.code for candidate in matcher.answers("阑尾切除术+腹腔镜下胆囊切除术", CodeKind.PX)]
    assert codes == ["47.0900", "51.2300"]


def test_the_parts_come_first_and_say_so(matcher: FirstMatcher) -> None:
    result = matcher.match("高血压病、2型糖尿病", CodeKind.DX)
    assert result.band is Band.SEARCH
    assert [candidate.code for candidate in result.candidates[:2]] == ["I10.x00", "E11.900"]
    assert result.candidates[1].reasons[0].key == "reason.part"
    assert dict(result.candidates[1].reasons[0].args) == {"part": "2型糖尿病"}
    codes = [candidate.code for candidate in result.candidates]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(
    ("text", "past", "suspected", "denied"),
    [
        ("右乳癌术后", True, False, False),
        ("糖尿病家族史", True, False, False),
        ("肺部感染待查", False, True, False),
        ("肺癌？", False, True, False),
        ("否认高血压", False, False, True),
        ("排除肺结核", False, False, True),
        ("无", False, False, True),
        (" - ", False, False, True),
        ("无痛性心肌缺血", False, False, False),
        ("冠心病", False, False, False),
    ],
)
def test_what_a_text_says_besides_the_illness(
    lexicon: Lexicon, text: str, past: bool, suspected: bool, denied: bool
) -> None:
    status = StatusReader(lexicon.markers).read(text)
    assert (status.past, status.suspected, status.denied) == (past, suspected, denied)
    assert status.is_certain is not (past or suspected or denied)


def test_denied_texts_get_no_code_and_uncertain_ones_are_never_accepted(matcher: FirstMatcher) -> None:
    assert matcher.match("否认高血压", CodeKind.DX).candidates == ()
    assert matcher.answers("否认高血压", CodeKind.DX) == ()
    suspected = matcher.match("股骨颈骨折待查", CodeKind.DX)
    assert suspected.band is Band.SEARCH
    assert "reason.conflict.suspected" in {found.key for found in suspected.candidates[0].conflicts}
    past = matcher.match("股骨颈骨折术后", CodeKind.DX)
    assert past.band is Band.SEARCH
    assert "reason.conflict.past" in {found.key for found in past.candidates[0].conflicts}
    sequel = matcher.match("脑梗死后遗症", CodeKind.DX)
    assert sequel.candidates[0].code == "I69.300"
    assert "reason.conflict.past" not in {found.key for found in sequel.candidates[0].conflicts}
