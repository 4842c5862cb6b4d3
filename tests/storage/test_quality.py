"""Findings of many cases counted, listed and read in SQL; single fields; who leaves soon."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState
from app.domain.field import Group
from app.domain.findings import Finding, Fix, QcReport, Severity, Standing
from app.storage import Actor, Database, Filter, Op, Summary, WorklistQuery, worklist
from app.storage.cells import FieldCell
from app.storage.leaving import GroupStay
from app.storage.quality import Figures, HitCount, HitKey, HitQuery, Segment

Ask = Callable[..., Any]
FIX = Fix("sex", "2", "改为 2")


def one(rule: str, severity: Severity = Severity.WARN, *, fix: bool = False, open_: bool = True) -> Finding:
    standing = Standing.OPEN if open_ else Standing.SUPPRESSED
    return Finding(rule, "逻辑", severity, "问题", "改法", ("sex",), FIX if fix else None, standing=standing)


@pytest.fixture
def checked(db: Database, add: Callable[..., int]) -> Callable[..., int]:
    """Return a function that imports a stay and stores what quality control found in it."""

    def checked(number: int, *findings: Finding, score: float = 100.0, **how: Any) -> int:
        case_id = add(number, **how)
        report = QcReport(findings, score=score)
        with db.caching() as cache:
            cache.save_findings(case_id, 1, report)
            cache.save_summary(case_id, 1, Summary.of_report(report))
        return case_id

    return checked


def test_findings_are_counted_by_what_lists_are_made_of(checked: Callable[..., int], ask: Ask) -> None:
    checked(1, one("A", fix=True), one("A"), one("B", Severity.ERROR, open_=False))
    checked(2, one("A"), state=CaseState.RETURNED)
    checked(3, one("A"), state=CaseState.PASSED, discharge_dept="05")
    checked(4, one("A"), state=CaseState.CANCELLED)
    counts = ask("hit_counts", WorklistQuery())
    assert set(counts) == {
        HitCount("A", Severity.WARN, Segment.OPEN, "03.04", "", 2),
        HitCount("B", Severity.ERROR, Segment.DONE, "03.04", "", 1),
        HitCount("A", Severity.WARN, Segment.RETURNED, "03.04", "", 1),
        HitCount("A", Severity.WARN, Segment.DONE, "05", "", 1),
    }
    (only,) = ask("hit_counts", WorklistQuery(filters=(Filter("dept", worklist.Test.IS, ("05",)),)))
    assert only.segment is Segment.DONE


def test_a_list_holds_each_case_once_for_a_rule(checked: Callable[..., int], ask: Ask) -> None:
    first = checked(1, one("A", fix=True), one("A", open_=False), one("B", fix=True), one("B"))
    second = checked(2, one("A"), state=CaseState.RETURNED)
    assert ask("hit_keys", HitQuery(rule_id="A")) == [
        HitKey(first, "A", Segment.OPEN, ready=True),
        HitKey(second, "A", Segment.RETURNED, ready=False),
    ]
    assert ask("hit_keys", HitQuery(segment=Segment.OPEN, dept="03.04")) == [
        HitKey(first, "A", Segment.OPEN, ready=True),
        HitKey(first, "B", Segment.OPEN, ready=False),
    ]
    assert ask("hit_keys", HitQuery(coder="wangmin")) == []


def test_the_findings_of_a_line_are_read_whole(checked: Callable[..., int], ask: Ask) -> None:
    case_id = checked(1, one("B"), one("A", fix=True), one("A"))
    assert ask("findings_of", [(case_id, "A"), (99, "A")]) == {(case_id, "A"): [one("A", fix=True), one("A")]}


def test_a_new_report_replaces_the_lines_of_the_old_one(
    db: Database, checked: Callable[..., int], me: Actor, ask: Ask
) -> None:
    case_id = checked(1, one("A"), one("B"))
    other = checked(2)
    assert ask("outdated", WorklistQuery(), "") == 0
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "sex", "1")
    assert ask("outdated", WorklistQuery(), "") == 1
    assert ask("outdated", WorklistQuery(), "other rules") == 2
    assert ask("outdated", WorklistQuery(filters=(Filter("id", worklist.Test.IS, (other,)),)), "") == 0
    with db.caching() as cache:
        cache.save_findings(case_id, 2, QcReport((one("B"),)))
    assert [key.rule_id for key in ask("hit_keys", HitQuery())] == ["B"]
    assert ask("outdated", WorklistQuery(), "") == 0


def test_figures_say_how_good_the_cases_are(checked: Callable[..., int], add: Callable[..., int], ask: Ask) -> None:
    checked(1, score=96.0)
    checked(2, one("B", Severity.ERROR), score=80.5)
    add(3)
    assert ask("figures", WorklistQuery(), 90.0) == {"03.04": Figures(3, 2, 1, 1, 176.5)}


def test_hits_are_counted_by_month_of_discharge(checked: Callable[..., int], ask: Ask) -> None:
    checked(1, one("A"), one("A"), discharge_time=datetime(2026, 11, 2, 10))
    checked(2, one("A"), discharge_time=datetime(2026, 9, 2, 10))
    checked(3, one("A"), discharge_time=datetime(2025, 9, 2, 10))
    assert ask("hits_by_month", "A", "2025-12") == {"2026-11": 1, "2026-09": 1}


def test_single_fields_are_read_with_what_could_not_be_read(
    db: Database, me: Actor, add: Callable[..., int], ask: Ask
) -> None:
    case_id = add(1, ("肺炎", "高血压"))
    with db.operation(Op.SET_FIELD, by=me) as tx:
        tx.set_field(case_id, Group.CASE, 0, "los_days", None, raw="十天")
        tx.set_field(case_id, Group.CASE, 0, "health_card_no", None, dash=True)
    asked = ["sex", "dx[1].name", "dx[7].name", "los_days", "health_card_no", "dx", "no_such_field", "xx[0].code"]
    assert ask("values_at", {case_id: asked, 99: ["sex"]}) == {
        (case_id, "sex"): FieldCell("2"),
        (case_id, "dx[1].name"): FieldCell("高血压"),
        (case_id, "los_days"): FieldCell(raw="十天"),
        (case_id, "health_card_no"): FieldCell(dash=True),
    }


def test_who_is_in_hospital_and_how_long_a_group_stays(db: Database, add: Callable[..., int], ask: Ask) -> None:
    here = add(1, state=CaseState.INPATIENT, admit_time=datetime(2026, 11, 20, 8), discharge_time=None)
    for number, day in ((2, 6), (3, 10), (4, 2)):
        over = add(number, admit_time=datetime(2026, 11, 2, 8), discharge_time=datetime(2026, 11, day, 10))
        with db.caching() as cache:
            cache.save_summary(over, 1, Summary(drg="ES31"))
    with db.caching() as cache:
        cache.save_summary(here, 1, Summary(errors=2, drg="ES31"))
    (found,) = ask("inpatients")
    assert (found.case_id, found.admitted, found.planned) == (here, datetime(2026, 11, 20, 8), None)
    assert (found.drg, found.errors) == ("ES31", 2)
    assert ask("group_stays") == {"ES31": GroupStay(3, pytest.approx((4 + 8 + 1) / 3))}


def test_a_library_of_the_schema_before_gets_its_lines_from_the_stored_reports(
    library: Path, clock: FixedClock, me: Actor, stay: Callable[..., CaseRecord]
) -> None:
    with Database.open(library, clock=clock) as db:
        with db.operation(Op.IMPORT, by=me) as tx:
            case_id = tx.insert_case(stay(1), state=CaseState.TO_CODE)
        with db.caching() as cache:
            cache.save_findings(case_id, 1, QcReport((one("A", fix=True), one("B", open_=False))))
        with db.read() as reader:
            before = reader.hit_keys(HitQuery())
    from app.storage.migrations.versions.r0003_finding_lines import STATEMENTS  # noqa: PLC0415 - the step itself

    with closing(sqlite3.connect(library)) as raw:
        raw.execute("DROP TABLE finding_line")
        for statement in STATEMENTS.split(";;"):
            raw.execute(statement)
        raw.commit()
    with Database.open(library, clock=clock) as db, db.read() as reader:
        assert reader.hit_keys(HitQuery()) == before
        assert reader.check().is_schema_known
