"""What can be done with lines of a round: write, return, decide, pass, take back, run anew, export. Writes are jobs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.findings import Severity
from app.services.qc_batch_export import QcExportService
from app.services.qc_batch_types import Done, HitKey, QcLine, QcScope, Rerun, Segment
from app.services.qc_batch_writing import QcBatchWriting
from app.services.rule_types import ExceptionReason
from app.ui.page import Shell
from app.ui.pages.files import ask_save
from app.ui.pages.qc_batch.approvals import ApprovalsCard
from app.ui.pages.qc_batch.cards import ExceptionCard, PlanCard, SuppressCard
from app.ui.printing import pdf_of
from app.ui.shell.files import OpenFolder

_PDF = "PDF (*.pdf)"


class QcWork(QObject):
    """Runs jobs and tells the window what changed. ``began`` and ``ended`` around a run of the rules.

    ``ran(rerun)`` when one came to its end.
    """

    began = Signal()
    ended = Signal()
    ran = Signal(object)

    def __init__(self, shell: Shell, page: QWidget) -> None:
        super().__init__(page)
        self._shell, self._page = shell, page

    def fix(self, keys: Sequence[HitKey]) -> None:
        """Write the suggestions of some lines as one operation."""
        work = partial(self._shell.services.qc_writing.fix, keys)
        self._write(work, f"按建议修改 {_cases(keys):,} 份", "已按建议修改 {cases:,} 份。")

    def hand_back(self, keys: Sequence[HitKey]) -> None:
        """Return the cases of some lines to their physicians."""
        work = partial(_handed_back, self._shell.services.qc_writing, keys)
        self._write(work, f"退回医师 {_cases(keys):,} 份", "已退回医师 {cases:,} 份。")

    def let_pass(self, case_id: int) -> None:
        """Let a case pass."""
        work = partial(_passed, self._shell.services.qc_writing, case_id)
        self._write(work, "通过", "已通过 {cases:,} 份。")

    def undo(self) -> None:
        """Take the user's latest operation on cases of a round back."""
        step = self._shell.services.qc_writing.last_step()
        if step is None:
            self._shell.notices.toast("没有可以撤销的操作。")
            return
        work = partial(self._shell.services.qc_writing.undo, step.op_id)
        self._write(work, f"撤销 {step.op.label}", f"已撤销：{step.op.label}，{{cases:,}} 份。", can_undo=False)

    def decide(self, line: QcLine) -> None:
        """Ask for a reason, with evidence and signatures where the rule blocks, so that a finding does not count."""
        finding = next((one for one in line.findings if one.is_open), None)
        if finding is None:
            self._shell.notices.toast("这一份已经处理。")
        elif finding.severity is Severity.ERROR and not self._shell.services.exceptions.may_except(finding):
            self._shell.notices.toast(f"{finding.rule_id} 不能申请例外，请修改病案或退回医师。", severity="warn")
        elif finding.severity is Severity.ERROR:
            told = f"{finding.rule_id} {finding.message}。例外须由临床科主任与医保办主任两人签字后生效。"
            ExceptionCard(self._page, told, partial(self._except, line))
        else:
            told = f"{finding.rule_id} {finding.message}。依据的内容有变动时，会重新提示。"
            SuppressCard(self._page, told, partial(self._suppress, line))

    def judge(self, key: HitKey, *, was_right: bool) -> None:
        """Note whether a rule was right about a case; it counts towards its share of false alarms."""
        changes = self._shell.services.rules.judge(key.rule_id, key.case_id, was_right)
        self._shell.publish(changes)
        word = "属实" if was_right else "误报"
        self._shell.notices.toast(f"已记为{word}：{key.rule_id}。", severity="ok")

    def approve(self) -> None:
        """Show the requests for exceptions that wait for a signature."""
        ApprovalsCard(self._page, self._shell)

    def plan(self) -> None:
        """Ask when those who leave soon are checked."""
        PlanCard(self._page, self._shell.services.leaving.plan(), self._save_plan)

    def rerun(self, scope: QcScope, title: str) -> None:
        """Check every case of a scope anew; what is shown stays until the end."""
        work = partial(self._shell.services.qc_batch.rerun, scope)
        job = self._shell.jobs.run(work, label=f"重跑规则 {title}", writes=True, parent=self._page)
        self.began.emit()
        job.done.connect(self._on_ran)
        job.ended.connect(self.ended)

    def export(self, scope: QcScope, segment: Segment | None, title: str) -> None:
        """Ask where to, then write the round as a workbook."""
        take = partial(self._export_to, scope, segment)
        name = f"{Path(title).stem}_质控.xlsx"
        ask_save(self._page, self._shell.places, "导出批次质控结果", take, name=name)

    def print_out(self, scope: QcScope, segment: Segment | None, title: str) -> None:
        """Ask where to, then write the round as a PDF for the printer."""
        take = partial(self._print_to, scope, segment)
        ask_save(self._page, self._shell.places, "打印为 PDF", take, name=f"{Path(title).stem}_质控.pdf", filters=_PDF)

    def _print_to(self, scope: QcScope, segment: Segment | None, path: Path) -> None:
        work = partial(_printed, self._shell.services.qc_export, scope, segment, path)
        job = self._shell.jobs.run(work, label=f"生成 {path.name}", parent=self._page)
        job.done.connect(self._on_printed)

    def _on_printed(self, path: Path) -> None:
        told = f"已生成 {path.name}。"
        self._shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))

    def _export_to(self, scope: QcScope, segment: Segment | None, path: Path) -> None:
        work = partial(self._shell.services.qc_export.write, scope, segment, path)
        job = self._shell.jobs.run(work, label=f"导出 {path.name}", parent=self._page)
        job.done.connect(partial(self._on_exported, path))

    def _on_exported(self, path: Path, lines: int) -> None:
        told = f"已导出 {lines:,} 行到 {path.name}。"
        self._shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))

    def _write(self, work: partial[Done], label: str, told: str, *, can_undo: bool = True) -> None:
        job = self._shell.jobs.run(work, label=label, writes=True, parent=self._page)
        job.done.connect(partial(self._on_done, told, can_undo))

    def _on_done(self, told: str, can_undo: bool, done: Done) -> None:
        self._shell.publish(done.changes)
        undo = self.undo if can_undo and done.changes.op_id else None
        self._shell.notices.toast(told.format(cases=done.cases), severity="ok", undo=undo)

    def _except(self, line: QcLine, reason_class: ExceptionReason, reason: str, evidence: list[str]) -> None:
        changes = Changes()
        for finding in line.findings:
            if finding.is_open:
                services = self._shell.services
                changes |= services.exceptions.request(line.key.case_id, finding, reason_class, reason, evidence)
        self._on_decided(changes, f"已登记例外申请：{line.key.rule_id}，待两人签字。")

    def _suppress(self, line: QcLine, reason: str) -> None:
        changes = Changes()
        for finding in line.findings:
            if finding.is_open:
                changes |= self._shell.services.suppressions.suppress(line.key.case_id, finding, reason)
        self._on_decided(changes, f"已写明理由：{line.key.rule_id}，不再计入。")

    def _on_decided(self, changes: Changes, told: str) -> None:
        self._shell.publish(changes)
        self._shell.notices.toast(told, severity="ok", undo=self.undo)

    def _save_plan(self, days: str, at: str) -> None:
        self._shell.publish(self._shell.services.leaving.save_plan(days, at))
        self._shell.notices.toast("已保存出院前质控的时间。", severity="ok")

    def _on_ran(self, rerun: Rerun) -> None:
        self.ran.emit(rerun)
        self._shell.publish(rerun.changes)


def _cases(keys: Sequence[HitKey]) -> int:
    return len({key.case_id for key in keys})


def _handed_back(writing: QcBatchWriting, keys: Sequence[HitKey], _progress: Progress) -> Done:
    return writing.hand_back(keys)


def _passed(writing: QcBatchWriting, case_id: int, _progress: Progress) -> Done:
    return writing.pass_cases([case_id])


def _printed(export: QcExportService, scope: QcScope, segment: Segment | None, path: Path, progress: Progress) -> Path:
    export.save_printed(path, pdf_of(export.report(scope, segment, progress), progress))
    return path
