"""The fix-list workbook and the signed package: out, answered elsewhere, altered on the way, back with a diff."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnOption, ReturnQuestion
from app.services import return_packages
from app.services.composition import Services, open_services
from app.services.pack_keys import PackKey
from app.services.return_intake import Intake
from app.services.sealing import open_with

PHRASE = "Hong-Ye 2026"
OPTIONS = (ReturnOption("与首页相符"), ReturnOption("不是，改为…", AnswerKind.CHANGED))


@pytest.fixture
def sent(services: Services) -> list[int]:
    """Return two cases that lie with their physicians, three questions in all."""
    ids = list(services.worklist.ids("to_code")[:2])
    for case_id in ids:
        services.cases.set_text(case_id, "dx[0].adm_cond", "4")
    condition = ReturnQuestion("BM-062", "dx[0].adm_cond", "=入院时的情况是？", OPTIONS, severity="warn")
    diagnosis = ReturnQuestion("DG-012", "dx[1].source_text", "这个诊断是否成立？", OPTIONS)
    services.asking.send_all({ids[0]: (condition, diagnosis), ids[1]: (condition,)})
    return ids


@pytest.fixture
def book(services: Services, sent: list[int], tmp_path: Path) -> Path:
    """Return the workbook that was written for them."""
    path = tmp_path / "清单.xlsx"
    assert services.fix_list.write(path) == 3
    return path


def edited(path: Path, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]) -> None:
    """Change every department sheet as a spreadsheet program would."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet.cell(1, 1).value == "序号":
            change(sheet)
    book.save(path)


