"""What a list or panel shows when it has nothing to show: loading, empty, an error."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.ui.theme import theme
from app.ui.widgets.buttons import Button
from app.ui.widgets.painting import draw_focus_ring
from app.ui.widgets.panes import Pane, column, row
from app.ui.widgets.text import IconLabel, Text

LOADING_AFTER_MS = 150
Part = TypeVar("Part", bound=QWidget)


class Skeleton(QWidget):
    """Grey rows in place of a list that is being read."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw bars of three lengths, one per row, and the focus that came from what is being read."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("line_subtle"))
        step, top, shares = theme().size("row"), theme().px(9), (0.62, 0.48, 0.7)
        for index in range(max(1, self.height() // step)):
            width = (self.width() - theme().px(24)) * shares[index % 3]
            painter.drawRoundedRect(QRectF(theme().px(12), top + index * step, width, theme().px(10)), 3, 3)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect())


class Message(Pane):
    """One line what it is, one line what to do, at most one button."""

    def __init__(self, surface: str = "surface") -> None:
        super().__init__(surface)
        self._run: Callable[[], object] | None = None
        self._icon = IconLabel("note", "fg_muted", 22)
        self._title = Text("", "bold", wrap=True)
        self._hint = Text("", tone="muted", wrap=True)
        self._button = Button("")
        self._button.clicked.connect(self._on_clicked)
        for text in (self._title, self._hint):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setLayout(
            column(
                None,
                row(None, self._icon, None),
                self._title,
                self._hint,
                4,
                row(None, self._button, None),
                None,
                None,
                gap=6,
                margins=(24, 12, 24, 12),
            )
        )

    def tell(
        self, title: str, hint: str, button: str = "", run: Callable[[], object] | None = None, icon: str = "note"
    ) -> None:
        """Show the two lines and the button, if it has words."""
        self._title.setText(title)
        self._hint.setText(hint)
        self.setAccessibleName(f"{title}{hint}")
        self._icon.set_icon(icon)
        self._button.set_text(button)
        self._button.setVisible(bool(button))
        self._run = run

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, and the focus where a page gives it to its message."""
        super().paintEvent(event)
        if self.hasFocus():
            draw_focus_ring(QPainter(self), self.rect())

    def _on_clicked(self) -> None:
        if self._run:
            self._run()


class StateStack(QWidget):
    """Shows ``content``, or its state: loading (after 150 ms), empty, a problem. Starts with the content.

    The focus of what is being read again waits in its place and comes back with it.
    """

    def __init__(self, content: QWidget, surface: str = "surface") -> None:
        super().__init__()
        self.content = content
        self._surface = surface
        self._details = ""
        self._shares = False
        self._speaks = False
        self._waits: QWidget | None = None
        self._stack = QStackedLayout(self)  # with its parent from the start: it shows its first part at once
        self._stack.addWidget(content)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_AFTER_MS)
        self._timer.timeout.connect(self._on_slow)

    @cached_property
    def _skeleton(self) -> Skeleton:
        skeleton = self._added(Skeleton())
        skeleton.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        return skeleton

    @cached_property
    def _message(self) -> Message:  # made when there is something to say: most lists never have
        message = self._added(Message(self._surface))
        if self._shares:
            message.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return message

    def _added(self, part: Part) -> Part:
        self._stack.addWidget(part)
        return part

    def show_content(self) -> None:
        """Show the content."""
        self._show(self.content)

    def show_loading(self) -> None:
        """Show skeleton rows if the content is not there within 150 ms."""
        self._timer.start()

    def show_empty(self, title: str, hint: str, button: str = "", run: Callable[[], object] | None = None) -> None:
        """Say what is empty and what to do."""
        self._message.tell(title, hint, button, run)
        self._show(self._message)

    def show_problem(self, problem: UserProblem) -> None:
        """Say what went wrong, where, and what to do; the button copies the details (without patient data)."""
        self._details = repr(problem)
        title, hint = (str(problem.where), problem.message) if problem.where else (problem.message, "")
        self._message.tell(title, f"{hint}{problem.advice}", "复制详情", self._on_copy, "stop")
        self._show(self._message)

    @property
    def shows_content(self) -> bool:
        """True when the content is visible and nothing is being waited for."""
        return self._stack.currentWidget() is self.content and not self._timer.isActive()

    def share_focus(self) -> None:
        """Let the message have the focus while the content is away, so that keys work in an empty list."""
        self._shares = True

    @property
    def focus_place(self) -> QWidget:
        """What takes the focus: the content, or the message of a stack that shares it."""
        return self._message if self._shares and self._speaks else self.content

    def _show(self, part: QWidget) -> None:
        self._timer.stop()
        before, focus = self.focus_place, QApplication.focusWidget()
        back, self._waits = self._waits, None
        if back is not None and focus is self._skeleton:
            focus = back
        self._speaks = part is not self.content
        self._stack.setCurrentWidget(part)
        if self._shares:
            self._hand_focus(before, had_it=focus is before)
        if back is not None and focus is back and part is self.content:
            back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _hand_focus(self, before: QWidget, *, had_it: bool) -> None:
        """Lead the focus, now or when it is given back later, to what is shown."""
        now = self.focus_place
        now.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes None for no proxy, the stub does not
        if now is not before:
            before.setFocusProxy(now)
            if had_it:
                now.setFocus()

    def _on_slow(self) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and (focus is self.content or self.content.isAncestorOf(focus)):
            self._waits = focus
        self._stack.setCurrentWidget(self._skeleton)
        if self._waits is not None:
            self._skeleton.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
