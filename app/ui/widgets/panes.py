"""Surfaces: panes, cards, the bands of the sheet, layouts without margins and the dragged splitter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.ui.ports import PlaceStore
from app.ui.theme import theme
from app.ui.widgets.text import Text

Item = QWidget | QBoxLayout | int | None
"""What :func:`row` and :func:`column` take: a widget, a layout, a fixed gap in px, or None for a stretch."""

REMEMBER_AFTER_MS = 400
_HUNDRED = 100
"""Px at 100 % by which the size of letters is told."""
_MOST_FIXED = 0.6
"""Part of a window that fixed panes take together at most: the list they stand beside is what the page is for."""
_WIDER = 1.25
"""How much wider the parts at the sides are in the wide layout."""

Margins = tuple[int, int, int, int]
_Box = TypeVar("_Box", bound=QBoxLayout)


def row(*items: Item, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a horizontal layout of the items; None is a stretch, a number a fixed gap. Lengths at 100 %."""
    return _fill(QHBoxLayout(), items, gap, margins)


def column(*items: Item, gap: int = 0, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """Return a vertical layout of the items, as :func:`row`."""
    return _fill(QVBoxLayout(), items, gap, margins)


def _fill(box: _Box, items: Sequence[Item], gap: int, margins: Margins) -> _Box:
    px = theme().px
    box.setSpacing(px(gap))
    box.setContentsMargins(*(px(edge) for edge in margins))
    for item in items:
        match item:
            case None:
                box.addStretch(1)
            case int():
                box.addSpacing(px(item))
            case QWidget():
                box.addWidget(item)
            case QBoxLayout():
                box.addLayout(item)
    return box


class Pane(QFrame):
    """A ground with optional hairlines.

    ``surface``: chrome canvas surface sheet alt accent error warn hint ok. ``border``: the sides with a line, any of
    ``"t b l r"``.
    """

    def __init__(self, surface: str = "surface", border: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", surface)
        self.setProperty("border", border)
        self._width = 0

    def keep_width(self, width: int) -> None:
        """Keep a width in px at 100 %, also when the size of letters changes."""
        self._width = width
        theme().changed.connect(self._fit_width)
        self._fit_width()

    def _fit_width(self) -> None:
        self.setFixedWidth(theme().px(self._width))


class Header(Pane):
    """A title line: title, muted note, stretch, then what :meth:`add` appends at the right."""

    def __init__(self, title: str, note: str = "", size: str = "", surface: str = "surface", border: str = "b") -> None:
        super().__init__(surface, border)
        self._size = size
        self.title = Text(title, "bold")
        self.note = Text(note, "caption", "muted", elide=True)
        self.box = row(self.title, gap=8, margins=(12, 0, 12, 0))
        self.box.addWidget(self.note, 1)
        self.setLayout(self.box)
        self._fit()
        theme().changed.connect(self._fit)

    def add(self, *items: QWidget) -> None:
        """Append widgets at the right end."""
        for item in items:
            self.box.addWidget(item)

    def _fit(self) -> None:
        self.setFixedHeight(theme().size(self._size) if self._size else theme().px(34))


class SectionHeader(Header):
    """The 30 px band that opens a section of the sheet: title, muted note, muted words at the right."""

    def __init__(self, title: str, note: str = "", right: str = "") -> None:
        super().__init__(title, note, surface="alt")
        self.right = Text(right, "caption", "muted")
        self.add(self.right)

    def set_note(self, text: str) -> None:
        """Change the note behind the title."""
        self.note.setText(text)

    def set_right(self, text: str) -> None:
        """Change the words at the right."""
        self.right.setText(text)

    def _fit(self) -> None:
        self.setFixedHeight(theme().px(30))


class Panel(QFrame):
    """A rounded card: optional header line, ``body`` (vertical, no margins), optional footer line."""

    def __init__(self, title: str = "", note: str = "", *, footer: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.head = Header(title, note, surface="none") if title else None
        self.body = column()
        layout = column(margins=(1, 1, 1, 1))
        if self.head:
            layout.addWidget(self.head)
        layout.addLayout(self.body, 1)
        self.foot = Pane("alt", "t") if footer else None
        self.footer = row(gap=8, margins=(12, 0, 12, 0))
        if self.foot:
            self.foot.setLayout(self.footer)
            self.foot.setFixedHeight(theme().px(33))
            layout.addWidget(self.foot)
        self.setLayout(layout)

    @property
    def header(self) -> QHBoxLayout:
        """The header line, for widgets at its right. Raises ``AttributeError`` for a panel without title."""
        if self.head is None:
            raise AttributeError("header")
        return self.head.box

    def set_title(self, title: str) -> None:
        """Change the title."""
        if self.head:
            self.head.title.setText(title)

    def set_note(self, note: str) -> None:
        """Change the muted words behind the title."""
        if self.head:
            self.head.note.setText(note)


class ScrollPane(QScrollArea):
    """A scrolling column without frame; ``box`` is its vertical layout. ``surface`` as for :class:`Pane`.

    What gets the focus comes into view, wherever the focus came from.
    ``whole``: never narrower than what it holds, because it does not scroll sideways.
    """

    def __init__(
        self, surface: str = "surface", margins: Margins = (0, 0, 0, 0), gap: int = 0, *, whole: bool = False
    ) -> None:
        super().__init__()
        self._whole = whole
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.inner = Pane(surface)
        self.box = column(gap=gap, margins=margins)
        self.inner.setLayout(self.box)
        self.setWidget(self.inner)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus)

    def _on_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.inner.isAncestorOf(now) and now.isVisible() and now.visibleRegion().isEmpty():
            self.ensureWidgetVisible(now)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell the layout around when what a whole one holds has got another width."""
        if self._whole and watched is self.widget() and event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """Return the least size; a whole one shows all of its width."""
        hint = super().minimumSizeHint()
        if self._whole:
            hint.setWidth(self.inner.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width())
        return hint


class Splitter(QSplitter):
    """Columns (or rows) with a draggable hairline between; sizes and folded panes are remembered under ``name``.

    ``default`` are px at 100 %, 0 for the part that takes the rest; ``wide`` those of the wide layout, a quarter more
    when none are given; they are less where they would take most of it. Both give way to what the user drew. A pane
    folds with :meth:`fold`, never by dragging.
    """

    def __init__(
        self,
        name: str,
        places: PlaceStore,
        parts: Sequence[QWidget],
        default: Sequence[int],
        *,
        wide: Sequence[int] = (),
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._key = f"splitter.{name}"
        self._places = places
        self._default = tuple(default)
        self._wide = tuple(wide) or tuple(round(size * _WIDER) for size in default)
        self._scale = theme().px(_HUNDRED)
        self._is_drawn = False
        self._gives = False
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for index, part in enumerate(parts):
            self.addWidget(part)
            self.setStretchFactor(index, 0 if default[index] else 1)
        self._restore()
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(REMEMBER_AFTER_MS)
        self._settled.timeout.connect(self._remember)
        self.splitterMoved.connect(self._on_moved)
        theme().changed.connect(self._rescale)

    def fold(self, index: int, folded: bool) -> None:
        """Hide or show a part."""
        self._part(index).setVisible(not folded)
        self._remember()

    def is_folded(self, index: int) -> bool:
        """True when the part is hidden."""
        return self._part(index).isHidden()

    def _part(self, index: int) -> QWidget:
        part = self.widget(index)
        if part is None:
            raise IndexError(index)
        return part

    def _restore(self) -> None:
        kept = self._places.get(self._key)
        sizes = kept.get("sizes") if isinstance(kept, dict) else None
        folded = kept.get("folded") if isinstance(kept, dict) else None
        if isinstance(sizes, list) and len(sizes) == self.count():
            self._is_drawn = True
            self.setSizes([size if isinstance(size, int) else 0 for size in sizes])
        else:
            self._take_default()
        for index in folded if isinstance(folded, list) else ():
            if isinstance(index, int) and index < self.count():
                self._part(index).hide()

    def _on_moved(self, _position: int, _index: int) -> None:
        self._is_drawn = True
        self._settled.start()

    def default_sizes(self) -> tuple[int, ...]:
        """Return the sizes of the layout as it is, in px at 100 %."""
        return self._wide if theme().wide else self._default

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave room in a narrow window for the part that takes the rest."""
        super().resizeEvent(event)
        if not self._is_drawn and (self._gives or self._share() < 1):
            self._take_default()

    def _take_default(self) -> None:
        share = self._share()
        self._gives = share < 1
        self.setSizes([int(theme().px(size) * share) if size else 100_000 for size in self.default_sizes()])

    def _share(self) -> float:
        """Return how much of their size the fixed parts in sight get, so that together they leave room for the rest."""
        sizes = [size for index, size in enumerate(self.default_sizes()) if not self.is_folded(index)]
        fixed = theme().px(sum(sizes))
        return min(1.0, self.width() * _MOST_FIXED / fixed) if fixed and 0 in sizes else 1.0

    def _rescale(self) -> None:
        """Fit the fixed parts to letters and layout; what was remembered is remembered in the new size."""
        before, self._scale = self._scale, theme().px(_HUNDRED)
        if not self._is_drawn:
            self._take_default()
        elif before != self._scale and self.count() == len(self._default):
            kept = zip(self.sizes(), self._default, strict=True)
            self.setSizes([round(size * self._scale / before) if default else 100_000 for size, default in kept])
            self._settled.start()

    def _remember(self) -> None:
        folded = [index for index in range(self.count()) if self.is_folded(index)]
        self._places.put(self._key, {"sizes": list(self.sizes()), "folded": list(folded)})
