"""The lists of documents are sound data, the longest prefix applies, and ticks come from the front page only."""

from __future__ import annotations

import re

import pytest

from app.domain.case import CaseRecord, Row
from app.domain.field import Group
from app.domain.fields import field
from app.services.evidence import Demand, demands, evidence_for

ALL = [*demands("dx"), *demands("op"), *demands("defaults")]
TERM = re.compile(r"fee_\w+|(?:op):[0-9.]+|(?:rows|field|own):\w+")


def record(code: str = "J96.000", op: Row | None = None, **head: object) -> CaseRecord:
    """Return a record with a secondary diagnosis and perhaps an operation."""
    dx = (Row({"code": "I63.900", "name": "脑梗死"}), Row({"code": code, "name": "某病", "adm_cond": "1"}))
    return CaseRecord(Row(head), {Group.DX: dx, Group.OP: (op,) if op else ()})


@pytest.mark.parametrize("demand", ALL, ids=lambda one: one.id)
def test_a_list_is_sound(demand: Demand) -> None:
    assert demand.source
    assert demand.documents
    assert all(document.what for document in demand.documents)
    for term in (term for document in demand.documents for term in document.seen):
        assert TERM.fullmatch(term), term
        kind, _, name = term.partition(":")
        if kind == "rows":
            assert Group(name)
        elif kind == "own":
            groups = ("dx",) if demand.id in ("dx", "main_dx") else ("op",)
            assert all(field(f"{group}[].{name}") for group in groups)
        elif kind != "op":
            assert field(name or term)


@pytest.mark.parametrize("kind", ["dx", "op"])
def test_no_prefix_stands_twice(kind: str) -> None:
    prefixes = [prefix for demand in demands(kind) for prefix in demand.codes]
    assert len(prefixes) == len(set(prefixes))
    assert len({demand.id for demand in demands(kind)}) == len(demands(kind))


def test_nothing_hints_at_another_group() -> None:
    told = " ".join(f"{demand.source}{document.what}" for demand in ALL for document in demand.documents)
    assert not re.search("权重|高套|入组|改为|改成|增加编码|提高|更高|费率|补写", told)


def test_the_longest_prefix_applies() -> None:
    told = [one.what for one in evidence_for(record("C78.000"), Group.DX, 1)]
    assert any("转移" in what for what in told)
    assert not any("分期" in what for what in told)


def test_a_code_of_no_list_gets_what_every_diagnosis_needs() -> None:
    told = evidence_for(record("Z99.900"), Group.DX, 1)
    assert [one.shown for one in told] == ["", "入院病情 1 有"]


def test_the_principal_diagnosis_has_a_list_of_its_own() -> None:
    assert any("主要诊断" in one.what for one in evidence_for(record(), Group.DX, 0))


def test_a_fee_an_operation_a_row_and_a_field_are_traces() -> None:
    op = Row({"code": "96.7200", "name": "大于等于96小时机械通气", "surgeon": "甲（测试）"})
    of = record(op=op, fee_lab=214050, vent_hours=100).with_rows(Group.ICU, (Row({"type": "1"}),))
    shown = {one.what: one.shown for one in evidence_for(of, Group.DX, 1)}
    assert shown["动脉血气分析报告（注明吸氧条件）"] == "实验室诊断费 2,140.50 元"
    assert shown["氧疗或呼吸支持的医嘱与记录"].startswith("96.7200 大于等于96小时机械通气；有创呼吸机使用时间 100")
    assert shown["重症监护记录（如曾入重症监护）"] == "重症监护 1 条"


def test_a_fee_of_zero_is_no_trace() -> None:
    shown = {one.what: one.shown for one in evidence_for(record(fee_lab=0), Group.DX, 1)}
    assert shown["动脉血气分析报告（注明吸氧条件）"] == ""


@pytest.mark.parametrize(("row", "first"), [({"kind": "手术"}, "手术记录"), ({"kind": "治疗性操作"}, "操作记录")])
def test_an_operation_is_asked_for_by_its_kind(row: dict[str, str], first: str) -> None:
    told = evidence_for(record(op=Row({"code": "51.2300", **row})), Group.OP, 0)
    assert told[0].what.startswith(first)
    assert any("病理" in one.what for one in told)
