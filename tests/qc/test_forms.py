"""The form of a rule: text, tree and Chinese sentence say the same, and a change of one shows in the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.field import Group
from app.qc.faults import RuleFault
from app.qc.forms import added, changed, choices, editable, fresh, removed, written
from app.qc.parser import parse
from app.qc.printing import comments_of, printed, quoted
from app.qc.sentences import Token, TokenKind, Words, sentence, told
from app.qc.simple import with_operator
from app.qc.syntax import Node
from app.qc.trees import bare, node_at, taken_out, walk
from app.services.rule_writing import name_labels
from app.services.rules import list_titles, shipped_rules

WORDS = Words(
    {"drug_share": "药占比", "newborn": "新生儿", "split_days": "疑似分解住院天数"},
    {"MALE_ONLY": ("男性专有诊断", 24)},
    {"limit": 30},
)
SHIPPED = [compiled.rule for compiled in shipped_rules().rules]


def token(tree: Node, kind: TokenKind, at: int = 0) -> Token:
    """Return the token of a kind by its number."""
    return [one for one in sentence(tree, WORDS) if one.kind is kind][at]


def become(source: str, kind: TokenKind, value: str, at: int = 0) -> str:
    """Return the text of a condition after one of its tokens has become something else."""
    tree = parse(source)
    return written(changed(tree, token(tree, kind, at), value, WORDS))


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_every_shipped_condition_comes_back_from_its_text(rule: object) -> None:
    for source in (rule.when, *rule.values.values()):  # type: ignore[attr-defined]
        tree = parse(source)
        assert bare(parse(printed(tree))) == bare(tree)


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)
def test_every_shipped_condition_is_a_sentence_whose_tokens_know_their_place(rule: object) -> None:
    tree = parse(rule.when)  # type: ignore[attr-defined]
    tokens = sentence(tree, WORDS)
    assert all(one.text for one in tokens)
    for one in tokens:
        assert node_at(tree, one.place) is not None
    editing = [one for one in tokens if one.kind in (TokenKind.FIELD, TokenKind.FORMULA)]
    for one in editing:
        again = changed(tree, one, printed(node_at(tree, one.place)), WORDS)
        assert bare(again) == bare(tree)


def test_nearly_every_shipped_condition_has_words() -> None:
    labels = Words(name_labels(), {name: (title, 1) for name, title in list_titles().items()})
    speechless = [
        rule.id
        for rule in SHIPPED
        if any(token.text.startswith("公式") for token in sentence(parse(rule.when), replace(labels, own=rule.params)))
    ]
    assert len(speechless) < len(SHIPPED) / 40


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("sex == 1", "性别 等于 男"),
        ("fee_west > 1000 and not newborn", "西药费 大于 1,000.00 元 并且 新生儿 不成立"),
        ("blank(id_no) or drug_share > 0.6", "身份证号 未填写 或者 药占比 大于 0.6"),
        ("any(dx[1:], code in MALE_ONLY)", "任一其他诊断 诊断编码 属于 男性专有诊断（24 条）"),
        (
            "not any(op, kind == '手术' and blank(level))",
            "没有一个手术操作 满足 （ 操作类别 等于 手术 并且 手术级别 未填写 ）",
        ),
        ('has(dx, "C00-C97") and quiet(sex == 2)', "任一诊断编码 属于 C00-C97 并且 性别 等于 女 （仅作前提）"),
        ("days(admit_time, discharge_time) > limit", "入院时间至出院时间的天数 大于 30（参数 limit）"),
        ("count(dx, blank(code)) > 2", "满足“诊断编码未填写”的诊断条数 大于 2"),
        ("sex not in D-SEX", "性别 不属于 “性别”字典"),
        ("later(admit_time, discharge_time)", "入院时间 晚于 出院时间"),
    ],
)
def test_a_condition_reads_as_a_sentence(source: str, said: str) -> None:
    assert told(parse(source), WORDS) == said


def test_what_has_no_words_is_one_formula_that_can_be_rewritten() -> None:
    tree = parse("sex == 1 and left(patient_name, 1 + 1) == fold(id_no) * 2")
    found = [one for one in sentence(tree, WORDS) if one.kind is TokenKind.FORMULA]
    assert [one.text for one in found] == ["公式 fold(id_no) * 2"] or found == []
    tree = parse("sex == 1 and unheard_of(1, 2, 3, 4)")
    formula = token(tree, TokenKind.FORMULA)
    assert formula.text == "公式 unheard_of(1, 2, 3, 4)"
    assert written(changed(tree, formula, "blank(id_no)", WORDS)) == "sex == 1 and blank(id_no)"


@pytest.mark.parametrize(
    ("source", "kind", "value", "after"),
    [
        ("sex == 1", TokenKind.VALUE, "女", "sex == 2"),
        ("sex == 1", TokenKind.OPERATOR, "!=", "sex != 1"),
        ("sex == 1", TokenKind.OPERATOR, "in", "sex in {1}"),
        ("sex == 1", TokenKind.OPERATOR, "blank", "blank(sex)"),
        ("blank(id_no)", TokenKind.OPERATOR, "not present", "not present(id_no)"),
        ('contains(patient_name, "甲")', TokenKind.OPERATOR, "==", 'patient_name == "甲"'),
        ("sex in {1, 2}", TokenKind.VALUE, "男、未知的性别", "sex in {1, 0}"),
        ("sex == 1 and blank(id_no)", TokenKind.JOIN, "or", "sex == 1 or blank(id_no)"),
        ("any(dx, blank(code))", TokenKind.ROWS, "none dx", "not any(dx, blank(code))"),
        ("not any(dx[1:], blank(code))", TokenKind.ROWS, "all dx", "all(dx[1:], blank(code))"),
        ('has(dx, "C00")', TokenKind.FIELD, "main_in", 'main_in("C00")'),
        ('main_in("C00")', TokenKind.OPERATOR, "not in", 'not main_in("C00")'),
        ('main_in("C00")', TokenKind.VALUE, "MALE_ONLY", "main_in(MALE_ONLY)"),
        ('main_in("C00")', TokenKind.VALUE, "C00-C10", 'main_in("C00-C10")'),
        ("los_days > 3", TokenKind.VALUE, "split_days * 2", "los_days > split_days * 2"),
        ("los_days > 3", TokenKind.FIELD, "fee_total / los_days", "fee_total / los_days > 3"),
        ("newborn", TokenKind.OPERATOR, "not is", "not newborn"),
    ],
)
def test_a_token_becomes_another(source: str, kind: TokenKind, value: str, after: str) -> None:
    assert become(source, kind, value) == after


def test_brackets_appear_where_they_are_needed_and_only_there() -> None:
    tree = parse("sex == 1 and blank(id_no)")
    either = changed(parse("newborn and x"), Token(TokenKind.FIELD, "", (1,)), "sex == 1 or sex == 2", WORDS)
    assert written(either) == "newborn and (sex == 1 or sex == 2)"
    assert written(added(parse("sex == 1 or newborn"), fresh("id_no"))) == "(sex == 1 or newborn) and present(id_no)"
    assert written(added(tree, fresh("id_no"))) == "sex == 1 and blank(id_no) and present(id_no)"
    assert written(added(None, fresh("id_no"))) == "present(id_no)"


def test_a_condition_is_taken_out_with_its_row() -> None:
    tree = parse("sex == 1 and (newborn or blank(id_no))")
    value = token(tree, TokenKind.VALUE)
    left = removed(tree, value)
    assert left is not None
    assert written(left) == "newborn or blank(id_no)"
    assert removed(parse("sex == 1"), Token(TokenKind.VALUE, "", (1,))) is None


def test_choices_offer_what_is_there_and_what_fits() -> None:
    tree = parse("any(op, kind == '手术') and sex == 1")
    values = choices(tree, token(tree, TokenKind.VALUE, 1), WORDS)
    assert [choice.label for choice in values[:3]] == ["男", "女", "未知的性别"]
    names = [choice.value for choice in choices(tree, token(tree, TokenKind.FIELD, 0), WORDS)]
    assert names.index("level") < names.index("record_no")
    assert "blank" in [choice.value for choice in choices(tree, token(tree, TokenKind.OPERATOR), WORDS)]
    assert [choice.value for choice in choices(tree, token(tree, TokenKind.JOIN), WORDS)] == ["and", "or"]
    assert f"none {Group.DX}" in [choice.value for choice in choices(tree, token(tree, TokenKind.ROWS), WORDS)]


def test_a_line_edit_shows_values_without_quotes() -> None:
    tree = parse("sex in {1, 2} and main_in('C00') and los_days > split_days")
    assert [editable(tree, token(tree, TokenKind.VALUE, at)) for at in range(3)] == ["1、2", "C00", "split_days"]


def test_wrong_text_is_refused_with_its_place() -> None:
    tree = parse("los_days > 3")
    with pytest.raises(RuleFault):
        changed(tree, token(tree, TokenKind.VALUE), "3 +", WORDS)


def test_comments_and_quotes_survive() -> None:
    source = 'sex == 1  # 只看男性\nand patient_name != "#"'
    assert comments_of(source) == ("# 只看男性",)
    assert written(parse(source), source) == '# 只看男性\nsex == 1 and patient_name != "#"'
    assert quoted('a"b') == "'a\"b'"
    assert [place for place, _ in walk(parse("not sex == 1"))] == [(), (0,), (0, 0), (0, 1)]


@pytest.mark.parametrize(
    ("source", "op", "after"),
    [
        ("sex in {1, 2}", "==", "sex == 1"),
        ("main_dx in MALE_ONLY", "not in", "main_dx not in MALE_ONLY"),
        ("blank(sex)", "in", 'sex in {""}'),
        ("blank(sex)", "contains", 'contains(sex, "")'),
        ("sex == 1", "contains", 'contains(sex, "1")'),
        ("sex in {1, 2}", "not contains", 'not contains(sex, "1")'),
        ("admit_time == discharge_time", "later", "later(admit_time, discharge_time)"),
        ("later(admit_time, discharge_time)", "<", "admit_time < discharge_time"),
        ("sex == 1", "is", "sex"),
    ],
)
def test_an_operator_takes_over_what_the_other_one_had(source: str, op: str, after: str) -> None:
    assert printed(with_operator(parse(source), op)) == after


def test_only_simple_conditions_have_an_operator() -> None:
    with pytest.raises(ValueError, match="Logic"):
        with_operator(parse("a and b"), "==")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("any(nowhere, blank(code))", "公式 any(nowhere, blank(code))"),
        ('has(nowhere, "A00")', '公式 has(nowhere, "A00") 属于 A00'),
        ("any(dx[2:], blank(code))", "公式 any(dx[2:], blank(code))"),
        ("dx[0].nothing == 1", "公式 dx[0].nothing 等于 1"),
        ("dx[2].code in MALE_ONLY", "第 3 个诊断的编码 属于 男性专有诊断（24 条）"),
        ("count() > 1", "公式 count() 大于 1"),
        ("count(path) > 1", "病理诊断条数 大于 1"),
        ("sum(icu, hours(in_time, out_time)) > 3", "各重症监护的进重症监护室时间至出重症监护室时间的小时数之和 大于 3"),
        ("sum(FEE_ITEMS, it) > fee_total", "24 项费用之和 大于 总费用"),
        ("sum({fee_west, nothing}, it) > 1", "公式 sum({fee_west, nothing}, it) 大于 1"),
        ("any({nothing}, blank(it))", "公式 any({nothing}, blank(it))"),
        ("any(DATES, blank(it))", "任一全部日期 中的项 该项 未填写"),
        ("sex == nothing", "性别 等于 公式 nothing"),
        ("sex in {1, nothing}", "性别 属于 {1, nothing}"),
        ("sex in D-NOTHING", "性别 属于 公式 D-NOTHING"),
        ("opposed(patient_name, contact_name, MALE_ONLY)", "姓名 与 联系人姓名 在男性专有诊断（24 条）上不同"),
        ("pairs(dx, prev.code == code)", "任意两个诊断 前一个的诊断编码 等于 诊断编码"),
        ("los_days == fee_total / 2 * (1 + 1)", "实际住院 等于 （总费用 ÷ 2） × （1 ＋ 1）"),
    ],
)
def test_what_has_no_words_stays_as_it_is_written(source: str, said: str) -> None:
    assert told(parse(source), WORDS) == said


def test_codes_and_lists_are_offered_where_they_fit() -> None:
    tree = parse('has(dx, "A00") and sex == los_days and f(1)')
    subjects = choices(tree, token(tree, TokenKind.FIELD), WORDS)
    assert [choice.value for choice in subjects] == ["has", "has_other", "main_in", "has_op", "main_op_in"]
    assert [choice.value for choice in choices(tree, token(tree, TokenKind.VALUE), WORDS)] == ["MALE_ONLY"]
    assert choices(tree, token(tree, TokenKind.FORMULA), WORDS) == ()
    assert choices(tree, Token(TokenKind.OPERATOR, "", (2, 0)), WORDS) == ()
    assert become("any(op, blank(code))", TokenKind.ROWS, "any({current_zip}, blank(it))") == (
        "any({current_zip}, blank(it))"
    )


def test_a_condition_inside_a_function_goes_with_it() -> None:
    left = removed(parse("newborn and any(dx, sex == 1)"), Token(TokenKind.VALUE, "", (1, 1, 1)))
    assert left is not None
    assert written(left) == "newborn"
    assert taken_out(parse("any(dx, blank(code))"), (1,)) is None
