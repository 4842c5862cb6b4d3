"""A setting as a line: label, control, default, one line of help; what is wrong with a text stands under it."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.findings import Severity
from app.ui.page import Shell
from app.ui.pages.settings.options import Option
from app.ui.theme import theme
from app.ui.widgets import Button, FieldLook, RuledField, SegmentedControl, Text, column, row

LABEL_WIDTH: Final = 130
_FIELD_WIDTH: Final = 260
_ROLES: Final = {"admin": "管理员", "insurance": "医保办", "coder": "编码员", "qc": "质控员"}


class OptionRow(QWidget):
    """One setting. ``changed`` after it was written; a toast names old and new and offers the way back."""

    changed = Signal()

    def __init__(self, shell: Shell, option: Option, title: str = "") -> None:
        super().__init__()
        self.option = option
        self._shell = shell
        self._may = shell.user.may(option.needs)
        self.control = self._make_choice() if option.choices else self._make_field()
        self.control.setObjectName(option.key)
        self.control.setAccessibleName(option.label)
        self.control.setAccessibleDescription(option.help)
        label = Text(option.label, "body", "secondary", wrap=True)
        label.setFixedWidth(theme().px(LABEL_WIDTH))
        self._default = Text(f"默认：{option.default_words}", "caption", "muted", elide=True)
        self._reset = Button("恢复默认", kind="link", small=True)
        self._reset.setAccessibleName(f"{option.label}恢复默认")
        self._reset.clicked.connect(self.reset)
        first = row(label, self.control, 6, gap=8)
        first.addWidget(self._default, 1)
        first.addWidget(self._reset)
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.hide()
        lock = "" if self._may else f"　仅{_ROLES.get(option.needs, option.needs)}可改。"
        words = Text(f"{f'{title}　' if title else ''}{option.help}{lock}", "caption", "muted", wrap=True)
        below = row(LABEL_WIDTH + 8, column(words, self._problem), gap=0)
        self.setLayout(column(first, below, gap=2))
        self.refresh()

    def refresh(self) -> None:
        """Show the value that holds."""
        value = self.option.read(self._shell)
        if isinstance(self.control, SegmentedControl):
            was = self.control.blockSignals(True)
            self.control.set_current(value)
            self.control.blockSignals(was)
        elif self._problem.isHidden():
            lock = "" if self._may else f"仅{_ROLES.get(self.option.needs, '')}可改"
            self.control.show_value(value, FieldLook(locked=bool(lock), why=lock))
        self.control.setEnabled(self._may or isinstance(self.control, RuledField))
        self._reset.setVisible(self._may and value != self.option.default)

    def focus_control(self) -> None:
        """Put the focus into the control."""
        self.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def reset(self) -> None:
        """Bring the default back."""
        self._write(self.option.default)
        self.focus_control()

    def revert(self) -> bool:
        """Put half-typed text back; return whether there was any."""
        if not isinstance(self.control, RuledField) or not self.control.revert():
            return False
        self._problem.hide()
        self.refresh()
        return True

    def _make_choice(self) -> SegmentedControl:
        control = SegmentedControl(self.option.choices)
        control.changed.connect(self._write)
        return control

    def _make_field(self) -> RuledField:
        field = RuledField()
        field.setFixedWidth(theme().px(_FIELD_WIDTH))
        field.committed.connect(self._write)
        return field

    def _write(self, value: str) -> None:
        before = self.option.read(self._shell)
        self._problem.hide()
        if self._try(value):
            after = self.option.read(self._shell)
            if after != before:
                said = f"{self.option.label}：{self._said(before)} → {self._said(after)}"
                self._shell.notices.toast(said, undo=partial(self._take_back, before))
            self.changed.emit()

    def _take_back(self, value: str) -> None:
        if self._try(value):
            self.changed.emit()

    def _try(self, value: str) -> bool:
        try:
            self.option.write(self._shell, value)
        except UserProblem as problem:
            self._tell(problem, value)
            return False
        self.refresh()
        return True

    def _tell(self, problem: UserProblem, refused: str) -> None:
        said = f"{problem.message}{problem.advice}"
        if isinstance(self.control, SegmentedControl):
            self.refresh()
        else:
            was = self.control.blockSignals(True)
            self.control.show_value(self.option.read(self._shell), FieldLook(severity=Severity.ERROR, why=said))
            self.control.setText(refused)
            self.control.blockSignals(was)
        self._problem.setText(said)
        self._problem.show()

    def _said(self, value: str) -> str:
        return self.option.default_words if value == self.option.default else self.option.words(value)
