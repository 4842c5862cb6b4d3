"""The bar over the page: back and forward, where we are, the search box, jobs, bell, user."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.jobs import Job
from app.ui.login.user_button import UserButton
from app.ui.masking import masking
from app.ui.ports import UserCard
from app.ui.shell.rail import draw_badge
from app.ui.theme import theme
from app.ui.widgets.badges import Chip, ProgressLine
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.painting import draw_icon, draw_key_cap, key_cap_size
from app.ui.widgets.panes import Pane, row
from app.ui.widgets.text import IconLabel, Text


class SearchBox(QAbstractButton):
    """Looks like the search box it opens: 搜索病例、编码、规则、命令."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("搜索病例、编码、规则、命令")
        self.setObjectName("search_box")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(theme().px(400))
        self._keys = ""

    def show_keys(self, shown: str) -> None:
        """Show the key that opens the palette, '' for none."""
        self._keys = shown
        self.update()

    def sizeHint(self) -> QSize:
        """Return 400 px by the height of a control."""
        return QSize(theme().px(400), theme().px(28))

    def minimumSizeHint(self) -> QSize:
        """Return the least width, for long crumbs."""
        return QSize(theme().px(180), theme().px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw box, icon, words, key cap."""
        px = theme().px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().colour("line_strong" if self.underMouse() else "line"), 1))
        painter.setBrush(theme().colour("bg_alt"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        left = draw_icon(painter, px(8), self.rect(), "search", "fg_muted", 14) + px(6)
        cap = key_cap_size(self._keys) if self._keys else QSize(0, 0)
        box = QRect(self.width() - cap.width() - px(8), (self.height() - cap.height()) // 2, cap.width(), cap.height())
        if self._keys:
            draw_key_cap(painter, box, self._keys)
        painter.setFont(theme().font("body"))
        painter.setPen(theme().colour("fg_muted"))
        room = self.rect().adjusted(left, 0, -cap.width() - px(14), 0)
        text = QFontMetrics(theme().font("body")).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


class BellButton(IconButton):
    """The bell with the number of unseen notices."""

    def __init__(self) -> None:
        super().__init__("bell", "通知")
        self.count = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_count(self, count: int) -> None:
        """Show how many notices were not seen."""
        self.count = count
        self.setAccessibleDescription(f"{count} 条未读" if count else "")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bell, then the number."""
        super().paintEvent(event)
        if self.count:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_badge(painter, self.width() - 1, theme().px(1), self.count, "fg_secondary", "bg_surface")


class JobsButton(QAbstractButton):
    """The newest long job: name, percent, bar. Hidden when there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._words = Text("", "caption", "secondary")
        self._line = ProgressLine("accent", 60)
        self._line.setFixedWidth(theme().px(60))
        for part in (self._words, self._line):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setLayout(row(IconLabel("job", px=14), self._words, self._line, gap=6))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_jobs(self, jobs: list[Job]) -> None:
        """Show the newest running job, and how many others run."""
        running = [job for job in jobs if not job.is_over]
        self.setVisible(bool(jobs))
        if running:
            more = f"（另 {len(running) - 1} 项）" if len(running) > 1 else ""
            self._words.setText(f"{running[0].label}{more} {running[0].share:.0%}")
        elif jobs:
            self._words.setText(f"{jobs[0].label} {JOB_WORDS[jobs[0].state]}")
        self._line.setVisible(bool(running))
        self._line.set_value(running[0].share if running else 0)
        self.setAccessibleName(self._words.full_text())

    def sizeHint(self) -> QSize:
        """Return the size of the parts."""
        layout = self.layout()
        return layout.sizeHint() if layout else QSize()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing: the parts draw themselves."""


JOB_WORDS = {"waiting": "等待中", "running": "进行中", "done": "已完成", "failed": "未完成", "cancelled": "已取消"}
"""Words of :class:`app.ui.jobs.JobState`."""


_BACK, _FORWARD = "后退", "前进"


class TopBar(Pane):
    """The bar. The main window connects its buttons."""

    def __init__(self, user: UserCard) -> None:
        super().__init__("surface", "b")
        self.back = IconButton("back", _BACK)
        self.forward = IconButton("forward", _FORWARD)
        self.title = Text("", "crumb")
        self.detail = Text("", "crumb_detail", "muted", elide=True)
        self.search = SearchBox()
        self.jobs = JobsButton()
        self.bell = BellButton()
        for button in (self.back, self.forward):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.who = UserButton(user)
        self.hidden_mark = Chip("身份信息已遮盖", "warn", "ph.eye-slash")
        self.hidden_mark.setVisible(masking().is_on)
        masking().switched.connect(self.hidden_mark.setVisible)
        left = QWidget()
        crumb = row(self.back, self.forward, 4, self.title, gap=4)
        crumb.addWidget(self.detail, 1)
        left.setLayout(crumb)
        right = QWidget()
        right.setLayout(row(None, self.hidden_mark, self.jobs, self.bell, self.who, gap=8))
        layout = row(gap=8, margins=(12, 0, 12, 0))
        layout.addWidget(left, 1)
        layout.addWidget(self.search)
        layout.addWidget(right, 1)
        self.setLayout(layout)
        theme().changed.connect(self._fit)
        self._fit()

    def show_place(self, title: str, detail: str) -> None:
        """Show where we are."""
        self.title.setText(title)
        self.detail.setText(f"› {detail}" if detail else "")

    def show_keys(self, back: str, forward: str, palette: str) -> None:
        """Show the keys of what stands here."""
        self.back.setToolTip(f"{_BACK}　{back}".rstrip("　"))
        self.forward.setToolTip(f"{_FORWARD}　{forward}".rstrip("　"))
        self.search.show_keys(palette)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep clicks on the bar away from the page."""
        event.accept()

    def _fit(self) -> None:
        self.setFixedHeight(theme().size("top_bar"))
