"""Lines for names and passwords, and how strong a password is, as the cards here share them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.common.texts import text
from app.services.passwords import Strength, strength_of
from app.ui.ports import UserCard
from app.ui.widgets import Text

ROLES: Final = ("coder", "qc", "insurance", "physician", "head", "admin")
"""Role ids in the order in which they are offered."""
_TONES: Final = {
    Strength.TOO_SHORT: "muted",
    Strength.WEAK: "error",
    Strength.FAIR: "warn",
    Strength.STRONG: "ok",
}


def role_words(roles: frozenset[str]) -> str:
    """Return roles in words: 编码员、质控员."""
    return "、".join(text(f"people.role.{role}") for role in ROLES if role in roles)


def card_of(name: str, roles: frozenset[str], *, is_person: bool) -> UserCard:
    """Return how the window shows whoever sits at it."""
    return UserCard(name, role_words(roles) if is_person else "", roles, is_person)


def line(name: str, label: str, words: str = "", hint: str = "") -> QLineEdit:
    """Return a boxed line with its accessible name."""
    field = QLineEdit(words)
    field.setObjectName(name)
    field.setAccessibleName(label)
    field.setProperty("boxed", "true")
    field.setPlaceholderText(hint or label)
    return field


def secret_line(name: str, label: str) -> QLineEdit:
    """Return a line for a password: dots, and no input method that would remember it."""
    field = line(name, label)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
    return field


class StrengthText(Text):
    """Says how strong what is typed into a password line is."""

    def __init__(self, secret: QLineEdit, login: QLineEdit | None = None) -> None:
        super().__init__("", "caption", "muted")
        self.setObjectName("strength")
        self._secret, self._login = secret, login
        secret.textChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        typed = self._secret.text()
        strength = strength_of(typed, self._login.text().strip().casefold() if self._login else "")
        self.setText(f"口令强度：{text(f'people.strength.{int(strength)}')}" if typed else "口令至少 8 个字符。")
        self.set_tone(_TONES[strength] if typed else "muted")
