"""Fonts of the type scale, with the families of tokens.toml in order of preference."""

from __future__ import annotations

from PySide6.QtGui import QFont

from app.ui.theme.tokens import Tokens

STANDARD_PX = 13
FONT_STEPS = (13, 14, 16)
_GENERIC = {"sans-serif", "serif", "monospace"}


def families(tokens: Tokens, key: str) -> list[str]:
    """Return the families for ``ui``, ``code`` or ``seal``; Chinese in code falls back to the UI families."""
    chosen = [*tokens.fonts[key], *(tokens.fonts["ui"] if key != "ui" else ())]
    return [name for name in chosen if name not in _GENERIC]


def make_font(tokens: Tokens, kind: str, scale: float, bold: bool = False) -> QFont:
    """Return the font of a step of the type scale (``body``, ``code`` …) in px, scaled."""
    style = tokens.type[kind]
    font = QFont()
    font.setFamilies(families(tokens, style.family))
    font.setStyleHint(QFont.StyleHint.Monospace if style.family == "code" else QFont.StyleHint.SansSerif)
    font.setPixelSize(round(style.size * scale))
    font.setWeight(QFont.Weight.DemiBold if bold or style.weight >= 600 else QFont.Weight.Normal)
    return font


def seal_font(tokens: Tokens, px: int) -> QFont:
    """Return the serif of the seal at the top of the rail."""
    font = QFont()
    font.setFamilies(families(tokens, "seal"))
    font.setPixelSize(px)
    font.setWeight(QFont.Weight.DemiBold)
    return font
