"""How notices look: the toast over the status bar, bars under the top bar, the lists of the bell and of the jobs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from app.ui.announcing import announce
from app.ui.jobs import Job, JobRunner
from app.ui.masking import masking
from app.ui.shell.notices import Notice, Notices
from app.ui.shell.top_bar import JOB_WORDS
from app.ui.theme import theme
from app.ui.widgets.badges import ProgressLine
from app.ui.widgets.buttons import Button, IconButton
from app.ui.widgets.frames import FloatFrame, ask, float_shadow, give_focus_back
from app.ui.widgets.painting import severity_icon
from app.ui.widgets.panes import Header, Pane, ScrollPane, column, row
from app.ui.widgets.text import IconLabel, Text


def _mark(severity: str) -> IconLabel:
    return IconLabel(severity_icon(severity), severity, 14) if severity else IconLabel("bell", "fg_secondary", 14)


class Toast(QFrame):
    """One notice at a time, bottom right. Waits while the mouse or the focus is on it; Esc takes it away."""

    def __init__(self, window: QWidget, notices: Notices) -> None:
        super().__init__(window)
        self.setProperty("surface", "float")
        self.setAccessibleName("通知")
        float_shadow(self)
        self._row = row(gap=8, margins=(12, 8, 8, 8))
        self.setLayout(self._row)
        self._notice: Notice | None = None
        self._before: QWidget | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        notices.toasted.connect(self.show_notice)
        window.installEventFilter(self)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        self._clear()
        self._notice = notice
        text = Text(masking().words(notice.text), wrap=len(notice.text) > 44)
        text.setMaximumWidth(theme().px(480))
        self._row.addWidget(IconLabel("undo", px=14) if notice.undo else _mark(notice.severity))
        self._row.addWidget(text)
        if notice.undo:
            self._add_button("撤销", "Ctrl+Z", self._on_undo)
        if notice.offer:
            self._add_button(notice.offer[0], "", self._on_offer)
        close = IconButton("failed", "关闭", small=True)
        close.clicked.connect(self.dismiss)
        self._row.addWidget(close)
        motion = theme().tokens.motion
        self._timer.start(1000 * motion["undo_toast_seconds" if notice.undo else "toast_seconds"])
        for child in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.show()
            child.ensurePolished()
        self._settle()
        self.show()
        self.raise_()
        announce(self, text.full_text(), urgent=notice.severity == "error")

    def focus_notice(self) -> None:
        """Move the focus to the first button (F8)."""
        if self.isVisible():
            self._before = QApplication.focusWidget()
            buttons = self.findChildren(Button)
            buttons[0].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Take the toast away; wait on while it is looked at."""
        looked_at = self.underMouse() or self.isAncestorOf(QApplication.focusWidget() or self.window())
        if looked_at and self.sender() is self._timer:
            self._timer.start(2000)
            return
        self.hide()
        self._timer.stop()
        give_focus_back(self._before)
        self._before = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._settle()
        return False

    def _add_button(self, text: str, keys: str, slot: object) -> None:
        button = Button(text, kind="link", small=True, keys=keys)
        button.clicked.connect(slot)
        self._row.addWidget(button)

    def _on_undo(self) -> None:
        self._run(self._notice.undo if self._notice else None)

    def _on_offer(self) -> None:
        self._run(self._notice.offer[1] if self._notice and self._notice.offer else None)

    def _run(self, call: object) -> None:
        self.dismiss()
        if callable(call):
            call()

    def _clear(self) -> None:
        while (item := self._row.takeAt(0)) is not None:
            if widget := item.widget():
                widget.setParent(None)
                widget.deleteLater()

    def _settle(self) -> None:
        self._row.invalidate()
        self._row.activate()
        size = self.sizeHint()
        px, window = theme().px, self.window()
        self.setGeometry(
            window.width() - size.width() - px(16),
            window.height() - theme().size("status_bar") - size.height() - px(12),
            size.width(),
            size.height(),
        )


class NoticeBars(QWidget):
    """One line per condition that lasts, with at most one verb and a cross."""

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._column = column()
        self._said: dict[str, str] = {}
        self.setLayout(self._column)
        notices.bars_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for key, notice in self._notices.bars.items():
            self._column.addWidget(self._line(key, notice))
        self.setVisible(bool(self._notices.bars))
        self._say()

    def _say(self) -> None:
        """Let a screen reader say the conditions that are new."""
        said = {key: masking().words(notice.text) for key, notice in self._notices.bars.items()}
        for key, words in said.items():
            if self._said.get(key) != words:
                announce(self, words, urgent=self._notices.bars[key].severity == "error")
        self._said = said

    def _line(self, key: str, notice: Notice) -> QWidget:
        line = Pane(notice.severity or "alt", "b")
        box = row(_mark(notice.severity), gap=8, margins=(12, 4, 8, 4))
        box.addWidget(Text(masking().words(notice.text), wrap=True), 1)
        if notice.offer:
            button = Button(notice.offer[0], small=True)
            button.clicked.connect(notice.offer[1])
            box.addWidget(button)
        close = IconButton("failed", "关闭", small=True)
        close.setObjectName(key)
        close.clicked.connect(self._on_close)
        box.addWidget(close)
        line.setLayout(box)
        return line

    def _on_close(self) -> None:
        self._notices.clear_bar(self.sender().objectName())


