"""The bar at the top: old and new scheme, months of discharge, and what can be done with them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal

from app.ui.page import Shell
from app.ui.pages.compare.picking import SchemeChoices, Wish
from app.ui.pages.compare.tabs import TABS
from app.ui.widgets import ActionButton, DictionaryField, FieldBox, FieldLook, Pane, RuledField, Text, row

_LEAST = 130
_PERIOD = FieldLook(code=True, hint="2025-12 至 2026-11")


class PickerBar(Pane):
    """Shows a wish and reads it back. ``picked`` when a field was committed."""

    picked = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__("surface", "b")
        self.choices = SchemeChoices()
        self.old, self.new = DictionaryField(self.choices), DictionaryField(self.choices)
        self.period = RuledField()
        line = row(gap=8, margins=(12, 7, 12, 7))
        for label, name, field, width in (
            ("旧", "old_scheme", self.old, 250),
            ("新", "new_scheme", self.new, 250),
            ("出院", "period", self.period, 220),
        ):
            field.setObjectName(name)
            field.committed.connect(self._on_committed)
            part = FieldBox(label, field)
            part.setMaximumWidth(shell.theme.px(width))
            part.setMinimumWidth(shell.theme.px(_LEAST))
            line.addWidget(part, width)
        line.addWidget(ActionButton(shell.actions, "compare.run", kind="primary"))
        line.addWidget(ActionButton(shell.actions, "compare.swap", keys=False))
        line.addWidget(Text("只读模拟，不改动任何病例", "caption", "muted", elide=True), _LEAST)
        line.addWidget(ActionButton(shell.actions, "compare.export", keys=False))
        self.setLayout(line)

    def show_wish(self, wish: Wish) -> None:
        """Show what is to be compared."""
        self.old.show_code(self.choices.title_of(wish.old), FieldLook())
        self.new.show_code(self.choices.title_of(wish.new), FieldLook())
        self.period.show_value(wish.period, _PERIOD)

    def commit(self) -> None:
        """Take over what is still being typed."""
        for field in (self.old, self.new, self.period):
            field.commit()

    def wish_from(self, wish: Wish) -> Wish:
        """Return a wish with what the fields say; a scheme that they do not name stays as it was."""
        old, new = (self.choices.id_of(field.text().strip()) for field in (self.old, self.new))
        return replace(
            wish,
            old=wish.old if old is None else old,
            new=wish.new if new is None else new,
            period=self.period.text().strip(),
        )

    def valid(self, wish: Wish) -> Wish:
        """Put another scheme in the place of one that is gone; a new one alone is compared with the one in use."""
        old = wish.old if self.choices.title_of(wish.old) else ""
        new = wish.new if self.choices.title_of(wish.new) else next(iter(self.choices.others(old)), old)
        return replace(wish, old=old, new=new, tab=wish.tab if wish.tab in dict(TABS) else "cases")

    def _on_committed(self, _typed: str) -> None:
        self.picked.emit()
