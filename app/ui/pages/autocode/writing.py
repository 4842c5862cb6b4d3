"""The writes of the review and how to take them back. A row stands as decided at once; the job follows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.domain.changes import Changes
from app.services.review import Pick
from app.ui.page import SaveState, Shell
from app.ui.pages.autocode.review import Taking, TakingBack
from app.ui.pages.autocode.texts import Standing, TextLine

CHECK_AFTER_MS = 1500


class ReviewWork(QObject):
    """Takes codes, puts texts aside, undoes. ``changed(lines)``: these lines stand otherwise now; ``undone(lines)``:
    what was written for them has been taken back.

    ``publishing`` is True while it tells the window of its own writes.
    """

    changed = Signal(object)
    undone = Signal(object)

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page
        self._done: list[tuple[Taking | None, list[TextLine]]] = []
        self._touched: set[int] = set()
        self.publishing = False
        self._check_timer = QTimer(self)
        self._check_timer.setSingleShot(True)
        self._check_timer.setInterval(CHECK_AFTER_MS)
        self._check_timer.timeout.connect(self._check)

    @property
    def can_undo(self) -> bool:
        """True when something of this round can be taken back."""
        return bool(self._done)

    def begin(self, *, anew: bool) -> None:
        """Start a round. What was written can still be taken back, unless other cases are reviewed ``anew``."""
        self._done = [] if anew else [entry for entry in self._done if entry[0] is not None]

    def take(self, lines: Sequence[TextLine], told: str = "") -> None:
        """Write the chosen codes of the lines as one operation; ``told`` names them in a notice with 撤销."""
        picks = [Pick(line.group, line.codes, unseen=bool(told)) for line in lines if line.codes]
        taking = Taking(self._shell.services, picks)
        entry = (taking, list(lines))
        self._done.append(entry)
        self._stand(lines, Standing.TAKEN)
        label = f"采用 {len(lines):,} 种写法" if told else ""
        job = self._shell.jobs.run(taking, label=label, writes=True, parent=self._page)
        job.done.connect(partial(self._on_taken, entry, told))
        job.failed.connect(partial(self._on_not_taken, entry))
        job.cancelled.connect(partial(self._on_not_taken, entry, None))

    def put_aside(self, line: TextLine) -> None:
        """Leave a text to hand coding."""
        self._done.append((None, [line]))
        self._stand([line], Standing.MANUAL)

    def undo(self) -> list[TextLine]:
        """Take the last answer back; return its lines."""
        if not self._done:
            return []
        taking, lines = self._done.pop()
        self._stand(lines, Standing.OPEN)
        if taking is not None:
            label = f"撤销 {len(lines):,} 种写法" if len(lines) > 1 else ""
            job = self._shell.jobs.run(TakingBack(taking), label=label, writes=True, parent=self._page)
            job.done.connect(partial(self._on_undone, lines))
            job.failed.connect(partial(self._on_not_undone, (taking, lines)))
        return lines

    def _stand(self, lines: Sequence[TextLine], standing: Standing) -> None:
        for line in lines:
            line.standing = standing
        self.changed.emit(lines)

    def _on_taken(self, entry: tuple[Taking, list[TextLine]], told: str, changes: Changes) -> None:
        self._on_written(changes)
        rows = sum(line.group.count for line in entry[1])
        if not changes.cases:
            self._shell.notices.toast("这些行已有编码或病案已锁定，没有改动。")
        elif told:
            words = f"已采用“{told}”{len(entry[1]):,} 种 {rows:,} 条"
            self._shell.notices.toast(words, undo=partial(self._undo_entry, entry))

    def _undo_entry(self, entry: tuple[Taking, list[TextLine]]) -> None:
        if self._done and self._done[-1] is entry:
            self.undo()
        else:
            self._shell.notices.toast("之后又有确认；请按 Ctrl+Z 逐步撤销。")

    def _on_not_taken(self, entry: tuple[Taking, list[TextLine]], _problem: object) -> None:
        if entry in self._done:
            self._done.remove(entry)
        self._stand(entry[1], Standing.OPEN)

    def _on_not_undone(self, entry: tuple[Taking, list[TextLine]], _problem: object) -> None:
        self._done.append(entry)
        self._stand(entry[1], Standing.TAKEN)

    def _on_undone(self, lines: list[TextLine], changes: Changes) -> None:
        self._on_written(changes)
        self.undone.emit(lines)

    def _on_written(self, changes: Changes) -> None:
        self._tell(changes)
        self._touched |= changes.cases
        if self._touched:
            self._check_timer.start()
        self._shell.set_save_state(SaveState("saved", self._shell.services.session.clock.now()))

    def _tell(self, changes: Changes) -> None:
        self.publishing = True
        self._shell.publish(changes)
        self.publishing = False

    def _check(self) -> None:
        """Check and group what was touched, once the coder pauses; after the window has gone the next start does."""
        if not self._page.window().isVisible():
            return
        ids, self._touched = sorted(self._touched), set()
        work = partial(self._shell.services.checking.run, ids)
        job = self._shell.jobs.run(work, label=f"检查 {len(ids):,} 份", writes=True, parent=self._page)
        job.done.connect(self._tell)