class _Drawer(FloatFrame):
    """A list that hangs from the top bar."""

    def __init__(self, anchor: QWidget, title: str) -> None:
        super().__init__(anchor)
        self.head = Header(title, surface="none")
        self.area = ScrollPane("surface")
        self.setLayout(column(self.head, self.area, margins=(1, 1, 1, 1)))

    def open(self) -> None:
        """Fill and show; a second call closes."""
        if self.isVisible():
            self.dismiss()
            return
        self.fill()
        hint = self.area.inner.sizeHint().height() + self.head.height() + 4
        self.place_below(theme().px(380), min(hint, theme().px(420)))

    def fill(self) -> None:
        """Build the list."""
        raise NotImplementedError

    def _empty(self) -> None:
        while (item := self.area.box.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def _say(self, text: str) -> None:
        label = Text(text, tone="muted")
        label.setContentsMargins(12, 14, 12, 14)
        self.area.box.addWidget(label)


class BellList(_Drawer):
    """What was told in the last 30 days."""

    def __init__(self, anchor: QWidget, notices: Notices) -> None:
        super().__init__(anchor, "通知")
        self._notices = notices

    def fill(self) -> None:
        """List the notices, newest first, and mark them seen."""
        self._empty()
        for entry in self._notices.bell:
            line = Pane("none", "b")
            when = Text(f"{entry.at:%m-%d %H:%M}", "caption", "muted")
            words = column(Text(masking().words(entry.text), "body" if entry.seen else "bold", wrap=True), when, gap=2)
            box = row(_mark(entry.severity), gap=8, margins=(12, 8, 12, 8))
            box.addLayout(words, 1)
            line.setLayout(box)
            self.area.box.addWidget(line)
        if not self._notices.bell:
            self._say("近 30 天没有通知。")
        self.area.box.addStretch(1)
        self._notices.mark_seen()


class JobList(_Drawer):
    """Jobs that took longer than a second, with progress and 取消."""

    def __init__(self, anchor: QWidget, jobs: JobRunner) -> None:
        super().__init__(anchor, "任务")
        self._jobs = jobs
        self._lines: dict[Job, tuple[ProgressLine, Text, Button]] = {}
        jobs.changed.connect(self._refresh)
        self.dismissed.connect(jobs.forget_ended)

    def fill(self) -> None:
        """List the jobs, newest first."""
        self._empty()
        self._lines = {}
        for job in self._jobs.shown:
            self.area.box.addWidget(self._line(job))
        if not self._jobs.shown:
            self._say("没有正在进行的任务。")
        self.area.box.addStretch(1)
        self._refresh()

    def _line(self, job: Job) -> QWidget:
        bar, words, stop = (
            ProgressLine("accent", 120),
            Text("", "caption", "muted", elide=True),
            Button("取消", small=True),
        )
        self._lines[job] = (bar, words, stop)
        stop.clicked.connect(self._on_stop)
        line = Pane("none", "b")
        box = row(gap=10, margins=(12, 8, 12, 8))
        box.addLayout(column(Text(job.label, elide=True), bar, words, gap=4), 1)
        box.addWidget(stop)
        line.setLayout(box)
        return line

    def _refresh(self) -> None:
        for job, (bar, words, stop) in self._lines.items():
            bar.set_value(job.share)
            words.setText(job_words(job))
            stop.setVisible(not job.is_over)

    def _on_stop(self) -> None:
        for job, (_, _, stop) in self._lines.items():
            if stop is self.sender():
                self._stop(job)

    def _stop(self, job: Job) -> None:
        if job.loses_work:
            ask(self, f"取消“{job.label}”？", "已完成的部分不会保留。", "取消任务", job.cancel, danger=True)
        else:
            job.cancel()

    def sizeHint(self) -> QSize:
        """Return the usual size of the list."""
        return QSize(theme().px(380), theme().px(200))


def job_words(job: Job) -> str:
    """Return how a job stands: percent, what it is at, time left; or how it ended."""
    if job.is_over:
        return JOB_WORDS[job.state]
    parts = [f"{job.share:.0%}", job.note]
    left = job.seconds_left
    if left is not None:
        parts.append(f"约剩 {left:.0f} 秒" if left < 90 else f"约剩 {left / 60:.0f} 分")
    return " · ".join(part for part in parts if part)
