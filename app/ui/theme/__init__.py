"""Colours, type, sizes and icons of the window, all derived from ``resources/theme/tokens.toml``."""

from app.ui.theme.theme import Mode, Theme, install_theme, theme
from app.ui.theme.tokens import Tokens, tokens

__all__ = ["Mode", "Theme", "Tokens", "install_theme", "theme", "tokens"]
