"""The left column: queues by section with their counts, one's own views among them. ↑↓ choose, and the list follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal

from app.services.types import QueueCount
from app.ui.pages.worklist.views import SavedView
from app.ui.widgets import SideLine, SideList

MINE = "我的视图"
VIEW_ICON = "ph.push-pin"


class QueueList(SideList):
    """The list of queues and views. ``chosen(key)`` when another one is chosen by key or mouse."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("队列", "queues")
        self._shown: tuple[str | SideLine, ...] = ()
        self.stepped.connect(self._on_stepped)

    @property
    def current(self) -> str:
        """The key of the chosen line, '' before the first counts came."""
        return self.line.key if isinstance(self.line, SideLine) else ""

    def label(self, key: str) -> str:
        """Return the words of a queue or view, '' for an unknown one."""
        return next((line.label for line in self._shown if isinstance(line, SideLine) and line.key == key), "")

    def show_queues(
        self, queues: Sequence[QueueCount], views: Sequence[SavedView], counts: Mapping[str, int], current: str
    ) -> None:
        """Show counts and mark a line as chosen, silently. One's own views stand before the last section."""
        sections = list(dict.fromkeys(queue.section for queue in queues))
        lines: list[str | SideLine] = []
        for section in sections:
            if section == sections[-1] and views:
                lines.append(MINE)
                lines += [SideLine(one.key, one.name, VIEW_ICON, counts.get(one.key)) for one in views]
            lines.append(section)
            lines += [SideLine(one.key, one.label, one.icon, one.count) for one in queues if one.section == section]
        if tuple(lines) != self._shown:
            top = self.verticalScrollBar().value()
            self._shown = tuple(lines)
            was = self.selectionModel().blockSignals(True)
            self.side.show(lines)
            self.selectionModel().blockSignals(was)
            self.verticalScrollBar().setValue(top)
        self.mark(current)

    def mark(self, key: str) -> None:
        """Mark a line as chosen, silently."""
        at = next((at for at, one in enumerate(self._shown) if isinstance(one, SideLine) and one.key == key), -1)
        self.choose_silently(at)

    def _on_stepped(self, line: object) -> None:
        if isinstance(line, SideLine):
            self.chosen.emit(line.key)
