"""Writing a rule: examples taken from cases and from lines, what is still missing, words and state of a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.domain.findings import Severity
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_writing import entry_of, example_from, example_text, name_labels, read_example, rule_of

RULE = Rule(
    id="YN-001",
    category="逻辑",
    severity=Severity.WARN,
    when="los_days > 400",
    message="住院过久",
    remedy="核对",
    source="本院",
    fires=({"los_days": "401"},),
    silent=({"los_days": "400"},),
)
RECORD = CaseRecord(
    Row(
        {"sex": "2", "patient_name": "甲乙丙", "los_days": 12, "fee_total": 123450, "id_no": "X1"},
        raw={"age_years": "三岁"},
        dashes=frozenset({"allergy_drugs"}),
    ),
    {
        Group.DX: (Row({"code": "A01.000", "source_text": "某人的诊断", "name": "伤寒"}), Row()),
        Group.OP: (Row({"code": "00.0000", "surgeon": "某医师", "date": datetime(2026, 5, 6, 9)}),),
    },
)


def test_an_example_holds_what_the_rule_reads_and_nobodys_name() -> None:
    touches = frozenset(
        {"sex", "patient_name", "fee_total", "age_years", "allergy_drugs", "dx[]", "dx[].code", "dx[].source_text",
         "op[].surgeon", "op[].date", "birth_date"}
    )  # fmt: skip
    assert example_from(RECORD, touches) == {
        "age_years": "三岁",
        "allergy_drugs": "-",
        "dx": [{"code": "A01.000", "source_text": "略"}, {}],
        "fee_total": "1234.50",
        "op": [{"date": "2026-05-06 09:00:00", "surgeon": "略"}],
        "patient_name": "略",
        "sex": "2",
    }
    assert example_from(RECORD, frozenset({"birth_date", "path[].code"})) == {}


def test_an_example_is_written_in_a_line_and_read_back() -> None:
    example = {"sex": "2", "dx": [{"code": "A01.000"}, {}], "@today": "2026-01-01", "nb_weight": [3200]}
    line = example_text(example)
    assert line == "性别=2；dx[0].code=A01.000；@today=2026-01-01；nb_weight[0].weight=3200"
    assert read_example(f" {line} ；") == {
        "sex": "2", "dx[0].code": "A01.000", "@today": "2026-01-01", "nb_weight[0].weight": "3200",
    }  # fmt: skip
    for wrong in ("性别", "没有的字段=1", "dx[0].nothing=1"):
        with pytest.raises(UserProblem, match="不是"):
            read_example(wrong)


def test_an_example_is_tried_with_what_came_of_it(services: Services) -> None:
    writing = services.rule_writing
    fires = writing.try_example(RULE, {"los_days": "401"}, fires=True)
    assert (fires.holds, fires.answer, fires.messages) == (True, "命中了", ("住院过久",))
    assert not writing.try_example(RULE, {"los_days": "401"}, fires=False).holds
    assert writing.try_example(RULE, {}, fires=False).answer == "不适用"
    assert "没有字段" in writing.try_example(RULE, {"nothing": "1"}, fires=True).answer
    assert "没有写完" in writing.try_example(replace(RULE, when="los_days >"), {}, fires=True).answer
    assert writing.try_example(RULE, {"@today": "gestern"}, fires=True).answer == "例子里有读不懂的内容。"


def test_what_is_missing_is_told_until_nothing_is(services: Services) -> None:
    writing = services.rule_writing
    blank = writing.blank("YN-001", "逻辑")
    told = writing.missing(writing.notes(blank), tried=False, hits=0, judged=0)
    assert told[0] == "还没有写“提示信息”。"
    assert told[-1] == "改动后还没有试运行"
    notes = writing.notes(RULE)
    assert writing.missing(notes, tried=True, hits=30, judged=4) == ("再抽查 6 份",)
    assert writing.missing(notes, tried=True, hits=3, judged=1) == ("再抽查 2 份",)
    assert writing.missing(notes, tried=True, hits=3, judged=3) == ()
    assert writing.missing(notes, tried=True, hits=0, judged=0) == ()


def test_a_rule_is_kept_as_plain_values_complete_or_not(services: Services) -> None:
    assert rule_of(entry_of(RULE)) == RULE
    half = services.rule_writing.blank("YN-002", "费用")
    assert rule_of(entry_of(half)) == half


def test_labels_are_short() -> None:
    assert name_labels()["newborn"] == "新生儿"
    assert all("（" not in label for label in name_labels().values())
