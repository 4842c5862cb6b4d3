"""The QPalette of a theme, and colour roles taken from the system where it asks for high contrast."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor, QPalette

_ROLES = {
    QPalette.ColorRole.Window: "bg_canvas",
    QPalette.ColorRole.WindowText: "fg",
    QPalette.ColorRole.Base: "bg_surface",
    QPalette.ColorRole.AlternateBase: "bg_alt",
    QPalette.ColorRole.ToolTipBase: "bg_surface",
    QPalette.ColorRole.ToolTipText: "fg",
    QPalette.ColorRole.PlaceholderText: "fg_muted",
    QPalette.ColorRole.Text: "fg",
    QPalette.ColorRole.Button: "bg_surface",
    QPalette.ColorRole.ButtonText: "fg",
    QPalette.ColorRole.BrightText: "accent_fg",
    QPalette.ColorRole.Light: "bg_surface",
    QPalette.ColorRole.Midlight: "line_subtle",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "line_strong",
    QPalette.ColorRole.Shadow: "line_strong",
    QPalette.ColorRole.Highlight: "sel_bg",
    QPalette.ColorRole.HighlightedText: "sel_fg",
    QPalette.ColorRole.Link: "accent",
    QPalette.ColorRole.LinkVisited: "accent",
    QPalette.ColorRole.Accent: "accent",
}
_DISABLED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)
_SYSTEM_GROUNDS = {
    "bg_chrome": QPalette.ColorRole.Window,
    "bg_canvas": QPalette.ColorRole.Window,
    "rail_bg": QPalette.ColorRole.Window,
    "sel_bg": QPalette.ColorRole.Highlight,
    "sel_inactive": QPalette.ColorRole.Highlight,
    "rail_active": QPalette.ColorRole.Highlight,
    "accent": QPalette.ColorRole.Highlight,
    "accent_hover": QPalette.ColorRole.Highlight,
    "focus": QPalette.ColorRole.Highlight,
}
_SYSTEM_TEXTS = {
    "sel_fg": QPalette.ColorRole.HighlightedText,
    "accent_fg": QPalette.ColorRole.HighlightedText,
    "rail_fg_active": QPalette.ColorRole.HighlightedText,
}


def make_palette(colours: Mapping[str, QColor]) -> QPalette:
    """Return the palette for colour roles of tokens.toml."""
    palette = QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, colours[name])
    for role in _DISABLED:
        palette.setColor(QPalette.ColorGroup.Disabled, role, colours["fg_disabled"])
    return palette


def high_contrast(colours: Mapping[str, QColor], system: QPalette) -> dict[str, QColor]:
    """Return the roles with the system's own colours: its window and text, its highlight for accent and selection."""

    def pick(name: str) -> QColor:
        if name in _SYSTEM_GROUNDS:
            return system.color(_SYSTEM_GROUNDS[name])
        if name in _SYSTEM_TEXTS:
            return system.color(_SYSTEM_TEXTS[name])
        if name.startswith("bg_") or name.endswith("_bg") or name == "accent_soft":
            return system.color(QPalette.ColorRole.Base)
        return system.color(QPalette.ColorRole.Text)

    return {name: pick(name) for name in colours}
