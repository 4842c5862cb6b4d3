"""The register of objections: entered, due, answered, closed by hand or by what the insurer returned, rebuilt."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.services.appeals import APPEAL_DAYS, SPECIAL_DAYS
from app.services.appeals_types import AppealDraft, AppealKind, AppealLine, AppealState, SpecialReason
from app.services.composition import Services
from app.services.submission_types import Scope
from app.storage.actor import Actor

WHY = "分组与病历不符（测试）"
OBJECTION = AppealDraft(AppealKind.APPEAL, WHY)
SPECIAL = AppealDraft(AppealKind.SPECIAL, "高倍率（测试）", reason=SpecialReason.HIGH, evidence="病程记录;费用清单； ")


@pytest.fixture
def submitted(desk: Services, passed: tuple[int, ...]) -> tuple[int, ...]:
    """Return two submitted cases that the insurer has returned with another group and an amount."""
    desk.submissions.submit(desk.submissions.gate(Scope()), "第一次申报（测试）")
    return passed


def returned(desk: Services, case_id: int, folder: Path, drg: str, amount: str) -> None:
    (row,) = desk.worklist.rows([case_id])
    path = folder / f"返回{drg}{amount}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("住院号", "DRG组编码", "支付标准"), (row.record_no, drg, amount)])
    desk.insurer.commit(desk.insurer.preview(path))


def only(desk: Services, case_id: int) -> AppealLine:
    return desk.appeals.of_case(case_id)[0]


def later(desk: Services, days: int) -> None:
    clock = desk.session.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(days=days)


def test_an_objection_is_due_after_the_usual_days_and_counted_late(desk: Services, submitted: tuple[int, ...]) -> None:
    desk.appeals.open(submitted[0], OBJECTION)
    desk.appeals.open(submitted[1], AppealDraft(AppealKind.APPEAL, WHY, "2026-11-20", "2026-11-24", None, "病程"))
    first, second = desk.appeals.lines()
    assert (first.stored.case_id, first.days_left, first.stored.evidence) == (submitted[1], 1, ("病程",))
    assert (second.days_left, second.stored.version) == (APPEAL_DAYS, 1)
    assert desk.appeals.waiting() == (2, 0)
    later(desk, 2)
    assert (desk.appeals.lines()[0].days_left, desk.appeals.waiting()) == (-1, (2, 1))


def test_the_usual_days_are_a_setting(desk: Services, submitted: tuple[int, ...]) -> None:
    assert (desk.appeals.plan().appeal_days, desk.appeals.plan().special_days) == (APPEAL_DAYS, SPECIAL_DAYS)
    for bad in ("0", "x", "366"):
        with pytest.raises(UserProblem, match="天数"):
            desk.appeals.save_plan(bad, "5")
    desk.appeals.save_plan("７", "15")
    desk.appeals.open(submitted[0], OBJECTION)
    assert only(desk, submitted[0]).days_left == 7


def test_it_is_answered_closed_and_taken_back(desk: Services, submitted: tuple[int, ...]) -> None:
    case_id = submitted[0]
    desk.appeals.open(case_id, OBJECTION)
    number = only(desk, case_id).stored.id
    desk.appeals.change(number, "2026-12-24", "手术记录；病理报告")
    later(desk, 4)
    desk.appeals.answer(number, "已补充手术记录（测试）")
    line = only(desk, case_id)
    assert (line.state, line.days_left, line.stored.evidence) == (AppealState.ANSWERED, None, ("手术记录", "病理报告"))
    later(desk, 2)
    desk.appeals.close(number, AppealState.CHANGED, "按 HC15 核定（测试）", "12,345.67")
    line = only(desk, case_id)
    assert (line.state, line.stored.amount_fen) == (AppealState.CHANGED, 1_234_567)
    figures = desk.appeals.figures()
    assert (figures.waiting, figures.answered_days, figures.closed_days) == (0, 4, 6)
    with pytest.raises(UserProblem, match="已经办结：另行核定"):
        desk.appeals.answer(number, WHY)
    desk.cases.undo(case_id)
    assert only(desk, case_id).state is AppealState.ANSWERED
    with desk.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    told = "".join(words for step in desk.history.timeline(case_id) for words in step.changes)
    assert "答复医保（申诉）：已补充手术记录" in told


def test_what_lacks_is_said(desk: Services, passed: tuple[int, ...]) -> None:
    with pytest.raises(UserProblem, match="没有提交过"):
        desk.appeals.open(passed[0], OBJECTION)
    with pytest.raises(UserProblem, match="类别"):
        desk.appeals.open(passed[0], AppealDraft(AppealKind.SPECIAL, WHY))
    with pytest.raises(UserProblem, match="没有通过质控"):
        desk.appeals.open(desk.worklist.ids("coding")[0], SPECIAL)
    with pytest.raises(UserProblem, match="没有写医保的异议"):
        desk.appeals.open(passed[0], AppealDraft(AppealKind.APPEAL, " "))
    with pytest.raises(UserProblem, match="不是日期"):
        desk.appeals.open(passed[0], AppealDraft(AppealKind.APPEAL, WHY, "昨天"))
    with pytest.raises(UserProblem, match="早于"):
        desk.appeals.open(passed[0], AppealDraft(AppealKind.APPEAL, WHY, "2026-11-20", "2026-11-19"))
    with pytest.raises(UserProblem, match="没有这一条"):
        desk.appeals.answer(99, WHY)
    desk.appeals.open(passed[0], SPECIAL)
    with pytest.raises(UserProblem, match="没有办结的特病单议"):
        desk.appeals.open(passed[0], SPECIAL)
    number = only(desk, passed[0]).stored.id
    with pytest.raises(UserProblem, match="不是金额"):
        desk.appeals.close(number, AppealState.ACCEPTED, WHY, "一万")
    with pytest.raises(UserProblem, match="结果或理由"):
        desk.appeals.close(number, AppealState.WITHDRAWN, " ")


def test_what_the_insurer_returns_closes_what_was_answered(
    desk: Services, submitted: tuple[int, ...], tmp_path: Path
) -> None:
    ours = {row.case_id: row.drg for row in desk.worklist.rows(submitted)}
    for case_id in submitted:
        returned(desk, case_id, tmp_path, "XX99", "1000")
        desk.appeals.open(case_id, OBJECTION)
        desk.appeals.answer(only(desk, case_id).stored.id, WHY)
    with pytest.raises(UserProblem, match="新的医保返回"):
        desk.appeals.take_results()
    later(desk, 5)
    returned(desk, submitted[0], tmp_path, ours[submitted[0]], "2000")
    desk.appeals.take_results()
    line = only(desk, submitted[0])
    assert (line.state, line.stored.drg, line.stored.amount_fen) == (AppealState.ACCEPTED, ours[submitted[0]], 200_000)
    assert only(desk, submitted[1]).state is AppealState.ANSWERED
    returned(desk, submitted[1], tmp_path, "XX99", "1000.00")
    desk.appeals.take_results()
    assert only(desk, submitted[1]).state is AppealState.REFUSED
    with desk.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_requests_of_a_month_are_one_workbook(desk: Services, passed: tuple[int, ...], tmp_path: Path) -> None:
    desk.appeals.open(passed[0], SPECIAL)
    with pytest.raises(UserProblem, match="没有特病单议"):
        desk.appeals_export.write_month("2026-10", tmp_path / "a.xlsx")
    assert desk.appeals_export.write_month("2026-11", tmp_path / "a.xlsx") == 1
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["特病单议"]
    head, line = list(sheet.iter_rows(values_only=True))
    cells = dict(zip(head, line, strict=True))
    assert (cells["理由类别"], cells["依据"], cells["状态"]) == ("高倍率", "病程记录；费用清单", "待答复")
    (row,) = desk.worklist.rows([passed[0]])
    assert row.patient_name not in {str(cell) for cell in line}


def test_packs_that_were_written_are_known(desk: Services, submitted: tuple[int, ...], tmp_path: Path) -> None:
    pack = desk.appeal.pack(submitted[0])
    desk.appeal.save_printed(pack, tmp_path / "申诉.pdf", b"%PDF-1.4")
    (written,) = desk.appeals.packs(submitted[0])
    assert (written.file_name, len(written.sha256)) == ("申诉.pdf", 64)


def test_only_the_insurance_office_enters_and_closes(desk: Services, submitted: tuple[int, ...]) -> None:
    me = desk.user
    desk.appeals.open(submitted[0], OBJECTION)
    number = only(desk, submitted[0]).stored.id
    desk.session.seat.take(Actor("wang", "王编码（测试）", frozenset({"coder"})))
    desk.appeals.answer(number, WHY)
    with pytest.raises(UserProblem):
        desk.appeals.close(number, AppealState.REFUSED, WHY)
    desk.session.seat.take(me)
