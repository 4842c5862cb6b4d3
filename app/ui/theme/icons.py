"""Phosphor icons of the font that qtawesome carries.

qtawesome itself is not imported: with the Qt modules it wants besides ours it takes a fifth of a second of the start.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QImage, QPainter, QPixmap

_FAMILY = "ph"


@cache
def _folder() -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("qtawesome")
    return Path(spec.origin).parent / "fonts"


@cache
def _font_family() -> str:
    file = next(_folder().glob("phosphor-[0-9]*.ttf"))
    return QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))[0]


@cache
def _glyphs() -> dict[str, str]:
    charmap = next(_folder().glob("phosphor-charmap-*.json"))
    return {name: chr(int(code, 16)) for name, code in json.loads(charmap.read_text("utf-8")).items()}


def _glyph(name: str) -> str:
    return _glyphs()[name.removeprefix(f"{_FAMILY}.")]


def _draw(painter: QPainter, rect: QRect, glyph: str, colour: QColor) -> None:
    font = QFont(_font_family())
    font.setPixelSize(max(1, rect.height()))
    font.setStyleStrategy(QFont.StyleStrategy.NoFontMerging)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, glyph)


def _blank(size: QSize) -> QImage:
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    return image


class _Engine(QIconEngine):
    """Draws a glyph at whatever size is asked for, grey where it is disabled."""

    def __init__(self, glyph: str, colour: QColor, disabled: QColor) -> None:
        super().__init__()
        self._glyph = glyph
        self._colour = colour
        self._disabled = disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw into a rectangle."""
        _draw(painter, rect, self._glyph, self._disabled if mode is QIcon.Mode.Disabled else self._colour)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return a picture of a size in device pixels."""
        image = _blank(size)
        painter = QPainter(image)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return QPixmap.fromImage(image)


def make_icon(name: str, colour: QColor, disabled: QColor) -> QIcon:
    """Return an icon by its qtawesome name (``ph.house``). Raises ``KeyError`` for an unknown name."""
    return QIcon(_Engine(_glyph(name), colour, disabled))


def make_pixmap(name: str, colour: QColor, px: int, ratio: float) -> QPixmap:
    """Return an icon drawn at ``px`` logical pixels for a screen of the given device pixel ratio."""
    edge = round(px * ratio)
    image = _blank(QSize(edge, edge))
    painter = QPainter(image)
    _draw(painter, QRect(0, 0, edge, edge), _glyph(name), colour)
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
