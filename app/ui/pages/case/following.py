"""The list that a case was opened from: what 完成并下一份 goes on to, also after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from app.common.progress import Progress
from app.ui.page import Shell
from app.ui.ports import JsonValue, PlaceStore

_KEY: Final = "case.following"


class Following(QObject):
    """Keeps the ids of the list in its order. They are stored beside the window, once for every list."""

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._ids: list[int] | None = None

    @property
    def ids(self) -> list[int]:
        """The cases of the list, those of the last session before another list was taken; empty without any."""
        if self._ids is None:
            self._ids = _numbers(self._shell.places.get(_KEY))
        return self._ids

    def take(self, ids: Sequence[JsonValue]) -> None:
        """Go on through another list from now on."""
        taken = _numbers([*ids])
        if taken != self._ids and not self._shell.jobs.is_closed:
            self._ids = taken
            self._shell.jobs.run(partial(_kept, self._shell.places, [*taken]), parent=self)

    def after(self, case_id: int) -> int | None:
        """Return the case after one, None behind the last and for a case that is not of the list."""
        at = self.position(case_id)
        return self.ids[at] if 0 < at < len(self.ids) else None

    def position(self, case_id: int) -> int:
        """Return the place of a case in the list, from 1 on; 0 for one that is not of the list."""
        return self.ids.index(case_id) + 1 if case_id in self.ids else 0


def _numbers(value: JsonValue) -> list[int]:
    return [one for one in value if isinstance(one, int)] if isinstance(value, list) else []


def _kept(places: PlaceStore, ids: list[JsonValue], _progress: Progress) -> None:
    places.put(_KEY, ids)
