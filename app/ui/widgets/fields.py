"""Fields of the sheet: text on a ruled line, with the nine states of ui.md 1.3."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app.domain.findings import Severity
from app.ui.theme import theme
from app.ui.widgets.painting import draw_icon, draw_note_corner, severity_icon, severity_word


@dataclass(frozen=True, slots=True)
class FieldLook:
    """What is known about a value. Several can hold at once; ``why`` is what F1 and a screen reader say.

    ``score`` is the confidence of a proposal as shown (``98%``); ``code`` sets the code font; ``hint`` is the
    placeholder of an empty field. ``noted``: a sticky note is on it. ``was`` is an old value to be shown struck out
    behind the text ('' for one that was empty), None for none.
    """

    changed: bool = False
    proposed: bool = False
    score: str = ""
    severity: Severity | None = None
    computed: bool = False
    locked: bool = False
    not_applicable: bool = False
    code: bool = False
    why: str = ""
    hint: str = ""
    noted: bool = False
    was: str | None = None

    @property
    def editable(self) -> bool:
        """True when the user may type into the field."""
        return not (self.computed or self.locked or self.not_applicable)

    def words(self) -> str:
        """Return the state in words, for a screen reader."""
        said = [
            (self.changed, "已改"),
            (self.proposed, f"提议 {self.score}".strip()),
            (self.computed, "自动计算"),
            (self.locked, "已锁定"),
            (self.not_applicable, "不适用"),
            (self.noted, "有便签"),
            (self.was is not None, f"原为{self.was or '空'}"),
        ]
        parts = [word for holds, word in said if holds]
        if self.severity:
            parts.append(severity_word(self.severity))
        return "，".join([*parts, self.why] if self.why else parts)


class RuledField(QLineEdit):
    """A line edit on a rule. The page sets value and state by :meth:`show_value`; ``committed`` tells a new text.

    Committed by Enter, Tab or leaving the field, once, and only when the text is another one. Esc puts the old text
    back; when there is nothing to put back Esc goes on to the page. Enter moves to the next field.
    """

    committed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = FieldLook()
        self._shown = ""
        self._hint = ""
        self.setProperty("ruled", "true")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTextMargins(theme().px(2), 0, theme().px(2), 0)
        self.editingFinished.connect(self.commit)
        theme().changed.connect(self._on_theme_changed)
        self._dress()

    @property
    def look(self) -> FieldLook:
        """The state as last shown."""
        return self._look

    @property
    def shown(self) -> str:
        """The text as last shown by the page or committed by the user."""
        return self._shown

    def show_value(self, text: str, look: FieldLook | None = None) -> None:
        """Show a value and its state. Text that is being typed is not overwritten by the same old value."""
        look = look or FieldLook()
        shown = "不适用" if look.not_applicable else text
        if shown != self._shown or not self.isModified():
            self._put(shown)
        self._shown = shown
        if look != self._look:
            self._look = look
            self._dress()
        self.update()

    def _put(self, text: str) -> None:
        """Set the text; under the cursor it is selected, as if the focus had come after it."""
        if not self.hasFocus():
            self.setText(text)
            self.setCursorPosition(0)
        elif text != self.text():
            self.setText(text)
            self.selectAll()
        self.setModified(False)

    def commit(self) -> None:
        """Emit ``committed`` if the text differs from what was shown."""
        if self._look.editable and self.text() != self._shown:
            self._shown = self.text()
            self.setModified(False)
            self.committed.emit(self._shown)

    def revert(self) -> bool:
        """Put the shown text back; return whether there was anything to put back."""
        if self.text() == self._shown:
            return False
        self.setText(self._shown)
        self.selectAll()
        return True

    def help_text(self) -> str:
        """Return what F1 says about the state."""
        return self._look.words()

    def sizeHint(self) -> QSize:
        """Return a width for some ten characters at the height of the line."""
        return QSize(theme().px(100), theme().px(22))

    def minimumSizeHint(self) -> QSize:
        """Return the least width that still shows something."""
        return QSize(theme().px(20), theme().px(22))

    def event(self, event: QEvent) -> bool:
        """Let the window have Ctrl+Z and Ctrl+Y when there is nothing typed to undo here."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and not self.isModified():
            combined = event.keyCombination().toCombined()
            if combined in _UNDO_KEYS:
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the next field, Esc restores."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers():
            self.commit()
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Escape and self.revert():
            event.accept()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the text, however the focus came."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground, text, rule, marks and ring."""
        painter = QPainter(self)
        ground = self._ground()
        if ground:
            painter.fillRect(self.rect(), theme().colour(ground))
        painter.end()
        super().paintEvent(event)
        painter.begin(self)
        self._draw_rule(painter)
        self._draw_marks(painter)
        painter.end()

    def _ground(self) -> str:
        if self.hasFocus():
            return "bg_surface"
        if self._look.severity:
            return f"{self._look.severity}_bg"
        return "locked_bg" if self._look.locked or self._look.not_applicable else ""

    def _draw_rule(self, painter: QPainter) -> None:
        look = self._look
        if self.hasFocus():
            painter.setPen(QPen(theme().colour("focus"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        elif look.severity:
            painter.fillRect(0, self.height() - 2, self.width(), 2, theme().colour(str(look.severity)))
        elif look.proposed:
            self._draw_line(painter, "proposed", Qt.PenStyle.DashLine)
        elif look.computed:
            self._draw_line(painter, "line_strong", Qt.PenStyle.DotLine)
        else:
            self._draw_line(painter, "line", Qt.PenStyle.SolidLine)

    def _draw_line(self, painter: QPainter, role: str, style: Qt.PenStyle) -> None:
        painter.setPen(QPen(theme().colour(role), 1, style))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def _draw_marks(self, painter: QPainter) -> None:
        look, px = self._look, theme().px
        text_end = px(6) + self.fontMetrics().horizontalAdvance(self.text())
        if look.locked and not look.not_applicable:
            draw_icon(painter, self.width() - px(17), self.rect(), "locked", "fg_muted", 13)
        elif look.severity and not self.hasFocus():
            left = min(text_end, self.width() - px(15))
            draw_icon(painter, left, self.rect(), severity_icon(look.severity), str(look.severity), 12)
        elif look.proposed and not self.hasFocus():
            self._draw_proposal(painter, text_end)

        if look.noted:
            draw_note_corner(painter, self.rect())
        if look.was is not None and not self.hasFocus():
            self._draw_was(painter, text_end + (px(16) if look.severity else 0), look.was)

    def _draw_was(self, painter: QPainter, left: int, was: str) -> None:
        """Draw the old value struck out; what was empty is said in a word, which is not struck."""
        font = QFont(theme().font("caption"))
        font.setStrikeOut(bool(was))
        painter.setFont(font)
        painter.setPen(theme().colour("fg_muted"))
        box = QRect(left, 0, max(0, self.width() - left - theme().px(4)), self.height())
        shown = painter.fontMetrics().elidedText(was or "原空", Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _draw_proposal(self, painter: QPainter, text_end: int) -> None:
        left = draw_icon(painter, text_end + theme().px(4), self.rect(), "proposed", "proposed", 12) + theme().px(3)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("proposed"))
        box = QRect(left, 0, self.width() - left, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, f"提议 {self._look.score}".strip())

    def _dress(self) -> None:
        look = self._look
        self.setReadOnly(not look.editable)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus if not look.editable else Qt.FocusPolicy.StrongFocus)
        if look.hint != self._hint:  # words that were set otherwise stay
            self._hint = look.hint
            self.setPlaceholderText(look.hint)
        self.setFont(self._font())
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Text, theme().colour(self._ink()))
        self.setPalette(palette)
        self.setAccessibleDescription(look.words())

    def _font(self) -> QFont:
        return theme().font("code" if self._look.code else "body")

    def _ink(self) -> str:
        look = self._look
        if look.proposed:
            return "proposed"
        if look.not_applicable:
            return "fg_muted"
        return "computed_fg" if look.computed or look.locked else "fg"

    def _on_theme_changed(self) -> None:
        self._dress()
        self.updateGeometry()


_UNDO_KEYS = {
    (Qt.Modifier.CTRL | Qt.Key.Key_Z).toCombined(),
    (Qt.Modifier.CTRL | Qt.Key.Key_Y).toCombined(),
    (Qt.Modifier.CTRL | Qt.Modifier.SHIFT | Qt.Key.Key_Z).toCombined(),
}


_MARGIN = 8


class FieldBox(QWidget):
    """A muted label and its field on one line; draws the blue bar of a changed value in its 8 px left margin."""

    def __init__(self, label: str, field: RuledField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.field = field
        field.setParent(self)
        field.setAccessibleName(label)
        self.setFocusProxy(field)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def label_width(self) -> int:
        """Return the width of margin, label and gap, in px."""
        text = QFontMetrics(theme().font("caption")).horizontalAdvance(self.label)
        return theme().px(_MARGIN) + text + theme().px(6)

    def sizeHint(self) -> QSize:
        """Return label and field side by side at the height of a form line."""
        return QSize(self.label_width() + self.field.sizeHint().width(), theme().size("form_line"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the field behind its label, on the lower edge."""
        left, height = self.label_width(), theme().px(22)
        self.field.setGeometry(left, self.height() - height, self.width() - left, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw label and changed bar."""
        painter = QPainter(self)
        height = theme().px(22)
        box = QRect(theme().px(_MARGIN), self.height() - height, self.label_width(), height)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().colour("fg_muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.label)
        if self.field.look.changed:
            painter.fillRect(0, box.top() + 2, 2, height - 3, theme().colour("changed"))

    def _on_theme_changed(self) -> None:
        self.setFixedHeight(theme().size("form_line"))
        self.updateGeometry()
