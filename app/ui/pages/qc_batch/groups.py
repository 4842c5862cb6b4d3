"""The left list: rules by hits, departments, coders. ↑↓ choose, and the middle follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from app.services.qc_batch_types import GroupKind, GroupLine, QcGroup
from app.ui.theme import theme
from app.ui.widgets import LINE, SideDelegate, SideList
from app.ui.widgets.painting import draw_icon, severity_icon, severity_word

FIRST: Final = 10
"""Rules shown before 全部 is asked for."""
_SECTIONS: Final = {GroupKind.RULE: "按规则（命中数）", GroupKind.DEPT: "按科室", GroupKind.CODER: "按编码员"}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class More:
    """The line that shows the rules which are folded away."""

    rules: int

    def __str__(self) -> str:
        return f"全部 {self.rules:,} 条规则"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that chooses a group."""

    line: GroupLine

    def __str__(self) -> str:
        line = self.line
        rule = line.group.key if line.group.kind is GroupKind.RULE else ""
        severity = severity_word(line.severity) if line.severity else ""
        return " ".join(part for part in (severity, rule, line.title, line.note, f"{line.count:,}") if part)


_Line = str | Entry | More


def _lines(groups: Sequence[GroupLine], *, unfolded: bool, keep: QcGroup | None) -> list[_Line]:
    """Return headings and groups; the rules after the first are folded away unless ``keep`` is one of them."""
    lines: list[_Line] = []
    for kind in GroupKind:
        mine = [one for one in groups if one.group.kind is kind]
        if not mine:
            continue
        first = mine if unfolded or kind is not GroupKind.RULE else mine[:FIRST]
        kept = [one for one in mine[len(first) :] if one.group == keep]
        lines += [_SECTIONS[kind], *(Entry(one) for one in (*first, *kept))]
        if len(first) + len(kept) < len(mine):
            lines.append(More(len(mine)))
    return lines


class _Delegate(SideDelegate):
    """Draws a group with severity, rule, words, note and number."""

    def draw(self, painter: QPainter, room: QRect, line: object, *, chosen: bool) -> None:
        """Draw one line inside its pill."""
        if isinstance(line, More):
            painter.setFont(theme().font("body"))
            painter.setPen(theme().colour("accent"))
            painter.drawText(room, _LEFT, str(line))
        elif isinstance(line, Entry):
            self._draw_group(painter, room, line.line, bold=chosen)

    def _draw_group(self, painter: QPainter, room: QRect, line: GroupLine, *, bold: bool) -> None:
        px, colour = theme().px, theme().colour
        painter.setFont(theme().font("body"))
        painter.setPen(colour("fg"))
        count = f"{line.count:,}"
        painter.drawText(room, _RIGHT, count)
        end = room.right() - painter.fontMetrics().horizontalAdvance(count) - px(8)
        if line.note:
            painter.setFont(theme().font("caption"))
            painter.setPen(colour("fg_muted"))
            painter.drawText(QRect(room.left(), room.top(), end - room.left(), room.height()), _RIGHT, line.note)
            end -= painter.fontMetrics().horizontalAdvance(line.note) + px(8)
        left = room.left()
        if line.severity:
            left = draw_icon(painter, left, room, severity_icon(line.severity), str(line.severity), 13) + px(6)
            painter.setFont(theme().font("code"))
            painter.setPen(colour("fg_secondary"))
            painter.drawText(room.adjusted(left - room.left(), 0, 0, 0), _LEFT, line.group.key)
            left += px(58)
        font = theme().font("body", bold=bold)
        painter.setFont(font)
        painter.setPen(colour("fg"))
        space = QRect(left, room.top(), max(0, end - left), room.height())
        shown = painter.fontMetrics().elidedText(line.title, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, _LEFT, shown)


class GroupList(SideList):
    """The list of groups. ``chosen(group)`` when another one is chosen; ``unfolded`` when all rules are wanted."""

    chosen = Signal(object)
    unfolded = Signal()

    def __init__(self) -> None:
        super().__init__("规则、科室与编码员", "qc_groups", _Delegate)
        self.stepped.connect(self._on_stepped)

    @property
    def current(self) -> QcGroup | None:
        """The chosen group."""
        return self.line.line.group if isinstance(self.line, Entry) else None

    @property
    def _entries(self) -> list[tuple[int, GroupLine]]:
        return [(row, one.line) for row, one in enumerate(self.side.lines) if isinstance(one, Entry)]

    def line_of(self, group: QcGroup) -> GroupLine | None:
        """Return the entry of a group, None for one that is not shown."""
        return next((line for _, line in self._entries if line.group == group), None)

    def show_groups(self, groups: Sequence[GroupLine], current: QcGroup | None, *, unfolded: bool) -> QcGroup | None:
        """Show groups, silently, and return the one that is chosen then: ``current``, else the first."""
        self.side.show(_lines(groups, unfolded=unfolded, keep=current))
        rows = self._entries
        first = rows[0][0] if rows else -1
        self.choose_silently(next((row for row, line in rows if line.group == current), first))
        return self.current

    def step(self, by: int) -> None:
        """Choose the next group of the list, or the one before; the ends meet."""
        rows = [row for row, _ in self._entries]
        if rows:
            now = self.currentIndex().row()
            at = rows.index(now) if now in rows else -1
            self.setCurrentIndex(self.side.index(rows[(at + by) % len(rows)]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter on the last line unfolds the rules."""
        is_enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
        if is_enter and isinstance(self.line, More):
            self.unfolded.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the last line unfolds the rules."""
        super().mouseReleaseEvent(event)
        if isinstance(self.indexAt(event.position().toPoint()).data(LINE), More):
            self.unfolded.emit()

    def _on_stepped(self, line: object) -> None:
        if isinstance(line, Entry):
            self.chosen.emit(line.line.group)
