"""What cannot be stored while a long write holds the library: kept in order, stored as soon as it is free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer

from app.services.types import CaseView
from app.ui.page import SaveState, Shell

PATIENCE_S: Final = 0.08
"""How long a key may wait for somebody else's write."""
_LOOK_MS: Final = 250
_TELL_AFTER: Final = 3
"""Looks before it is told: a check in the background holds the library for moments only."""
_TOLD: Final = "正在写入大量内容（如导入）。改动已记下，写完后自动保存；可继续录入文字和编码。"
_ROW_WAITS: Final = "正在写入大量内容（如导入）。写完后{words}，在此之前这份病案只能阅读，其他病案照常。"

Work = Callable[..., CaseView]


@dataclass(frozen=True, slots=True)
class _Held:
    """A write that waits: whose it is, of which case, what it does; ``words`` name one that changes the rows."""

    who: str
    case_id: int
    path: str
    work: Work
    args: tuple[object, ...]
    words: str = ""


class HeldWrites(QObject):
    """Asks again and again whether the library can be written, and then hands everything on, the oldest first.

    What it holds is a draft of its field too, so that a killed window loses none of it. Writes of somebody who has left
    his seat are dropped: they come back to him as drafts.
    """

    def __init__(self, shell: Shell, store: Callable[[int, Callable[[], CaseView]], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._shell, self._store = shell, store
        self._waiting: list[_Held] = []
        self._looks = 0
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.store_now)
        shell.jobs.closed.connect(self.store_now)

    @property
    def must_wait(self) -> bool:
        """True while writes wait, or the library cannot be written within a moment."""
        return bool(self._waiting) or not self._shell.services.session.db.is_free(PATIENCE_S)

    def hold(self, path: str, typed: str, case_id: int, work: Work, *args: object) -> None:
        """Keep a write of a field for later, with what was typed as its draft."""
        self._shell.services.drafts.note(case_id, path, typed)
        self._add(_Held(self._me, case_id, path, work, args))

    def hold_rows(self, words: str, case_id: int, work: Work) -> None:
        """Keep what changes the rows of a case for later; until then the case is only read, so that rows keep places.

        It is no draft: a killed window shows the rows as they were, which is what it showed before.
        """
        self._add(_Held(self._me, case_id, "", work, (), words))

    def shown(self, view: CaseView) -> CaseView:
        """Return a case as it is shown: only to be read while a change of its rows waits."""
        words = next((one.words for one in self._waiting if one.words and one.case_id == view.case_id), "")
        return replace(view, locked=_ROW_WAITS.format(words=words)) if words else view

    @property
    def _me(self) -> str:
        return str(self._shell.services.session.actor.mark)

    def _add(self, one: _Held) -> None:
        self._waiting.append(one)
        self._shell.set_save_state(SaveState("waiting"))
        self._look.start()

    def store_now(self) -> None:
        """Store what waits if the library is free now."""
        if not self._waiting:
            return
        if not self._shell.services.session.db.is_free():
            self._looks += 1
            if self._looks == _TELL_AFTER:
                self._shell.notices.toast(_TOLD, severity="warn")
            return
        self._looks = 0
        waiting, self._waiting = self._waiting, []
        self._look.stop()
        services = self._shell.services
        for one in waiting:
            if one.who == self._me:
                services.drafts.forget(one.case_id, one.path)
                done = self._store(one.case_id, partial(one.work, one.case_id, *one.args))
                if done and one.words:
                    self._shell.notices.toast(f"已{one.words}。")
        services.drafts.keep()
