"""Rows that become records, rows that are sent back, cells that are kept as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from app.common.errors import Cancelled, UserProblem, Where
from app.common.progress import CancelAt
from app.domain.field import Group
from app.exchange.batch import Batch, ImportSettings, read_batch, read_source
from app.exchange.decisions import DAY_FIRST, FEN
from app.exchange.mapping import Profile
from app.exchange.source import Source

Make = Callable[..., Path]
Page = dict[str, str]


def batch_of(make: Make, *pages: Page, **options: object) -> Batch:
    return read_batch(make([list(pages[0]), *(list(page.values()) for page in pages)]), **options)


def numbered(page: Page, *numbers: str) -> list[Page]:
    return [page | {"病案号": number} for number in numbers]


def test_text_goes_to_name_and_stays_as_the_physicians(make_csv: Make, front_page: Page) -> None:
    record = batch_of(make_csv, front_page | {"主要诊断": " 阑尾炎（急性）\x04 "}).records[0].record
    assert record.text("dx[0].name") == record.text("dx[0].source_text") == "阑尾炎（急性）"


def test_columns_are_those_of_the_file(make_csv: Make, front_page: Page) -> None:
    columns = batch_of(make_csv, front_page).records[0].record.columns
    assert columns is not None
    assert {"sex", "dx[].code", "dx[].source_text", "op[].date"} <= columns
    assert "id_type" not in columns


def test_id_type_is_derived_with_a_record(make_csv: Make, front_page: Page) -> None:
    entry = batch_of(make_csv, front_page).records[0]
    assert entry.record.text("id_type") == "1"
    assert [(repair.kind, repair.after) for repair in entry.repairs] == [("id_type", "1")]
    assert batch_of(make_csv, front_page | {"身份证号": "H1234567"}).records[0].record.value("id_type") is None


def test_id_type_of_the_file_wins(make_csv: Make, front_page: Page) -> None:
    assert batch_of(make_csv, front_page | {"证件类别": ""}).records[0].record.value("id_type") is None


def test_key_never_holds_nothing(make_csv: Make, front_page: Page) -> None:
    assert batch_of(make_csv, front_page).records[0].record.value("org_code") == ""
    settings = ImportSettings(org_code="45608783X")
    assert batch_of(make_csv, front_page, settings=settings).records[0].record.key.org_code == "45608783X"


def test_bad_rows_are_sent_back_and_good_ones_go_on(make_csv: Make, front_page: Page) -> None:
    pages = [
        front_page,
        front_page | {"病案号": ""},
        front_page | {"病案号": "2", "入院时间": "上周二"},
        dict(front_page),
        front_page | {"病案号": "3"},
        front_page | {"病案号": "4", "入院时间": ""},
        front_page | {"病案号": "1.23E+10"},
    ]
    batch = batch_of(make_csv, *pages)
    assert [entry.row for entry in batch.records] == [2, 6, 7]
    assert [(reject.row, reject.problem.key) for reject in batch.rejects] == [
        (3, "import.row_no_number"),
        (4, "import.row_bad_admission"),
        (5, "import.row_duplicate"),
        (8, "import.row_bad_number"),
    ]
    assert batch.rejects[1].where == Where("batch.csv", "", 4, "入院时间")
    assert "第 2 行" in str(batch.rejects[2].problem)
    assert batch.read == len(batch.records) + len(batch.rejects)


def test_a_shifted_row_is_sent_back(make_csv: Make, front_page: Page) -> None:
    path = make_csv([list(front_page), [*front_page.values(), "多出"], ["2", *list(front_page.values())[1:], ""]])
    batch = read_batch(path)
    assert [reject.problem.key for reject in batch.rejects] == ["import.row_shifted"]
    assert len(batch.records) == 1


def test_another_admission_is_another_case(make_csv: Make, front_page: Page) -> None:
    assert len(batch_of(make_csv, front_page, front_page | {"住院次数": "2"}).records) == 2


def test_bad_cells_are_kept_as_text(make_csv: Make, front_page: Page) -> None:
    entry = batch_of(make_csv, front_page | {"性别": "未知数", "总费用": "很多", "主要诊断编码": "？"}).records[0]
    assert [entry.record.value(path) for path in ("sex", "fee_total", "dx[0].code")] == [None] * 3
    assert entry.record.head.raw == {"sex": "未知数", "fee_total": "很多"}
    assert {(problem.path, problem.where.column) for problem in entry.problems} == {
        ("sex", "性别"),
        ("fee_total", "总费用"),
        ("dx[0].code", "主要诊断编码"),
    }


def test_dashes_are_remembered(make_csv: Make, front_page: Page) -> None:
    head = batch_of(make_csv, front_page | {"健康卡号": "-"}).records[0].record.head
    assert head.get("health_card_no") is None
    assert "health_card_no" in head.dashes


def test_gaps_between_diagnoses_stay(make_csv: Make, front_page: Page) -> None:
    page = front_page | {"主要诊断": "", "主要诊断编码": "", "入院病情": "", "其他诊断2": "-", "其他诊断3": "糖尿病"}
    rows = batch_of(make_csv, page).records[0].record.rows(Group.DX)
    assert [row.text("name") for row in rows] == ["", "高血压病", "", "糖尿病"]
    assert "name" in rows[2].dashes


def test_several_codes_in_one_cell_become_rows(make_csv: Make, front_page: Page) -> None:
    page = front_page | {"其他诊断1": "高血压病；糖尿病", "其他诊断编码1": "I10.x00；E11.900"}
    entry = batch_of(make_csv, page).records[0]
    rows = entry.record.rows(Group.DX)
    assert [(row.text("code"), row.text("name"), row.text("source_text")) for row in rows[1:]] == [
        ("I10.x00", "高血压病", "高血压病"),
        ("E11.900", "糖尿病", "糖尿病"),
    ]
    assert entry.problems == ()
    assert "split" in [repair.kind for repair in entry.repairs]


def test_several_codes_with_one_name(make_csv: Make, front_page: Page) -> None:
    rows = (
        batch_of(make_csv, front_page | {"其他诊断编码1": "I10.x00|E11.900|J18.900"}).records[0].record.rows(Group.DX)
    )
    assert [row.text("code") for row in rows[1:]] == ["I10.x00", "E11.900", "J18.900"]
    assert [row.text("name") for row in rows[1:]] == ["高血压病", "", ""]


def test_lost_zeros_of_record_numbers_come_back(make_csv: Make, make_xlsx: Make, front_page: Page) -> None:
    for make in (make_csv, make_xlsx):
        batch = batch_of(
            make,
            *numbered(front_page, "00123456", "10123457", "123458", "00123459", *map(str, range(20000000, 20000040))),
        )
        assert batch.records[2].record.text("record_no") == "00123458"
        repair = next(repair for repair in batch.records[2].repairs if repair.path == "record_no")
        assert (repair.kind, repair.before, repair.after) == ("leading_zero", "123458", "00123458")
        assert any(note.key == "zeros_filled" for note in batch.notes)


@pytest.mark.parametrize(
    "numbers", [("1", "22", "333", "4444"), ("12345678", "A234567", "12345679"), ("12345678",) * 1 + ("1",)]
)
def test_numbers_of_many_lengths_are_left_alone(make_csv: Make, front_page: Page, numbers: tuple[str, ...]) -> None:
    batch = batch_of(make_csv, *numbered(front_page, *numbers))
    assert [entry.record.text("record_no") for entry in batch.records] == list(numbers)


def test_day_and_month_are_settled_by_the_column(make_csv: Make, front_page: Page) -> None:
    pages = [front_page | {"病案号": str(day), "入院时间": f"{day:02}/06/2026"} for day in (5, 25)]
    batch = batch_of(make_csv, *pages)
    assert [entry.record.value("admit_time") for entry in batch.records] == [
        datetime(2026, 6, 5),
        datetime(2026, 6, 25),
    ]
    assert batch.questions == ()


def test_day_and_month_are_asked_once(make_csv: Make, front_page: Page) -> None:
    pages = [front_page | {"病案号": str(day), "出院时间": f"{day:02}/06/2026"} for day in (5, 6)]
    batch = batch_of(make_csv, *pages)
    assert [(question.heading, question.answer) for question in batch.questions] == [("出院时间", "")]
    assert batch.records[0].record.head.raw == {"discharge_time": "05/06/2026"}
    answered = batch_of(make_csv, *pages, profile=Profile({}, {batch.questions[0].id: DAY_FIRST}))
    assert answered.records[0].record.value("discharge_time") == datetime(2026, 6, 5)
    assert answered.questions[0].answer == DAY_FIRST


def test_fen_is_asked_and_then_converted(make_csv: Make, front_page: Page) -> None:
    pages = [page | {"总费用": "561771", "西药费": "5617.71"} for page in numbered(front_page, "1", "2", "3")]
    batch = batch_of(make_csv, *pages)
    assert [question.kind for question in batch.questions] == ["fee_unit"]
    assert batch.records[0].record.value("fee_total") == 56177100
    answered = batch_of(make_csv, *pages, profile=Profile({}, {batch.questions[0].id: FEN}))
    assert answered.records[0].record.value("fee_total") == 561771


def test_old_marital_codes(make_csv: Make, front_page: Page) -> None:
    old = front_page | {"婚姻": "3", "入院时间": "2018-01-01", "出院时间": "2018-01-05"}
    assert batch_of(make_csv, old).records[0].record.text("marital_status") == "4"
    assert batch_of(make_csv, front_page | {"婚姻": "3"}).records[0].record.text("marital_status") == "3"


def test_a_file_without_record_numbers_is_refused(make_csv: Make) -> None:
    with pytest.raises(UserProblem) as caught:
        read_batch(
            make_csv([["姓名", "性别", "出生日期", "入院时间"], ["王测（测试）", "1", "1980-01-01", "2026-01-01"]])
        )
    assert caught.value.key == "import.no_key_column"


def test_numbers_dates_and_truth_of_a_workbook(make_xlsx: Make, front_page: Page) -> None:
    page: dict[str, object] = front_page | {
        "病案号": 26000001,
        "住院次数": 2.0,
        "入院时间": datetime(2026, 4, 1, 8, 30),
        "出生日期": datetime(1980, 5, 6),
        "总费用": 5617.71,
        "手术及操作编码1": 36.1,
    }
    entry = read_batch(make_xlsx([list(page), list(page.values())])).records[0]
    record = entry.record
    assert record.text("record_no") == "26000001"
    assert record.value("admission_count") == 2
    assert record.value("admit_time") == datetime(2026, 4, 1, 8, 30)
    assert record.value("fee_total") == 561771
    assert [(problem.kind, problem.path) for problem in entry.problems] == [("numeric_code", "op[0].code")]


def test_excel_97(make_xls: Make, front_page: Page) -> None:
    page: dict[str, object] = front_page | {"总费用": 5617.71, "住院次数": 1.0}
    record = read_batch(make_xls([["标题"], list(page), list(page.values())])).records[0].record
    assert (record.text("record_no"), record.value("fee_total")) == ("00123456", 561771)
    assert record.text("dx[0].name") == "急性阑尾炎"


def test_the_same_source_gives_the_same_batch(make_xlsx: Make, front_page: Page) -> None:
    batch = batch_of(make_xlsx, front_page)
    again = read_source(Source.from_json(batch.source.to_json()))
    assert [entry.record for entry in again.records] == [entry.record for entry in batch.records]


def test_a_damaged_source_is_refused() -> None:
    for text in ("", "{}", "[]", '{"version": 1}'):
        with pytest.raises(UserProblem):
            Source.from_json(text)


@pytest.mark.parametrize("at", [1, 250, 301, 700, 1000])
def test_cancel_at_any_step(make_csv: Make, front_page: Page, at: int) -> None:
    path = make_csv([list(front_page), *(list(page.values()) for page in numbered(front_page, *map(str, range(2000))))])
    with pytest.raises(Cancelled):
        read_batch(path, progress=CancelAt(at))


def test_values_never_show_in_a_repr(make_csv: Make, front_page: Page) -> None:
    batch = batch_of(make_csv, front_page | {"性别": "秘密甲", "总费用": "￥5,617.71"})
    shown = repr(batch.records[0].problems) + repr(batch.records[0].repairs) + repr(batch.source)
    assert "秘密甲" not in shown
    assert "5617" not in shown
    assert "王测" not in shown
