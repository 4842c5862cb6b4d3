"""The rows of the review: a text, what the coder chose for it, how it stands; and their table model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.domain.coding import Band, Candidate, CodeKind
from app.services.types import TextGroup
from app.ui.widgets import CELL, Cell, Column, plain

_Index = QModelIndex | QPersistentModelIndex

COLUMNS = (
    Column("text", "医师原文", 150, stretch=True),
    Column("count", "次数", 52, align="right"),
    Column("code", "提议编码", 156),
    Column("name", "名称", 140, stretch=True),
    Column("reason", "依据", 150, stretch=True),
    Column("conflict", "不符", 150),
    Column("sure", "把握", 100),
)
ORDERS = (("count", "按次数"), ("sure", "按把握"), ("department", "按科室"))
"""What the review may be ordered by; never by weight or money."""


class Standing(StrEnum):
    """What has been decided about a text in this round."""

    OPEN = "open"
    TAKEN = "taken"
    MANUAL = "manual"


@dataclass(eq=False, slots=True)
class TextLine:
    """A text under review. ``chosen`` is what Enter would take; None until the coder picks one in 需人工."""

    group: TextGroup
    band: Band
    chosen: Candidate | None
    standing: Standing = Standing.OPEN

    @property
    def shown(self) -> Candidate | None:
        """The candidate the row shows: the chosen one, else the first."""
        return self.chosen or (self.group.candidates[0] if self.group.candidates else None)

    @property
    def is_pick(self) -> bool:
        """True when the coder chose another candidate than the program."""
        return self.chosen is not None and self.chosen.code != self.group.code


def line_of(group: TextGroup, *, manual: bool) -> TextLine:
    """Return a text as it comes from the service; ``manual``: the coder put it aside before."""
    band = Band.SEARCH if manual else Band(group.band)
    first = group.candidates[0] if group.candidates and band is not Band.SEARCH else None
    return TextLine(group, band, first)


def ordered(lines: Sequence[TextLine], order: str) -> list[TextLine]:
    """Return the lines by count, confidence or department, equal ones by count and text."""
    first: dict[str, Callable[[TextLine], tuple[float | str, ...]]] = {
        "count": lambda line: (),
        "sure": lambda line: (-line.group.score,),
        "department": lambda line: (line.group.departments[0][0] if line.group.departments else "",),
    }
    return sorted(lines, key=lambda line: (*first[order](line), -line.group.count, line.group.text))


def percent(score: float) -> str:
    """Return a confidence as whole percent, rounded down: nothing unconfirmed is 100 %."""
    return f"{min(int(score * 100), 99)}%"


class TextModel(QAbstractTableModel):
    """The lines of one band, drawn when they come into view."""

    def __init__(self, reason: Callable[[Candidate], str], conflict: Callable[[Candidate], str]) -> None:
        super().__init__()
        self.lines: list[TextLine] = []
        self._reason, self._conflict = reason, conflict

    def set_lines(self, lines: Sequence[TextLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def touch(self, lines: Sequence[TextLine]) -> None:
        """Draw lines again that changed, where they are shown."""
        for line in lines:
            if line in self.lines:
                row = self.lines.index(line)
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of texts."""
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Return the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the heading of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the cell, its words, or the whole text as tooltip of a cut one."""
        if not index.isValid() or role not in (CELL, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        cell = self._cell(self.lines[index.row()], COLUMNS[index.column()].key)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.text if COLUMNS[index.column()].key in ("text", "name", "reason", "conflict") else None
        return cell if role == CELL else plain(cell)

    def _cell(self, line: TextLine, key: str) -> Cell:
        shown = line.shown
        match key:
            case "text":
                note = "手术" if line.group.kind is CodeKind.PX else ""
                return Cell(line.group.text, note=note, changed=line.standing is Standing.TAKEN)
            case "count":
                return Cell(f"{line.group.count:,}", right=True)
            case "conflict":
                return self._standing(line, shown)
        return self._offer(line, shown, key) if shown else Cell()

    def _offer(self, line: TextLine, shown: Candidate, key: str) -> Cell:
        if key == "reason":
            return Cell(self._reason(shown), tone="fg_secondary", small=True)
        if key == "sure":
            is_open = line.standing is Standing.OPEN
            return Cell(percent(shown.score), fill=shown.score, fill_role="proposed") if is_open else Cell()
        return self._code(line, shown, key)

    @staticmethod
    def _code(line: TextLine, shown: Candidate, key: str) -> Cell:
        offered = line.chosen is not None and line.standing is Standing.OPEN
        muted = line.chosen is None or line.standing is Standing.MANUAL
        cell = Cell(shown.code if key == "code" else shown.name, tone="fg_muted" if muted else "fg")
        return replace(cell, code=True, proposed=offered) if key == "code" else cell

    def _standing(self, line: TextLine, shown: Candidate | None) -> Cell:
        if line.standing is Standing.TAKEN:
            return Cell("已确认", tone="ok", icon="passed", small=True)
        if line.standing is Standing.MANUAL:
            return Cell("转人工", tone="fg_muted", icon="manual", small=True)
        conflict = self._conflict(shown) if shown else ""
        return Cell(conflict, tone="warn", icon="ph.warning", small=True) if conflict else Cell()
