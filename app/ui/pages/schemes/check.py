"""What a checked scheme file holds, before it is stored: sizes beside the published ones, the day, two buttons."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QGridLayout, QWidget

from app.services.types import SchemeCheck, Size
from app.ui.page import Shell
from app.ui.theme import theme
from app.ui.widgets import ActionButton, FieldBox, FieldLook, RuledField, Text, column, row

_DAY = "例如 2027-01-01，可留空"
_TOLD = "从这一天起出院的病例用这个方案；留空时，导入后即为当前启用的方案。"
_WRONG = "“{given}”不是日期，请写成 2027-01-31 的形式。"


class CheckPanel(QWidget):
    """Shown between choosing a scheme file and storing it. The buttons are actions of the page."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._sizes = QGridLayout()
        self._sizes.setContentsMargins(0, 0, 0, 0)
        self._sizes.setHorizontalSpacing(theme().px(20))
        self._sizes.setVerticalSpacing(theme().px(2))
        self.field = RuledField()
        self.field.setObjectName("valid_from")
        self._box = FieldBox("启用日期", self.field)
        self._box.setFixedWidth(theme().px(264))
        self._told = Text(_TOLD, "caption", "muted", wrap=True)
        self.field.textChanged.connect(self._on_typed)
        self._take = ActionButton(shell.actions, "schemes.take", kind="primary")
        self._again = ActionButton(shell.actions, "schemes.check_again")
        buttons = row(self._take, self._again, ActionButton(shell.actions, "schemes.drop", keys=False), None, gap=8)
        sizes = QWidget()
        sizes.setLayout(self._sizes)
        self._day = QWidget()
        day = row(self._box, gap=12)
        day.addWidget(self._told, 1)
        self._day.setLayout(day)
        self.setLayout(column(row(sizes, None), self._day, buttons, gap=10))

    @property
    def day(self) -> str:
        """The day as typed."""
        return self.field.text().strip()

    @property
    def day_fits(self) -> bool:
        """True when the day is a date or empty; else the field says what to write."""
        return _is_day(self.day)

    def show_check(self, check: SchemeCheck) -> None:
        """Show the sizes and the day of a file; a refused one can only be checked again or put aside."""
        self._show_sizes(check.report.sizes)
        self.field.show_value(check.valid_from, FieldLook(code=True, hint=_DAY))
        self._day.setVisible(not check.report.refused)
        self._take.setVisible(not check.report.refused)
        self._again.setVisible(check.report.refused)

    def _show_sizes(self, sizes: tuple[Size, ...]) -> None:
        while item := self._sizes.takeAt(0):
            widget = item.widget()
            if widget:
                widget.deleteLater()
        for line, words in enumerate(("", "文件中", "公布")):
            if sizes:
                self._sizes.addWidget(Text(words, "caption", "muted"), line, 0)
        for at, size in enumerate(sizes, 1):
            stated = "未注明" if size.published is None else f"{size.published:,}"
            found = Text(f"{size.found:,}" if size.fits else f"≠ {size.found:,}", "bold", "fg" if size.fits else "warn")
            self._sizes.addWidget(Text(size.label, "caption", "muted"), 0, at)
            self._sizes.addWidget(found, 1, at)
            self._sizes.addWidget(Text(stated, "body", "secondary"), 2, at)

    def _on_typed(self) -> None:
        fits = _is_day(self.day)
        self._told.setText(_TOLD if fits else _WRONG.format(given=self.day))
        self._told.set_tone("muted" if fits else "error")


def _is_day(words: str) -> bool:
    try:
        return not words or bool(date.fromisoformat(words))
    except ValueError:
        return False
