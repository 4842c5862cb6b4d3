"""What expressions answer: three values, fields, rows, codes, dates, texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pytest

from app.common.paths import data
from app.qc.faults import RuleFault, Unanswerable
from app.qc.functions import FUNCTIONS, compiler
from app.qc.valuefunctions import fold
from app.qc.vocabulary import Vocabulary

Ask = Callable[..., object]
STAY = {"admit_time": "2026-05-06 09:30:00", "discharge_time": "2026-05-14 10:00:00"}
BORN = {"birth_date": "2026-04-24", "admit_time": "2026-05-06 09:00:00"}
TWO = {"dx": [{"code": "I21.900", "name": "心梗"}, {"code": "I10.x00", "name": "高血压"}]}
HALF = {"dx": [{"code": "I21.900"}, {"name": "高血压"}]}
TRUE, FALSE, BLANK = "sex == 1", "sex == 2", "rh == 1"
"""Conditions that are True, False and None for sex 1 and blank Rh."""


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (f"{TRUE} and {TRUE}", True),
        (f"{TRUE} and {FALSE}", False),
        (f"{TRUE} and {BLANK}", None),
        (f"{BLANK} and {FALSE}", False),
        (f"{BLANK} and {BLANK}", None),
        (f"{FALSE} or {FALSE}", False),
        (f"{FALSE} or {TRUE}", True),
        (f"{FALSE} or {BLANK}", None),
        (f"{BLANK} or {TRUE}", True),
        (f"not {TRUE}", False),
        (f"not {FALSE}", True),
        (f"not {BLANK}", None),
        (f"not not {TRUE}", True),
        (f"not ({BLANK} or {TRUE})", False),
    ],
)
def test_three_values(ask: Ask, source: str, answer: bool | None) -> None:
    assert ask(source, {"sex": "1"}) is answer


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ("blank(sex)", {}, True),
        ("blank(sex)", {"sex": "1"}, False),
        ("blank(sex)", {"sex": "-"}, True),
        ("blank(sex)", {"sex": "7"}, False),
        ("blank(abo)", {"abo": "-"}, False),
        ("blank(transfer_depts)", {"transfer_depts": ""}, True),
        ("blank(transfer_depts)", {"transfer_depts": "03.04"}, False),
        ("blank(dx[0].name)", {}, True),
        ("blank(dx[1].name)", TWO, False),
        ("present(abo)", {"abo": "-"}, False),
        ("present(abo)", {}, False),
        ("present(abo)", {"abo": "77"}, True),
        ("dash(abo)", {"abo": "-"}, True),
        ("dash(abo)", {"abo": "1"}, False),
        ("dash(op[0].healing)", {"op": [{"code": "47.0100", "healing": "-"}]}, True),
        ("empty(abo)", {"abo": "-"}, True),
        ("empty(abo)", {"abo": "1"}, False),
        ("unreadable(sex)", {"sex": "7"}, True),
        ("unreadable(sex)", {"sex": "1"}, False),
        ("unreadable(dx[4].code)", {}, False),
        ("too_long(current_zip)", {"current_zip": "1234567"}, True),
        ("too_long(current_zip)", {"current_zip": "123456"}, False),
        ("too_long(current_zip)", {}, None),
        ("sex == 1", {"sex": "7"}, None),
        ("sex not in D-SEX", {"sex": "7"}, True),
        ("sex not in D-SEX", {"sex": "男"}, False),
        ("sex in D-SEX", {}, None),
        ("sex in {1, 9}", {"sex": "9"}, True),
        ("sex in {1, 9}", {"sex": "7"}, None),
        ("age_years in {1, 2}", {"age_years": "2"}, True),
        ("age_years in {los_days, 3}", {"age_years": "2", "los_days": "2"}, True),
        ("sex in {rh, abo}", {"sex": "1", "rh": "2", "abo": "1"}, True),
        ("pay_method in {2.1, 2.2}", {"pay_method": "2.1"}, True),
        ("current_zip in FAKE_ZIP", {"current_zip": "123456"}, True),
    ],
)
def test_fields(ask: Ask, source: str, example: Mapping[str, object], answer: bool | None) -> None:
    assert ask(source, example) is answer


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("blank(sex)", None),
        ("present(sex)", None),
        ("dash(sex)", None),
        ("empty(sex)", True),
        ("sex == 1", None),
        ("blank(sex) or blank(rh)", True),
        ("blank(sex) and blank(rh)", None),
        ("imported(sex)", None),
        ("imported(rh)", True),
        ("sum({fee_west, fee_lab}, it)", None),
        ("sum_known({fee_west, fee_lab}, it)", None),
        ("any(icu, present(type))", None),
        ("count(icu, present(type))", None),
        ("all(icu, present(type))", None),
        ("sum(blood, amount)", None),
        ("pairs(icu, type == prev.type)", None),
        ('has_op("47")', None),
        ('has(dx, "I10")', False),
        ("any(dx, blank(code))", False),
    ],
)
def test_columns_that_were_not_imported(ask: Ask, source: str, answer: object) -> None:
    missing = frozenset({"sex", "sex#", "fee_west", "icu[].type", "blood[].amount", "op[].code"})
    assert ask(source, {}, missing) is answer


def test_a_known_sum_leaves_out_what_was_not_imported(ask: Ask) -> None:
    missing = frozenset({"fee_lab"})
    assert ask("sum_known({fee_west, fee_lab}, it)", {"fee_west": "12.50"}, missing) == 1250
    assert ask("sum({fee_west, fee_lab}, it)", {"fee_west": "12.50"}, missing) is None


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ('any(dx, code == "I10.x00")', TWO, True),
        ('any(dx[1:], code == "I21.900")', TWO, False),
        ('any(dx, code == "K35.800")', HALF, None),
        ('any(dx, code == "I21.900")', HALF, True),
        ("any(dx, present(code))", {}, False),
        ("all(dx, present(code))", TWO, True),
        ("all(dx, present(code))", HALF, False),
        ('all(dx, code == "I21.900")', HALF, None),
        ("all(dx, present(code))", {}, None),
        ("count(dx)", TWO, 2),
        ("count(dx[1:])", TWO, 1),
        ("count(dx[1:])", {}, 0),
        ("count(dx, present(code))", HALF, 1),
        ("count(nb_weight, weight > 2000)", {"nb_weight": [3350, 1800]}, 1),
        ("sum(nb_weight, weight)", {"nb_weight": [3350, 1800]}, 5150),
        ("sum(nb_weight, weight)", {"nb_weight": ["-"]}, None),
        ("any({sex, rh}, it == 1)", {"sex": "2", "rh": "1"}, True),
        ("all({sex, rh}, it == 1)", {"sex": "2", "rh": "1"}, False),
        ("all(FEE_ITEMS, blank(it))", {}, True),
        ("any(DATES, year(it) == 2026)", {"op": [{"date": "2026-05-07"}]}, True),
        ("any(transfer_depts, it not in D-DEPT)", {"transfer_depts": "03.04,99.99"}, True),
        ("any(transfer_depts, it not in D-DEPT)", {"transfer_depts": "03.04,04.01"}, False),
        ("any(transfer_depts, it not in D-DEPT)", {}, None),
        ("pairs(dx, code == prev.code)", TWO, False),
        ("pairs(dx, code == prev.code)", HALF, None),
        ("pairs(dx, code == prev.code)", {"dx": [{"code": "I10.x00"}, {"code": "I10.x00"}]}, True),
        ("pairs(dx, code == prev.code)", {"dx": [{"code": "I10.x00"}]}, False),
        ("any(op, any({surgeon, assist1}, it == anes_doctor))", {"op": [{"surgeon": "甲", "anes_doctor": "甲"}]}, True),
        ('any(dx, any(op, code == "47.0100") and present(name))', {**TWO, "op": [{"code": "47.0100"}]}, True),
    ],
)
def test_rows(ask: Ask, source: str, example: Mapping[str, object], answer: object) -> None:
    found = ask(source, example)
    assert found == answer
    assert type(found) is type(answer)


def test_derived_names_do_not_disturb_the_loop_around_them(ask: Ask) -> None:
    example = {"op": [{"kind": "手术", "surgeon": "甲"}, {"kind": "诊断性操作", "surgeon": "乙"}]}
    assert ask('any(op, is_surgical and surgeon == "乙")', example) is True
    assert ask('any(op[1:], is_surgical and surgeon == "甲")', example) is False


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ('has(dx, "I20-I25")', TWO, True),
        ('has(dx, "K35")', TWO, False),
        ('has(dx, "K35")', HALF, None),
        ('has(dx, "K35")', {}, False),
        ('has_other("I21")', TWO, False),
        ('has_other("I10")', TWO, True),
        ('main_in("I21")', TWO, True),
        ('main_in("I21")', {}, None),
        ('main_op_in("47")', {"op": [{"code": "47.0100"}]}, True),
        ('has_op("47")', {"op": [{"code": "47.0100"}]}, True),
        ('has(ext, "V01-Y98")', {"ext": [{"code": "W19.x00"}]}, True),
        ("dx[0].code in MALE_ONLY", {"dx": [{"code": "N40.x00"}]}, True),
        ('dx[0].code in "I10"', {"dx": [{"code": "I10"}]}, True),
        ('c3(dx[0].code) == "I21"', TWO, True),
        ('c4(dx[0].code) == "I21.9"', TWO, True),
        ("c4(dx[5].code) == dx[0].code", TWO, None),
        ('first3(admit_dept) == "03"', {"admit_dept": "03.04"}, True),
        ("begins(current_address, D-PROVINCE)", {"current_address": "云南省昆明市"}, True),
        ("begins(current_address, D-PROVINCE)", {}, None),
        ("known(dx[0].code)", {**TWO, "@book": ["I21.900"]}, True),
        ("known(dx[1].code)", {**TWO, "@book": ["I21.900"]}, False),
        ("known(dx[0].code)", {"@book": []}, None),
    ],
)
def test_codes(ask: Ask, source: str, example: Mapping[str, object], answer: bool | None) -> None:
    assert ask(source, example) is answer


def test_without_a_code_book_codes_cannot_be_looked_up(ask: Ask) -> None:
    with pytest.raises(Unanswerable):
        ask("known(dx[0].code)", TWO)


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ("days(admit_time, discharge_time)", STAY, 8),
        ("hours(admit_time, discharge_time)", STAY, Decimal("192.5")),
        ("hours(birth_date, admit_time)", BORN, None),
        ("years(birth_date, admit_time)", {**STAY, "birth_date": "1956-05-07"}, 69),
        ("years(birth_date, admit_time)", {**STAY, "birth_date": "2026-05-07"}, None),
        ("days(admit_time, discharge_time)", {}, None),
        ("date(admit_time)", STAY, date(2026, 5, 6)),
        ("date(birth_date)", BORN, date(2026, 4, 24)),
        ("year(admit_time)", STAY, 2026),
        ("later(discharge_time, admit_time)", STAY, True),
        ("later(admit_time, discharge_time)", {**STAY, "discharge_time": "2026-05-06"}, False),
        ("later(admit_time, discharge_time)", {**STAY, "discharge_time": "2026-05-05"}, True),
        ("later(admit_time, discharge_time)", {}, None),
        ("today", {"@today": "2026-01-02"}, date(2026, 1, 2)),
        ("min(1, 2)", {}, 1),
        ("max(1, los_days, 3)", {"los_days": "8"}, 8),
        ("max(1, los_days)", {}, None),
        ("first(los_days, 5)", {}, 5),
        ("first(los_days, age_years)", {}, None),
        ("1 + 2 * 3 - 4", {}, 3),
        ("7 / 2", {}, Decimal("3.5")),
        ("los_days / age_years", {"los_days": "1", "age_years": "0"}, None),
        ("los_days + 1", {}, None),
        ("fee_total + 1.5", {"fee_total": "100"}, 10150),
        ("2 * fee_total", {"fee_total": "100"}, 20000),
        ("fee_total / 4", {"fee_total": "100"}, 2500),
        ("fee_west / fee_total", {"fee_total": "100", "fee_west": "60"}, Decimal("0.6")),
        ("fee_total > 99.99", {"fee_total": "100"}, True),
        ("fee_total > fee_tolerance", {"fee_total": "0.01"}, False),
        ("fee_sum", {"fee_west": "60", "fee_lab": "40.5", "fee_antibiotic": "10"}, 10050),
        ("fee_sum", {}, None),
        ("drug_share", {"fee_total": "100", "fee_west": "60"}, Decimal("0.6")),
        ("age", {**BORN, "age_years": "3"}, 0),
        ("age", {"age_years": "3"}, 3),
        ("age_in_days", BORN, 12),
        ("newborn", BORN, True),
        ("newborn", {"age_years": "1"}, False),
        ("newborn", {"age_years": "0"}, None),
        ("delivery", {"dx": [{"code": "O80.000"}]}, True),
        ("is_surgical", {"op": [{"kind": "介入治疗"}]}, True),
        ("len(id_no)", {"id_no": "12345"}, 5),
        ("len(sex)", {"sex": "男女"}, 2),
        ('left(id_no, 2) == "12"', {"id_no": "12345"}, True),
        ("left(id_no, 2)", {}, None),
        ('contains(dx[0].name, "甲", "梗")', TWO, True),
        ('contains(dx[0].name, "甲")', {}, None),
        ("matches(id_no, '^[0-9]+$')", {"id_no": "12345"}, True),
        ("matches(id_no, '^[0-9]+$')", {}, None),
        ("same_char(current_phone)", {"current_phone": "1111111"}, True),
        ("fold(dx[0].name) == fold(dx[1].name)", {"dx": [{"name": "右肺 腺Ｃａ"}, {"name": "右肺腺Ca"}]}, True),
        ("fold(dx[0].name)", {}, None),
        ("id_ok(id_no)", {"id_no": "530123202602025758"}, True),
        ("id_birth(id_no)", {"id_no": "530123202602025758"}, date(2026, 2, 2)),
        ("id_birth(id_no)", {"id_no": "x"}, None),
        ("id_sex(id_no)", {"id_no": "530123202602025758"}, "1"),
        ("id_sex(id_no)", {"id_no": "x"}, None),
        ('state == "inpatient"', {"@state": "inpatient"}, True),
    ],
)
def test_values(ask: Ask, source: str, example: Mapping[str, object], answer: object) -> None:
    assert ask(source, example) == answer


def test_control_characters_do_not_tell_texts_apart() -> None:
    assert fold("右肺\x07腺\u200bＣａ　") == "右肺腺Ca"


@pytest.mark.parametrize(
    ("source", "key", "at"),
    [
        ("sexx == 1", "unknown_name", 0),
        ("code == 1", "unknown_name", 0),
        ("it == 1", "unknown_name", 0),
        ("sex == 1 and frob(sex)", "unknown_function", 13),
        ("dx[0].colour == 1", "unknown_field", 0),
        ("dy[0].code == 1", "unknown_group", 0),
        ("case[0].sex == 1", "unknown_group", 0),
        ("any(dy, present(code))", "unknown_group", 4),
        ("any(dx, prev.code == code)", "unknown_field", 8),
        ("pairs(dx, prev.colour == code)", "unknown_field", 10),
        ("sex in D-COLOUR", "unknown_dictionary", 7),
        ("sex", "not_a_condition", 0),
        ("not age_years", "not_a_condition", 4),
        ("{1}", "not_a_value", 0),
        ("dx[1:]", "not_a_value", 0),
        ("D-SEX", "not_a_value", 0),
        ("sex < 2", "order_of_text", 0),
        ("blank(sex) == blank(rh)", "compare_kind", 0),
        ("age_years == admit_time", "compare_kind", 0),
        ("birth_date > admit_time", "date_and_time", 0),
        ("age_years in {1, today}", "compare_kind", 17),
        ("sex in {}", "empty_set", 7),
        ("age_years in MALE_ONLY", "not_a_code", 0),
        ("age_years in D-SEX", "not_a_text", 13),
        ("dx[0].code in FAKE_ZIPS", "not_codes", 14),
        ('dx[0].code in "no range"', "code_range", 14),
        ('main_in("??")', "code_range", 8),
        ("main_in(FAKE_ZIP)", "not_codes", 8),
        ("main_in(1)", "not_codes", 8),
        ("main_in()", "arguments", 0),
        ('has(icu, "I10")', "not_coded_rows", 4),
        ('has(1, "I10")', "not_coded_rows", 4),
        ("sex + 1 == 2", "not_a_number", 0),
        ("fee_total * fee_total > 1", "money_times_money", 0),
        ("1 / fee_total > 1", "number_by_money", 0),
        ("blank(1)", "not_a_field", 6),
        ("blank(sex, rh)", "arguments", 0),
        ("quiet(sex)", "not_a_condition", 6),
        ("quiet()", "arguments", 0),
        ("known(sex)", "not_a_code", 6),
        ("c3(age_years) == 1", "not_a_code", 3),
        ("begins(sex, FAKE_ZIP)", "not_a_dictionary", 12),
        ("days(sex, admit_time) > 1", "not_a_date", 5),
        ("later(admit_time, sex)", "not_a_date", 18),
        ("max(sex, 1) > 1", "not_a_number", 4),
        ("max(fee_total, los_days) > 1", "compare_kind", 0),
        ("max(1) > 1", "arguments", 0),
        ("first(sex, los_days) == 1", "compare_kind", 0),
        ("len(age_years) > 1", "not_a_text", 4),
        ("left(sex, 0.5) == 1", "not_a_whole_number", 10),
        ("matches(sex, rh)", "not_a_pattern", 13),
        ("matches(sex, '(a+)+')", "pattern_nested_repeat", 13),
        ("contains(dx[0].name)", "not_words", 0),
        ("contains(dx[0].name, sex)", "not_words", 0),
        ("any(1, present(code))", "not_rows", 4),
        ("any(dx)", "arguments", 0),
        ("any(dx, code)", "not_a_condition", 8),
        ("any({1}, blank(it))", "not_a_field", 5),
        ("any({}, blank(it))", "empty_set", 4),
        ("all(DATES, blank(it))", "case_fields_only", 0),
        ("sum(DATES, it) > 1", "case_fields_only", 0),
        ("sum_known(DATES, it) > 1", "case_fields_only", 0),
        ("sum_known(dx, it) > 1", "case_fields_only", 0),
        ("sum({sex}, it) == 1", "not_a_number", 0),
        ("sum({fee_total, los_days}, it) > 1", "not_a_number", 0),
        ("sum(dx, code) > 1", "not_a_number", 8),
        ("siblings == 1", "unknown_name", 0),
    ],
)
def test_refused_when_loaded(words: Vocabulary, source: str, key: str, at: int) -> None:
    with pytest.raises(RuleFault) as caught:
        compiler(source, words).compile_condition()
    assert (caught.value.key, caught.value.at) == (f"qc.fault.{key}", at)
    assert caught.value.message


def test_too_many_loops_inside_each_other_are_refused(words: Vocabulary) -> None:
    source = "any(dx, " * 9 + "present(code)" + ")" * 9
    with pytest.raises(RuleFault) as caught:
        compiler(source, words).compile_condition()
    assert caught.value.key == "qc.fault.too_many_loops"


def test_a_name_that_leads_back_to_itself_is_refused() -> None:
    words = Vocabulary.load({}, {}, {"a": "b", "b": "a"})
    with pytest.raises(RuleFault) as caught:
        compiler("a == 1", words).compile_condition()
    assert caught.value.key == "qc.fault.circular"


def test_every_function_and_name_is_explained_to_users(words: Vocabulary) -> None:
    page = (data("resources") / "help" / "rules.md").read_text("utf-8")
    unexplained = [name for name in (*FUNCTIONS, *words.macros) if f"`{name}" not in page]
    assert unexplained == []
