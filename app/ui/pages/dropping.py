"""Dropping a file anywhere on a page, instead of choosing it in a dialog."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.ui.pages.files import Take

_COMES = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class FileDrops(QObject):
    """Hands one file that was dropped on a page, or on a part that takes no files itself, to ``take(path)``."""

    def __init__(self, page: QWidget, take: Take) -> None:
        super().__init__(page)
        self._take = take
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Accept one local file; leave everything else to the page."""
        if not isinstance(event, QDropEvent) or event.type() not in (*_COMES, QEvent.Type.Drop):
            return False
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if len(paths) != 1:
            return False
        event.acceptProposedAction()
        if event.type() is QEvent.Type.Drop:
            self._take(paths[0])
        return True
