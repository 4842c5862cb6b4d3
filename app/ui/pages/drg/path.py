"""The path as a list of two-line rows: mark, code and name, and the rule with the facts that decided below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.grouping import Step, StepOutcome
from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon

_Index = QModelIndex | QPersistentModelIndex
STEP = Qt.ItemDataRole.UserRole + 1
_DEPTH = {"mdc": 0, "adrg": 1, "drg": 2}
_MARKS = {
    StepOutcome.HIT: ("passed", "ok"),
    StepOutcome.MISS: ("failed", "fg_muted"),
    StepOutcome.NOT_TESTED: ("skipped", "fg_muted"),
}
_WORDS = {StepOutcome.HIT: "满足", StepOutcome.MISS: "未满足", StepOutcome.NOT_TESTED: "未判定"}
_ALWAYS = ("", "1", "always")
_NEAR = 4
"""Misses shown before a hit among the key steps."""


def key_steps(steps: Sequence[Step]) -> list[Step]:
    """Return the steps a reader needs: every hit, the last misses before it, all steps of the group entered."""
    kept: list[Step] = []
    waiting: list[Step] = []
    for step in steps:
        if step.outcome is StepOutcome.HIT or step.level == "drg":
            near = [one for one in waiting if one.level == step.level][-_NEAR:]
            kept += [*near, step]
            waiting = []
        else:
            waiting.append(step)
    return kept or list(steps[-2 * _NEAR :])


def second_line(step: Step) -> str:
    """Return the facts that decided, else the rule as written."""
    if step.facts:
        return "；".join(step.facts)
    return "前面各组都不满足时进入" if step.rule.strip() in _ALWAYS else step.rule


class StepModel(QAbstractListModel):
    """Steps in the order of trial."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps: list[Step] = []

    def show(self, steps: Sequence[Step]) -> None:
        """Show other steps."""
        self.beginResetModel()
        self.steps = list(steps)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of steps."""
        return 0 if parent is not None and parent.isValid() else len(self.steps)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the step, its words, or its rule and source as tooltip."""
        if not index.isValid() or index.row() >= len(self.steps):
            return None
        step = self.steps[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return f"{_WORDS[step.outcome]} {step.code} {step.name} {second_line(step)}".strip()
            case Qt.ItemDataRole.ToolTipRole:
                return f"{step.rule}\n{step.source}".strip()
            case _:
                return step if role == STEP else None


class StepDelegate(QStyledItemDelegate):
    """Paints a step."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return a row of two lines."""
        return QSize(0, theme().px(44))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw mark, title and rule, indented by level."""
        step = index.data(STEP)
        if not isinstance(step, Step):
            return
        px, colour = theme().px, theme().colour
        box = QRect(option.rect)
        hit = step.outcome is StepOutcome.HIT
        if hit:
            painter.fillRect(box, colour("accent_soft"))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, colour("sel_bg"))
            painter.fillRect(box.left(), box.top(), px(3), box.height(), colour("accent"))
        left = box.left() + px(12) + _DEPTH.get(step.level, 0) * px(16)
        upper = QRect(left, box.top() + px(3), box.right() - left - px(8), px(20))
        icon, role = _MARKS[step.outcome]
        draw_icon(painter, left, upper, icon, role, 13)
        words = upper.adjusted(px(21), 0, 0, 0)
        ink = "fg" if hit else "fg_secondary"
        self._line(painter, words, f"{step.code} {step.name}".strip(), "body", ink, bold=hit)
        lower = QRect(words.left(), box.top() + px(23), words.width(), px(18))
        self._line(painter, lower, second_line(step), "code", "fg_secondary" if hit else "fg_muted")

    @staticmethod
    def _line(painter: QPainter, box: QRect, words: str, kind: str, role: str, *, bold: bool = False) -> None:
        font = theme().font(kind, bold=bold)
        painter.setFont(font)
        painter.setPen(theme().colour(role))
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)


class StepList(QListView):
    """The list view of the path."""

    def __init__(self) -> None:
        super().__init__()
        self.path = StepModel(self)
        self.setModel(self.path)
        self.setItemDelegate(StepDelegate(self))
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("分组路径")

    def current(self) -> Step | None:
        """Return the chosen step."""
        row = self.currentIndex().row()
        return self.path.steps[row] if 0 <= row < len(self.path.steps) else None

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show steps; the last hit is chosen."""
        self.path.show(steps)
        hits = [row for row, step in enumerate(steps) if step.outcome is StepOutcome.HIT]
        if steps:
            self.setCurrentIndex(self.path.index(hits[-1] if hits else len(steps) - 1))

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""
