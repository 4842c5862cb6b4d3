"""Rows of the lists of the import: what is wrong with a row of the file, and where a stored case differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.common.texts import text
from app.domain.findings import Severity
from app.ui.masking import masking
from app.ui.pages.import_batch.fields import field_label
from app.ui.widgets import Cell, Column

if TYPE_CHECKING:
    from app.domain.case import CaseRecord
    from app.services.imports import ImportPreview

_OWN_REPAIRS: Final = frozenset({"split", "id_type", "marital_code"})
_SPELLING: Final = frozenset(
    {"label", "date_form", "excel_date", "number_form", "money_form", "list_form", "unit", "width", "placeholder"}
    | {"leading_zero", "id_type", "code_form"}
)
"""Repairs that only spell a value as the front page does; they happen in nearly every row."""
_LONGEST: Final = 80


class LineKind(StrEnum):
    """How grave a line is; the order is the order of display."""

    REJECT = "reject"
    BLANK = "blank"
    REPAIR = "repair"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Line:
    """One cell (or row) of the file with what is wrong and what happens to it."""

    kind: LineKind
    row: int
    record_no: str
    column: str
    value: str
    problem: str
    outcome: str

    def __repr__(self) -> str:
        return f"Line({self.kind}, {self.row}, ‹redacted›)"


LINE_COLUMNS: Final = (
    Column("row", "行", 52, align="right", least=40),
    Column("record_no", "病案号", 92, least=80),
    Column("column", "列", 130, least=92),
    Column("value", "文件中的值", 160, least=110),
    Column("problem", "问题", 180, stretch=True, least=130),
    Column("outcome", "处理", 210, least=120),
)
_TINTS: Final = {LineKind.REJECT: Severity.ERROR, LineKind.BLANK: Severity.ERROR, LineKind.REPAIR: Severity.WARN}


def lines_of(preview: ImportPreview) -> list[Line]:
    """Return every line of a preview: rejected rows, unread cells, repairs, then mere spelling."""
    lines = [*_rejects(preview), *_blanks(preview), *_repairs(preview)]
    order = list(LineKind)
    return sorted(lines, key=lambda line: (order.index(line.kind), line.row))


def line_cell(key: str, line: Line) -> Cell:
    """Return a cell of the list of lines."""
    match key:
        case "row":
            return Cell(str(line.row), "fg_muted", right=True)
        case "record_no":
            return Cell(line.record_no or "—", code=True)
        case "value":
            return Cell(line.value[:_LONGEST] or "（空）", code=True, severity=_TINTS.get(line.kind))
        case "outcome":
            repaired = line.kind in (LineKind.REPAIR, LineKind.SPELLING)
            return Cell(line.outcome[:_LONGEST], "accent" if repaired else "fg_secondary")
        case _:
            return Cell(str(getattr(line, key)))


def _rejects(preview: ImportPreview) -> Iterator[Line]:
    for reject in preview.batch.rejects:
        problem, at = reject.problem, reject.where
        told = f"{problem.message}{problem.advice}"
        yield Line(LineKind.REJECT, reject.row, "", at.column, "", told, "整行不导入，列入退回清单")


def _blanks(preview: ImportPreview) -> Iterator[Line]:
    for one in preview.batch.records:
        for problem in one.problems:
            what = text(f"values.problem.{problem.kind}")
            number = _number(one.record)
            kept = "原文保留，记为待补"
            yield Line(LineKind.BLANK, one.row, number, problem.where.column, problem.text, what, kept)


def _repairs(preview: ImportPreview) -> Iterator[Line]:
    for one in preview.batch.records:
        for repair in one.repairs:
            area = "import" if repair.kind in _OWN_REPAIRS else "values"
            what = text(f"{area}.repair.{repair.kind}")
            kind = LineKind.SPELLING if repair.kind in _SPELLING else LineKind.REPAIR
            outcome = f"改为 {repair.after}" if repair.after else "改为空"
            column = repair.where.column or field_label(repair.path)
            before = masking().value(repair.path, repair.before)
            yield Line(kind, one.row, _number(one.record), column, before, what, masking().words(outcome))


def _number(record: CaseRecord) -> str:
    return record.text("record_no")