def answer_first(value: str, words: str = "") -> Callable[[openpyxl.worksheet.worksheet.Worksheet], None]:
    """Return a change that answers every question about the condition at admission."""

    def fill(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for row in range(2, sheet.max_row + 1):
            if "BM-062" in str(sheet.cell(row, 10).value):
                sheet.cell(row, 13).value, sheet.cell(row, 14).value = value, words

    return fill


def test_only_the_answers_may_be_filled_in_and_nothing_is_a_formula(book: Path) -> None:
    whole = openpyxl.load_workbook(book)
    sheets = [sheet for sheet in whole.worksheets if sheet.cell(1, 1).value == "序号"]
    assert whole.worksheets[0].title == "汇总"
    for sheet in sheets:
        assert sheet.protection.sheet
        assert sheet.column_dimensions["P"].hidden
        assert sheet.column_dimensions["Q"].hidden
        open_cells = [cell.column_letter for cell in sheet[2] if not cell.protection.locked]
        assert open_cells == ["M", "N"]
        assert all(cell.data_type == "s" for row in sheet.iter_rows() for cell in row if cell.value is not None)
        assert sheet.data_validations.dataValidation
    assert whole["_lists"].sheet_state == "hidden"


def test_answers_are_shown_first_taken_once_and_twice_gives_nothing_new(
    services: Services, sent: list[int], book: Path
) -> None:
    edited(book, answer_first("1 有", "11-20 入院记录"))
    preview = services.fix_list.preview(book)
    assert sorted(line.kind for line in preview.lines) == [Intake.BLANK, Intake.NEW, Intake.NEW]
    assert services.verdicts.answered_cases() == ()
    with pytest.raises(UserProblem, match="姓名"):
        services.fix_list.take(preview, " ")
    assert services.fix_list.take(preview, "陈立群")[1] == 2
    assert services.cases.view(sent[0]).state is CaseState.RETURNED
    assert services.cases.view(sent[1]).state is CaseState.CODING
    (diff,) = services.verdicts.diffs(sent[1])
    assert (diff.row.item.answered_by, diff.row.item.answered_in, diff.new[0]) == ("陈立群", "清单.xlsx", "1")
    with pytest.raises(UserProblem):
        services.verdicts.accept(diff.id + 100)
    again = services.fix_list.preview(book)
    assert sorted(line.kind for line in again.lines) == [Intake.BLANK, Intake.SAME, Intake.SAME]
    assert services.fix_list.take(again, "陈立群")[1] == 0


def test_a_value_that_changed_meanwhile_goes_to_the_conflicts(services: Services, sent: list[int], book: Path) -> None:
    services.cases.set_text(sent[1], "dx[0].adm_cond", "2")
    edited(book, answer_first("3"))
    preview = services.fix_list.preview(book)
    assert [line.kind for line in preview.lines].count(Intake.CONFLICT) == 1
    assert services.fix_list.take(preview, "陈立群")[1] == 1
    assert services.verdicts.diffs(sent[1]) == ()
    assert services.fix_list.take(preview, "陈立群", conflicts=True)[1] == 1
    assert services.cases.view(sent[1]).record.value("dx[0].adm_cond") == "2"
    assert services.verdicts.diffs(sent[1])[0].conflicts


@pytest.mark.parametrize(
    ("column", "heading"), [(2, "病案号"), (9, "当前值"), (10, "问题"), (15, "期限"), (16, "序号"), (17, "校验")]
)
def test_a_locked_cell_that_was_changed_is_named(book: Path, services: Services, column: int, heading: str) -> None:
    edited(book, answer_first("1 有"))

    def alter(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.cell(2, column).value = "0" * 32

    edited(book, alter)
    refused = [line for line in services.fix_list.preview(book).lines if line.kind is Intake.REFUSED]
    assert refused
    assert all((one.given.where.row, one.given.where.column) == (2, heading) for one in refused)
    assert all(one.given.where.sheet for one in refused)


def test_codes_formulas_and_other_files_are_refused(
    services: Services, sent: list[int], book: Path, tmp_path: Path
) -> None:
    def code(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for row in range(2, sheet.max_row + 1):
            if "DG-012" in str(sheet.cell(row, 10).value):
                sheet.cell(row, 13).value = "A41.501"

    edited(book, code)
    refused = [line for line in services.fix_list.preview(book).lines if line.kind is Intake.REFUSED]
    assert "编码由病案科完成" in refused[0].problem
    edited(book, answer_first("=1+1"))
    with pytest.raises(UserProblem, match="公式"):
        services.fix_list.preview(book)
    other = tmp_path / "x.csv"
    other.write_text("序号,病案号\n1,2\n", "utf-8")
    with pytest.raises(UserProblem, match="不是医师修改清单"):
        services.fix_list.preview(other)


def test_names_can_be_shortened_and_an_empty_list_is_refused(
    services: Services, sent: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "m.xlsx"
    services.fix_list.write(path, sent, mask=True)
    names: list[str] = []
    edited(path, lambda sheet: names.extend(str(sheet.cell(row, 4).value) for row in range(2, sheet.max_row + 1)))
    assert all(len(name) == 2 and name.endswith("*") for name in names)
    with pytest.raises(UserProblem, match="没有等待答复"):
        services.fix_list.write(path, [10**9])
    with pytest.raises(UserProblem):
        services.fix_list.write(tmp_path / "no" / "folder.xlsx")


@pytest.fixture
def elsewhere(services: Services, tmp_path: Path) -> Services:
    """Return services over an empty library, as on a physician's PC."""
    return open_services(tmp_path / "pc", clock=services.session.clock, engines=services.session.engines)


@pytest.fixture
def answered(services: Services, sent: list[int], elsewhere: Services, tmp_path: Path) -> Path:
    """Return a package of answers that was made on another PC."""
    questions, answers = tmp_path / "q.bgreturn", tmp_path / "a.bgreturn"
    assert services.return_packages.write(questions, phrase=PHRASE, mask=True) == 3
    desk = elsewhere.return_packages.open(questions, PHRASE)
    with pytest.raises(UserProblem, match="2 份没有提交"):
        desk.write(answers)
    for line in desk.waiting():
        sheet = desk.sheet(line.row.item.case_id)
        assert sheet.row.patient_name.endswith("*")
        given = {
            one.id: ReturnAnswer(AnswerKind.CHANGED, "不是，改为…", "1")
            if one.item.rule_id == "BM-062"
            else ReturnAnswer(AnswerKind.UNCHANGED, "与首页相符")
            for one in sheet.items
        }
        desk.submit(line.row.item.case_id, given)
    assert elsewhere.return_packages.open(questions, PHRASE).waiting() == ()
    assert desk.write(answers) == 3
    elsewhere.close()
    return answers


def test_a_package_is_answered_without_a_library_and_comes_back(
    services: Services, sent: list[int], answered: Path
) -> None:
    preview = services.return_packages.preview(answered)
    assert [line.kind for line in preview.lines] == [Intake.NEW] * 3
    assert services.return_packages.take(preview, "陈立群")[1] == 3
    assert set(services.verdicts.answered_cases()) == set(sent)
    again = services.return_packages.preview(answered)
    assert {line.kind for line in again.lines} == {Intake.SAME}
    assert services.verdicts.accept_all(sent[1])[0].record.value("dx[0].adm_cond") == "1"
    assert services.cases.view(sent[1]).record.rows(Group.DX)


def test_nobody_reads_a_package_without_the_phrase_or_the_key(
    services: Services, sent: list[int], elsewhere: Services, answered: Path, tmp_path: Path
) -> None:
    questions = tmp_path / "q.bgreturn"
    with services.session.db.read() as reader:
        number, name = (reader.load_case(sent[0]).record.text(field) for field in ("record_no", "patient_name"))
    for path in (questions, answered):
        data = path.read_bytes()
        assert not any(words.encode() in data for words in (number, name, "入院时的情况", "items.json", PHRASE))
    assert elsewhere.return_packages.wants_phrase(questions)
    for wrong in ("", "hong-ye 2026", f"{PHRASE}!"):
        with pytest.raises(UserProblem, match="口令不对"):
            elsewhere.return_packages.open(questions, wrong)
    with pytest.raises(UserProblem, match="不是由本机"):
        elsewhere.return_packages.preview(answered)
    for weak in ("short", "11111111", "   "):
        with pytest.raises(UserProblem):
            services.return_packages.write(tmp_path / "w.bgreturn", phrase=weak)
    assert not (tmp_path / "w.bgreturn").exists()
    assert len(services.return_packages.new_phrase()) == 14


@pytest.mark.parametrize("at", [0, 7, 8, 20, 40, -1])
def test_a_sealed_package_that_was_altered_is_refused(
    services: Services, answered: Path, tmp_path: Path, at: int
) -> None:
    for source, read in (
        (answered, services.return_packages.preview),
        (tmp_path / "q.bgreturn", lambda path: services.return_packages.open(path, PHRASE)),
    ):
        data = bytearray(source.read_bytes())
        data[at] ^= 1
        altered = tmp_path / "x.bgreturn"
        altered.write_bytes(data)
        with pytest.raises(UserProblem):
            read(altered)
        altered.write_bytes(bytes(data[: len(data) // 2]))
        with pytest.raises(UserProblem):
            read(altered)


@pytest.fixture
def signed_only(services: Services, answered: Path, tmp_path: Path) -> Path:
    """Return the answers as an earlier version wrote them: signed, not sealed."""
    plain = tmp_path / "plain.bgreturn"
    plain.write_bytes(open_with(answered.read_bytes(), PackKey(services.session.db.path.parent).reply_key()))
    return plain


def rewritten(source: Path, target: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Copy a package with one entry changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, change(data) if entry == name else data)
    return target


@pytest.mark.parametrize("entry", ["items.json", "manifest.json", "origin.zip", "signature.json"])
def test_a_signed_package_that_was_altered_is_refused(
    services: Services, signed_only: Path, tmp_path: Path, entry: str
) -> None:
    def alter(data: bytes) -> bytes:
        return data.replace(b'"1"', b'"2"', 1) if b'"1"' in data else data[:-3] + b"AA" + data[-1:]

    assert services.return_packages.preview(signed_only).lines
    altered = rewritten(signed_only, tmp_path / "x.bgreturn", entry, alter)
    with pytest.raises(UserProblem):
        services.return_packages.preview(altered)
    assert services.verdicts.answered_cases() == ()


def test_a_package_of_somebody_else_is_refused(services: Services, answered: Path, tmp_path: Path) -> None:
    shutil.rmtree(services.session.db.path.parent / "keys")
    with pytest.raises(UserProblem, match="不是由本机"):
        services.return_packages.preview(answered)
    rubbish = tmp_path / "r.bgreturn"
    rubbish.write_bytes(b"PK\x03\x04 nothing")
    for read in (services.return_packages.preview, services.return_packages.open):
        with pytest.raises(UserProblem):
            read(rubbish)
    with pytest.raises(UserProblem, match="问题包"):
        services.return_packages.open(answered)


def test_network_shares_are_refused(
    services: Services, sent: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remote(path: Path) -> None:
        raise UserProblem("storage.network_share", remedy="storage.remedy.network_share")

    monkeypatch.setattr(return_packages, "refuse_network", remote)
    with pytest.raises(UserProblem, match="网络共享"):
        services.return_packages.write(tmp_path / "q.bgreturn", phrase=PHRASE)
    assert not list(tmp_path.glob("*.bgreturn"))


def test_a_file_that_was_taken_is_taken_back_whole(services: Services, sent: list[int], book: Path) -> None:
    edited(book, answer_first("1 有", "11-20 入院记录"))
    changes, _ = services.fix_list.take(services.fix_list.preview(book), "陈立群")
    services.verdicts.undo(changes.op_id)
    assert services.verdicts.answered_cases() == ()
    assert {services.cases.view(case_id).state for case_id in sent} == {CaseState.RETURNED}
    assert services.fix_list.take(services.fix_list.preview(book), "周慧")[1] == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"\0\1\2" * 9])
def test_any_other_file_is_told_from_a_package(services: Services, tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "出院.bgreturn"
    other.write_bytes(content)
    for read in (services.return_packages.preview, services.return_packages.open):
        with pytest.raises(UserProblem, match=r"不是问题包或答复包.*扩展名为 \.bgreturn"):
            read(other)
