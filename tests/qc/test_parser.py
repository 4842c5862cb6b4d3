"""The grammar: what is accepted, and where faults are shown."""

from __future__ import annotations

import pytest

from app.qc.faults import RuleFault
from app.qc.parser import MAX_DEPTH, parse
from app.qc.syntax import (
    Binary,
    Call,
    Dictionary,
    Group,
    Logic,
    Membership,
    Name,
    Not,
    Number,
    Path,
    Prev,
    Slice,
    Text,
)
from app.qc.tokens import MAX_LENGTH


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("sex", Name),
        ("2.10", Number),
        ('"男"', Text),
        ("'a\"b'", Text),
        ("dx[0].code", Path),
        ("prev.code", Prev),
        ("D-SEX", Dictionary),
        ("{1, 2}", Group),
        ("{}", Group),
        ("blank(sex)", Call),
        ("dx[1:]", Slice),
        ("not a", Not),
        ("a and b", Logic),
        ("a or b and not c", Logic),
        ("a == 1", Binary),
        ("a - 1 * 2", Binary),
        ("a in D-SEX", Membership),
        ("a not in {1}", Membership),
        ("(a)", Name),
        ("a # why\n", Name),
    ],
)
def test_accepts(source: str, kind: type) -> None:
    assert isinstance(parse(source), kind)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    tree = parse("a or b and not c == d")
    assert isinstance(tree, Logic)
    assert tree.op == "or"
    second = tree.items[1]
    assert isinstance(second, Logic)
    assert second.op == "and"
    negated = second.items[1]
    assert isinstance(negated, Not)
    assert isinstance(negated.item, Binary)


def test_products_bind_closer_than_sums_and_sums_run_from_the_left() -> None:
    tree = parse("a - b - c * 2")
    assert isinstance(tree, Binary)
    assert tree.op == "-"
    assert isinstance(tree.left, Binary)
    assert isinstance(tree.right, Binary)
    assert tree.right.op == "*"


def test_a_number_keeps_its_spelling() -> None:
    tree = parse("2.10")
    assert isinstance(tree, Number)
    assert tree.text == "2.10"


def test_nodes_know_their_place() -> None:
    tree = parse("a == blank(b)")
    assert isinstance(tree, Binary)
    assert (tree.at, tree.end) == (0, 13)
    assert (tree.right.at, tree.right.end) == (5, 13)


@pytest.mark.parametrize(
    ("source", "key", "at"),
    [
        ("", "unfinished", 0),
        ("sex ==", "unfinished", 6),
        ("sex = 1", "character", 4),
        ("sex == 1 1", "unexpected", 9),
        ("(sex", "unfinished", 4),
        ("blank(sex]", "expected", 9),
        ("a.b", "unexpected", 1),
        ("prev.1", "expected_field", 5),
        ("dx[a].code", "expected_index", 3),
        ("dx[0.5].code", "expected_index", 3),
        ("dx[0]", "unfinished", 5),
        ("dx[0] == 1", "expected", 6),
        ("dx[-1].code", "expected_index", 3),
        ("a not b", "expected", 6),
        ("a < b < c", "unexpected", 6),
        ("and a", "unexpected", 0),
        ('"open', "character", 0),
        ("性别 == 1", "character", 0),
        ("a; b", "character", 1),
        ("a := 1", "character", 3),
        ("lambda: 1", "unexpected", 6),
        ("[1, 2]", "unexpected", 0),
        ("f(a,)", "unexpected", 4),
    ],
)
def test_refuses_with_the_place_of_the_fault(source: str, key: str, at: int) -> None:
    with pytest.raises(RuleFault) as caught:
        parse(source)
    assert (caught.value.key, caught.value.at) == (f"qc.fault.{key}", at)


@pytest.mark.parametrize(
    "source",
    [
        "(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1),
        "not " * (MAX_DEPTH + 1) + "a",
        "1" + " + 1" * (MAX_DEPTH + 1),
        "f(" * (MAX_DEPTH + 1) + ")" * (MAX_DEPTH + 1),
    ],
)
def test_refuses_what_is_nested_too_deep(source: str) -> None:
    with pytest.raises(RuleFault) as caught:
        parse(source)
    assert caught.value.key == "qc.fault.too_deep"


def test_refuses_what_is_too_long() -> None:
    with pytest.raises(RuleFault) as caught:
        parse("a" * (MAX_LENGTH + 1))
    assert caught.value.key == "qc.fault.too_long"


def test_the_caret_stands_under_the_fault() -> None:
    with pytest.raises(RuleFault) as caught:
        parse("sex == 1 and ]")
    assert caught.value.caret == "sex == 1 and ]\n             ^"


def test_the_caret_counts_wide_characters_double() -> None:
    with pytest.raises(RuleFault) as caught:
        parse('a == "男女" b')
    line, caret = caught.value.caret.split("\n")
    assert line == 'a == "男女" b'
    assert caret == " " * 12 + "^"


def test_the_caret_shows_the_line_of_the_fault_only() -> None:
    with pytest.raises(RuleFault) as caught:
        parse("a == 1\nand b ==\nand c")
    assert caught.value.caret == "and c\n^"


def test_a_fault_speaks_chinese_and_its_repr_shows_no_text() -> None:
    with pytest.raises(RuleFault) as caught:
        parse("sex == 1 张")
    assert "不认识的字符“张”" in str(caught.value)
    assert "^" in str(caught.value)
    assert "张" not in repr(caught.value)
