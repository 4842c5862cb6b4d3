"""The corrected batch: unchanged cells as they were, changed ones like their neighbours, nothing alive."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt
from app.domain.case import CaseRecord, Row, Value
from app.domain.field import Group
from app.exchange import export
from app.exchange.batch import Batch, read_batch
from app.exchange.compose import ExportRow
from app.exchange.decisions import FEN
from app.exchange.export import AddedColumn, ExportChange, write_corrected
from app.exchange.mapping import Profile
from app.exchange.textfile import unguard

Make = Callable[..., Path]
Page = dict[str, str]
BOTH = pytest.mark.parametrize("suffix", [".xlsx", ".csv"])


def table(*pages: Page) -> list[list[object]]:
    return [list(pages[0]), *(list(page.values()) for page in pages)]


def unchanged(batch: Batch) -> list[ExportRow]:
    return [ExportRow(entry.record, entry.row) for entry in batch.records]


def edited(batch: Batch, **values: Value) -> list[ExportRow]:
    record = batch.records[0].record
    for path, value in values.items():
        record = record.with_value(path.replace("__", ".").replace("_0", "[0]").replace("_1", "[1]"), value)
    return [ExportRow(record, batch.records[0].row), *unchanged(batch)[1:]]


def cells(path: Path) -> list[tuple[str, ...]]:
    source = read_batch(path).source
    width = len(source.header)
    return [source.header, *(row.cells + ("",) * (width - len(row.cells)) for row in source.rows)]


def content(record: CaseRecord) -> object:
    groups = {group: [(row.values, row.raw) for row in rows] for group, rows in record.groups.items() if rows}
    return record.head.values, record.head.raw, groups


@BOTH
@pytest.mark.parametrize("source", ["csv", "xlsx"])
def test_what_nobody_changed_is_as_it_was(
    make_csv: Make, make_xlsx: Make, front_page: Page, tmp_path: Path, source: str, suffix: str
) -> None:
    page = front_page | {
        "性别": "男",
        "总费用": "￥5,617.71",
        "备注": "=1+1",
        "入院时间": "2026/4/1 8:00",
        "出院方式": "?",
    }
    rows = table(
        page, page | {"病案号": "00123457", "健康卡号": "-"} if "健康卡号" in page else page | {"病案号": "00123457"}
    )
    batch = read_batch(make_csv(rows) if source == "csv" else make_xlsx(rows))
    receipt = write_corrected(batch.source, unchanged(batch), tmp_path / f"out{suffix}")
    assert cells(receipt.path)[0] == batch.source.header
    assert cells(receipt.path)[1:] == [(*row.cells, *[""] * 99)[: len(page)] for row in batch.source.rows]
    assert receipt.rows == 2
    assert receipt.cells_compared >= 3 * len(page)


@BOTH
def test_changes_look_like_their_neighbours(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    page = front_page | {
        "性别": "男",
        "民族": "01",
        "职业": "90",
        "入院时间": "2026/4/1 8:05",
        "总费用": "5617.7",
        "备注": "x",
    }
    batch = read_batch(make_csv(table(page, page | {"病案号": "2", "性别": "女"}), encoding="gb18030"))
    rows = edited(
        batch,
        sex="2",
        ethnicity="02",
        admit_time=datetime(2026, 3, 9, 14, 30),
        fee_total=1234500,
        dx_0__code="K36.x00",
        birth_date=date(1980, 1, 2),
    )
    found = dict(zip(*cells(write_corrected(batch.source, rows, tmp_path / f"o{suffix}").path)[:2], strict=True))
    assert {heading: found[heading] for heading in page if found[heading] != page[heading]} == {
        "性别": "女",
        "民族": "02",
        "入院时间": "2026/3/9 14:30",
        "总费用": "12345",
        "主要诊断编码": "K36.x00",
        "出生日期": "1980-01-02",
    }


def test_the_csv_keeps_encoding_delimiter_and_line_breaks(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    path = make_csv(table(front_page), encoding="gb18030", delimiter="\t")
    batch = read_batch(path)
    receipt = write_corrected(batch.source, unchanged(batch), tmp_path / "out.csv")
    assert receipt.path.read_bytes() == path.read_bytes()


def test_numbers_stay_numbers_and_text_stays_text(make_xlsx: Make, front_page: Page, tmp_path: Path) -> None:
    page: dict[str, object] = front_page | {
        "总费用": 5617.71,
        "住院次数": 1,
        "出生日期": datetime(1980, 5, 6),
        "联系人": True,
    }
    batch = read_batch(make_xlsx([list(page), list(page.values())]))
    rows = edited(batch, fee_total=700, admission_count=3)
    receipt = write_corrected(batch.source, rows, tmp_path / "out.xlsx", added=[AddedColumn("权重值")])
    sheet = load_workbook(receipt.path).worksheets[0]
    found = {sheet.cell(1, column).value: sheet.cell(2, column) for column in range(1, sheet.max_column + 1)}
    assert (found["总费用"].value, found["住院次数"].value) == (7, 3)
    assert found["出生日期"].value == datetime(1980, 5, 6)
    assert found["联系人"].value is True
    assert (found["病案号"].value, found["病案号"].data_type, found["病案号"].number_format) == ("00123456", "s", "@")


@pytest.mark.parametrize("moment", [datetime(2026, 3, 9), datetime(2026, 3, 9, 14, 30, 5), datetime(1899, 3, 9, 1)])
def test_date_cells_stay_date_cells(make_xlsx: Make, front_page: Page, tmp_path: Path, moment: datetime) -> None:
    page: dict[str, object] = front_page | {"入院时间": datetime(2026, 4, 1, 8, 30), "出院时间": datetime(2026, 4, 5)}
    batch = read_batch(make_xlsx([list(page), list(page.values())]))
    write_corrected(batch.source, edited(batch, admit_time=moment), tmp_path / "o.xlsx")
    assert read_batch(tmp_path / "o.xlsx").records[0].record.value("admit_time") == moment
    assert isinstance(load_workbook(tmp_path / "o.xlsx").worksheets[0]["H2"].value, datetime)


@BOTH
@pytest.mark.parametrize(
    ("heading", "neighbours", "path", "value", "shown"),
    [
        ("出生日期", ["19800506", "19810506"], "birth_date", date(1990, 1, 2), "19900102"),
        ("出生日期", ["1980年5月6日", "1981年5月6日"], "birth_date", date(1990, 1, 2), "1990年1月2日"),
        ("入院时间", ["2026-04-01", "2026-04-02"], "admit_time", datetime(2026, 4, 3, 9), "2026-04-03 09:00:00"),
        ("性别", ["01", "02"], "sex", "9", "09"),
        ("性别", ["男", "女"], "sex", "0", "未知的性别"),
        ("转科科别", ["28", "03.04"], "transfer_depts", ("28", "03.04"), "28,03.04"),
        ("总费用", ["1.50", "2.00"], "fee_total", 300, "3.00"),
        ("总费用", ["1.5", "2"], "fee_total", 300, "3"),
        ("民族", ["-", "-"], "ethnicity", None, "-"),
        ("民族", ["01", "02"], "ethnicity", None, ""),
        ("新生儿出生体重(克)", ["3350", "-"], "nb_weight_0__weight", 3200, "3200"),
    ],
)
def test_forms(
    *,
    make_csv: Make,
    front_page: Page,
    tmp_path: Path,
    suffix: str,
    heading: str,
    neighbours: list[str],
    path: str,
    value: Value,
    shown: str,
) -> None:
    pages = [front_page | {"病案号": str(number), heading: cell} for number, cell in enumerate(neighbours)]
    batch = read_batch(make_csv(table(*pages)))
    write_corrected(batch.source, edited(batch, **{path: value}), tmp_path / f"o{suffix}")
    found = cells(tmp_path / f"o{suffix}")
    assert dict(zip(found[0], found[1], strict=True))[heading] == shown


@BOTH
def test_old_marital_codes_are_written_as_they_were(
    make_csv: Make, front_page: Page, tmp_path: Path, suffix: str
) -> None:
    page = front_page | {"婚姻": "3", "入院时间": "2018-01-01", "出院时间": "2018-01-05"}
    batch = read_batch(make_csv(table(page)))
    assert cells(write_corrected(batch.source, unchanged(batch), tmp_path / f"a{suffix}").path)[1][-1] == "3"
    write_corrected(batch.source, edited(batch, marital_status="3"), tmp_path / f"o{suffix}")
    assert cells(tmp_path / f"o{suffix}")[1][-1] == "4"


@BOTH
def test_fen_stays_fen(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    pages = [front_page | {"病案号": str(number), "总费用": "561771", "西药费": "5617.71"} for number in range(3)]
    path = make_csv(table(*pages))
    asked = read_batch(path)
    batch = read_batch(path, profile=Profile({}, {asked.questions[0].id: FEN}))
    found = cells(write_corrected(batch.source, edited(batch, fee_total=700), tmp_path / f"o{suffix}").path)
    assert [row[found[0].index("总费用")] for row in found[1:]] == ["700", "561771", "561771"]


def test_two_level_headers_come_back_joined(make_csv: Make, tmp_path: Path) -> None:
    levels = [
        ["病案号", "主要诊断", "", "联系人", ""],
        ["", "名称", "编码", "姓名", "电话"],
        ["1", "阑尾炎", "K35.900", "李", "110"],
    ]
    batch = read_batch(make_csv(levels))
    write_corrected(batch.source, unchanged(batch), tmp_path / "o.xlsx")
    again = read_batch(tmp_path / "o.xlsx")
    assert again.source.header == batch.source.header
    assert content(again.records[0].record) == content(batch.records[0].record)


def test_a_record_that_the_file_does_not_have(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    record = batch.records[0].record.with_value("record_no", "99999999")
    write_corrected(batch.source, [*unchanged(batch), ExportRow(record, 0)], tmp_path / "o.csv")
    again = read_batch(tmp_path / "o.csv")
    assert content(again.records[1].record) == content(record)


def test_the_ward_comes_back_letter_by_letter(reference: Path, tmp_path: Path) -> None:
    """Only the three cells with control characters are mended."""
    folder = reference / "batches" / "ward_500"
    for name, mended in (("hqms_gbk.csv", 3), ("front_pages.xlsx", 0)):
        batch = read_batch(folder / name)
        out = tmp_path / f"out{Path(name).suffix}"
        write_corrected(batch.source, unchanged(batch), out)
        again = read_batch(out)
        before, after = batch.source.rows, again.source.rows
        different = [1 for ours, theirs in zip(before, after, strict=True) if ours.cells != theirs.cells]
        assert len(different) == mended
        assert [content(one.record) for one in again.records] == [content(one.record) for one in batch.records]
        if name.endswith(".xlsx"):
            assert again.source.kinds == batch.source.kinds


@BOTH
def test_hour_and_joint_columns(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    page = front_page | {"入院时间": "2026-04-01", "入院小时": "8", "切口愈合等级1": "Ⅱ/甲"}
    batch = read_batch(make_csv(table(page)))
    rows = edited(batch, admit_time=datetime(2026, 4, 2, 15), op_0__healing="2")
    found = dict(zip(*cells(write_corrected(batch.source, rows, tmp_path / f"o{suffix}").path), strict=True))
    assert (found["入院时间"], found["入院小时"]) == ("2026-04-02", "15")
    again = read_batch(tmp_path / f"o{suffix}").records[0].record
    assert again.value("admit_time") == datetime(2026, 4, 2, 15)
    assert (again.text("op[0].incision"), again.text("op[0].healing")) == (rows[0].record.text("op[0].incision"), "2")


@BOTH
def test_rows_that_the_file_has_no_columns_for_get_some(
    make_csv: Make, front_page: Page, tmp_path: Path, suffix: str
) -> None:
    batch = read_batch(make_csv(table(front_page)))
    record = batch.records[0].record
    more = (*record.rows(Group.DX), Row({"code": "E11.900", "name": "2型糖尿病", "source_text": "糖尿病"}))
    record = record.with_rows(Group.DX, more).with_value("contact_name", "李测（测试）")
    receipt = write_corrected(
        batch.source, [ExportRow(record, 2)], tmp_path / f"o{suffix}", added=[AddedColumn("备注甲")]
    )
    again = read_batch(receipt.path)
    assert again.records[0].record.text("dx[2].code") == "E11.900"
    assert again.records[0].record.text("contact_name") == "李测（测试）"
    assert [column.path for column in again.mapping][-4:] == ["contact_name", "dx[2].code", "dx[2].name", ""]


@BOTH
def test_removed_rows_leave_empty_cells(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    batch = read_batch(make_csv(table(front_page)))
    record = batch.records[0].record.with_rows(Group.OP, ())
    write_corrected(batch.source, [ExportRow(record, 2)], tmp_path / f"o{suffix}")
    assert read_batch(tmp_path / f"o{suffix}").records[0].record.rows(Group.OP) == ()


@BOTH
def test_split_rows_are_written_apart_once_edited(
    make_csv: Make, front_page: Page, tmp_path: Path, suffix: str
) -> None:
    page = front_page | {
        "其他诊断编码1": "I10.x00;E11.900",
        "其他诊断1": "高血压病;糖尿病",
        "其他诊断2": "",
        "其他诊断编码2": "",
    }
    batch = read_batch(make_csv(table(page)))
    write_corrected(batch.source, unchanged(batch), tmp_path / f"same{suffix}")
    assert cells(tmp_path / f"same{suffix}")[1] == batch.source.rows[0].cells
    record = batch.records[0].record.with_value("dx[2].code", "E11.901")
    write_corrected(batch.source, [ExportRow(record, 2)], tmp_path / f"o{suffix}")
    rows = read_batch(tmp_path / f"o{suffix}").records[0].record.rows(Group.DX)
    assert [row.text("code") for row in rows] == ["K35.900", "I10.x00", "E11.901"]


@BOTH
def test_repairs_of_damage_are_written_back(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    pages = [front_page | {"病案号": str(number)} for number in range(10000000, 10000020)]
    pages[3] |= {"病案号": "123456", "主要诊断": "阑尾\x04炎"}
    batch = read_batch(make_csv(table(*pages)))
    found = cells(write_corrected(batch.source, unchanged(batch), tmp_path / f"o{suffix}").path)
    row = dict(zip(found[0], found[4], strict=True))
    assert (row["病案号"], row["主要诊断"]) == ("00123456", "阑尾炎")


def test_changes_and_meta(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    key = batch.records[0].record.key
    change = ExportChange(key, "dx[0].code", "K35.900", "=K36", "BM-001", "赵编", "2026-11-23 09:00:00")
    path = tmp_path / "out.xlsx"
    write_corrected(batch.source, unchanged(batch), path, changes=[change], meta={"user": "赵编"})
    book = load_workbook(path)
    assert book.sheetnames[1:] == ["_changes", "_meta"]
    assert [cell.value for cell in book["_changes"][2]][1:7] == [
        "00123456",
        "1",
        "dx[0].code",
        "主要诊断编码",
        "K35.900",
        "=K36",
    ]
    assert book["_changes"].cell(2, 7).data_type == "s"
    meta = {row[0].value: row[1].value for row in book["_meta"].iter_rows(min_row=2)}
    assert (meta["layout"], meta["rows"], meta["file"], meta["user"]) == ("L4", "1", "batch.csv", "赵编")
    assert len(meta["sha256"]) == 64


def test_added_columns_are_not_imported_again(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    rows = [ExportRow(batch.records[0].record, 2, ("分组X", 1.25))]
    added = [AddedColumn("分组结果"), AddedColumn("试算")]
    write_corrected(batch.source, rows, tmp_path / "out.xlsx", added=added)
    again = read_batch(tmp_path / "out.xlsx")
    assert again.source.added == ("分组结果", "试算")
    assert [str(note) for note in again.notes] == []
    assert content(again.records[0].record) == content(batch.records[0].record)


def test_an_added_heading_may_not_mean_a_field(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    with pytest.raises(ValueError, match="主要诊断编码"):
        write_corrected(batch.source, unchanged(batch), tmp_path / "o.csv", added=[AddedColumn("主要诊断编码")])


def test_a_cell_too_long_for_excel_is_refused_with_its_place(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page | {"备注": "长" * 40_000})))
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(UserProblem) as caught:
        write_corrected(batch.source, unchanged(batch), path)
    assert caught.value.key == "export.too_long"
    assert (caught.value.where and caught.value.where.column) == "备注"
    assert path.read_bytes() == b"old"
    assert write_corrected(batch.source, unchanged(batch), tmp_path / "out.csv").rows == 1


def test_a_sign_that_excel_cannot_hold_is_refused(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    with pytest.raises(UserProblem) as caught:
        write_corrected(
            batch.source,
            [ExportRow(batch.records[0].record, 2, ("\ufffe",))],
            tmp_path / "o.xlsx",
            added=[AddedColumn("甲")],
        )
    assert caught.value.key == "export.not_in_excel"


def test_a_sign_the_encoding_lacks_is_refused_with_its_row(make_csv: Make, front_page: Page, tmp_path: Path) -> None:
    batch = read_batch(make_csv(table(front_page)))
    rows = [ExportRow(batch.records[0].record, 2, ("半\ud800",))]
    with pytest.raises(UserProblem) as caught:
        write_corrected(batch.source, rows, tmp_path / "out.csv", added=[AddedColumn("甲")])
    assert caught.value.key == "export.not_encodable"
    assert (caught.value.where and caught.value.where.row) == 2


@BOTH
def test_a_difference_after_writing_keeps_the_old_file(
    make_csv: Make, front_page: Page, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = read_batch(make_csv(table(front_page)))
    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"old")

    def lose(records: object, style: object) -> object:
        yield from [b"\xe7\x97\x85\r\n", b"x\r\n"]

    if suffix == ".csv":
        monkeypatch.setattr(export, "encode_records", lose)
    else:
        real = export.write_workbook
        monkeypatch.setattr(
            export, "write_workbook", lambda out, sheets, *rest: real(out, (sheets[1], *sheets[1:]), *rest)
        )
    with pytest.raises(UserProblem) as caught:
        write_corrected(batch.source, unchanged(batch), path)
    assert caught.value.key == "export.mismatch"
    assert path.read_bytes() == b"old"


@BOTH
def test_a_folder_that_cannot_be_written_is_said(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str) -> None:
    batch = read_batch(make_csv(table(front_page)))
    with pytest.raises(UserProblem) as caught:
        write_corrected(batch.source, unchanged(batch), tmp_path / "missing" / f"out{suffix}")
    assert caught.value.key == "export.cannot_write"


@BOTH
@pytest.mark.parametrize("at", [1, 450, 900])
def test_cancel_leaves_nothing(make_csv: Make, front_page: Page, tmp_path: Path, suffix: str, at: int) -> None:
    batch = read_batch(make_csv(table(*(front_page | {"病案号": str(number)} for number in range(300)))))
    path = tmp_path / f"out{suffix}"
    with pytest.raises(Cancelled):
        write_corrected(batch.source, unchanged(batch), path, progress=CancelAt(at))
    assert not path.exists()
    assert list(tmp_path.glob(".*.tmp")) == []


HOSTILE_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "'",
    '"',
    "＝",
    "＋",
    "－",
    "＠",
    "\x00",
    "_x0041_",
    "{=",
    "%",
    ";",
    ",",
)
HOSTILE_REST = (
    "1+1",
    "cmd|' /C calc'!A0",
    "SUM(A1:A9)",
    'HYPERLINK("http://x")',
    "病",
    "\x00",
    "\x1f",
    '"',
    "'",
    "_x000D_",
    "\r\n",
    "\ufffe",
    " ",
    "𠀀",
)


def hostile(count: int) -> list[str]:
    draw = random.Random(20261123)  # noqa: S311 - texts for a test
    return [
        draw.choice(HOSTILE_STARTS) + "".join(draw.choice(HOSTILE_REST) for _ in range(draw.randint(0, 3)))
        for _ in range(count)
    ]


@BOTH
def test_2000_hostile_texts_survive_and_stay_text(
    make_csv: Make, front_page: Page, tmp_path: Path, suffix: str
) -> None:
    texts = [text.replace("\ufffe", "\ufffd") if suffix == ".xlsx" else text for text in hostile(2000)]
    batch = read_batch(make_csv(table(front_page, *(front_page | {"病案号": f"A{n}"} for n in range(199)))))
    columns = [AddedColumn(f"甲{number}") for number in range(10)]
    rows = [
        ExportRow(entry.record, entry.row, tuple(texts[index * 10 : index * 10 + 10]))
        for index, entry in enumerate(batch.records)
    ]
    path = tmp_path / f"out{suffix}"
    write_corrected(batch.source, rows, path, added=columns)
    found = [cell for row in cells(path)[1:] for cell in (*row, *[""] * 10)[len(front_page) : len(front_page) + 10]]
    assert found == texts
    if suffix == ".csv":
        assert all(unguard(line) == line or line.startswith("'") for line in path.read_text("utf-8").splitlines())
    else:
        with ZipFile(path) as package:
            assert b"<f" not in b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
        assert {cell.data_type for row in load_workbook(path).worksheets[0].iter_rows() for cell in row} <= {"s", "n"}


VALUES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=6) | st.sampled_from(
    [
        "",
        "-",
        "1",
        "02",
        "男",
        "=1",
        "2026-04-01",
        "2026/4/1",
        "20260401083000",
        "12.50",
        "￥3",
        "1.0",
        "K35.900",
        "36.1",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                name: VALUES
                for name in (
                    "姓名",
                    "性别",
                    "出生日期",
                    "总费用",
                    "主要诊断",
                    "主要诊断编码",
                    "其他诊断1",
                    "手术编码1",
                    "切口愈合等级1",
                    "转科科别",
                    "备注",
                )
            }
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([".xlsx", ".csv"]),
)
def test_an_exported_batch_imports_equal(make_csv: Make, tmp_path: Path, pages: list[Page], suffix: str) -> None:
    rows = table(*({"病案号": f"A{number}", **page} for number, page in enumerate(pages)))
    batch = read_batch(make_csv(rows))
    write_corrected(batch.source, unchanged(batch), tmp_path / f"out{suffix}")
    again = read_batch(tmp_path / f"out{suffix}")
    assert [content(entry.record) for entry in again.records] == [content(entry.record) for entry in batch.records]
