"""交付: upload files, settlement lists and whole batches: chosen, checked, written, kept in a register."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.services.handover_types import (
    Edition,
    HandoverCase,
    HandoverKind,
    HandoverRefusal,
    HandoverReport,
    HandoverScope,
    StoredHandover,
    Template,
    Verified,
    Wanted,
)
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.files import ask_open, ask_save
from app.ui.pages.handover.detail import HandoverDetail
from app.ui.pages.handover.names import NamesCard
from app.ui.pages.handover.tables import HandoverLists
from app.ui.pages.handover.work import HandoverWork
from app.ui.pages.leaving import field_takes_escape
from app.ui.shell.files import OpenFolder
from app.ui.widgets import (
    ActionButton,
    FilterBox,
    Pane,
    SegmentedControl,
    SideLine,
    SideList,
    Splitter,
    Text,
    column,
    row,
)

_CHECKED: Final = ("ready", "refused")
"""The lists that a check fills."""
_ALL: Final = "all"
_CHOSEN: Final = "chosen"
KINDS: Final = (
    (HandoverKind.L2.value, "首页上报 L2"),
    (HandoverKind.L3.value, "绩效上报 L3"),
    (HandoverKind.LIST_XLSX.value, "结算清单"),
    (HandoverKind.LIST_JSON.value, "清单 JSON"),
    (HandoverKind.BATCH.value, "整批原格式"),
)
_TEMPLATE: Final = "handover.template"
_FORM_FILTERS: Final = "PDF 文件 (*.pdf);;Excel 工作簿 (*.xlsx)"
_OPTIONS: Final = ("template", "edition", "names", "mask")
_FILTERS: Final = {".csv": "CSV 文件 (*.csv)", ".xlsx": "Excel 工作簿 (*.xlsx)", ".json": "JSON 文件 (*.json)"}


class HandoverPage(Page):
    """Left whose cases, above which file, in the middle who goes, at the right the receipt."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self.work = HandoverWork(shell, self)
        self._scope = HandoverScope()
        self._kind = HandoverKind.L2
        self._template: Template | None = None
        self._masked = False
        self._report: HandoverReport | None = None
        self._job: Job | None = None
        self._tab = "ready"

    def build(self) -> None:
        """Make scopes, choice of the file, lists, detail and the bar with what can be done."""
        actions = self.shell.actions
        self.scopes, self.lists, self.detail = (
            SideList("交付范围", "handover_scopes"),
            HandoverLists(),
            HandoverDetail(),
        )
        self.kinds = SegmentedControl(KINDS)
        self.kinds.setObjectName("handover_kind")
        self._told = Text("", "body", "secondary", elide=True)
        self._about = Text("", "caption", "secondary", elide=True)
        self._about.setObjectName("handover_about")
        self.words = FilterBox("在登记里查文件、病案号、人、指纹")
        bar = Pane("surface", "b")
        line = row(Text("交付", "title"), gap=12, margins=(14, 8, 12, 8))
        line.addWidget(self._told, 1)
        for name in ("handover.verify_file", "handover.check"):
            line.addWidget(ActionButton(actions, name, small=True))
        line.addWidget(ActionButton(actions, "handover.write", kind="primary", small=True))
        bar.setLayout(line)
        choice = Pane("surface", "b")
        options = row(self.kinds, gap=8, margins=(12, 7, 12, 7))
        options.addWidget(self._about, 1)
        self._options = {name: ActionButton(actions, f"handover.{name}", small=True) for name in _OPTIONS}
        for button in self._options.values():
            options.addWidget(button)
        choice.setLayout(options)
        left, middle, right = Pane("canvas", "r"), Pane("surface"), Pane("surface", "l")
        left.setLayout(column(self.scopes, margins=(0, 4, 0, 4)))
        box = column(choice)
        box.addWidget(self.lists, 1)
        foot = Pane("surface", "t")
        foot.setLayout(row(self.words, margins=(12, 6, 12, 6)))
        box.addWidget(foot)
        middle.setLayout(box)
        right.setLayout(column(self.detail))
        whole = column(bar)
        whole.addWidget(Splitter("handover", self.shell.places, (left, middle, right), (200, 0, 300)), 1)
        self.setLayout(whole)
        self._connect()

    def _connect(self) -> None:
        self.scopes.stepped.connect(self._on_scope)
        self.scopes.entered.connect(self._focus_list)
        self.lists.opened.connect(self.open_row)
        self.lists.row_changed.connect(self._on_row)
        self.lists.tab_changed.connect(self._on_tab)
        self.kinds.changed.connect(self._on_kind)
        self.words.changed.connect(self._on_words)
        choose, go = KeyHint("↑↓", "选择"), (KeyHint("F5", "检查"), KeyHint("Ctrl+Enter", "写出"))
        self.add_region("lists", self.lists, (choose, KeyHint("Enter", "打开"), KeyHint("1–3", "切换列表"), *go))
        self.add_region("scopes", self.scopes, (choose, KeyHint("Enter", "到列表"), *go))
        self.add_region("kinds", self.kinds, (KeyHint("←→", "换种类"), *go))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the kind of file."""
        return self._kind.label

    def place(self) -> Place:
        """Return kind, scope and list."""
        scope = self._scope
        args = {"kind": self._kind.value, "month": scope.month, "batch": scope.batch_id, "tab": self._tab}
        return Place(self.key, {**args, "submission": scope.submission_id, "cases": list(scope.case_ids)})

    def restore(self, place: Place) -> None:
        """Take kind and scope up again; ``cases`` are those chosen in a list."""
        args = place.args
        month, batch, submission, cases = (args.get(name) for name in ("month", "batch", "submission", "cases"))
        ids = tuple(one for one in cases if isinstance(one, int)) if isinstance(cases, list) else ()
        self._scope = HandoverScope(
            month if isinstance(month, str) else "",
            batch if isinstance(batch, int) else 0,
            submission if isinstance(submission, int) else 0,
            ids,
        )
        kind, tab = args.get("kind"), args.get("tab")
        if isinstance(kind, str) and kind in dict(KINDS):
            self._kind = HandoverKind(kind)
            self.kinds.set_current(kind)
        self._tab = tab if isinstance(tab, str) and tab in self.lists.tables else self._tab
        self.lists.show_tab(self._tab)
        self._take_known_template()
        self._read()
        self._forget()

    def default_focus(self) -> QWidget:
        """Start where the cases are chosen, in the register in its list."""
        return self.lists.table if self._report or self._tab == "register" else self.scopes

    def on_changes(self, changes: Changes) -> None:
        """A report is older than cases that changed since."""
        if self.isVisible() and changes.listing:
            self._read()
            if self._report is not None and not changes.cases.isdisjoint(one.case_id for one in self._report.ready):
                self._forget()

    # What is to be written.

    @property
    def can_run(self) -> bool:
        """True when nothing is being checked or written."""
        return self._job is None or self._job.is_over

    @property
    def can_check(self) -> bool:
        """True when everything that the kind asks for was chosen."""
        has_form = self._kind is not HandoverKind.L3 or self._template is not None
        return self.can_run and has_form and (self._kind is not HandoverKind.BATCH or bool(self._scope.batch_id))

    @property
    def can_write(self) -> bool:
        """True when the check let somebody through."""
        return self.can_run and self._report is not None and bool(self._report.ready)

    @property
    def takes_template(self) -> bool:
        """True for the kind that is written into a template."""
        return self._kind is HandoverKind.L3

    @property
    def takes_edition(self) -> bool:
        """True for kinds whose codes are of one edition."""
        return self._kind is not HandoverKind.BATCH

    @property
    def takes_names(self) -> bool:
        """True for the settlement list, which is written under interface names."""
        return self._kind.is_list

    @property
    def takes_mask(self) -> bool:
        """True for a file that is no official upload."""
        return not self._kind.is_official

    def choose_template(self) -> None:
        """Ask for the template of the performance upload."""
        ask_open(self, self.shell.places, "选上报模板", self._take_template, filters="模板 (*.xlsx *.csv)")

    def _take_template(self, path: Path) -> None:
        self.work.template(path).done.connect(self._on_template)

    def _on_template(self, form: Template) -> None:
        self.shell.notices.forget_problem()
        self._template = form
        self.shell.places.put(_TEMPLATE, str(form.path))
        self._forget()

    def _take_known_template(self) -> None:
        known = self.shell.places.get(_TEMPLATE)
        if self._template is None and isinstance(known, str) and Path(known).is_file() and self.takes_template:
            self._take_template(Path(known))

    def switch_edition(self) -> None:
        """Say of which edition the stored codes are: the other one."""
        service = self.shell.services.handover
        other = Edition.CLINICAL if service.edition() is Edition.INSURANCE else Edition.INSURANCE
        self.shell.publish(service.set_edition(other))
        self._forget()

    def edit_names(self) -> None:
        """Show the interface names of the settlement list, to be compared and changed."""
        NamesCard(self, self.shell.services.handover, self._on_named)

    def _on_named(self, what: str) -> None:
        self.shell.notices.toast(f"已改接口名：{what}", severity="ok")

    def switch_mask(self) -> None:
        """Hide names and numbers in a batch, or write them."""
        self._masked = not self._masked
        self._forget()

    # Checking and writing.

    def check(self) -> None:
        """Look at every case of the scope in the background."""
        if not self.can_check:
            return
        wanted = Wanted(self._kind, self._scope, self._template if self.takes_template else None, self._hides)
        job = self._job = self.work.check(wanted)
        self.lists.show_work(_CHECKED, "逐份核对必填项、编码版本和放得下多少条。", job)
        job.done.connect(partial(self._on_report, job))
        job.cancelled.connect(self._forget)
        job.failed.connect(partial(self._on_failed, job))
        self.shell.actions.refresh()

    @property
    def _hides(self) -> bool:
        return self._masked and self.takes_mask

    def _on_report(self, job: Job, report: HandoverReport) -> None:
        if job is self._job:
            self._report = report
            self.lists.show_tab("ready" if report.ready or not report.refused else "refused")
            self._show_report()

    def _on_failed(self, job: Job, problem: object) -> None:
        if job is self._job and isinstance(problem, UserProblem):
            self.lists.show_fault(_CHECKED, problem)
            self.shell.actions.refresh()

    def write(self) -> None:
        """Ask where to, then write what the check let through."""
        report = self._report
        if report is None or not self.can_write:
            return
        suffix = self._kind.suffix or (self._template.path.suffix.lower() if self._template else ".xlsx")
        stamp = f"{self.shell.services.session.clock.now():%Y%m%d_%H%M}"
        name = f"{dict(KINDS)[self._kind.value].replace(' ', '_')}_{stamp}{suffix}"
        filters = (
            _FILTERS[suffix]
            if self._kind is not HandoverKind.BATCH
            else ";;".join((_FILTERS[".xlsx"], _FILTERS[".csv"]))
        )
        ask_save(self, self.shell.places, "写出到", partial(self._write, report), name=name, filters=filters)

    def _write(self, report: HandoverReport, path: Path) -> None:
        job = self._job = self.work.write(report, path)
        job.done.connect(self._on_written)
        self.shell.actions.refresh()

    def _on_written(self, entry: StoredHandover) -> None:
        self._forget()
        self._tab = "register"
        self.lists.show_tab("register")
        self._read()
        self.lists.tables["register"].go_to(0)
        self.shell.notices.toast(
            f"已写出 {entry.cases:,} 份到 {entry.file_name}，并已逐格核对。",
            severity="ok",
            action=("打开文件夹", OpenFolder(entry.path.parent)),
        )

    @property
    def one_list(self) -> int:
        """The case whose settlement list can be written alone, 0 for none."""
        chosen = self.lists.chosen
        return chosen.case_id if self._kind.is_list and isinstance(chosen, HandoverCase) else 0

    def write_form(self) -> None:
        """Ask where to, then write the list of the chosen case as PDF or as a workbook."""
        case_id, chosen = self.one_list, self.lists.chosen
        if case_id and isinstance(chosen, HandoverCase):
            take, name = partial(self._write_form, case_id), f"结算清单_{chosen.record_no}.pdf"
            ask_save(self, self.shell.places, "写出这份清单", take, name=name, filters=_FORM_FILTERS)

    def _write_form(self, case_id: int, path: Path) -> None:
        self.work.write_form(case_id, path).done.connect(self._on_written)

    # The register.

    def verify_file(self) -> None:
        """Ask for a file and compare it with the register."""
        ask_open(self, self.shell.places, "核对哪个文件", self._verify, filters="")

    def _verify(self, path: Path) -> None:
        self.work.verify(path).done.connect(self._on_verified)

    def _on_verified(self, verdict: Verified) -> None:
        self.shell.notices.forget_problem()
        self.detail.show_verdict(verdict)

    @property
    def entry(self) -> StoredHandover | None:
        """The chosen entry of the register."""
        chosen = self.lists.chosen
        return chosen if self._tab == "register" and isinstance(chosen, StoredHandover) else None

    def verify_entry(self) -> None:
        """Compare the chosen entry with the file where it was put."""
        if self.entry is not None:
            self.work.verify_entry(self.entry.id).done.connect(self._on_verified)

    def open_row(self) -> None:
        """Open the chosen case where it is to be mended; verify the chosen file."""
        chosen = self.lists.chosen
        if self._tab == "register":
            self.verify_entry()
        elif isinstance(chosen, HandoverRefusal) and chosen.path:
            self.shell.go(Place("case", {"case": chosen.case_id, "field": chosen.path}))
        elif chosen is not None:
            self.shell.go(Place("case", {"case": chosen.case_id}))

    # Showing.

    def _read(self) -> None:
        services = self.shell.services
        lines: list[object] = [SideLine(_ALL, "全部已通过", "", None)]
        if self._scope.case_ids:
            lines.append(SideLine(_CHOSEN, "列表里选中的", "", len(self._scope.case_ids)))
        months = services.handover.months()
        if months:
            lines += ["按出院月份", *(SideLine(f"m{month}", month, "", count) for month, count in months)]
        submissions = services.submissions.register()
        if submissions:
            lines += ["按提交", *(SideLine(f"s{one.id}", f"第 {one.id} 次", "", one.cases) for one in submissions)]
        batches = services.worklist.batches()
        if batches:
            lines += ["按批次", *(SideLine(f"b{number}", name) for number, name in batches.items())]
        keys = [one.key if isinstance(one, SideLine) else "" for one in lines]
        self.scopes.side.show(lines)
        wanted = self._scope_key()
        self.scopes.choose_silently(keys.index(wanted) if wanted in keys else 0)
        self._show_register()

    def _scope_key(self) -> str:
        scope = self._scope
        if scope.case_ids:
            return _CHOSEN
        if scope.submission_id:
            return f"s{scope.submission_id}"
        if scope.batch_id:
            return f"b{scope.batch_id}"
        return f"m{scope.month}" if scope.month else _ALL

    def _show_register(self) -> None:
        found = self.shell.services.handover.register(self.words.text)
        hint = (
            ("登记里没有这样的文件。", "换个词再查。")
            if self.words.text
            else ("还没有交付过文件。", "写出后在这里留回执。")
        )
        self.lists.show_values("register", found, hint)
        self._on_row()

    def _forget(self) -> None:
        self._report = None
        self._show_report()

    def _show_report(self) -> None:
        report = self._report
        ready, refused = (report.ready, report.refused) if report else ((), ())
        unchecked = ("还没有检查。", self._lacking() or "按 F5 逐份检查，看哪些可以写出。")
        self.lists.show_values(
            "ready", ready, ("没有可以写出的病案。", "见“不能写出”的原因。") if report else unchecked
        )
        self.lists.show_values(
            "refused", refused, ("没有不能写出的病案。", "范围内的都可以写出。") if report else unchecked
        )
        told = (
            f"可写出 {len(ready):,} 份，不能写出 {len(refused):,} 份" if report else (self._lacking() or "按 F5 检查")
        )
        self._told.setText(told)
        edition = "医保版" if self.shell.services.handover.edition() is Edition.INSURANCE else "国家临床版"
        about = {
            HandoverKind.L3: f"模板：{self._template.path.name if self._template else '未选'}　本院编码：{edition}",
            HandoverKind.BATCH: "姓名、证件号、电话：遮盖" if self._hides else "姓名、证件号、电话：不遮盖",
        }
        self._about.setText(about.get(self._kind, f"本院编码：{edition}"))
        taken = (self.takes_template, self.takes_edition, self.takes_names, self.takes_mask)
        for name, takes in zip(_OPTIONS, taken, strict=True):
            self._options[name].setVisible(takes)
        self._on_row()
        self.shell.actions.refresh()

    def _lacking(self) -> str:
        if self._kind is HandoverKind.L3 and self._template is None:
            return "先按 T 选上报模板。"
        if self._kind is HandoverKind.BATCH and not self._scope.batch_id:
            return "先在左侧选一个批次。"
        return ""

    def _on_row(self) -> None:
        if self.entry is not None:
            self.detail.show_receipt(self.entry)
        elif isinstance(self.lists.chosen, HandoverRefusal):
            self.detail.show_refusal(self.lists.chosen)
        elif self._report is not None:
            self.detail.show_report(self._report)
        else:
            self.detail.show_nothing()
        self.shell.actions.refresh()

    def _on_kind(self, key: str) -> None:
        self._kind = HandoverKind(key)
        self._stop()
        self._take_known_template()
        self._forget()
        self.place_changed.emit()

    def _on_scope(self, line: object) -> None:
        if not isinstance(line, SideLine):
            return
        head, rest = line.key[:1], line.key[1:]
        chosen = self._scope.case_ids if line.key == _CHOSEN else ()
        self._scope = HandoverScope(
            rest if head == "m" else "",
            int(rest) if head == "b" else 0,
            int(rest) if head == "s" else 0,
            chosen,
        )
        self._stop()
        self._forget()
        self.place_changed.emit()

    def _stop(self) -> None:
        if self._job is not None and not self._job.is_over:
            self._job.cancel()
            self._job = None

    def _on_tab(self, tab: str) -> None:
        self._tab = tab
        self._on_row()
        self.place_changed.emit()

    def _on_words(self) -> None:
        if self._tab != "register":
            self.lists.show_tab("register")
        self._show_register()

    def show_tab(self, key: str) -> None:
        """Show a list by its digit."""
        self.lists.show_tab(key)
        self._on_tab(key)
        self.lists.table.setFocus()

    def search(self) -> None:
        """Put the cursor where the register is searched."""
        self.words.setFocus()

    def _focus_list(self) -> None:
        self.lists.table.setFocus()

    def escape(self) -> None:
        """Leave one level: what is typed, then the page."""
        if not field_takes_escape():
            self.shell.back()
