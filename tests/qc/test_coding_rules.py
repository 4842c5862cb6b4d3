"""Codes and operations: ids and severities of domain.md 3.5, tables of pairs, what the code book is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.codebook.book import Codebook
from app.codebook.entry import CodeEntry
from app.domain.coding import CodeKind
from app.domain.findings import Fix, Severity
from app.qc.codepairs import CodePairs
from app.qc.engine import RuleSet
from app.qc.examples import example_case
from app.qc.faults import RuleFault, Unanswerable
from app.qc.functions import compiler
from app.qc.vocabulary import LookupList, Vocabulary

Ask = Callable[..., object]
NUMBERS = {"BM": set(range(1, 67)) - {57, 59}, "SS": set(range(1, 34)) - {24, 30}}
ERRORS = {"BM": {1, 2, 5, 7, 8, 9, 11, 12, 14, 20, 31, 51, 52, 53, 63}, "SS": {7, 20, 21, 27}}
HINTS = {"BM": {6, 17, 19, 56, 66}, "SS": {5, 6, 12, 17, 32}}
SCORED = {
    "BM": {
        1: {"main_dx_code", "other_dx_code"},
        2: {"main_op_code"},
        **{number: {"main_dx_code"} for number in (7, 8, 9, 11, 12, 14)},
        **{number: {"adm_cond"} for number in (62, 63, 64)},
    },
    "SS": {4: {"main_op_code"}, 18: {"op_level"}},
}
OFF = {"BM-027", "BM-028", "SS-019", "SS-031"}


@pytest.mark.parametrize(("family", "count"), [("BM", 64), ("SS", 31)])
def test_ids_severities_and_deductions_are_those_of_the_tables(rules: RuleSet, family: str, count: int) -> None:
    found = {int(rule.id[3:]): rule for rule in (one.rule for one in rules.rules) if rule.id[:2] == family}
    assert set(found) == NUMBERS[family]
    assert len(found) == count
    for number, rule in found.items():
        wanted = Severity.ERROR if number in ERRORS[family] else Severity.WARN
        assert rule.severity is (Severity.HINT if number in HINTS[family] else wanted), rule.id
        assert set(rule.score) == SCORED[family].get(number, set()), rule.id
        assert min(len(rule.fires), len(rule.silent)) >= 2, rule.id


def test_only_what_the_page_cannot_tell_is_off(rules: RuleSet) -> None:
    assert {one.rule.id for one in rules.rules if one.rule.id[:2] in NUMBERS and one.off} == OFF


@pytest.mark.parametrize(
    ("dx", "op", "answer"),
    [
        ("J15.900", "36.1100", False),
        ("J06.900", "36.0700", False),
        ("I25.103", "36.1100", True),
        ("S36.100", "36.1100", True),
        ("Z51.102", "36.1100", True),
        ("K74.600", "39.1x00", True),
        ("K74.600", "39.2900", False),
        ("C22.000", "38.8600", True),
        ("C22.000", "38.4500", False),
        ("L98.900", "08.2000", True),
        ("L98.900", "09.2000", False),
        ("I70.200", "00.5500", True),
        ("M16.900", "00.7000", True),
        ("N40.x00", "57.4900", True),
        ("N40.x00", "55.0100", False),
        ("E11.300x011+H36.0*", "14.7400", True),
        ("A18.000x001+M49.0*", "81.0800", True),
        ("K40.900", "17.1100", True),
        ("J15.900", "17.4200", None),
        ("J15.900", "96.7201", None),
        ("J15.900", "00.1000", None),
        ("", "36.1100", None),
    ],
)
def test_the_compatibility_table_reads_as_written(ask: Ask, dx: str, op: str, answer: bool | None) -> None:
    example = {"dx": [{"code": dx}], "op": [{"code": op}]}
    assert ask("compatible(dx[0].code, op[0].code)", example) is answer
    assert ask("compatible(dx[0].code, op[0].code, OP_MATRIX)", example) is answer


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ("paired(op[0].code, op[1].code, OP_INCLUDES)", {"op": [{"code": "51.2300"}, {"code": "54.2100"}]}, True),
        ("paired(op[1].code, op[0].code, OP_INCLUDES)", {"op": [{"code": "51.2300"}, {"code": "54.2100"}]}, False),
        ("paired(op[0].code, op[1].code, OP_INCLUDES)", {"op": [{"code": "51.2300"}]}, None),
        ("treats(op[0].code, FRACTURE_SITES)", {"dx": [{"code": "S72.000"}], "op": [{"code": "79.3500"}]}, True),
        ("treats(op[0].code, FRACTURE_SITES)", {"dx": [{"code": "S72.000"}], "op": [{"code": "79.3600"}]}, False),
        ("treats(op[0].code, FRACTURE_SITES)", {"dx": [{"name": "骨折"}], "op": [{"code": "79.3600"}]}, None),
        ("treats(op[0].code, FRACTURE_SITES)", {"dx": [{"code": "S72.000"}], "op": [{"code": "47.0100"}]}, None),
        ("opposed(dx[0].name, dx[1].name, SIDES)", {"dx": [{"name": "左肾"}, {"name": "右肾"}]}, True),
        ("opposed(dx[0].name, dx[1].name, SIDES)", {"dx": [{"name": "左肾"}, {"name": "左右肾"}]}, False),
        ("opposed(dx[0].name, dx[1].name, SIDES)", {"dx": [{"name": "左肾"}, {"name": "肾"}]}, False),
        ("opposed(dx[0].name, dx[1].name, SIDES)", {"dx": [{"name": "左肾"}]}, False),
        ("repeats(dx, c4(code))", {"dx": [{"code": "K80.200"}, {"code": "I10.x00"}, {"code": "K80.201"}]}, True),
        ("repeats(dx, c4(code))", {"dx": [{"code": "K80.200"}, {}, {}, {"code": "K80.300"}]}, False),
        ("repeats(dx[1:], code)", {"dx": [{"code": "I10.x00"}, {"code": "I10.x00"}]}, False),
    ],
)
def test_things_held_side_by_side(ask: Ask, source: str, example: Mapping[str, object], answer: bool | None) -> None:
    assert ask(source, example) is answer


@pytest.mark.parametrize("row", ["51.23", "51.23 | ", "| 54.21", "51.23 | 甲", "甲 | 54.21"])
def test_a_row_that_is_no_pair_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        CodePairs([row])
    with pytest.raises(RuleFault):
        LookupList.load("X", {"kind": "pairs", "items": [row]})


@pytest.mark.parametrize("source", ["paired(dx[0].code, dx[1].code, CHRONIC)", "compatible(sex, age_years)"])
def test_what_is_no_table_or_no_code_is_refused(words: Vocabulary, source: str) -> None:
    with pytest.raises(RuleFault):
        compiler(source, words).compile()


def test_an_empty_table_puts_its_rules_off(load: Any, tables: Mapping[str, Any]) -> None:
    lists = {**tables["lists"], "OP_MATRIX": {"kind": "pairs", "items": []}}
    rules = load({"when": "not compatible(dx[0].code, op[0].code)"}, lists=lists)
    assert rules.rule("T-1").off == "OP_MATRIX"


@pytest.mark.parametrize(
    ("source", "example", "answer"),
    [
        ("book_name(dx[0].code)", {"dx": [{"code": "I21.900"}], "@book": {"I21.900": "急性心肌梗死"}}, "急性心肌梗死"),
        ("book_name(dx[0].code)", {"dx": [{"code": "I21.901"}], "@book": {"I21.900": "急性心肌梗死"}}, None),
        (
            "book_level(op[0].code)",
            {"op": [{"code": "36.1100"}], "@book": ["36.1100"], "@levels": {"36.1100": "四级"}},
            "4",
        ),
        ("book_level(op[0].code)", {"op": [{"code": "36.1100"}], "@book": ["36.1100"]}, None),
        ("unfinished(dx[0].code)", {"dx": [{"code": "K80.2"}], "@book": ["K80.200"]}, True),
        ("unfinished(dx[0].code)", {"dx": [{"code": "K80.200"}], "@book": ["K80.200", "K80.200x003"]}, False),
        ("needs_star(dx[0].code)", {"dx": [{"code": "A01.002"}], "@book": ["A01.002+G01*"]}, True),
        ("needs_star(dx[0].code)", {"dx": [{"code": "A01.002"}], "@book": ["A01.002", "A01.002+G01*"]}, False),
        ("has_dagger(dx[0].code)", {"dx": [{"code": "G01.x00*"}], "@book": ["A01.002+G01*"]}, False),
        ("has_dagger(dx[0].code)", {"dx": [{"code": "G02.0*"}], "@book": ["A01.002+G01*"]}, None),
        ("other_edition(dx[0].code)", {"dx": [{"code": "K80.2"}], "@conversion": {"K80.2": "K80.200"}}, True),
        ("other_edition(dx[0].code)", {"dx": [{"code": "K80.2"}]}, None),
    ],
)
def test_what_the_code_book_says(ask: Ask, source: str, example: Mapping[str, object], answer: object) -> None:
    assert ask(source, example) == answer


@pytest.mark.parametrize(
    "source", ["book_name(dx[0].code)", "called(dx[0].code, dx[0].name)", "has_dagger(dx[0].code)"]
)
def test_without_a_code_book_it_cannot_be_evaluated(ask: Ask, source: str) -> None:
    with pytest.raises(Unanswerable):
        ask(source, {"dx": [{"code": "I21.900", "name": "急性心肌梗死"}]})


def test_a_synonym_and_another_width_are_the_name_too(rules: RuleSet) -> None:
    entry = CodeEntry("C34.900", "肺恶性肿瘤", CodeKind.DX, synonyms=("肺Ca",))
    names = ["肺ＣＡ", "肺 恶性肿瘤", "肺癌"]
    record, context = example_case({"dx": [{"code": "C34.900", "name": name} for name in names]})
    context = replace(context, codebook=Codebook("x", "x", [entry]))
    assert [finding.paths for finding in rules.findings("BM-003", record, context)] == [("dx[2].name",)]


def test_a_code_book_knows_the_dagger_codes_of_an_asterisk_category() -> None:
    book = Codebook(
        "x", "x", [CodeEntry("E11.200x011+N08.3*", "甲", CodeKind.DX), CodeEntry("I10.x00", "乙", CodeKind.DX)]
    )
    assert book.daggers("N08") == {"E11"}
    assert book.daggers("G01") == frozenset()


def test_the_fix_is_that_of_the_row_at_fault(rules: RuleSet) -> None:
    book = {"I21.900": "急性心肌梗死", "I10.x00": "特发性高血压"}
    rows = [
        {"code": "I21.900", "name": "心梗"},
        {"code": "I21.900", "name": "急性心肌梗死"},
        {"code": "I10.x00", "name": "血压高"},
    ]
    found = rules.findings("BM-003", *example_case({"dx": rows, "@book": book}))
    assert [finding.fix for finding in found] == [
        Fix("dx[0].name", "急性心肌梗死", "诊断名称改为“急性心肌梗死”"),
        Fix("dx[2].name", "特发性高血压", "诊断名称改为“特发性高血压”"),
    ]
