"""What is done to the cases of the list: one, several or all that a query shows, each time as one operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.returning import ReturnQuestion
from app.ui.page import Place
from app.ui.pages.files import ask_save
from app.ui.pages.worklist.cards import AssignCard, FollowUpCard
from app.ui.shell.files import OpenFolder
from app.ui.widgets import ask

if TYPE_CHECKING:
    from app.ui.pages.worklist.page import WorklistPage

_ASK_FROM = 20
"""From so many cases on the number is shown and confirmed before anything is written."""
_MOST_RETURNED = 200
Work = Callable[[Progress], Changes]


class Doing(QObject):
    """Runs what the user wants as jobs; lives as long as its page. Everything can be taken back with Ctrl+Z."""

    def __init__(self, page: WorklistPage) -> None:
        super().__init__(page)
        self._page = page
        self._shell = page.shell
        self._questions: dict[int, Sequence[ReturnQuestion]] = {}
        self._to_all = False

    @property
    def _services(self) -> Any:
        return self._shell.services

    def do_to_all(self, action_id: str) -> None:
        """Do an action to the selected cases if there are several, else to the whole list."""
        self._to_all = True
        try:
            self._shell.actions.trigger(action_id)
        finally:
            self._to_all = False

    def targets(self) -> list[int]:
        """Return the selected cases; selecting all means what the query shows now."""
        table = self._page.table
        if self._to_all and table.selected_count <= 1:
            return [*self._page.scope()]
        if table.selected_count > 1 and table.selected_count == len(table.cases.ids):
            shown = self._page.shown
            return [*self._services.worklist.ids(shown.queue, shown.words, shown.sort, descending=shown.descending)]
        return table.selected_ids()

    def toggle_claim(self) -> None:
        """Space: claim what nobody has; release what is all mine; offer to take over what others left lying."""
        ids = self.targets()
        claims = self._services.worklist.claims(ids)
        free, mine = claims.pop("", []), claims.pop(self._services.user.id, [])
        if free:
            self._counted(
                free, "认领", "记在您名下。", partial(self._run, "认领", free, self._services.list_work.claim)
            )
        elif mine:
            self.release_cases(mine)
        elif claims:
            self._offer_idle([one for taken in claims.values() for one in taken])

    def release(self) -> None:
        """Release those of the selected cases that are mine."""
        mine = self._services.worklist.claims(self.targets()).get(self._services.user.id, [])
        if mine:
            self.release_cases(mine)
        else:
            self._shell.notices.toast("选中的病案里没有您认领的。")

    def release_cases(self, ids: Sequence[int]) -> None:
        """Release cases."""
        work = self._services.list_work.release
        self._counted(ids, "取消认领", "之后任何人都可以认领。", partial(self._run, "取消认领", ids, work))

    def _offer_idle(self, ids: Sequence[int]) -> None:
        """Offer to take over cases of others that were left untouched for long."""
        idle = self._services.worklist.idle(ids)
        if not idle:
            self._shell.notices.toast("这些病案已由别人认领，近日还在编。")
            return
        days = self._services.worklist.priority().idle_days
        told = f"已由别人认领，但 {days} 天以上没有改动。接手后记在您名下，对方会在历史中看到。"
        begin = partial(self._run, "接手", idle, self._services.list_work.claim)
        ask(self._page, f"接手 {len(idle):,} 份", told, "接手", begin)

    def assign(self) -> None:
        """Give the selected cases to somebody."""
        ids = self.targets()
        if ids:
            told = f"选中 {len(ids):,} 份，指派后记在所选编码员名下，可撤销。"
            AssignCard(self._page, told, self._services.worklist.people(), partial(self._assign, ids))

    def _assign(self, ids: Sequence[int], person: str) -> None:
        name = self._services.worklist.people().get(person, person)
        work: Callable[..., Changes] = self._services.list_work.assign
        self._run(f"指派给{name}", ids, lambda chosen, progress: work(chosen, person, progress))

    def follow_up(self) -> None:
        """Note why the selected cases wait."""
        ids = self.targets()
        if ids:
            told = f"选中 {len(ids):,} 份。到跟进日期之前不计入“今日应编”，到期后在“待跟进”里提醒。"
            today = self._services.session.clock.now().date()
            FollowUpCard(self._page, told, self._services.list_work.reasons(), today, partial(self._follow_up, ids))

    def _follow_up(self, ids: Sequence[int], due: str, reason: str, note: str) -> None:
        service = self._services.list_work
        service.check_follow_up(due, reason, note)
        self._run("记为待跟进", ids, lambda chosen, progress: service.follow_up(chosen, due, reason, note, progress))

    def settle(self) -> None:
        """Note that the selected cases wait no longer."""
        ids, work = self.targets(), self._services.list_work.settle
        self._counted(ids, "了结跟进", "不再列入“待跟进”。", partial(self._run, "了结跟进", ids, work))

    def hand_back(self) -> None:
        """Return the selected cases to their physicians with a neutral question for each open finding."""
        ids = self.targets()
        if len(ids) > _MOST_RETURNED:
            self._shell.notices.toast(f"一次最多退回 {_MOST_RETURNED} 份，请先缩小选择。", severity="warn")
        elif ids:
            job = self._shell.jobs.run(partial(self._prepare, ids), label="整理提问", parent=self._page)
            job.done.connect(self._on_prepared)

    def _prepare(self, ids: Sequence[int], progress: Progress) -> dict[int, Sequence[ReturnQuestion]]:
        found = {}
        for number, case_id in enumerate(ids):
            progress.step(number, len(ids))
            findings = self._services.cases.view(case_id).report.standing
            found[case_id] = self._services.asking.questions_about(case_id, findings)
        return found

    def _on_prepared(self, questions: dict[int, Sequence[ReturnQuestion]]) -> None:
        self._questions = {case_id: asked for case_id, asked in questions.items() if asked}
        if not self._questions:
            self._shell.notices.toast("选中的病案没有可提问的质控问题；可打开病案后逐项提问。")
            return
        total = sum(map(len, self._questions.values()))
        rest = len(questions) - len(self._questions)
        told = f"共 {total} 个问题，措辞中性，不含分组与金额。" + (
            f"另 {rest} 份没有质控问题，不退回。" if rest else ""
        )
        ask(self._page, f"退回医师 {len(self._questions):,} 份", told, "退回", self._send)

    def _send(self) -> None:
        questions = self._questions
        send: Callable[..., Changes] = self._services.asking.send_all
        self._run("退回医师", list(questions), lambda _ids, _progress: send(questions))

    def export(self) -> None:
        """Write the selected cases, or the whole list, as a workbook."""
        ids = self._page.scope()
        if ids:
            name = f"{self._page.title_detail() or '病例'}_{len(ids)}份.xlsx"
            ask_save(
                self._page,
                self._shell.places,
                "导出列表",
                partial(self._export_to, ids),
                name=name,
                filters="Excel 工作簿 (*.xlsx)",
            )

    def hand_over(self) -> None:
        """Take the selected cases, or the whole list, to where upload files are written."""
        ids = self._page.scope()
        if ids:
            self._shell.go(Place("handover", {"cases": list(ids)}))

    def _export_to(self, ids: Sequence[int], path: Path) -> None:
        work = partial(self._services.list_export.write, ids, path)
        job = self._shell.jobs.run(work, label=f"导出 {len(ids):,} 份", writes=True, parent=self._page)
        job.done.connect(partial(self._on_exported, path))

    def _on_exported(self, path: Path, rows: int) -> None:
        told = f"已导出 {rows:,} 份到 {path.name}，不含姓名。"
        self._shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))

    def undo(self) -> None:
        """Ctrl+Z: take back the user's last step on a list."""
        step = self._services.list_work.last_step()
        if step is None:
            self._shell.notices.toast("没有可撤销的列表操作。")
        else:
            self._undo(step.op_id)

    def _undo(self, op_id: int) -> None:
        work: Callable[[int], Changes] = self._services.list_work.undo
        job = self._shell.jobs.run(lambda _progress: work(op_id), label="撤销", writes=True, parent=self._page)
        job.done.connect(self._on_undone)

    def _on_undone(self, changes: Changes) -> None:
        self._shell.publish(changes)
        self._shell.notices.toast(f"已撤销，涉及 {len(changes.cases):,} 份。")

    def _counted(self, ids: Sequence[int], verb: str, told: str, begin: Callable[[], None]) -> None:
        """Begin at once for a few cases; for many show the number first."""
        if len(ids) < _ASK_FROM:
            begin()
        else:
            ask(self._page, f"{verb} {len(ids):,} 份", f"{told}可随时取消，完成后可用 Ctrl+Z 撤销。", verb, begin)

    def _run(self, verb: str, ids: Sequence[int], work: Callable[[Sequence[int], Progress], Changes]) -> None:
        if ids:
            label = f"{verb} {len(ids):,} 份"
            begin: Work = lambda progress: work(ids, progress)  # noqa: E731 - what the job runs
            job = self._shell.jobs.run(begin, label=label, writes=True, parent=self._page)
            job.done.connect(partial(self._on_done, label))

    def _on_done(self, label: str, changes: Changes) -> None:
        self._shell.publish(changes)
        if changes.op_id:
            self._shell.notices.toast(f"已{label}", undo=partial(self._undo, changes.op_id))
