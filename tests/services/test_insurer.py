"""The insurer's file: read, matched, judged, taken over whole, taken back, archived."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from app.common.errors import Cancelled, UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.services.composition import Services
from app.services.insurer_export import write_returns
from app.services.insurer_types import causes_of
from app.services.submission_types import Scope
from app.storage.worklist import WorklistRow

HEADER = ("住院号", "住院次数", "DRG组编码", "权重", "支付标准", "入组状态", "分组版本")


def rows_of(desk: Services) -> list[WorklistRow]:
    """Return the discharged cases that have a group."""
    desk.checking.run(desk.worklist.ids("all"))
    return [row for row in desk.worklist.rows(desk.worklist.ids("all")) if row.drg and row.discharge_time]


def write(path: Path, lines: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([header, *lines])
    return path


def line(row: WorklistRow, drg: str, count: str = "") -> tuple[str, ...]:
    return (row.record_no, count, drg, "1.2345", "12,345.60", "已入组", "")


@pytest.fixture
def file(desk: Services, tmp_path: Path) -> Path:
    """Return a file: one equal group, one of another ADRG, one unknown, one without a group, one that is not ours."""
    first, second, third, fourth, *_ = rows_of(desk)
    lines = (
        line(first, first.drg),
        line(second, first.drg if first.drg != second.drg else third.drg),
        line(third, "XX99"),
        line(fourth, "未入组"),
        ("99999999", "1", "XX99", "", "", "", ""),
    )
    return write(tmp_path / "医保返回.csv", lines)


def test_a_file_is_read_matched_and_judged(desk: Services, file: Path) -> None:
    preview = desk.insurer.preview(file)
    assert (preview.rows, len(preview.lines), preview.different) == (5, 4, 3)
    assert preview.lines[0].verdict.cause == ""
    assert {one.verdict.cause for one in preview.lines[2:]} == {"unknown", "missing"}
    assert preview.lines[0].line.amount_fen == 1_234_560
    (problem,) = preview.problems
    assert "没有这份病案" in problem
    assert desk.insurer.files() == ()


def test_what_is_taken_over_can_be_taken_back_and_read_again(desk: Services, file: Path) -> None:
    preview = desk.insurer.preview(file)
    desk.insurer.commit(preview)
    (stored,) = desk.insurer.files()
    assert (stored.file_name, stored.lines) == (file.name, 4)
    lines = desk.insurer.lines(stored.id)
    assert sum(count for _, count in causes_of(lines)) == 3
    assert all(one.detail for one in lines if one.cause)
    assert desk.insurer.returned(lines[0].stored.line.case_id)[0].line.rw == "1.2345"
    with pytest.raises(UserProblem, match="已经导入过"):
        desk.insurer.preview(file)
    desk.insurer.take_back(stored.id)
    assert desk.insurer.files() == ()
    assert desk.insurer.returned(lines[0].stored.line.case_id) == ()
    with desk.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    assert desk.insurer.preview(file).rows == 5
    with pytest.raises(UserProblem):
        desk.insurer.take_back(99)


def test_both_paths_are_shown_with_the_exchange(desk: Services, tmp_path: Path) -> None:
    target = next((row, code) for row in rows_of(desk) for code in _without(desk, row))
    row, code = target
    desk.insurer.commit(desk.insurer.preview(write(tmp_path / "a.csv", [line(row, code)])))
    (one,) = desk.insurer.lines(desk.insurer.files()[0].id)
    told = desk.insurer.detail(one.stored)
    assert told.theirs is not None
    assert (told.ours.result.drg, told.theirs.result.drg) == (row.drg, code)
    assert any(pair.parts for pair in told.pairs)
    assert told.exchange


def _without(desk: Services, row: WorklistRow) -> list[str]:
    """Return the groups of a case with one secondary diagnosis as the main one."""
    record = desk.cases.view(row.case_id).record
    found = []
    for index in range(1, len(record.rows(Group.DX))):
        rows = list(record.rows(Group.DX))
        rows.insert(0, rows.pop(index))
        result = desk.session.engines.group(record.with_rows(Group.DX, tuple(rows)), {})
        if result.drg != row.drg and result.status == "分组成功":
            found.append(result.drg)
    return found


def test_a_heading_is_named_once_and_remembered(desk: Services, tmp_path: Path) -> None:
    row = rows_of(desk)[0]
    header = ("编号甲", "结果乙")
    path = write(tmp_path / "a.csv", [(row.record_no, row.drg)], header)
    with pytest.raises(UserProblem, match="编号甲、结果乙"):
        desk.insurer.preview(path)
    preview = desk.insurer.preview(path, {"record_no": "编号甲", "drg": "结果乙"})
    assert preview.lines[0].verdict.cause == ""
    desk.insurer.commit(preview)
    again = write(tmp_path / "b.csv", [(row.record_no, "XX99")], header)
    assert desk.insurer.preview(again).different == 1


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (("", "", "A", "", "", "", ""), "没有病案号"),
        (("1", "x", "A", "", "", "", ""), "住院次数不是数字"),
        (("1", "", "A", "1", "一万", "", ""), "金额或权重不是数字"),
        (("1", "", "A", "-1", "", "", ""), "金额或权重不是数字"),
        (("1", "", "A", "", "NaN", "", ""), "金额或权重不是数字"),
        (("=1+1", "", "A", "", "", "", ""), "没有这份病案"),
    ],
)
def test_a_row_that_cannot_be_used_is_told(desk: Services, tmp_path: Path, cells: tuple[str, ...], why: str) -> None:
    preview = desk.insurer.preview(write(tmp_path / "a.csv", [cells]))
    assert preview.lines == ()
    assert why in preview.problems[0]
    with pytest.raises(UserProblem, match="没有本院的病例"):
        desk.insurer.commit(preview)


def test_one_case_twice_and_several_stays_are_told(desk: Services, tmp_path: Path) -> None:
    row = rows_of(desk)[0]
    preview = desk.insurer.preview(write(tmp_path / "a.csv", [line(row, row.drg), line(row, "XX99", "77")]))
    assert len(preview.lines) == 1
    assert "没有这份病案" in preview.problems[0]
    preview = desk.insurer.preview(write(tmp_path / "b.csv", [line(row, row.drg), line(row, "XX99")]))
    assert "出现两次" in preview.problems[0]


def test_a_file_that_changed_or_is_none_is_refused(desk: Services, file: Path, tmp_path: Path) -> None:
    preview = desk.insurer.preview(file)
    file.write_text("x", "utf-8")
    with pytest.raises(UserProblem):
        desk.insurer.commit(preview)
    for content in (b"", b"\x00\x01\x02", b"a,b\n1,2\n", b"PK\x03\x04broken"):
        bad = tmp_path / "bad.csv"
        bad.write_bytes(content)
        with pytest.raises(UserProblem):
            desk.insurer.preview(bad)
    with pytest.raises(UserProblem):
        desk.insurer.preview(tmp_path / "nowhere.csv")


def test_cancelling_stores_nothing(desk: Services, file: Path) -> None:
    class Stop:
        def step(self, _done: int, _total: int, _note: str = "") -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        desk.insurer.preview(file, None, Stop())
    assert desk.insurer.files() == ()


def test_settled_cases_are_archived(desk: Services, passed: tuple[int, ...], tmp_path: Path) -> None:
    desk.submissions.submit(desk.submissions.gate(Scope()), "申报（测试）")
    with pytest.raises(UserProblem, match="没有医保返回结果"):
        desk.insurer.archive(passed)
    rows = [row for row in rows_of(desk) if row.case_id in passed]
    desk.insurer.commit(desk.insurer.preview(write(tmp_path / "a.csv", [line(row, row.drg) for row in rows])))
    answers = desk.insurer.returned(passed[0])
    assert answers[0].version == 1
    desk.insurer.archive(passed)
    view = desk.cases.view(passed[0])
    assert view.state is CaseState.ARCHIVED
    assert "归档" in view.locked
    with pytest.raises(UserProblem):
        desk.insurer.archive(passed)


def test_the_list_goes_out_as_a_workbook(desk: Services, file: Path, tmp_path: Path) -> None:
    desk.insurer.commit(desk.insurer.preview(file))
    lines = desk.insurer.lines(desk.insurer.files()[0].id)
    out = tmp_path / "对比.xlsx"
    write_returns(lines, out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["逐例", "按原因"]
    assert book["逐例"].max_row == len(lines) + 1
    names = {one.name for one in lines}
    cells = {str(cell) for sheet in book for found in sheet.iter_rows(values_only=True) for cell in found}
    assert not names & cells
