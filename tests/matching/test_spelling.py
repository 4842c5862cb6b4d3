"""The normal form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.coding import CodeKind
from app.matching.lexicon import Lexicon, standard_lexicon
from app.matching.spelling import LONGEST, folded_characters


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Ⅱ型糖尿病", "2型糖尿病"),
        ("II型糖尿病", "2型糖尿病"),
        ("二型糖尿病", "2型糖尿病"),
        ("高血压病 3 级（极高危）", "高血压病3级极高危"),
        ("Ⅲ°房室传导阻滞", "3度房室传导阻滞"),
        ("ＣＯＰＤ", "copd"),
        ("肠梗塞，综合症", "肠梗死综合征"),
        ("黏膜", "粘膜"),
        ("膽囊結石", "胆囊结石"),
        ("大隐静脉剥脱术((38.5903.01+38.5902.01))", "大隐静脉剥脱术"),
        ("V-P分流", "vp分流"),
        ("第三脑室", "第三脑室"),
        ("", ""),
        ("，。！", ""),
    ],
)
def test_texts_are_brought_to_one_spelling(lexicon: Lexicon, text: str, normal: str) -> None:
    assert lexicon.spelling.normal(text) == normal


def test_a_long_text_is_cut(lexicon: Lexicon) -> None:
    assert len(lexicon.spelling.normal("炎" * 1_000_000)) == LONGEST


@given(st.text(max_size=60))
def test_the_normal_form_of_any_text_holds_no_blank_and_no_punctuation(text: str) -> None:
    normal = standard_lexicon().spelling.normal(text)
    assert not any(sign.isspace() or sign in "，。、；()（）[]" for sign in normal)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("左股骨颈骨折", "股骨颈骨折"),
        ("双侧扁桃体切除术", "扁桃体切除术"),
        ("左心房血栓", "左心房血栓"),
        ("双胎妊娠", "双胎妊娠"),
        ("右束支传导阻滞", "右束支传导阻滞"),
        ("左前降支病变", "左前降支病变"),
        ("左前臂骨折", "前臂骨折"),
        ("右半结肠切除", "右半结肠切除"),
        ("双侧", "双侧"),
    ],
)
def test_sides_are_taken_out_unless_they_name_an_organ(lexicon: Lexicon, text: str, bare: str) -> None:
    assert lexicon.spelling.without_sides(text) == bare


def test_synonyms_meet_in_one_word(lexicon: Lexicon) -> None:
    operations = lexicon.kinds[CodeKind.PX]
    assert operations.plain("电视胸腔镜下肺叶切除术") == operations.title("胸腔镜下肺叶切除术")
    assert operations.plain("钢板取出术") == operations.plain("钢板拆除术")
    assert "腹腔镜" not in operations.plain("胸腔镜下肺楔形切除术")
    diagnoses = lexicon.kinds[CodeKind.DX]
    assert diagnoses.plain("败血症") == diagnoses.plain("脓毒症")
    assert diagnoses.rewritten(diagnoses.plain("肺占位")) == "肺肿瘤"


def test_characters_remember_their_place() -> None:
    assert folded_characters("Ａ（甲）㎝") == [("a", 0), ("甲", 2), ("c", 4), ("m", 4)]
