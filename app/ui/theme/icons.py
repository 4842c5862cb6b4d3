"""Phosphor icons through qtawesome, loaded alone: registering its dozen other fonts costs a third of a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import qtawesome
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from qtawesome.iconic_font import IconicFont

_FULL_EM = 8 / 7
"""qtawesome draws glyphs at 7/8 of the box; this factor makes 16 px mean 16 px, as in the mock-ups."""


@cache
def _phosphor() -> IconicFont:
    folder = Path(qtawesome.__file__).parent / "fonts"
    font = next(folder.glob("phosphor-[0-9]*.ttf"))
    charmap = next(folder.glob("phosphor-charmap-*.json"))
    return IconicFont(("ph", font.name, charmap.name, str(folder)))


def make_icon(name: str, colour: QColor, disabled: QColor) -> QIcon:
    """Return an icon by its qtawesome name (``ph.house``). Raises an exception of qtawesome for an unknown name."""
    return _phosphor().icon(name, color=colour, color_disabled=disabled, scale_factor=_FULL_EM)


def make_pixmap(name: str, colour: QColor, px: int, ratio: float) -> QPixmap:
    """Return an icon drawn at ``px`` logical pixels for a screen of the given device pixel ratio."""
    edge = round(px * ratio)
    image = QImage(edge, edge, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    _phosphor().icon(name, color=colour, scale_factor=_FULL_EM).paint(painter, QRect(0, 0, edge, edge))
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
