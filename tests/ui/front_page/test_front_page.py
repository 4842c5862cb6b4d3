"""The front page on paper: every value of a record, in order, on two sides; more pages for more rows; masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.case import CaseRecord, Row
from app.domain.dictionaries import dictionary
from app.domain.field import FieldType, Group
from app.domain.fields import FEE_CATEGORIES, field
from app.services.demo_cases import invent
from app.ui.front_page.card import Printout
from app.ui.front_page.form import Form, Line, Table, form_of
from app.ui.front_page.pages import Marks
from app.ui.printing import PAGE, pdf_from, print_pages


@pytest.fixture(scope="module")
def record() -> CaseRecord:
    """Return an invented stay with an operation."""
    found = invent(60, today=date(2026, 11, 23), seed=4711)
    return next(one.record for one in found if one.record.rows(Group.OP) and one.record.value("discharge_time"))


def words(form: Form) -> Iterator[str]:
    """Yield every word of a form as printed."""
    for part in (*form.head, *(part for side in form.sides for part in side)):
        match part:
            case Line():
                for item in part.items:
                    yield from (item.label, item.text, item.legend)
            case Table():
                for row in part.rows:
                    yield from row


def picture(printout: Printout, number: int) -> QImage:
    image = QImage(PAGE.toSize(), QImage.Format.Format_Grayscale8)
    image.fill(QColor("white"))
    painter = QPainter(image)
    printout.draw(painter, number)
    painter.end()
    return image


def test_every_value_of_the_form_is_printed(record: CaseRecord) -> None:
    printed = "\n".join(words(form_of(record)))
    for path in ("org_name", "patient_name", "id_no", "current_address", "contact_phone", "record_no", "attending"):
        assert record.text(path) in printed
    assert dictionary("D-DEPT").label(record.text("admit_dept")) in printed
    for row in record.rows(Group.DX):
        assert row.text("name") in printed
    for _, fees in FEE_CATEGORIES:
        assert all(field(path).label in printed for path in fees)


def test_codes_stand_in_boxes_with_their_legend(record: CaseRecord) -> None:
    boxed = {item.label: item for part in form_of(record).sides[0] if isinstance(part, Line) for item in part.items}
    assert boxed["性别"].boxed
    assert boxed["性别"].text == record.text("sex")
    assert boxed["性别"].legend.startswith("1.男　2.女")


def test_more_rows_than_the_form_has_lines_all_go_to_paper(record: CaseRecord, qapp: object) -> None:
    many = record.with_rows(Group.DX, tuple(Row({"name": f"诊断{n:02d}", "code": f"A{n:02d}.000"}) for n in range(60)))
    many = many.with_rows(Group.OP, tuple(Row({"name": f"手术{n:02d}", "code": f"00.{n:02d}"}) for n in range(40)))
    printout = Printout.of(many, Marks(), masked=False)
    printed = "\n".join(words(printout.form))
    assert all(f"诊断{n:02d}" in printed and f"A{n:02d}.000" in printed for n in range(60))
    assert len(printout.sheets) > 2
    drawn = [
        (strip.part, strip.row) for sheet in printout.sheets for strip in sheet.strips if isinstance(strip.part, Table)
    ]
    assert {row for part, row in drawn if part is drawn[0][0] and row >= 0} == set(range(30))
    assert all(sum(strip.height for strip in sheet.strips) <= PAGE.height() - 90 for sheet in printout.sheets)


def test_masking_hides_who_it_is_and_nothing_else(record: CaseRecord) -> None:
    named = record.with_value("health_card_no", "XJK0001234567")
    open_words, hidden = "\n".join(words(form_of(named))), "\n".join(words(form_of(named, mask=True)))
    for path in ("patient_name", "id_no", "contact_name", "contact_phone", "current_address", "health_card_no"):
        assert named.text(path) in open_words
        assert named.text(path) not in hidden
    number = record.text("id_no")
    assert number[:4] + "*" * 10 + number[-4:] in hidden
    assert record.rows(Group.DX)[0].text("name") in hidden


def test_the_pdf_has_its_fonts_inside_and_the_mark_of_what_is_not_submitted(record: CaseRecord, qapp: object) -> None:
    printout = Printout.of(record, Marks("未提交 · 编码中", "王敏（测试） 打印于 2026-11-23 10:31"), masked=False)
    data = pdf_from("住院病案首页", lambda device: print_pages(device, len(printout.sheets), printout.draw))
    assert data.startswith(b"%PDF")
    assert b"/FontFile" in data
    assert data.count(b"/Type /Page\n") == 2
    stamped, plain = picture(printout, 1), picture(replace(printout, marks=Marks()), 1)
    assert stamped != plain


def test_a_blank_and_an_unreadable_record_are_printed_too(qapp: object) -> None:
    odd = CaseRecord(
        Row({}, {"birth_date": "不详日期", "sex": "男？"}, frozenset({"health_card_no"})),
        {Group.DX: (Row({"source_text": "很长的诊断" * 60}),)},
    )
    printout = Printout.of(odd, Marks(), masked=True)
    printed = list(words(printout.form))
    assert "不详日期" in printed
    assert "男？" in printed
    assert len(printout.sheets) == 2
    assert picture(printout, 1).height() == PAGE.toSize().height()


def test_no_money_is_called_twice() -> None:
    fees = [path for _, paths in FEE_CATEGORIES for path in paths]
    assert len(fees) == len(set(fees))
    assert all(field(path).type is FieldType.MONEY for path in fees)
