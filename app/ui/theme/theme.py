"""The theme of the application: what widgets ask at paint time, and the switch between themes while running."""

from __future__ import annotations

from enum import StrEnum

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from app.ui.theme.fonts import STANDARD_PX, families, make_font, seal_font
from app.ui.theme.icons import make_icon, make_pixmap
from app.ui.theme.palette import high_contrast, make_palette
from app.ui.theme.stylesheet import stylesheet
from app.ui.theme.tokens import Tokens, tokens

COMPACT_BELOW = 900
"""Window height in px under which rows are compact (ui.md 1.2)."""


class Mode(StrEnum):
    """设置 › 外观: which theme is shown."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Theme(QObject):
    """Colours, fonts, sizes and icons for the current theme, font size, density and width.

    ``changed`` is emitted after the stylesheet and palette of the application have been replaced.
    """

    changed = Signal()

    def __init__(self, app: QApplication, source: Tokens) -> None:
        super().__init__(app)
        self.setObjectName("theme")
        self._app = app
        self.tokens = source
        self._mode = Mode.SYSTEM
        self._scale = 1.0
        self._density: str | None = None
        self._height = 0
        self.compact = True
        self.wide = False
        self.dark = False
        self._colours: dict[str, QColor] = {}
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._system = QPalette(app.palette())
        app.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self._rebuild()

    @property
    def mode(self) -> Mode:
        """Which theme the user chose."""
        return self._mode

    @property
    def font_px(self) -> int:
        """字号: 13, 14 or 16."""
        return round(STANDARD_PX * self._scale)

    @property
    def name(self) -> str:
        """``light`` or ``dark``, as shown now."""
        return "dark" if self.dark else "light"

    def set_mode(self, mode: Mode) -> None:
        """Show a theme, or follow the system; the native title bar goes along where the system allows."""
        self._mode = mode
        schemes = {Mode.LIGHT: Qt.ColorScheme.Light, Mode.DARK: Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(schemes.get(mode, Qt.ColorScheme.Unknown))
        self._rebuild()

    def set_font_px(self, px: int) -> None:
        """Set 字号 (13, 14 or 16 px for body text); everything else scales with it."""
        self._scale = px / STANDARD_PX
        self._rebuild()

    def set_density(self, density: str | None) -> None:
        """Fix row heights to ``compact`` or ``regular``; None chooses by the height of the window."""
        self._density = density
        self._settle(self._is_compact(), self.wide)

    def set_window(self, width: int, height: int) -> None:
        """Tell the size of the window in px; decides density and the wide layout."""
        self._height = height
        self._settle(self._is_compact(), width >= self.tokens_size("wide_from"))

    def colour(self, role: str) -> QColor:
        """Return the colour of a role of tokens.toml."""
        return self._colours[role]

    def font(self, kind: str = "body", bold: bool = False) -> QFont:
        """Return a font of the type scale (shared: copy it before changing it)."""
        key = (kind, bold)
        if key not in self._fonts:
            self._fonts[key] = make_font(self.tokens, kind, self._scale, bold)
        return self._fonts[key]

    def shadow(self) -> QColor:
        """Return the colour of the shadow under floating surfaces (written ``#RRGGBBAA``)."""
        written = str(self.tokens.float_shadow[self.name])
        colour = QColor(written[:7])
        colour.setAlpha(int(written[7:], 16))
        return colour

    def seal(self) -> QFont:
        """Return the font of the seal."""
        return seal_font(self.tokens, self.px(19))

    def icon(self, name: str, role: str = "fg_secondary") -> QIcon:
        """Return an icon by its key in ``[icon]`` or its ``ph.`` name, in the colour of a role."""
        key = (name, role)
        if key not in self._icons:
            self._icons[key] = make_icon(self.icon_name(name), self.colour(role), self.colour("fg_disabled"))
        return self._icons[key]

    def pixmap(self, name: str, role: str = "fg_secondary", px: int = 16, ratio: float = 1.0) -> QPixmap:
        """Return an icon drawn at ``px`` (before scaling) for a device pixel ratio; cached."""
        key = (name, role, px, ratio)
        if key not in self._pixmaps:
            colour = self.colour(role)
            self._pixmaps[key] = make_pixmap(self.icon_name(name), colour, self.px(px), ratio)
        return self._pixmaps[key]

    def icon_name(self, name: str) -> str:
        """Return the qtawesome name for a key of ``[icon]``; ``ph.`` names pass through."""
        return name if name.startswith("ph.") else self.tokens.icons[name]

    def px(self, length: int) -> int:
        """Scale a length by the font size setting; hairlines of 1 and 2 px stay."""
        return length if length <= 2 else round(length * self._scale)

    def space(self, step: int) -> int:
        """Return a step of the spacing scale, 1 to 7 for 2 4 6 8 12 16 24 px."""
        return self.px(self.tokens.space[f"s{step}"])

    def size(self, name: str) -> int:
        """Return a size of ``[size]`` for the current density and width, scaled."""
        return self.px(self.tokens_size(name))

    def tokens_size(self, name: str) -> int:
        """Return :meth:`size` at 100 %."""
        entry = self.tokens.sizes[name]
        if isinstance(entry, int):
            return entry
        if "compact" in entry:
            return entry["compact" if self.compact else "regular"]
        return entry["wide" if self.wide else "narrow"]

    def _is_compact(self) -> bool:
        return self._density == "compact" if self._density else self._height < COMPACT_BELOW

    def _settle(self, compact: bool, wide: bool) -> None:
        if (compact, wide) != (self.compact, self.wide):
            self.compact, self.wide = compact, wide
            self._rebuild()

    def _on_system_changed(self) -> None:
        if self._mode is Mode.SYSTEM:
            self._rebuild()

    def _rebuild(self) -> None:
        self.dark = self._wants_dark()
        self._colours = {role: QColor(pair[self.name]) for role, pair in self.tokens.colours.items()}
        if _asks_for_contrast(self._app):
            self._colours = high_contrast(self._colours, self._system)
        for cache in (self._icons, self._pixmaps, self._fonts):
            cache.clear()
        self._app.setPalette(make_palette(self._colours))
        self._app.setFont(self.font("body"))
        self._app.setStyleSheet(stylesheet(self._names(), self._font_names(), self.px, self.size))
        self.changed.emit()

    def _wants_dark(self) -> bool:
        if self._mode is Mode.SYSTEM:
            return self._app.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return self._mode is Mode.DARK

    def _names(self) -> dict[str, str]:
        return {role: colour.name() for role, colour in self._colours.items()}

    def _font_names(self) -> dict[str, str]:
        return {
            f"font_{key}": ", ".join(f'"{family}"' for family in families(self.tokens, key))
            for key in self.tokens.fonts
        }


def _asks_for_contrast(app: QApplication) -> bool:
    hints = app.styleHints()
    if not hasattr(hints, "accessibility"):  # Qt < 6.10 cannot tell
        return False
    return hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast


def install_theme(app: QApplication) -> Theme:
    """Give the application the Fusion style and its theme; returns the one it has if called again."""
    found = app.findChild(Theme, "theme")
    if found is not None:
        return found
    app.setStyle("Fusion")
    return Theme(app, tokens())


def theme() -> Theme:
    """Return the theme of the running application. Raises ``RuntimeError`` before ``install_theme``."""
    known = _known[-1] if _known else None
    if known is not None and shiboken6.isValid(known):
        return known
    app = QGuiApplication.instance()
    found = app.findChild(Theme, "theme", Qt.FindChildOption.FindDirectChildrenOnly) if app else None
    if found is None:
        raise RuntimeError("install_theme has not been called")
    _known[:] = [found]
    return found


_known: list[Theme] = []
"""The theme found last: a screen asks for it a thousand times, and looking among the children costs ten times more."""
