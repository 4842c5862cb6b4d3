"""Rules of coding: each one does on its example what it is there for, and leaves other texts alone."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.paths import data
from app.domain.coding import CodeKind, MatchKind
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon, standard_lexicon


def _lines() -> list[tuple[CodeKind, list[str]]]:
    with (data("resources") / "matching" / "rules.toml").open("rb") as handle:
        tables = tomllib.load(handle)
    return [(kind, line) for kind in CodeKind for line in tables[kind]]


@pytest.mark.parametrize(("kind", "line"), _lines(), ids=lambda value: value[2] if isinstance(value, list) else value)
def test_each_rule_makes_the_name_of_its_example(lexicon: Lexicon, kind: CodeKind, line: list[str]) -> None:
    known, normal = lexicon.kinds[kind], lexicon.spelling.normal
    _, _, example, name, *_ = line
    quiet = known.quiet(normal(example))
    made = {known.plain(known.rules.apply(form).text) for form in (quiet, known.rewritten(quiet))}
    assert known.title(normal(name)) in made


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CodeKind.PX, "阑尾切除术"),
        (CodeKind.PX, "支撑喉镜检查"),
        (CodeKind.PX, "甲状腺次全切除术"),
        (CodeKind.PX, "三叉神经半月节射频热凝术"),
        (CodeKind.PX, "全髋翻修"),
        (CodeKind.DX, "冠心病"),
    ],
)
def test_rules_leave_other_texts_alone(lexicon: Lexicon, kind: CodeKind, text: str) -> None:
    known = lexicon.kinds[kind]
    quiet = known.quiet(lexicon.spelling.normal(text))
    ruled = known.rules.apply(quiet)
    assert (ruled.text, ruled.words, ruled.meaning) == (quiet, "", "")


@given(st.text(alphabet="左右甲状腺叶全切除次部分脑膜瘤内固定取出膀胱镜碎石", max_size=24), st.sampled_from(CodeKind))
def test_a_ruled_text_says_what_was_replaced(text: str, kind: CodeKind) -> None:
    ruled = standard_lexicon().kinds[kind].rules.apply(text)
    assert (ruled.text != text) <= bool(ruled.words)


def test_a_rule_is_given_as_the_reason(matcher: FirstMatcher) -> None:
    best = matcher.match("左甲状腺腺叶切除，右叶大部切除", CodeKind.PX).best
    assert best is not None
    assert best.code.startswith("06.2")
    assert best.kind is MatchKind.SYNONYM
    assert "reason.expansion" in {found.key for found in best.reasons}
