"""The left column: layers, classes and states of rules with their counts. ↑↓ choose, and the list follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.qc.layers import Layer, RuleStatus
from app.services.rule_types import RuleLine
from app.ui.theme import theme
from app.ui.widgets.painting import draw_focus_ring

_Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.ItemDataRole.UserRole + 1
LAYERS: Final = (("base", "国家与行业基础"), ("hospital", "本院规则"), ("department", "科室例外"))
DATA: Final = "data:all"
"""The branch of lists and parameters."""
STATES: Final = (
    ("draft", "草稿"),
    ("off", "已停用"),
    ("expired", "已过期"),
    ("broken", "无法运行"),
    ("changed", "本院改过"),
)


@dataclass(frozen=True, slots=True)
class Branch:
    """A line that chooses rules. ``key`` is ``layer:base``, ``class:逻辑`` or ``state:draft``; '' for a heading."""

    key: str
    label: str
    count: int = 0


def branches(lines: Sequence[RuleLine], data: int) -> tuple[Branch, ...]:
    """Return the lines of the column; states that no rule has are left out, but drafts. ``data``: lists, parameters."""
    found = [Branch("", "层级")]
    found += [Branch(f"layer:{key}", label, _count(lines, f"layer:{key}")) for key, label in LAYERS]
    found.append(Branch("", "分类"))
    classes = dict.fromkeys(line.category for line in lines)
    found += [Branch(f"class:{name}", name, _count(lines, f"class:{name}")) for name in classes]
    states = [Branch(f"state:{key}", label, _count(lines, f"state:{key}")) for key, label in STATES]
    found += [Branch("", "状态"), *(state for state in states if state.count or state.key == "state:draft")]
    return (*found, Branch("", "数据"), Branch(DATA, "名单与参数", data))


def belongs(line: RuleLine, key: str) -> bool:
    """Tell whether a rule belongs to a line of the column."""
    kind, _, name = key.partition(":")
    if kind == "layer":
        return bool(line.departments) if name == Layer.DEPARTMENT else line.layer == name
    if kind == "class":
        return line.category == name
    if name == "draft":
        return line.has_draft or line.status is RuleStatus.DRAFT
    return line.changed if name == "changed" else line.status == name


def _count(lines: Sequence[RuleLine], key: str) -> int:
    return sum(belongs(line, key) for line in lines)


class _Model(QAbstractListModel):
    """Headings and branches in one list; headings cannot be chosen."""

    def __init__(self, parent: QListView) -> None:
        super().__init__(parent)
        self.branches: tuple[Branch, ...] = ()

    def show(self, lines: Sequence[Branch]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.branches = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """Return the number of lines."""
        return 0 if parent is not None and parent.isValid() else len(self.branches)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the line, or its words."""
        if not index.isValid():
            return None
        line = self.branches[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{line.label} {line.count:,}" if line.key else line.label
        return line if role == _LINE else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Only branches can be chosen."""
        if not index.isValid() or not self.branches[index.row()].key:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(0, theme().px(27))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        line: Branch = index.data(_LINE)
        box = QRect(option.rect)
        painter.save()
        if line.key:
            self._draw_branch(painter, box, line, option)
        else:
            painter.setFont(theme().font("caption"))
            painter.setPen(theme().colour("fg_muted"))
            room = box.adjusted(theme().px(16), 0, 0, -theme().px(3))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, line.label)
        painter.restore()

    def _draw_branch(self, painter: QPainter, box: QRect, line: Branch, option: QStyleOptionViewItem) -> None:
        px, colour = theme().px, theme().colour
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        pill = box.adjusted(px(8), 0, -px(8), 0)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("sel_bg" if chosen else "bg_hover"))
            painter.drawRoundedRect(QRectF(pill), 4, 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("fg_muted"))
        painter.drawText(pill.adjusted(0, 0, -px(8), 0), Qt.AlignmentFlag.AlignRight | middle, f"{line.count:,}")
        painter.setFont(theme().font("body", bold=chosen))
        painter.setPen(colour("fg"))
        painter.drawText(pill.adjusted(px(8), 0, -px(40), 0), Qt.AlignmentFlag.AlignLeft | middle, line.label)
        view = option.widget
        if chosen and isinstance(view, QListView) and view.hasFocus():
            draw_focus_ring(painter, pill)


class RuleTree(QListView):
    """The column. ``chosen(key)`` when another branch is chosen by key or mouse; ``entered`` on Enter."""

    chosen = Signal(str)
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setProperty("ground", "canvas")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("规则的层级、分类与状态")
        self.setObjectName("rule_tree")
        self.selectionModel().currentChanged.connect(self._on_current)

    @property
    def current(self) -> str:
        """The key of the chosen branch, '' before there are any."""
        line = self.currentIndex().data(_LINE)
        return line.key if isinstance(line, Branch) else ""

    @property
    def label(self) -> str:
        """The words of the chosen branch."""
        line = self.currentIndex().data(_LINE)
        return line.label if isinstance(line, Branch) else ""

    def show_lines(self, lines: Sequence[RuleLine], data: int, current: str) -> str:
        """Show the counts and choose a branch, silently; return the one that is chosen."""
        was = self.selectionModel().blockSignals(True)
        self._model.show(branches(lines, data))
        keys = [branch.key for branch in self._model.branches]
        at = keys.index(current) if current in keys else 1
        self.setCurrentIndex(self._model.index(at))
        self.selectionModel().blockSignals(was)
        self.viewport().update()
        return keys[at]

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        line = current.data(_LINE)
        if isinstance(line, Branch) and line.key:
            self.chosen.emit(line.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on to the list."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: letters are actions here."""
