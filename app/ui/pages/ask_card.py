"""A card with fields that asks before something is written; a refusal is said in the card and nothing typed is lost."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.ui.widgets import Button, Card, Text, row


class AskCard(Card):
    """Fields, a place for what is wrong with them, and two buttons; Enter in a field goes on.

    ``name`` begins the object names of its parts. Who derives from it adds fields, then calls :meth:`_end`.
    """

    def __init__(self, parent: QWidget, name: str, title: str, told: str, verb: str) -> None:
        super().__init__(parent.window(), 460)
        self.setObjectName(f"{name}_card")
        self.box.addWidget(Text(title, "title", wrap=True))
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self._problem = Text("", "caption", "error", wrap=True)
        self._problem.setObjectName(f"{name}_card_problem")
        self._yes, no = Button(verb, kind="primary", keys="Enter"), Button("取消", keys="Esc")
        self._yes.setObjectName(f"{name}_card_yes")
        self._yes.clicked.connect(self._on_yes)
        no.clicked.connect(self.close_card)
        self._buttons = row(None, no, self._yes)

    def _add_field(self, name: str, label: str, hint: str, value: str = "") -> QLineEdit:
        field = QLineEdit(value)
        field.setObjectName(name)
        field.setAccessibleName(label)
        field.setProperty("boxed", "true")
        field.setPlaceholderText(hint)
        field.returnPressed.connect(self._on_yes)
        self.box.addWidget(Text(label, "caption", "muted"))
        self.box.addWidget(field)
        return field

    def _end(self) -> None:
        self.box.addWidget(self._problem)
        self.box.addLayout(self._buttons)

    def _on_yes(self) -> None:
        """Try; a problem is said in the card and nothing typed is lost."""
        try:
            self._do()
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        self.close_card()

    def _do(self) -> None:
        raise NotImplementedError
