"""医保返回: the insurer's groups beside ours, each difference with its cause; then the settled cases are archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseState
from app.services.appeals_types import AppealKind
from app.services.insurer_export import write_returns
from app.services.insurer_types import InsurerPreview, ReturnDetail, ReturnedCase, ReturnFile, cause_word
from app.ui.models.records import RecordModel
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.compare.bars import BarList
from app.ui.pages.dropping import FileDrops
from app.ui.pages.files import TABLES, ask_open, ask_save
from app.ui.pages.insurer.detail import InsurerDetail
from app.ui.pages.insurer.preview import InsurerPreviewPanel
from app.ui.pages.insurer.tables import COLUMNS, bars_of, cell, left_by, sorted_by
from app.ui.pages.leaving import field_takes_escape
from app.ui.widgets import (
    ActionButton,
    DataTable,
    Pane,
    SideLine,
    SideList,
    Splitter,
    StateStack,
    Text,
    ask,
    column,
    row,
)

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.domain.changes import Changes
    from app.services.audit import AuditService
    from app.services.insurer import InsurerService
    from app.ui.jobs import Job

_DIGITS: Final = 9


class InsurerPage(Page):
    """Left the files and the causes as bars, in the middle the cases, at the right both paths."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._file: ReturnFile | None = None
        self._lines: tuple[ReturnedCase, ...] = ()
        self._filter: frozenset[tuple[str, str]] = frozenset()
        self._sort = "record_no"
        self._case_id = 0
        self._preview: InsurerPreview | None = None
        self._job: Job | None = None

    @property
    def _insurer(self) -> InsurerService:
        service: InsurerService = self.shell.services.insurer
        return service

    def build(self) -> None:
        """Make files, bars, list, detail and the preview of a file."""
        actions = self.shell.actions
        self.files = SideList("导入过的文件", "insurer_files")
        self.bars = BarList()
        self.bars.setObjectName("insurer_causes")
        self.bars.setAccessibleName("差异原因与科室")
        self.table = DataTable(COLUMNS)
        self.table.setObjectName("insurer_cases")
        self.table.setAccessibleName("医保返回的病案")
        self.model: RecordModel[ReturnedCase] = RecordModel(COLUMNS, cell)
        self.model.setParent(self.table)
        self.table.setModel(self.model)
        self.stack = StateStack(self.table)
        self.detail = InsurerDetail(self.shell)
        self.preview = InsurerPreviewPanel(actions)
        self._counts = Text("", "caption", "secondary", elide=True)
        self._told = Text("", "body", "secondary", elide=True)
        self._lay_out()
        self.files.stepped.connect(self._on_file)
        self.files.entered.connect(self._focus_list)
        self.bars.toggled.connect(self.toggle_filter)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.table.head.asked.connect(self.sort_by)
        self.preview.given_up.connect(self.give_up)
        FileDrops(self, self.read_file)
        self._name_regions()

    def _lay_out(self) -> None:
        actions = self.shell.actions
        bar = Pane("surface", "b")
        line = row(Text("医保返回", "title"), gap=12, margins=(14, 8, 12, 8))
        line.addWidget(self._told, 1)
        line.addWidget(ActionButton(actions, "insurer.archive", small=True))
        line.addWidget(ActionButton(actions, "insurer.export", small=True))
        line.addWidget(ActionButton(actions, "insurer.import", kind="primary", small=True))
        bar.setLayout(line)
        left = Pane("canvas", "r")
        box = column(margins=(0, 4, 0, 4))
        box.addWidget(self.bars, 3)
        box.addWidget(self.files, 2)
        left.setLayout(box)
        middle = Pane("surface")
        inner = column()
        inner.addWidget(self.stack, 1)
        foot = Pane("surface", "t")
        foot.setLayout(row(self._counts, None, Text("次序不按金额", "caption", "muted"), margins=(12, 6, 12, 6)))
        inner.addWidget(foot)
        middle.setLayout(inner)
        right = Pane("surface", "l")
        right.setLayout(column(self.detail))
        parts = Splitter("insurer", self.shell.places, (left, middle, right), (220, 0, 330))
        looked = QWidget()
        whole = column(bar)
        whole.addWidget(parts, 1)
        looked.setLayout(whole)
        file = Pane("canvas")
        file.setLayout(column(self.preview, margins=(12, 10, 12, 12)))
        self._views = QStackedLayout(self)
        self._views.addWidget(looked)
        self._views.addWidget(file)

    def _name_regions(self) -> None:
        choose, leave = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回")
        keys = (KeyHint("Enter", "打开病案"), KeyHint("A", "登记异议"), KeyHint("G", "归档"), KeyHint("Ctrl+E", "导出"))
        self.add_region("list", self.table, (choose, *keys, KeyHint("Ctrl+O", "导入")))
        self.add_region("causes", self.bars, (choose, KeyHint("Enter", "筛选"), leave))
        self.add_region("files", self.files, (choose, KeyHint("Delete", "撤回这次导入"), leave))
        self.add_region("preview", self.preview, (KeyHint("Ctrl+Enter", "导入"), KeyHint("Esc", "放弃")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the file that is shown."""
        if self._preview is not None:
            return self._preview.path.name
        return self._file.file_name if self._file else ""

    def place(self) -> Place:
        """Return the file, the filter and the chosen case."""
        one = self.model.at(self.table.current_row) if self.built else None
        case_id = one.stored.line.case_id if one else self._case_id
        return Place(
            self.key,
            {
                "file": self._file.id if self._file else 0,
                "filter": [[kind, key] for kind, key in sorted(self._filter)],
                "case": case_id,
            },
        )

    def restore(self, place: Place) -> None:
        """Show a file, the latest one unless another is named; of a case the file that answers it last."""
        number, case, chosen = (place.args.get(name) for name in ("file", "case", "filter"))
        self._case_id = case if isinstance(case, int) else 0
        if isinstance(chosen, list):
            self._filter = frozenset((str(one[0]), str(one[1])) for one in chosen if isinstance(one, list))
        wanted = number if isinstance(number, int) else 0
        if not wanted and self._case_id:
            answers = self._insurer.returned(self._case_id)
            wanted = answers[0].import_id if answers else 0
        self._read(wanted or (self._file.id if self._file else 0))

    def default_focus(self) -> QWidget:
        """Start in the list, in a file that waits at its button."""
        return self.preview.take if self._preview else self.table

    def on_changes(self, changes: Changes) -> None:
        """Read anew when cases moved."""
        if changes.listing and self.isVisible() and self._preview is None:
            self._read(self._file.id if self._file else 0)

    @property
    def chosen(self) -> ReturnedCase | None:
        """The chosen answer, None while a file waits."""
        return None if self._preview else self.model.at(self.table.current_row)

    @property
    def waits(self) -> bool:
        """True while a file that was read waits to be taken over."""
        return self._preview is not None

    @property
    def can_take(self) -> bool:
        """True when a file waits that holds cases of ours."""
        return self._preview is not None and bool(self._preview.lines)

    @property
    def has_file(self) -> bool:
        """True when a file is shown."""
        return self._file is not None and self._preview is None

    @property
    def settled(self) -> tuple[int, ...]:
        """The submitted cases of the list as it is filtered."""
        wanted = str(CaseState.SUBMITTED)
        return tuple(one.stored.line.case_id for one in self.model.values if one.state == wanted)

    @property
    def can_archive(self) -> bool:
        """True when the list holds submitted cases."""
        return self._preview is None and self.built and bool(self.settled)

    # Showing.

    def _read(self, file_id: int) -> None:
        files = self._insurer.files()
        self._file = next((one for one in files if one.id == file_id), files[0] if files else None)
        lines: list[object] = ["导入过的文件"] if files else []
        lines += [SideLine(str(one.id), f"{one.at:%m-%d} {one.file_name}", "", one.lines) for one in files]
        self.files.side.show(lines)
        if self._file is None:
            self._lines = ()
            hint = "把医保返回的表格拖到这里，或选择文件：病案号、DRG 编码，有则带上权重、金额、状态、版本。"
            self.stack.show_empty("还没有导入过医保返回的分组。", hint, "导入…", self.import_file)
        else:
            self.files.choose_silently(1 + [one.id for one in files].index(self._file.id))
            self._lines = self._insurer.lines(self._file.id)
        self._refilter()

    def _refilter(self) -> None:
        shown = sorted_by(left_by(self._lines, self._filter), self._sort)
        self.bars.show_bars(bars_of(self._lines), self._filter)
        kept = self.chosen.stored.line.case_id if self.chosen else self._case_id
        self.model.show(shown)
        if shown:
            self.stack.show_content()
            at = next((at for at, one in enumerate(shown) if one.stored.line.case_id == kept), 0)
            self.table.go_to(at)
        elif self._file is not None:
            self.stack.show_empty("没有这样的病案。", "按 Esc 清除筛选。")
        self.table.head.show_sorted(self._sort, descending=False)
        different = sum(1 for one in self._lines if one.cause)
        share = f"{different / len(self._lines):.1%}" if self._lines else "—"
        self._told.setText(f"{len(self._lines):,} 份，不同 {different:,} 份（{share}）" if self._lines else "")
        words = "、".join(cause_word(key) if kind == "cause" else key for kind, key in sorted(self._filter))
        words = words.replace("same", cause_word(""))
        self._counts.setText(f"筛选出 {len(shown):,} 份（{words}），Esc 清除" if words else "")
        self._on_row(self.table.current_row)
        self.place_changed.emit()

    def toggle_filter(self, kind: str, key: str) -> None:
        """Show only the cases of a cause or department; again: all of them."""
        self._filter = self._filter ^ {(kind, key)}
        self._refilter()

    def sort_by(self, key: str) -> None:
        """Order the cases by a column; there is no order by money."""
        self._sort = key
        self._refilter()

    def _on_file(self, line: object) -> None:
        if isinstance(line, SideLine):
            self._filter = frozenset()
            self._read(int(line.key))

    def _on_row(self, _at: int) -> None:
        one = self.chosen
        if one is None:
            self.detail.show_nothing()
        else:
            job = self._job = self.shell.jobs.run(partial(_look, self._insurer, one), parent=self)
            job.done.connect(partial(self._on_looked, job, one))
        self.shell.actions.refresh()

    def _on_looked(self, job: Job, one: ReturnedCase, told: ReturnDetail) -> None:
        if job is self._job:
            self.detail.show_case(one, told)

    def _on_opened(self, _at: int) -> None:
        self.open_case()

    # Taking a file over.

    def import_file(self) -> None:
        """Ask for a file and read it; nothing is written before it is confirmed."""
        ask_open(self, self.shell.places, "导入医保返回的分组", self.read_file, filters=TABLES)

    def read_file(self, path: Path, mapping: Mapping[str, str] | None = None) -> None:
        """Read a file; where a heading is not known it is asked for."""
        try:
            headings = self._insurer.headings(path)
            missing = self._insurer.lacking(path, mapping)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        if missing:
            self._ask_column(path, missing, headings, dict(mapping or {}))
            return
        work = partial(_previewed, self._insurer, path, mapping)
        job = self.shell.jobs.run(work, label=f"读取 {path.name}", parent=self)
        job.done.connect(self._on_previewed)

    def _ask_column(self, path: Path, role: str, headings: Sequence[str], mapping: dict[str, str]) -> None:
        shown = [heading for heading in headings if heading and heading not in mapping.values()]
        lines = (f"文件 {path.name} 的列名程序不认识，指定一次后会记住。", f"各列：{'、'.join(shown)}")
        asking = Asking(f"{text(f'insurer.role.{role}')}在哪一列？", lines, shown[:_DIGITS], "列名", "下一步")
        ask_words(self, asking, lambda words: self.read_file(path, {**mapping, role: words}))

    def choose_columns(self) -> None:
        """Name the columns of the file that waits anew."""
        if self._preview is not None:
            self._ask_column(self._preview.path, "drg", self._preview.headings, {})

    def _on_previewed(self, preview: InsurerPreview) -> None:
        self.shell.notices.forget_problem()
        self._preview = preview
        self.preview.show_preview(preview)
        self._views.setCurrentIndex(1)
        self.shell.actions.refresh()
        if self.isVisible():
            self.preview.take.setFocus()
        self.place_changed.emit()

    def take(self) -> None:
        """Take the file over that waits."""
        preview = self._preview
        if preview is not None:
            work = partial(_committed, self._insurer, preview)
            job = self.shell.jobs.run(work, label=f"导入 {preview.path.name}", writes=True, parent=self)
            job.done.connect(partial(self._on_taken, f"已导入 {preview.path.name}，{len(preview.lines):,} 行。"))

    def _on_taken(self, told: str, changes: Changes) -> None:
        self.give_up()
        self.shell.publish(changes)
        self.shell.notices.toast(told, severity="ok")
        self._file = None
        self._read(0)

    def give_up(self) -> None:
        """Leave the file that waits."""
        self._preview = None
        self._views.setCurrentIndex(0)
        self.shell.actions.refresh()
        self.place_changed.emit()

    def take_back(self) -> None:
        """Take the chosen file back as it came."""
        if self._file is not None:
            work = partial(_taken_back, self._insurer, self._file.id)
            job = self.shell.jobs.run(work, label="撤回导入", writes=True, parent=self)
            job.done.connect(partial(self._on_taken, f"已撤回 {self._file.file_name}。"))

    # What is done with the cases.

    def archive(self) -> None:
        """Ask, then archive the submitted cases of the list."""
        case_ids = self.settled
        if case_ids:
            words = f"列表中已提交的 {len(case_ids):,} 份转为已归档。归档后修改须医保办和管理员都同意解锁。"
            ask(self, "归档已结算的病案", words, "归档", partial(self._archive, case_ids))

    def _archive(self, case_ids: Sequence[int]) -> None:
        work = partial(_archived, self._insurer, case_ids)
        job = self.shell.jobs.run(work, label="归档", writes=True, parent=self)
        job.done.connect(partial(self._on_archived, len(case_ids)))

    def _on_archived(self, count: int, changes: Changes) -> None:
        self.shell.publish(changes)
        self.shell.notices.toast(f"已归档 {count:,} 份。", severity="ok")
        self._read(self._file.id if self._file else 0)

    def export(self) -> None:
        """Ask for a file and write the list as it is filtered."""
        name = f"医保分组对比_{self._file.at:%Y%m%d}.xlsx" if self._file else "医保分组对比.xlsx"
        ask_save(self, self.shell.places, "导出医保分组对比", self._write, name=name)

    def _write(self, path: Path) -> None:
        work = partial(_written, self.shell.services.audit, tuple(self.model.values), path)
        job = self.shell.jobs.run(work, label=f"导出 {path.name}", parent=self)
        job.done.connect(partial(self._on_exported, path))

    def _on_exported(self, path: Path, _none: object) -> None:
        self.shell.notices.toast(f"已导出：{path.name}", severity="ok")

    def open_case(self) -> None:
        """Open the chosen case."""
        if self.chosen is not None:
            self.shell.go(Place("case", {"case": self.chosen.stored.line.case_id}))

    def open_drg(self) -> None:
        """Open the group of the chosen case."""
        if self.chosen is not None:
            self.shell.go(Place("drg", {"case": self.chosen.stored.line.case_id}))

    def appeal(self) -> None:
        """Enter an objection for the chosen case."""
        self._enter(AppealKind.APPEAL)

    def ask_review(self) -> None:
        """Enter a request for a single review of the chosen case."""
        self._enter(AppealKind.SPECIAL)

    def _enter(self, kind: AppealKind) -> None:
        if self.chosen is not None:
            self.shell.go(Place("appeals", {"case": self.chosen.stored.line.case_id, "new": kind.value}))

    def _focus_list(self) -> None:
        self.table.setFocus()

    def escape(self) -> None:
        """Leave one level: what is typed, the file that waits, the filter, the page."""
        if field_takes_escape():
            return
        if self._preview is not None:
            self.give_up()
        elif self._filter:
            self._filter = frozenset()
            self._refilter()
        else:
            self.shell.back()


def _look(insurer: InsurerService, one: ReturnedCase, _progress: Progress) -> ReturnDetail:
    return insurer.detail(one.stored)


def _previewed(
    insurer: InsurerService, path: Path, mapping: Mapping[str, str] | None, progress: Progress
) -> InsurerPreview:
    return insurer.preview(path, mapping, progress)


def _committed(insurer: InsurerService, preview: InsurerPreview, _progress: Progress) -> Changes:
    return insurer.commit(preview)


def _taken_back(insurer: InsurerService, import_id: int, _progress: Progress) -> Changes:
    return insurer.take_back(import_id)


def _archived(insurer: InsurerService, case_ids: Sequence[int], _progress: Progress) -> Changes:
    return insurer.archive(case_ids)


def _written(audit: AuditService, lines: Sequence[ReturnedCase], path: Path, progress: Progress) -> None:
    write_returns(lines, path, progress)
    audit.note_file(path, len(lines))
