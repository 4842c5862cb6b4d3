"""Every write of the case page goes through here: one operation, its answer shown, refusals said in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.coding import Candidate
from app.domain.field import Group
from app.domain.findings import Finding
from app.services.drafts import DraftService
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.page import SaveState, Shell
from app.ui.pages.case.dock import proposal_for
from app.ui.pages.case.held import HeldWrites
from app.ui.ports import JsonValue, PlaceStore

DRAFT_MS: Final = 600
"""How long what is being typed may wait before it is stored."""
RETRY_MS: Final = 10_000
"""How long a draft waits that could not be stored."""
_NOT_SAVED: Final = frozenset(
    f"storage.{why}" for why in ("disk_full", "disk_error", "locked", "read_only", "damaged", "cannot_open")
)
"""Problems that pass: the same write can be tried again."""

_QUERIES: Final = "case.queries"
_ASKED: Final = 12
_CASES: Final = 40

Work = Callable[..., CaseView]


class CaseWork(QObject):
    """Writes the case that is open. ``written(view)``: the case as it now stands, after a write or a refusal.

    ``gone(problem)``: the case can no longer be read.
    """

    written = Signal(object)
    gone = Signal(object)

    def __init__(self, shell: Shell, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self.view: CaseView | None = None
        self.publishing = False
        self._keeping = False
        self._queries: dict[str, JsonValue] | None = None
        self._queries_wait = False
        self._waiting: list[tuple[int, Callable[[], object]]] = []
        self._held = HeldWrites(shell, self._store_held, self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(DRAFT_MS)
        self._pause.timeout.connect(self.keep_drafts)

    @property
    def _cases(self) -> Any:
        return self._shell.services.cases

    @property
    def _is_ready(self) -> bool:
        return bool(self._shell.services.is_ready)

    def read(self, case_id: int) -> CaseView | None:
        """Read a case; tells and returns None when it is gone."""
        try:
            view = self._cases.view(case_id) if self._is_ready else self._cases.glance(case_id)
            self.view = self._held.shown(view)
        except UserProblem as problem:
            self.view = None
            self.gone.emit(problem)
        return self.view

    def do(self, work: Work, *args: object) -> bool:
        """Call a service that writes the open case and answers with it; return whether it was written.

        While the engines are still loading it waits for :meth:`catch_up`; what was typed is a draft until then.
        """
        if self.view is None:
            return False
        if not self._is_ready:
            self.wait_with(partial(self.do, work, *args))
            return False
        self._held.store_now()
        return self._store(self.view, partial(work, self.view.case_id, *args), partial(self._again, work, *args))

    def _store(self, before: CaseView, write: Callable[[], CaseView], again: Callable[[], object]) -> bool:
        self._shell.set_save_state(SaveState("saving"))
        try:
            view = write()
        except UserProblem as problem:
            self._shell.errors.show(problem)
            self._refused(problem, again)
            return False
        self.view = view
        self.written.emit(view)
        self._publish(before, view)
        return True

    def _do_or_hold(self, path: str, typed: str, work: Work, *args: object) -> bool:
        """Do what writes one field; while a long write holds the library, keep it until then. True when it is written.

        Only such writes can wait: they mean the same whenever they are done, and once more does no harm.
        """
        if self.view is None or not self._is_ready or not self._held.must_wait:
            return self.do(work, *args)
        self._held.hold(path, typed, self.view.case_id, work, *args)
        return False

    def do_on_row(self, words: str, work: Work, group: Group, index: int, *args: object) -> bool:
        """Do what moves, removes or splits a stored row; ``words`` name it. True when it is written.

        While a long write holds the library it waits in its turn, and the case is only read until then: what is shown
        is what is stored, and no key meets another row than the one that is seen.
        """
        self._held.store_now()
        if self.view is None or not self._is_ready or not self._held.must_wait:
            return self.do(work, group, index, *args)
        row_id = self.view.record.rows(group)[index].id
        self._held.hold_rows(words, self.view.case_id, partial(self._on_row, work, group, row_id, args))
        self.view = self._held.shown(self.view)
        self.written.emit(self.view)
        self._shell.set_save_state(SaveState("waiting"))
        return False

    def _on_row(self, work: Work, group: Group, row_id: int, args: tuple[object, ...], case_id: int) -> CaseView:
        """Do it to the very row that was meant, wherever the long write has put it."""
        rows = self._cases.unlocked(case_id).record.rows(group)
        at = next((number for number, row in enumerate(rows) if row.id == row_id), None)
        if at is None:
            raise UserProblem("cases.row_gone", remedy="cases.remedy.row_gone")
        return work(case_id, group, at, *args)

    def _store_held(self, case_id: int, write: Callable[[], CaseView]) -> bool:
        """Store what had to wait, of the case that is open or of one that was left; return whether it was stored."""
        if self.view is not None and self.view.case_id == case_id:
            return self._store(self.view, write, partial(self._store_held, case_id, write))
        try:
            view = write()
        except UserProblem as problem:
            self._shell.errors.show(problem)
            return False
        self._shell.publish(Changes(cases=frozenset((view.case_id,))))
        return True

    def wait_with(self, run: Callable[[], object]) -> None:
        """Do something about the open case once the engines are there."""
        if self.view is not None:
            self._waiting.append((self.view.case_id, run))

    def catch_up(self) -> None:
        """Do what had to wait for the engines, as far as it is about the case that is open."""
        waiting, self._waiting = self._waiting, []
        for case_id, run in waiting:
            if self.view is not None and self.view.case_id == case_id:
                run()

    def decide(self, decide: Callable[..., object], *args: object) -> bool:
        """Let a service write about the open case that does not answer with it; show the case as it then stands."""
        return self.do(partial(self._decided, decide), *args)

    def _decided(self, decide: Callable[..., object], case_id: int, *args: object) -> CaseView:
        decide(case_id, *args)
        view: CaseView = self._cases.view(case_id)
        return view

    def _again(self, work: Work, *args: object) -> None:
        self.do(work, *args)

    def _refused(self, problem: UserProblem, again: Callable[[], object]) -> None:
        """Show what is stored again; what could not be saved for now stays as typed and can be tried again."""
        if problem.key in _NOT_SAVED:
            self._shell.retry_save = again
            self._shell.set_save_state(SaveState("failed"))
        elif self.view is not None and self.read(self.view.case_id) is not None:
            self.written.emit(self.view)

    def _publish(self, before: CaseView, after: CaseView) -> None:
        self.publishing = True
        listing = before.state is not after.state
        self._shell.publish(Changes(cases=frozenset((after.case_id,)), listing=listing))
        self.publishing = False

    # What is written.

    def set_text(self, path: str, text: str) -> bool:
        """Store what was typed into a field; a row that is not there yet is added."""
        if self.view is not None and self._is_ready:
            self._shell.services.drafts.forget(self.view.case_id, path)
        return self._do_or_hold(path, text, self._cases.set_text, path, text)

    def take_code(self, group: Group, index: int, candidate: Candidate) -> bool:
        """Store a chosen code with its name; on the blank line a row is added."""
        rows = self.view.record.rows(group) if self.view else ()
        path, code = f"{group}[{index}].code", candidate.code
        if index >= len(rows):
            return self._do_or_hold(path, code, self._cases.set_text, path, code)
        return self._do_or_hold(path, code, self._cases.accept, group, index, code)

    def settle(self, finding: Finding) -> bool:
        """Apply the safe remedy of a finding, or accept the proposal that settles it, and offer to take that back."""
        if self.view is None:
            return False
        found = proposal_for(self.view, finding)
        if finding.fix:
            done, said = self.do(self._cases.apply_fix, finding), finding.fix.label
        elif found:
            group, index, proposal = found
            done, said = self.do(self._cases.accept, group, index, proposal.code), f"采用 {proposal.code}"
        else:
            return False
        if done:
            self._shell.notices.toast(f"已改正 {finding.rule_id}：{said}", undo=self.undo)
        return done

    def refresh(self, before: CaseView) -> None:
        """Show what a write of several steps left, and let the other pages know."""
        if self.read(before.case_id) is not None and self.view is not None:
            self.written.emit(self.view)
            self._publish(before, self.view)

    def undo(self) -> bool:
        """Take back the last operation on this case and say its name."""
        name = masking().words(self.view.undo_name) if self.view else ""
        done = self.do(self._cases.undo)
        if done:
            self._shell.notices.toast(f"已撤销「{name}」")
        return done

    def redo(self) -> bool:
        """Do again what was taken back and say its name."""
        name = masking().words(self.view.redo_name) if self.view else ""
        done = self.do(self._cases.redo)
        if done:
            self._shell.notices.toast(f"已重做「{name}」")
        return done

    # What was searched for in a case comes back by a key, also after a restart.

    def queries(self) -> Sequence[str]:
        """Return the queries of the open case, the latest last."""
        mine = self._all_queries().get(str(self.view.case_id)) if self.view is not None else None
        return [one for one in mine if isinstance(one, str)] if isinstance(mine, list) else []

    def note_query(self, query: str) -> None:
        """Remember a query of the open case; it is stored with the drafts."""
        if self.view is None or not query:
            return
        case, asked = str(self.view.case_id), [one for one in self.queries() if one != query]
        others = [(key, value) for key, value in self._all_queries().items() if key != case]
        self._queries = {**dict(others[-_CASES:]), case: list[JsonValue]([*asked, query][-_ASKED:])}
        self._queries_wait = True
        self._keep_soon()

    def _all_queries(self) -> dict[str, JsonValue]:
        if self._queries is None:
            kept = self._shell.places.get(_QUERIES)
            self._queries = kept if isinstance(kept, dict) else {}
        return self._queries

    # Drafts: half-typed text survives a crash. They are stored beside the window, one store at a time.

    def note_typing(self, path: str, text: str) -> None:
        """Keep half-typed text soon; '' and text that stands stored again are no draft."""
        if self.view is not None and not self.view.sealed:
            self._shell.services.drafts.note(self.view.case_id, path, text)
            self._keep_soon()

    def keep_drafts(self) -> None:
        """Begin to store what was noted."""
        drafts, queries = self._shell.services.drafts, self._queries if self._queries_wait else None
        if (drafts.waits or queries is not None) and not self._keeping and not self._shell.jobs.is_closed:
            self._keeping, self._queries_wait = True, False
            job = self._shell.jobs.run(partial(_kept, drafts, self._shell.places, queries), at_once=True, parent=self)
            job.failed.connect(self._on_not_kept)
            job.ended.connect(self._on_kept)

    def _keep_soon(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _on_not_kept(self) -> None:
        self._pause.setInterval(RETRY_MS)
        self._shell.retry_save = self.keep_drafts
        self._shell.set_save_state(SaveState("failed"))

    def _on_kept(self) -> None:
        self._keeping = False
        if self._shell.services.drafts.waits:
            self._keep_soon()
        else:
            self._pause.setInterval(DRAFT_MS)


def _kept(drafts: DraftService, places: PlaceStore, queries: JsonValue, progress: Progress) -> None:
    drafts.keep(progress)
    if queries is not None:
        places.put(_QUERIES, queries)
