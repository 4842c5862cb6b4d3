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
    Column("text", "医师原文", 144, stretch=True, least=110),
    Column("count", "次数", 52, align="right", least=44),
    Column("code", "提议编码", 156, least=96),
    Column("name", "名称", 132, stretch=True, least=100),
    Column("reason", "依据", 136, stretch=True, least=80, spare=1),
    Column("conflict", "不符", 150, least=90),
    Column("sure", "把握", 100, least=78),
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
    """A text under review. ``chosen`` is what Enter would take; None until the coder picks one in 需人工.

    With ``together`` Enter takes all parts of a text that says several things; ``chosen`` is then the first of them.
    ``is_counted``: the answer has gone into the share of first answers that were taken.
    """

    group: TextGroup
    band: Band
    chosen: Candidate | None
    standing: Standing = Standing.OPEN
    together: bool = False
    is_counted: bool = False

    @property
    def shown(self) -> Candidate | None:
        """The candidate the row shows: the chosen one, else the first."""
        return self.chosen or (self.group.candidates[0] if self.group.candidates else None)

    @property
    def codes(self) -> tuple[str, ...]:
        """What Enter would write, () while nothing is chosen."""
        if self.together:
            return tuple(part.code for part in self.group.parts)
        return (self.chosen.code,) if self.chosen else ()

    @property
    def is_as_offered(self) -> bool:
        """True when the coder took what the program offers first: the code, or the set of codes."""
        return self.together or (self.chosen is not None and self.chosen.code == self.group.code)

    def choose(self, candidate: Candidate) -> None:
        """Let Enter take one code."""
        self.chosen, self.together = candidate, False

    def choose_together(self) -> None:
        """Let Enter take every part of the text."""
        self.chosen, self.together = self.group.parts[0], True


def line_of(group: TextGroup, *, manual: bool) -> TextLine:
    """Return a text as it comes from the service; ``manual``: the coder put it aside before."""
    band = Band.SEARCH if manual else Band(group.band)
    line = TextLine(group, band, None)
    if band is not Band.SEARCH and group.parts:
        line.choose_together()
    elif band is not Band.SEARCH and group.candidates:
        line.choose(group.candidates[0])
    return line


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
        self._rows: dict[int, int] = {}
        self._reason, self._conflict = reason, conflict

    def set_lines(self, lines: Sequence[TextLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = list(lines)
        self._rows = {id(line): row for row, line in enumerate(self.lines)}
        self.endResetModel()

    def touch(self, lines: Sequence[TextLine]) -> None:
        """Draw lines again that changed, where they are shown."""
        rows = [row for line in lines if (row := self._rows.get(id(line))) is not None]
        if rows:
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), len(COLUMNS) - 1))

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
        parts = line.group.parts if line.together else (shown,)
        words = "；".join(part.name for part in parts)
        if key == "code":
            words = shown.code if len(parts) == 1 else f"{shown.code} ＋{len(parts) - 1}"
        cell = Cell(words, tone="fg_muted" if muted else "fg")
        return replace(cell, code=True, proposed=offered) if key == "code" else cell

    def _standing(self, line: TextLine, shown: Candidate | None) -> Cell:
        if line.standing is Standing.TAKEN:
            return Cell("已确认", tone="ok", icon="passed", small=True)
        if line.standing is Standing.MANUAL:
            return Cell("转人工", tone="fg_muted", icon="manual", small=True)
        conflict = self._conflict(shown) if shown else ""
        return Cell(conflict, tone="warn", icon="ph.warning", small=True) if conflict else Cell()
