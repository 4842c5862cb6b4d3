"""The two lines above the list: how the chain stands, and what is searched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit

from app.services.audit_types import AuditQuery, AuditVerdict
from app.ui.actions import ActionTable
from app.ui.theme import theme
from app.ui.widgets import ActionButton, IconLabel, Pane, Text, column, restyle, row

_SEARCH_AFTER_MS: Final = 200
_BOXES: Final = (
    ("record_no", "病案号", 110),
    ("who", "人员", 90),
    ("field", "字段", 110),
    ("first", "自 2026-11-01", 112),
    ("last", "至 2026-11-30", 112),
)
_SPOKEN: Final = {"first": "自哪一天", "last": "至哪一天"}
_DIGITS: Final = 8


class ChainBar(Pane):
    """Tells how the chain stands; a broken one names its first bad row."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface", "b")
        self._icon = IconLabel("skipped", "fg_muted", px=16)
        self.told = Text("链校验：尚未校验", "bold", elide=True)
        self.told.setObjectName("audit_chain")
        self.rests = Text("", "caption", "muted", elide=True)
        line = row(self._icon, gap=8, margins=(14, 6, 12, 6))
        line.addLayout(column(self.told, self.rests, gap=1), 1)
        names = ("audit.confirm", "audit.cancel", "audit.verify", "audit.print", "audit.export")
        self._buttons = {name: ActionButton(actions, name, small=True) for name in names}
        for button in self._buttons.values():
            line.addWidget(button)
        self.setLayout(line)
        self.offer(checking=False, confirming=False)

    def offer(self, *, checking: bool, confirming: bool) -> None:
        """Show the buttons that are of use now."""
        self._buttons["audit.confirm"].setVisible(confirming)
        self._buttons["audit.cancel"].setVisible(checking)
        self._buttons["audit.verify"].setVisible(not checking)

    def show_running(self, done: int, total: int) -> None:
        """Tell how far the check is."""
        share = f" {done / total:.0%}" if total else ""
        self._show("skipped", "fg_muted", f"链校验：正在校验{share}…", "fg")

    def show_verdict(self, verdict: AuditVerdict, at: str) -> None:
        """Tell how a check ended."""
        if verdict.is_intact:
            self._show("passed", "ok", f"链校验：{verdict.check.operations:,} 条完整", "ok")
        else:
            self._show("failed", "error", verdict.words[0], "error")
        self.rests.setText("　".join((f"{at} 校验。", *verdict.words[1:])))

    def show_alarm(self, words: str) -> None:
        """Tell that the library does not fit the head that was kept outside it."""
        self._show("failed", "error", words, "error")

    def show_stopped(self) -> None:
        """Tell that a check was given up."""
        self._show("skipped", "fg_muted", "链校验：已取消，尚未校验完", "fg")

    def _show(self, icon: str, role: str, words: str, tone: str) -> None:
        self._icon.set_icon(icon, role)
        self.told.setText(words)
        self.told.setProperty("tone", tone)
        restyle(self.told)


class SearchBar(Pane):
    """``changed`` when something else is wanted, after a moment; ``entered`` on Enter in a box."""

    changed = Signal()
    entered = Signal()

    def __init__(self) -> None:
        super().__init__("surface", "b")
        self.boxes: dict[str, QLineEdit] = {}
        line = row(gap=8, margins=(12, 7, 12, 7))
        for key, hint, width in _BOXES:
            box = self._box(key, hint, width)
            self.boxes[key] = box
            line.addWidget(box)
        self.counts = Text("", "caption", "muted", elide=True)
        self.counts.setObjectName("audit_counts")
        line.addWidget(self.counts, 1)
        self.setLayout(line)
        self.setFocusProxy(self.boxes["record_no"])
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SEARCH_AFTER_MS)
        self._timer.timeout.connect(self.changed)

    def applied_to(self, query: AuditQuery) -> AuditQuery:
        """Return the query with what the boxes hold; a day that cannot be read asks for nothing."""
        words = {key: box.text().strip() for key, box in self.boxes.items()}
        return replace(
            query,
            record_no=words["record_no"],
            who=words["who"],
            field=words["field"],
            first=day_of(words["first"]),
            last=day_of(words["last"]),
        )

    @property
    def bad_day(self) -> str:
        """The first day that cannot be read, '' when all can."""
        words = (self.boxes[key].text().strip() for key in ("first", "last"))
        return next((one for one in words if one and day_of(one) is None), "")

    @property
    def is_typed_in(self) -> bool:
        """True while the focus is in one of the boxes."""
        return any(box.hasFocus() for box in self.boxes.values())

    def show_query(self, query: AuditQuery) -> None:
        """Show what is searched, without a word."""
        for key, box in self.boxes.items():
            value: object = getattr(query, key)
            was = box.blockSignals(True)
            box.setText(value.isoformat() if isinstance(value, date) else str(value or ""))
            box.blockSignals(was)

    def clear(self) -> bool:
        """Empty the boxes; return whether anything stood in them."""
        filled = [box for box in self.boxes.values() if box.text()]
        for box in filled:
            box.clear()
        return bool(filled)

    def _box(self, key: str, hint: str, width: int) -> QLineEdit:
        box = QLineEdit()
        box.setObjectName(f"audit_{key}")
        box.setAccessibleName(_SPOKEN.get(key, hint))
        box.setProperty("boxed", "true")
        box.setPlaceholderText(hint)
        box.setMaximumWidth(theme().px(width))
        box.setMinimumWidth(theme().px(width * 2 // 3))  # on a small screen the boxes give way
        box.textChanged.connect(self._on_typed)
        box.returnPressed.connect(self.entered)
        return box

    def _on_typed(self, _text: str) -> None:
        self._timer.start()


def day_of(typed: str) -> date | None:
    """Return a day typed as 2026-11-23 or 20261123, None for anything else."""
    digits = typed.replace("-", "").replace("/", "").replace(".", "")
    try:
        return date.fromisoformat(digits) if len(digits) == _DIGITS else None
    except ValueError:
        return None
