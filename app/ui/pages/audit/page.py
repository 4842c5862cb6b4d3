"""审计: who did what when, from what to what; the chain verified; read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.audit import AuditService
from app.services.audit_export import AuditExportService
from app.services.audit_types import AuditQuery, AuditRow, AuditVerdict
from app.ui.auditing import BAR
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.audit.bar import ChainBar, SearchBar, day_of
from app.ui.pages.audit.table import AuditTable, DetailPane
from app.ui.pages.case.moment_card import MomentCard
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.files import ask_save
from app.ui.printing import pdf_of
from app.ui.widgets import Pane, SideLine, SideList, Splitter, column

_FILES: Final = "Excel 工作簿 (*.xlsx);;CSV (*.csv)"
_REASONS: Final = ("恢复了备份，已核对", "更换了电脑或磁盘，已核对", "重装系统，密钥已更换")


class AuditPage(Page):
    """Left the kinds, in the middle the list under its filters, at the right the chosen operation whole."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._query = AuditQuery()
        self._keep = 0
        self._check: Job | None = None
        self._was_checked = False
        self._arrives = False

    @property
    def _audit(self) -> AuditService:
        service: AuditService = self.shell.services.audit
        return service

    @property
    def _extract(self) -> AuditExportService:
        service: AuditExportService = self.shell.services.audit_export
        return service

    def build(self) -> None:
        """Make kinds, bars, list and detail."""
        self.chain = ChainBar(self.shell.actions)
        self.kinds = SideList("操作种类", "audit_kinds")
        self.kinds.side.show([SideLine("", "全部"), *(SideLine(*one) for one in self._audit.kinds().items())])
        self.search = SearchBar()
        self.list = AuditTable(self._rows)
        self.detail = DetailPane()
        left, middle, right = Pane("canvas", "r"), Pane("surface"), Pane("surface", "l")
        left.setLayout(column(self.kinds, margins=(0, 4, 0, 4)))
        box = column(self.search)
        box.addWidget(self.list, 1)
        middle.setLayout(box)
        right.setLayout(column(self.detail))
        parts = Splitter("audit", self.shell.places, (left, middle, right), (160, 0, 330))
        whole = column(self.chain)
        whole.addWidget(parts, 1)
        self.setLayout(whole)
        self.kinds.stepped.connect(self._on_kind)
        self.kinds.entered.connect(self._focus_list)
        self.search.changed.connect(self._on_search)
        self.search.entered.connect(self._focus_list)
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self.open_moment)
        self._name_regions()

    def _name_regions(self) -> None:
        choose, find = KeyHint("↑↓", "选择"), KeyHint("Ctrl+F", "筛选")
        keys = (KeyHint("Enter", "当时的病案"), KeyHint("Ctrl+Enter", "现在的病案"), find, KeyHint("F5", "校验"))
        self.add_region("list", self.list, (choose, *keys, KeyHint("Ctrl+E", "导出")))
        self.add_region("kinds", self.kinds, (choose, KeyHint("Enter", "到列表"), find))
        self.add_region("search", self.search, (KeyHint("Enter", "到列表"), KeyHint("Esc", "清除条件")))
        self.add_region("detail", self.detail, (choose, KeyHint("Esc", "返回")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the kind that is shown."""
        line = self.kinds.line if self.built else None
        return line.label if isinstance(line, SideLine) and line.key else ""

    def place(self) -> Place:
        """Return the filters and the chosen operation."""
        query = self._query
        days = {"first": query.first.isoformat() if query.first else "", "last": str(query.last or "")}
        words = {"kind": query.kind, "record_no": query.record_no, "who": query.who, "field": query.field}
        return Place(self.key, {**words, **days, "op": self._keep})

    def restore(self, place: Place) -> None:
        """Take the filters up again, read, and verify the chain when that has not been done yet."""
        words = {key: value for key, value in place.args.items() if isinstance(value, str)}
        if words:
            kind, record_no, who, field = (words.get(key, "") for key in ("kind", "record_no", "who", "field"))
            first, last = (day_of(words.get(key, "")) for key in ("first", "last"))
            self._query = AuditQuery(kind, record_no, who, field, first, last)
        keep = place.args.get("op")
        self._keep = keep if isinstance(keep, int) else self._keep
        keys = [line.key for line in self.kinds.side.lines if isinstance(line, SideLine)]
        self.kinds.choose_silently(keys.index(self._query.kind) if self._query.kind in keys else 0)
        self.search.show_query(self._query)
        self._arrives = True
        self._read()

    def default_focus(self) -> QWidget:
        """Start in the list."""
        return self.list.table

    def on_changes(self, changes: Changes) -> None:
        """Read anew when something was written while the page is shown."""
        if changes.op_id and self.isVisible():
            self._read()

    def show_masked(self) -> None:
        """Show the rows anew: names are hidden now, or shown again."""
        self._read()

    # The chain.

    @property
    def is_checking(self) -> bool:
        """True while the chain is verified."""
        return self._check is not None and not self._check.is_over

    @property
    def can_verify(self) -> bool:
        """True while it is not."""
        return not self.is_checking

    @property
    def can_confirm(self) -> bool:
        """True when the library does not fit the head that was kept outside it."""
        return self.built and bool(self._audit.head_words())

    def verify(self) -> None:
        """Verify the whole chain in the background."""
        if self.is_checking:
            return
        self._was_checked = True
        job = self._check = self.shell.jobs.run(self._audit.verify, label="校验审计链", parent=self)
        self.chain.show_running(0, 0)
        job.progress.connect(self._on_step)
        job.done.connect(self._on_verified)
        job.cancelled.connect(self.chain.show_stopped)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._refresh)
        self._refresh()

    def cancel(self) -> None:
        """Give the check up."""
        if self._check is not None:
            self._check.cancel()

    def confirm(self) -> None:
        """Ask for the reason, then take the library as it is."""
        words = self._audit.head_words()
        lines = (words, "确认后以现在的病案库为准，理由和两个链头都记入审计。")
        asking = Asking("确认链头不符", lines, _REASONS, "为什么不符，由谁核对（必填，记入审计）", "确认")
        ask_words(self, asking, self._on_confirmed)

    def _refresh(self) -> None:
        self.chain.offer(checking=self.is_checking, confirming=self.can_confirm)
        self.shell.actions.refresh()

    def _on_step(self, done: int, total: int, _note: str) -> None:
        self.chain.show_running(done, total)

    def _on_verified(self, verdict: AuditVerdict) -> None:
        now = self.shell.services.session.clock.now()
        self.chain.show_verdict(verdict, f"{now:%H:%M:%S}")
        alarm = self._audit.head_words()
        if alarm:
            self.chain.show_alarm(alarm)
        if verdict.check.broken_op:
            self._keep = verdict.check.broken_op
            self._read()

    def _on_failed(self, _problem: object) -> None:
        self.chain.show_stopped()

    def _on_confirmed(self, reason: str) -> None:
        try:
            self._audit.confirm_head(reason)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        self.shell.notices.clear_bar(BAR)
        self.shell.notices.toast("已确认，链头已重新保存。", severity="ok")
        self._read()
        self.verify()

    # What the user does.

    def focus_search(self) -> None:
        """Go to the filters."""
        self.search.setFocus()

    def escape(self) -> None:
        """Clear the filters; again: back to the last place."""
        if self.search.clear():
            return
        if self.list.table.hasFocus():
            self.shell.back()
        else:
            self._focus_list()

    def open_moment(self) -> None:
        """Show the case of the chosen operation as it was then."""
        one = self.list.current
        if one is None:
            return
        if not one.case_id:
            self.shell.notices.toast("这一条不是单份病案的操作，右侧列出了全部内容。")
            return
        try:
            moment = self.shell.services.history.moment(one.case_id, one.op_id)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        MomentCard(self.window(), moment).open_card()

    def open_case(self) -> None:
        """Open the case of the chosen operation as it is now."""
        one = self.list.current
        if one is not None and one.case_id:
            self.shell.go(Place("case", {"case": one.case_id}))

    @property
    def has_case(self) -> bool:
        """True when the chosen operation is of one case."""
        one = self.list.current if self.built else None
        return one is not None and one.case_id > 0

    def export(self) -> None:
        """Ask where to, then write what is shown."""
        take = partial(self._export_to, self._query)
        ask_save(
            self,
            self.shell.places,
            "导出审计记录",
            take,
            name=f"{self.spec.title}_{self._today()}.xlsx",
            filters=_FILES,
        )

    def print_pdf(self) -> None:
        """Ask where to, then draw what is shown as PDF."""
        take = partial(self._print_to, self._query)
        name = f"{self.spec.title}_{self._today()}.pdf"
        ask_save(self, self.shell.places, "存为 PDF", take, name=name, filters="PDF (*.pdf)")

    # Reading and writing.

    def _export_to(self, query: AuditQuery, path: Path) -> None:
        work = partial(_exported, self._extract, query, path)
        job = self.shell.jobs.run(work, label=f"导出 {path.name}", writes=True, parent=self)
        job.done.connect(partial(self._on_written, path))

    def _print_to(self, query: AuditQuery, path: Path) -> None:
        work = partial(_printed, self._extract, query, path)
        job = self.shell.jobs.run(work, label=f"存为 {path.name}", writes=True, parent=self)
        job.done.connect(partial(self._on_written, path))

    def _on_written(self, path: Path, count: int) -> None:
        self.shell.notices.toast(f"已写入 {path.name}，{count:,} 条，附链头。", severity="ok")
        self._read()

    def _today(self) -> str:
        return f"{self.shell.services.session.clock.now():%Y%m%d}"

    def _read(self) -> None:
        job = self.shell.jobs.run(partial(_found, self._audit, self._query), parent=self)
        job.done.connect(partial(self._on_found, self._query))
        if not self._was_checked:
            job.ended.connect(self._check_soon)

    def _check_soon(self) -> None:
        QTimer.singleShot(0, self, self._check_once)  # the rows are drawn first, undisturbed

    def _check_once(self) -> None:
        if not self._was_checked:
            self.shell.jobs.run(self._audit.prepare, parent=self)
            self.verify()

    def _on_found(self, query: AuditQuery, ids: Sequence[int]) -> None:
        if query != self._query:
            return
        bad = self.search.bad_day
        told = f"“{bad}”不是日期，写作 2026-11-23" if bad else f"{len(ids):,} 条"
        self.search.counts.setText(told)
        self.list.show_ids(ids, self._keep)
        if self._arrives and ids and self.isVisible() and not self.search.is_typed_in:
            self._focus_list()
        self._arrives = False
        self.shell.actions.refresh()

    def _rows(self, ids: Sequence[int]) -> list[AuditRow]:
        return self._audit.rows(ids, self._query)

    def _focus_list(self) -> None:
        self.list.table.setFocus()

    def _on_kind(self, line: object) -> None:
        if isinstance(line, SideLine):
            self._query = replace(self._query, kind=line.key)
            self._read()
            self.place_changed.emit()

    def _on_search(self) -> None:
        self._query = self.search.applied_to(self._query)
        self._read()

    def _on_chosen(self) -> None:
        one = self.list.current
        detail = self._audit.detail(one.op_id) if one else None
        if one is None or detail is None:
            self.detail.show_nothing()
        else:
            self._keep = one.op_id
            self.detail.show_detail(detail, f"第 {one.op_id:,} 条　{one.what}")
        self.shell.actions.refresh()


def _found(audit: AuditService, query: AuditQuery, _progress: Progress) -> Sequence[int]:
    audit.write_reads()
    return audit.ids(query)


def _exported(extract: AuditExportService, query: AuditQuery, path: Path, progress: Progress) -> int:
    return extract.write(query, path, progress)


def _printed(extract: AuditExportService, query: AuditQuery, path: Path, progress: Progress) -> int:
    report = extract.report(query, progress)
    count = len(report.sections[0].tables[0].rows)
    extract.save_printed(path, pdf_of(report, progress), count)
    return count
