"""The appeal pack: facts, path, tables, versions, amount or its reason, history, and what has still to be enclosed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from app import __version__
from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.common.files import sha256_of
from app.common.paths import data
from app.domain.field import Group
from app.domain.report import ReportSection
from app.services import appeal_grouping
from app.services.appeal import AppealPack
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.types import Price, PriceState
from app.storage.ops import Op


def code_a_case(services: Services) -> int:
    """Code a case: a stroke, a respiratory failure that carries the group, a third diagnosis, ventilation."""
    ids = services.worklist.ids("to_code")
    records = {i: services.cases.view(i).record for i in ids}
    case_id = next(i for i, record in records.items() if len(record.rows(Group.DX)) >= 3 and record.rows(Group.OP))
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    services.cases.accept(case_id, Group.OP, 0, "96.7100")
    return case_id


@pytest.fixture
def coded(services: Services) -> int:
    """Return the coded case."""
    return code_a_case(services)


@pytest.fixture
def pack(services: Services, coded: int) -> AppealPack:
    """Return the pack of the case."""
    return services.appeal.pack(coded)


def section(pack: AppealPack, key: str) -> ReportSection:
    """Return a section by its key."""
    return next(one for one in pack.report.sections if one.key == key)


def rows_of(pack: AppealPack, key: str) -> list[tuple[str, ...]]:
    """Return the rows of all tables of a section."""
    return [row for table in section(pack, key).tables for row in table.rows]


def test_a_pack_has_all_sections_and_says_what_lacks(services: Services, pack: AppealPack) -> None:
    keys = [one.key for one in pack.report.sections]
    assert keys == ["facts", "path", "severity", "versions", "payment", "history", "evidence"]
    assert all(one.title and one.size for one in pack.report.sections)
    assert pack.lacking == sum(bool(one.lacks) for one in pack.report.sections) >= 1
    assert section(pack, "versions").lacks == "试用方案"
    scheme = services.assets.starter_scheme()
    assert scheme.title in pack.report.footer
    assert scheme.id in pack.report.footer


def test_the_snapshot_holds_every_diagnosis_with_text_code_and_level(services: Services, pack: AppealPack) -> None:
    record = services.cases.view(pack.case_id).record
    tables = {table.title: table for table in section(pack, "facts").tables}
    diagnoses = tables["诊断"].rows
    assert len(diagnoses) == len(record.rows(Group.DX))
    assert diagnoses[0][1:4] == (record.text("dx[0].source_text"), "I63.900", record.text("dx[0].name"))
    notes = services.cases.view(pack.case_id).grouping.explanation.secondaries
    assert diagnoses[1][5] == (notes[0].level.upper() or "—")
    assert dict(tables["病人与医疗机构"].rows)["姓名"] == record.text("patient_name")
    assert tables["手术及操作"].rows[0][2] == "96.7100"


def test_no_address_phone_or_contact_goes_out(services: Services, pack: AppealPack) -> None:
    record = services.cases.view(pack.case_id).record
    given = [record.text(name) for name in ("current_address", "current_phone", "contact_name", "contact_phone")]
    told = "\n".join(cell for row in rows_of(pack, "facts") for cell in row)
    assert any(given)
    assert [word for word in given if word and word in told] == []


def test_the_path_is_the_explanation_of_the_page(services: Services, pack: AppealPack) -> None:
    grouping = services.cases.view(pack.case_id).grouping
    steps = grouping.explanation.steps
    table = section(pack, "path").tables[0]
    assert len(table.rows) == len(steps)
    assert grouping.sentence in section(pack, "path").paragraphs
    hit = max(table.strong)
    assert table.rows[hit][2:6] == (steps[hit].code, steps[hit].name, "✓ 满足", steps[hit].rule)
    assert table.rows[hit][7] == steps[hit].source


def test_each_secondary_has_the_rows_of_its_tables(services: Services, pack: AppealPack) -> None:
    scheme = services.assets.starter_scheme()
    listed = {row[1]: row for row in rows_of(pack, "severity")}
    assert set(listed) == {row.text("code") for row in services.cases.view(pack.case_id).record.rows(Group.DX)[1:]} - {
        ""
    }
    level = next(one for one in (scheme.mcc, scheme.cc) if "J96.000" in one.tables)
    row = listed["J96.000"]
    assert row[3] == level.name
    assert row[4].split("、") == sorted(level.tables["J96.000"])
    assert row[5] == ("含" if level.excluding("J96.000", "I63.900") else "不含")
    assert row[7] == level.place("J96.000")


def test_an_excluded_diagnosis_is_told_with_its_table(services: Services, coded: int) -> None:
    scheme = services.assets.starter_scheme()
    code, main = next(
        (code, main)
        for code, tables in sorted(scheme.mcc.tables.items())
        for main, listing in sorted(scheme.mcc.excluded.items())
        if tables & listing and code != main and services.session.engines.codebook.get(main)
    )
    services.cases.accept(coded, Group.DX, 0, main)
    services.cases.set_text(coded, "dx[1].code", code)
    pack = services.appeal.pack(coded)
    row = next(row for row in rows_of(pack, "severity") if row[1] == code)
    assert row[5:7] == ("含", "不计")
    assert any("列有主要诊断的排除表" in words for words in section(pack, "severity").paragraphs)


def test_versions_name_files_with_their_checksums(pack: AppealPack) -> None:
    rows = rows_of(pack, "versions")
    hashes = {row[3]: row[4] for row in rows}
    folder = data("codebooks") / "schemes" / "starter"
    assert hashes["adrg.csv"] == sha256_of(folder / "adrg.csv")
    assert hashes["icd10.csv"] == sha256_of(data("codebooks") / "builtin" / "icd10.csv")
    assert hashes["weights.csv"] == sha256_of(folder / "weights.csv")
    assert rows[-1][2] == __version__
    assert any(row[0] == "费率表" and row[1] == "未导入" for row in rows)


@pytest.fixture
def own(template_home: Path, tmp_path: Path, clock: FixedClock) -> Iterator[Services]:
    """Return services with engines of their own, for tests that import tables."""
    opened = open_services(shutil.copytree(template_home, tmp_path / "own"), clock=clock)
    yield opened
    opened.close()


def test_imported_tables_are_named_with_the_hashes_of_the_users_files(
    own: Services, tmp_path: Path, reference: Path
) -> None:
    folder, rates = reference / "schemes" / "haerbin_2022", reference / "weights" / "haerbin_rates.csv"
    weights = reference / "weights" / "haerbin_2022.csv"
    codes = tmp_path / "本院编码.csv"
    codes.write_text("编码,名称\nI63.900,脑梗死\nJ96.000,急性呼吸衰竭\nI10.x00,高血压\n96.7100,机械通气\n", "utf-8")
    own.assets.import_codebook([codes])
    own.assets.import_scheme(folder)
    own.assets.import_weights(weights)
    own.assets.import_rates(rates, city="哈尔滨市", level="I")
    own.assets_changed()
    pack = own.appeal.pack(code_a_case(own))
    rows = {(row[0], row[3]): row for row in rows_of(pack, "versions")}
    assert rows["分组方案", "adrg.csv"][4] == sha256_of(folder / "adrg.csv")
    assert rows["编码库", codes.name][4] == sha256_of(codes)
    assert rows["权重表", weights.name][4] == sha256_of(weights)
    assert "哈尔滨" in rows["权重表", weights.name][2]
    assert rows["费率表", rates.name][2].startswith("哈尔滨市 I")
    assert section(pack, "versions").lacks == ""


def test_the_rows_of_a_workbook_are_named_by_sheet(own: Services, reference: Path) -> None:
    workbook = reference / "schemes" / "chs_drg_11.xlsx"
    own.assets.import_scheme(workbook)
    own.assets_changed()
    pack = own.appeal.pack(code_a_case(own))
    versions = [row for row in rows_of(pack, "versions") if row[0] == "分组方案"]
    assert [row[3:] for row in versions] == [(workbook.name, sha256_of(workbook))]
    assert {row[7].partition(":")[0] for row in rows_of(pack, "severity") if row[3] != "—"} == {"CC"}


def test_without_a_rate_there_is_the_reason_and_no_amount(pack: AppealPack) -> None:
    payment = section(pack, "payment")
    assert payment.lacks == "无金额"
    assert any("费率" in words for words in payment.paragraphs)
    assert not any("结算额" in cell for row in rows_of(pack, "payment") for cell in row)


def test_an_amount_stands_behind_its_formula_and_no_surplus_is_told(services: Services, coded: int) -> None:
    source = services.appeal._source(coded)
    price = Price(
        PriceState.QUOTED,
        Decimal("3.6542"),
        standard_fen=3_106_070,
        settled_fen=3_106_070,
        cost_fen=2_794_560,
        multiple=Decimal("0.8997"),
        regime="正常",
        formula="3.6542 × 8,500.00 × 1.0000",
        estimate="估算：个人负担取自首页。",
    )
    quoted = replace(source, grouping=replace(source.grouping, price=price))
    made = appeal_grouping.payment(quoted)
    assert made.lacks == ""
    labels = [row[0] for row in made.tables[0].rows]
    assert labels.index("支付标准的算式") < labels.index("支付标准（元）")
    assert ("医保结算额（元）", "31,060.70") in made.tables[0].rows
    assert not any("3,115.10" in cell for row in made.tables[0].rows for cell in row)
    assert "估算：个人负担取自首页。" in made.notes


def test_unread_texts_dashes_and_further_rows_are_shown_as_on_the_page(services: Services, coded: int) -> None:
    services.cases.set_text(coded, "birth_date", "不详日期")
    services.cases.set_text(coded, "insurance_card_no", "-")
    services.cases.add_row(coded, Group.ICU, 0)
    services.cases.set_text(coded, "icu[0].type", "1")
    tables = {table.title: table for table in section(services.appeal.pack(coded), "facts").tables}
    told = dict(tables["病人与医疗机构"].rows)
    assert told["出生日期"] == "（无法识别）不详日期"
    assert told["医疗保险手册(卡)号"] == "-"
    assert any(row[0] == "第 1 重症监护" for row in tables["病理、外因、重症监护、输血等"].rows)


def test_no_file_name_holds_what_a_file_system_refuses(services: Services, coded: int) -> None:
    services.cases.set_text(coded, "record_no", "00/12:34*")
    assert services.appeal.pack(coded).file_name == "申诉材料_001234"
    services.cases.set_text(coded, "record_no", "")
    assert services.appeal.pack(coded).file_name == "申诉材料_无病案号"


def test_the_history_stands_in_it(services: Services, pack: AppealPack) -> None:
    steps = services.history.timeline(pack.case_id)
    rows = rows_of(pack, "history")
    assert len(rows) == len(steps)
    assert rows[-1][2] == "导入"
    assert any("I63.900" in row[3] for row in rows)


def test_evidence_is_asked_for_what_decides_and_open_items_stay(services: Services, pack: AppealPack) -> None:
    rows = rows_of(pack, "evidence")
    subjects = list(dict.fromkeys(row[0] for row in rows))
    assert subjects[0].startswith("I63.900")
    assert any(subject.startswith("J96.000") and "去掉后为" in subject for subject in subjects)
    assert not any(subject.startswith("I10.x00") for subject in subjects)
    assert subjects[-1].startswith("96.7100")
    still_open = [row for row in rows if row[2] == "⚠ 待附"]
    assert still_open
    assert section(pack, "evidence").lacks == f"待附 {len(still_open)} 项"
    ventilation = next(row for row in rows if row[0].startswith("J96.000") and "呼吸支持" in row[1])
    assert ventilation[2] == "✓ 首页可见"
    assert "96.7100" in ventilation[3]


def test_several_that_decide_together_are_all_asked_for(services: Services, coded: int) -> None:
    services.cases.accept(coded, Group.DX, 2, "A41.900")
    rows = rows_of(services.appeal.pack(coded), "evidence")
    subjects = {row[0].split()[0] for row in rows}
    assert {"J96.000", "A41.900"} <= subjects


def test_proposals_are_marked_and_counted(services: Services) -> None:
    case_id = next(i for i in services.worklist.ids("to_code") if not services.cases.view(i).record.text("dx[0].code"))
    services.coding.auto_code([case_id])
    unconfirmed = services.cases.view(case_id).grouping.unconfirmed
    pack = services.appeal.pack(case_id)
    told = [cell for row in rows_of(pack, "facts") for cell in row if cell.endswith("（提议）")]
    assert len(told) == unconfirmed > 0
    assert section(pack, "facts").lacks == f"{unconfirmed} 条未确认"


def test_a_case_that_cannot_be_grouped_still_has_its_pack(services: Services) -> None:
    case_id = next(i for i in services.worklist.ids("to_code") if not services.cases.view(i).record.text("dx[0].code"))
    pack = services.appeal.pack(case_id)
    assert section(pack, "path").lacks == "未分组"
    assert section(pack, "path").tables == ()
    assert any("主要诊断尚未编码" in words for words in section(pack, "path").paragraphs)
    assert section(pack, "evidence").lacks


def test_a_case_that_is_gone_says_so(services: Services) -> None:
    with pytest.raises(UserProblem, match="找不到"):
        services.appeal.pack(9_999)


def test_a_library_open_for_reading_gives_the_pack_and_notes_nothing(
    services: Services, pack: AppealPack, tmp_path: Path, engines: Engines
) -> None:
    home = tmp_path / "library"
    services.close()
    reading = open_services(home, clock=services.session.clock, engines=engines, read_only=True)
    try:
        steps = len(reading.history.timeline(pack.case_id))
        assert reading.appeal.save_workbook(reading.appeal.pack(pack.case_id), tmp_path / "a.xlsx").is_file()
        assert len(reading.history.timeline(pack.case_id)) == steps
    finally:
        reading.close()


def test_nothing_of_a_patient_shows_in_a_repr(services: Services, pack: AppealPack) -> None:
    name = services.cases.view(pack.case_id).record.text("patient_name")
    shown = repr((pack, pack.report, pack.report.sections, [s.tables for s in pack.report.sections]))
    assert name not in shown


def test_a_written_workbook_is_in_the_audit_of_the_case(services: Services, pack: AppealPack, tmp_path: Path) -> None:
    path = services.appeal.save_workbook(pack, tmp_path / f"{pack.file_name}.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == [one.title.replace("/", " ") for one in pack.report.sections]
    with services.session.db.read() as reader:
        operation, change = reader.case_history(pack.case_id)[-1]
    assert operation.op is Op.EXPORT
    assert change.after == {"file": path.name, "sha256": sha256_of(path)}
    assert services.history.timeline(pack.case_id)[0].changes == (f"生成申诉材料：{path.name}",)


def test_a_printed_file_replaces_the_old_one_whole_or_not_at_all(
    services: Services, pack: AppealPack, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    services.appeal.save_printed(pack, path, b"%PDF new")
    assert path.read_bytes() == b"%PDF new"
    with services.session.db.read() as reader:
        assert reader.case_history(pack.case_id)[-1][1].after["sha256"] == hashlib.sha256(b"%PDF new").hexdigest()
    with pytest.raises(UserProblem, match="写不进去"):
        services.appeal.save_printed(pack, tmp_path / "none" / "a.pdf", b"x")
    services.appeal.note_printed(pack)
    assert services.history.timeline(pack.case_id)[0].changes == ("生成申诉材料：打印",)
