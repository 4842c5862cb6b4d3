"""Hand-over: who may go, what is written, what the register knows, what a file is worth later."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.derived import day_of
from app.domain.field import Group
from app.exchange.batch import read_batch
from app.exchange.readers import read_file
from app.services.composition import Services
from app.services.handover_types import Edition, HandoverKind, HandoverScope, Judgement, Wanted
from app.services.hospital import Hospital
from app.services.submission_types import Scope
from app.storage import Op

L2 = Wanted(HandoverKind.L2, HandoverScope())


@pytest.fixture
def ready(desk: Services, passed: tuple[int, ...]) -> Services:
    """Return the library with passed cases, whose codes are those of the clinical edition, in a named hospital."""
    desk.handover.set_edition(Edition.CLINICAL)
    desk.hospital.save(Hospital("测试医院", "H000000001"))
    assert passed
    return desk


def records(path: Path, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def test_l2_holds_only_passed_cases_in_the_column_order_of_the_layout(ready: Services, tmp_path: Path) -> None:
    report = ready.handover.check(L2)
    assert len(report.ready) == 2
    written = ready.handover.write(report, tmp_path / "P.csv")
    header, *rows = records(tmp_path / "P.csv", "gb18030")
    assert header[:5] == ["P900", "P6891", "P686", "P800", "P1"]
    assert (len(header), header[-1]) == (346, "P781")
    assert all(row[header.index("P900")] for row in rows)
    assert (written.cases, written.codes) == (2, report.codes)
    back = read_batch(tmp_path / "P.csv")
    with ready.session.db.read() as reader:
        stored = list(reader.load_cases([one.case_id for one in report.ready]))
    for case, found in zip(stored, back.records, strict=True):
        for path in ("record_no", "sex", "admit_time", "discharge_dept", "dx[0].code", "dx[0].name", "fee_total"):
            assert found.record.value(path) == case.record.value(path), path


def test_cases_that_have_not_passed_stay_behind(ready: Services, passed: tuple[int, ...]) -> None:
    other = next(one for one in ready.worklist.ids() if one not in passed)
    report = ready.handover.check(Wanted(HandoverKind.L2, HandoverScope(case_ids=(passed[0], other))))
    assert [one.case_id for one in report.ready] == [passed[0]]
    assert [one.case_id for one in report.refused] == [other]
    assert "只写出已通过或已提交的病案" in report.refused[0].words


def test_without_a_map_no_code_of_the_insurance_edition_goes_into_an_upload(ready: Services) -> None:
    ready.handover.set_edition(Edition.INSURANCE)
    report = ready.handover.check(L2)
    assert not report.ready
    assert all("没有导入两版编码对照表" in one.words and one.path.endswith("code") for one in report.refused)


def test_a_case_changed_since_the_check_is_not_written(ready: Services, tmp_path: Path) -> None:
    report = ready.handover.check(L2)
    case_id = report.ready[0].case_id
    ready.cases.set_text(case_id, "current_phone", "0000-1111111")
    with pytest.raises(UserProblem, match="又改过"):
        ready.handover.write(report, tmp_path / "P.csv")
    assert list(tmp_path.glob("*.csv")) == []


HEADINGS = (
    *("A01组织机构代码", "A48病案号", "A49住院次数", "A12C性别", "A13出生日期", "B12入院时间", "B15出院时间"),
    *("C03C主要诊断编码", "C04N主要诊断名称", *(f"C06x{n:02d}C" for n in range(1, 11))),
    *("C14x01C", *(f"C35x{n:02d}C" for n in range(1, 11)), "Z99未知"),
)


def template(folder: Path, suffix: str) -> Path:
    """Return a template with a title, the headings, and a row of an old upload below them."""
    path = folder / f"template{suffix}"
    if suffix == ".csv":
        path.write_bytes((",".join(HEADINGS) + "\r\n" + ",".join("x" * len(HEADINGS)) + "\r\n").encode("utf-8-sig"))
        return path
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["绩效考核上报"])
    sheet.append(HEADINGS)
    sheet.append(["x"] * len(HEADINGS))
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_l3_fills_the_hospitals_own_template_by_its_headings(ready: Services, tmp_path: Path, suffix: str) -> None:
    form = ready.handover.template(template(tmp_path, suffix))
    report = ready.handover.check(Wanted(HandoverKind.L3, HandoverScope(), form))
    assert len(report.ready) == 2, [one.words for one in report.refused]
    assert any("Z99未知" in note for note in report.notes)
    path = tmp_path / f"out{suffix}"
    ready.handover.write(report, path)
    rows = read_file(path).sheets[0].rows
    at = next(index for index, row in enumerate(rows) if "A48病案号" in row.cells)
    head, body = rows[at].cells, rows[at + 1 :]
    assert head == HEADINGS
    assert [row.cells[1] for row in body] == [one.record_no for one in report.ready]
    assert all(len(row.cells[5]) == len("2026-11-23 09:00:00") for row in body)
    assert (len(rows) == at + 3, rows[0].cells[0] == "绩效考核上报") == (True, suffix == ".xlsx")


def test_a_file_that_is_no_template_is_refused(ready: Services, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("甲,乙\r\n1,2\r\n".encode())
    with pytest.raises(UserProblem, match="A48"):
        ready.handover.template(path)


@pytest.fixture
def listed(ready: Services, passed: tuple[int, ...]) -> tuple[int, ...]:
    """Fill in what the settlement list asks for and the front page does not have, as an interface would."""
    ready.handover.set_edition(Edition.INSURANCE)
    words = {
        **dict.fromkeys(("psn_no", "biz_sn", "bill_code", "bill_no", "chief_doctor_code", "resp_nurse_code"), "T0001"),
        **dict.fromkeys(("chief_doctor", "resp_nurse", "fill_person", "fill_dept"), "测试"),
        **{"hi_type": "1", "insured_area": "330100", "setl_level": "3", "inpatient_type": "1", "treat_type": "1"},
        **{"hi_pay_method": "4", "readmit31_plan": "1"},
        **dict.fromkeys(("care_special_days", "care_1_days", "care_2_days", "care_3_days"), 0),
    }
    with ready.session.db.operation(Op.SET_FIELD, by=ready.session.actor) as tx:
        for case_id in passed:
            record = tx.load_case(case_id).record
            days = {
                name: day_of(record.value(at))
                for name, at in (("setl_begin", "admit_time"), ("setl_end", "discharge_time"))
            }
            for name, value in (words | days).items():
                tx.set_field(case_id, Group.CASE, 0, name, value)
            total = record.value("fee_total")
            fees = {"item": "14", "amount": total, "class_a": total, "class_b": 0, "own_pay": 0, "other": 0}
            tx.insert_row(case_id, Group.SETL_FEE, 0, fees)
            tx.set_field(case_id, Group.CASE, 0, "outp_dx_code", record.value("dx[0].code"))
    with ready.session.db.operation(Op.SET_STATE, by=ready.session.actor) as tx:
        for case_id in passed:
            tx.set_state(case_id, CaseState.PASSED)
    return passed


def test_the_settlement_list_has_its_own_checks(ready: Services, passed: tuple[int, ...]) -> None:
    ready.handover.set_edition(Edition.INSURANCE)
    report = ready.handover.check(Wanted(HandoverKind.LIST_JSON, HandoverScope(case_ids=passed)))
    assert not report.ready
    assert "医保编号未填写" in "".join(one.words for one in report.refused)
    assert {one.path for one in report.refused} != {""}


def test_the_register_knows_a_file_and_tells_when_it_was_changed(ready: Services, tmp_path: Path) -> None:
    report = ready.handover.check(L2)
    path = tmp_path / "P.csv"
    entry = ready.handover.write(report, path)
    service = ready.handover
    assert service.register() == service.register("P.csv") == service.register(report.ready[0].record_no) == (entry,)
    assert service.register("没有的") == ()
    assert service.verify(path).judgement is service.verify_entry(entry.id).judgement is Judgement.SAME
    path.write_bytes(path.read_bytes() + b"x")
    assert service.verify(path).judgement is service.verify_entry(entry.id).judgement is Judgement.CHANGED
    path.unlink()
    assert service.verify_entry(entry.id).judgement is Judgement.GONE
    path.write_bytes(b"other")
    assert service.verify(path.rename(tmp_path / "other.csv")).judgement is Judgement.UNKNOWN


def test_a_file_of_a_submission_is_noted_there(ready: Services, tmp_path: Path) -> None:
    submitted = ready.submissions.submit(ready.submissions.gate(Scope()), "第一次（测试）")
    scope = HandoverScope(submission_id=submitted.submission_id)
    report = ready.handover.check(Wanted(HandoverKind.L2, scope))
    entry = ready.handover.write(report, tmp_path / "P.csv")
    receipts = ready.submissions.receipts(submitted.submission_id)
    assert [(one.file_name, one.sha256, one.cases) for one in receipts] == [("P.csv", entry.sha256, len(report.ready))]
    with ready.session.db.read() as reader:
        assert {case.state for case in reader.load_cases([one.case_id for one in report.ready])} == {
            CaseState.SUBMITTED
        }


def test_a_masked_batch_names_nobody(ready: Services, tmp_path: Path) -> None:
    with ready.session.db.read() as reader:
        batch_id = reader.batches()[0].id
        people = [case.record for case in reader.load_cases(reader.case_ids(batch_id=batch_id))]
    wanted = Wanted(HandoverKind.BATCH, HandoverScope(batch_id=batch_id), masked=True)
    entry = ready.handover.write(ready.handover.check(wanted), tmp_path / "b.csv")
    content = (tmp_path / "b.csv").read_text("utf-8-sig")
    assert entry.masked
    numbers = {record.text(path) for record in people for path in ("id_no", "current_phone")} - {"", "-"}
    assert [number for number in numbers if number in content] == []
    assert {one.record.text("patient_name")[1:] for one in read_batch(tmp_path / "b.csv").records} == {"*"}


def test_an_upload_cannot_be_masked(ready: Services) -> None:
    with pytest.raises(UserProblem):
        ready.handover.check(Wanted(HandoverKind.L2, HandoverScope(), masked=True))


def test_lists_of_ready_cases_are_written_both_ways(ready: Services, listed: tuple[int, ...], tmp_path: Path) -> None:
    scope = HandoverScope(case_ids=listed)
    report = ready.handover.check(Wanted(HandoverKind.LIST_JSON, scope))
    assert report.ready, [one.words for one in report.refused]
    ready.handover.write(report, tmp_path / "l.json")
    lists = json.loads((tmp_path / "l.json").read_bytes())["lists"]
    assert lists[0]["setlinfo"]["PSN_NO"] == "T0001"
    assert lists[0]["setlinfo"]["DSCG_CATY"].startswith("A")
    assert [row["MAINDIAG_FLAG"] for row in lists[0]["diseinfo"]][:1] == ["1"]
    book = ready.handover.check(Wanted(HandoverKind.LIST_XLSX, scope))
    ready.handover.write(book, tmp_path / "l.xlsx")
    sheets = {sheet.name: sheet.rows for sheet in read_file(tmp_path / "l.xlsx").sheets}
    assert len(sheets["基本信息"]) == len(report.ready) + 1
    assert len(sheets["诊断"]) == 1 + sum(len(one["diseinfo"]) for one in lists)


def test_the_list_of_one_case_is_laid_out_and_written_alone(
    ready: Services, listed: tuple[int, ...], tmp_path: Path
) -> None:
    service = ready.settlement_form
    report = service.report(listed[0])
    assert "基本信息" in [section.title for section in report.sections]
    assert any("PSN_NO" in row for section in report.sections for table in section.tables for row in table.rows)
    entry = service.save_workbook(listed[0], tmp_path / "one.xlsx")
    assert (entry.cases, ready.handover.verify(tmp_path / "one.xlsx").judgement) == (1, Judgement.SAME)
    assert service.save_printed(listed[0], tmp_path / "one.pdf", b"%PDF").sha256 != entry.sha256
    ready.handover.set_edition(Edition.CLINICAL)
    with pytest.raises(UserProblem, match="还不能写出"):
        service.report(listed[0])
