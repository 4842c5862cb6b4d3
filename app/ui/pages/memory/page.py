"""本院记忆: which texts were given which codes, how often, when, by whom; revoked, restored, brought in from files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.services.coding_memory import (
    CodingMemoryService,
    MemoryQuery,
    MemoryRow,
    MemoryState,
    MemoryStats,
    MemoryStep,
    PastImport,
    PastPreview,
)
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.dropping import FileDrops
from app.ui.pages.files import TABLES, ask_open, ask_save
from app.ui.pages.memory.bar import ALL, SearchBar
from app.ui.pages.memory.detail import DetailPanel
from app.ui.pages.memory.imports import ImportsPanel
from app.ui.pages.memory.model_card import ModelCard
from app.ui.pages.memory.preview import PreviewPanel
from app.ui.pages.memory.table import COLUMNS, MemoryTable
from app.ui.widgets import Pane, ScrollPane, Splitter, column

_SORTS: Final = tuple(one.key for one in COLUMNS if one.sort)
_Read = tuple[Sequence[int], MemoryStats, Sequence[PastImport], MemoryStep | None]


class MemoryPage(Page):
    """List at the left, the chosen coding and the imported files at the right; a file that was read in their place."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._query = MemoryQuery()
        self._keep = 0
        self._job: Job | None = None
        self._reading = 0
        self._starts_in_model = False
        self._preview: PastPreview | None = None
        self._step: MemoryStep | None = None

    @property
    def _memory(self) -> CodingMemoryService:
        memory: CodingMemoryService = self.shell.services.memory
        return memory

    def build(self) -> None:
        """Make the bar, the list, the panels and the preview."""
        self.model = ModelCard(self.shell)
        self.bar = SearchBar(self.shell.actions)
        self.list = MemoryTable(self._memory.rows)
        self.detail = DetailPanel(self.shell.actions)
        self.imports = ImportsPanel(self.shell.actions)
        self.preview = PreviewPanel(self.shell.actions)
        FileDrops(self, self.read_file)
        right = ScrollPane("canvas", (6, 10, 12, 12), 10, whole=True)
        right.box.addWidget(self.detail, 3)
        right.box.addWidget(self.imports, 2)
        self.parts = Splitter("memory", self.shell.places, (self.list, right), (0, 400))
        looked = QWidget()
        top = Pane("canvas")
        top.setLayout(column(self.model, margins=(12, 10, 12, 10)))
        whole = column(top, self.bar)
        whole.addWidget(self.parts, 1)
        looked.setLayout(whole)
        file = Pane("canvas")
        file.setLayout(column(self.preview, margins=(12, 10, 12, 12)))
        self._views = QStackedLayout(self)
        self._views.addWidget(looked)
        self._views.addWidget(file)
        self._connect()
        self._name_regions()

    def _connect(self) -> None:
        self.bar.changed.connect(self._on_search)
        self.bar.entered.connect(self._focus_list)
        self.list.sort_asked.connect(self._on_sort)
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self._focus_uses)
        self.detail.reasoned.connect(self._on_reason)
        self.detail.case_wanted.connect(self._open_case)
        self.imports.table.row_changed.connect(self._on_import_chosen)
        self.preview.given_up.connect(self.give_up)

    def _name_regions(self) -> None:
        choose, leave = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回")
        self.add_region("model", self.model, (KeyHint("Tab", "下一项"), KeyHint("Enter", "按下"), leave))
        self.add_region("query", self.bar.query, (KeyHint("Enter", "到列表"), leave))
        keys = (KeyHint("Enter", "每一次使用"), KeyHint("Delete", "撤销这条"), KeyHint("R", "恢复"))
        self.add_region("list", self.list, (choose, *keys, KeyHint("Ctrl+Z", "撤销上一步"), leave))
        self.add_region("uses", self.detail, (choose, KeyHint("Enter", "打开病案"), leave))
        self.add_region("reason", self.detail.reason, (KeyHint("Enter", "撤销这条"), KeyHint("Esc", "放弃")))
        self.add_region("imports", self.imports, (choose, KeyHint("Delete", "撤销这次导入"), leave))
        self.add_region("preview", self.preview, (choose, KeyHint("Ctrl+Enter", "导入"), KeyHint("Esc", "放弃")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the file that waits for its import."""
        return self._preview.path.name if self._preview else ""

    def place(self) -> Place:
        """Return the search, the order and the chosen coding."""
        query = self._query
        return Place(
            self.key,
            {
                "query": query.text,
                "kind": str(query.kind or ALL),
                "state": str(query.state) or ALL,
                "sort": query.sort,
                "descending": query.descending,
                "ref": self._keep,
            },
        )

    def restore(self, place: Place) -> None:
        """Take a search up again and read."""
        text, kind, state = (place.args.get(name) for name in ("query", "kind", "state"))
        sort, ref = place.args.get("sort"), place.args.get("ref")
        self._query = MemoryQuery(
            text if isinstance(text, str) else self._query.text,
            CodeKind(kind) if kind in tuple(CodeKind) else None,
            MemoryState(state) if state in tuple(MemoryState) else MemoryState.ALL,
            sort if isinstance(sort, str) and sort in _SORTS else self._query.sort,
            descending=place.args.get("descending", self._query.descending) is True,
        )
        self._keep = ref if isinstance(ref, int) else self._keep
        self._starts_in_model = place.args.get("part") == "model"
        self._show_query()
        self.model.read()
        self._read()

    def default_focus(self) -> QWidget:
        """Start in the list; in the file that waits, if there is one; in the model when that was wanted."""
        if self._starts_in_model and not self._preview:
            return self.model.first_focus
        return self.preview.take if self._preview else self.list

    def on_changes(self, changes: Changes) -> None:
        """Read anew when the memory or the code book changed; a hidden page reads when it is shown."""
        if (changes.memory or changes.assets) and self.isVisible():
            self.model.read()
            self._read()

    @property
    def chosen(self) -> MemoryRow | None:
        """The chosen coding; None while a file waits."""
        return None if self._preview else self.list.current

    @property
    def chosen_import(self) -> PastImport | None:
        """The chosen file."""
        return None if self._preview else self.imports.chosen

    @property
    def waits(self) -> bool:
        """True while a file that was read waits for its import."""
        return self._preview is not None

    @property
    def can_take(self) -> bool:
        """True when a file waits that has rows that can be used."""
        return self._preview is not None and bool(self._preview.lines)

    @property
    def can_undo(self) -> bool:
        """True when an import, a revocation or a restoration of the user is in effect."""
        return self._step is not None

    # What the user does.

    def focus_query(self) -> None:
        """Put the cursor into the search box."""
        self.bar.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.query.selectAll()

    def revoke(self) -> None:
        """Ask why the chosen coding shall not be offered any more."""
        self.detail.ask_reason()

    def restore_chosen(self) -> None:
        """Offer the chosen coding again."""
        chosen = self.chosen
        if chosen is not None:
            self._write(
                lambda: self._memory.restore(chosen), f"已恢复：{chosen.line.text} → {chosen.codes}。", self._tell_error
            )

    def undo(self) -> None:
        """Take the user's latest step on the memory back."""
        step = self._memory.last_step()
        if step is not None:
            self._write_behind(partial(_undone, self._memory, step.op_id), f"已撤销：{step.label} {step.note}".strip())

    def undo_import(self) -> None:
        """Take the chosen file back."""
        chosen = self.chosen_import
        if chosen is not None:
            self._write_behind(
                partial(_undone, self._memory, chosen.op_id), f"已撤销导入 {chosen.file_name}，{chosen.lines:,} 行。"
            )

    def import_file(self) -> None:
        """Ask for a file of past codings and read it; nothing is written before it is confirmed."""
        ask_open(self, self.shell.places, "导入过去的编码", self.read_file, filters=TABLES)

    def read_file(self, path: Path) -> None:
        """Read a file and show what would be imported."""
        job = self.shell.jobs.run(partial(self._memory.preview, path), label=f"读取 {path.name}", parent=self)
        job.done.connect(self._on_previewed)

    def take(self) -> None:
        """Import the file that waits, without the rows that cannot be used."""
        preview = self._preview
        if preview is not None:
            said = f"已导入 {preview.path.name}，{len(preview.lines):,} 行，检索已经用上。"
            self._write_behind(partial(_committed, self._memory, preview), said)

    def give_up(self) -> None:
        """Put the file that waits away; nothing of it was written."""
        self._preview = None
        self._views.setCurrentIndex(0)
        self.place_changed.emit()
        self.shell.actions.refresh()
        self._focus_list()

    def export(self) -> None:
        """Write what the list shows as CSV, which can be imported again."""
        ask_save(self, self.shell.places, "导出本院记忆", self._export_to, name="本院记忆.csv", filters="CSV (*.csv)")

    def escape(self) -> None:
        """Leave the file, the reason, the search, then the page."""
        if self._preview is not None:
            self.give_up()
        elif self.detail.asks_reason:
            self.detail.end_reason()
            self._focus_list()
        elif self.bar.query.hasFocus() and self.bar.query.text():
            self.bar.query.clear()
        else:
            self.shell.back()

    # Reading and writing.

    def _export_to(self, path: Path) -> None:
        work = partial(self._memory.export, path, self._query)
        job = self.shell.jobs.run(work, label="导出本院记忆", parent=self)
        job.done.connect(partial(self._on_exported, path))

    def _on_exported(self, path: Path, lines: int) -> None:
        self.shell.notices.toast(f"已导出 {lines:,} 条到 {path.name}。", severity="ok")

    def _on_previewed(self, preview: PastPreview) -> None:
        self.shell.notices.forget_problem()
        self._preview = preview
        self.preview.show_preview(preview)
        self._views.setCurrentIndex(1)
        self.shell.actions.refresh()
        self.place_changed.emit()
        self.preview.take.setFocus(Qt.FocusReason.OtherFocusReason)

    def _write(self, work: Callable[[], Changes], said: str, tell: Callable[[UserProblem], object]) -> bool:
        """Do a short write and say what was done, with a way back, or what is wrong. Return whether it was done."""
        try:
            changes = work()
        except UserProblem as problem:
            tell(problem)
            return False
        self._on_written(said, changes, can_undo=True)
        return True

    def _write_behind(self, work: Callable[[Progress], Changes], said: str) -> None:
        job = self.shell.jobs.run(work, label="写入本院记忆", writes=True, parent=self)
        job.done.connect(partial(self._on_written, said, can_undo=self._preview is not None))

    def _on_written(self, said: str, changes: Changes, *, can_undo: bool) -> None:
        if self._preview is not None:
            self.give_up()
        self.shell.publish(changes)
        self.shell.notices.toast(said, severity="ok", undo=self.undo if can_undo else None)

    def _tell_error(self, problem: UserProblem) -> None:
        self.shell.errors.show(problem)

    def _read(self) -> None:
        """Read the list in the background; only the latest reading is shown."""
        if self._job is not None:
            self._job.cancel()
        self.list.stack.show_loading()
        self._reading += 1
        job = self._job = self.shell.jobs.run(partial(_read, self._memory, self._query), parent=self)
        job.done.connect(partial(self._on_read, self._reading))
        job.failed.connect(self._on_failed)

    def _on_read(self, number: int, read: _Read) -> None:
        if number != self._reading:  # one cancelled too late, which has been overtaken
            return
        refs, stats, imports, self._step = read
        self._job = None
        self.list.show_refs(refs, self._keep)
        if not refs:
            self._show_empty(stats)
        self.imports.show_imports(imports)
        self.bar.show_counts(len(refs), stats)
        self.shell.actions.refresh()

    def _on_failed(self, problem: object) -> None:
        if isinstance(problem, UserProblem):
            self.list.stack.show_problem(problem)

    def _show_empty(self, stats: MemoryStats) -> None:
        if stats.lines:
            self.list.stack.show_empty("没有这样的记忆。", "请换一个词，或把筛选改回“全部”。")
            return
        self.list.stack.show_empty(
            "还没有记住编码。",
            "每确认一个编码就记住一次；也可以导入过去的编码。",
            "导入过去的编码…",
            self.import_file,
        )

    def _show_query(self) -> None:
        self.bar.show_query(self._query)
        self.list.table.head.show_sorted(self._query.sort, self._query.descending)

    # Signals.

    def _on_search(self) -> None:
        self._query = self.bar.applied_to(self._query)
        self._read()

    def _on_sort(self, key: str) -> None:
        same = key == self._query.sort
        descending = not self._query.descending if same else key in ("times", "last")
        self._query = replace(self._query, sort=key, descending=descending)
        self.list.table.head.show_sorted(key, descending)
        self._read()

    def _on_chosen(self) -> None:
        chosen = self.list.current
        if chosen is not None:
            self._keep = chosen.line.ref
        self.detail.show_row(chosen, self._memory.uses(chosen) if chosen else ())
        self.shell.actions.refresh()

    def _on_import_chosen(self, _row: int) -> None:
        self.shell.actions.refresh()

    def _on_reason(self, why: str) -> None:
        chosen = self.chosen
        if chosen is not None:
            said = f"已撤销：{chosen.line.text} → {chosen.codes}，不再提供。"
            if self._write(lambda: self._memory.revoke(chosen, why), said, self.detail.show_problem):
                self.detail.end_reason()
                self._focus_list()

    def _open_case(self, case_id: int) -> None:
        self.shell.go(Place("case", {"case": case_id}))

    def _focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_uses(self) -> None:
        self.detail.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _read(memory: CodingMemoryService, query: MemoryQuery, progress: Progress) -> _Read:
    refs = memory.refs(query)
    progress.step(1, 3)
    stats = memory.stats()
    progress.step(2, 3)
    return refs, stats, memory.imports(), memory.last_step()


def _committed(memory: CodingMemoryService, preview: PastPreview, _progress: Progress) -> Changes:
    return memory.commit(preview, skip_problems=True)


def _undone(memory: CodingMemoryService, op_id: int, _progress: Progress) -> Changes:
    return memory.undo(op_id)
