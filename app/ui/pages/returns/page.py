"""医师答复与催办: the chase list, the answers that came back, files out and in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.domain.returning import ReturnStatus
from app.services.return_effects import AnswerEffect
from app.services.return_intake import Intake
from app.services.return_types import AnswerDiff, ChaseFigures, ChaseLine, ChaseScope
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.dropping import FileDrops
from app.ui.pages.returns.detail import DetailPanel
from app.ui.pages.returns.files import ReturnFiles
from app.ui.pages.returns.listing import ChaseTable, GroupPanel
from app.ui.pages.returns.preview import PreviewPanel
from app.ui.pages.returns.settings_cards import HoursCard, TemplatesCard
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Pane, SegmentedControl, Splitter, Text, column, row

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.services.fix_list import FixPreview
    from app.ui.jobs import Job

_SCOPES: Final = (
    (str(ChaseScope.OUTSTANDING), "待答复"),
    (str(ChaseScope.OVERDUE), "已逾期"),
    (str(ChaseScope.ANSWERED), "已答复"),
    (str(ChaseScope.CLOSED), "已了结"),
    (str(ChaseScope.DISAGREED), "意见不同"),
)
_EMPTY: Final = {
    ChaseScope.OUTSTANDING: ("没有等待医师答复的问题。", "在病案的问题上按 R 提问，退回后列在这里。"),
    ChaseScope.OVERDUE: ("没有逾期的问题。", "过了期限还没有答复的会列在这里，可上报科主任。"),
    ChaseScope.ANSWERED: ("没有等待处理的答复。", "医师答复后列在这里，逐项采用或不采用。"),
    ChaseScope.CLOSED: ("近 90 天没有了结的问题。", "处理过的答复会列在这里。"),
    ChaseScope.DISAGREED: ("没有意见不同的问题。", "申诉和没有采用的答复会列在这里，双方意见都保留。"),
}
_BUTTONS: Final = (("write_list", "修改清单"), ("write_package", "问题包"), ("read", "读入答复"), ("print", "催办单"))
_Read = tuple[tuple[ChaseLine, ...], ChaseFigures]


class ReturnsPage(Page):
    """List in the middle, question and answer at the right, departments at the left; a file to take in their place."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._scope = ChaseScope.OUTSTANDING
        self._case = 0
        self._keep = 0
        self._name = ""
        self._lines: Sequence[ChaseLine] = ()
        self._diff: AnswerDiff | None = None
        self._asked_for = ""
        self._job: Job | None = None
        self._preview: FixPreview | None = None

    @property
    def _services(self) -> Any:
        return self.shell.services

    def build(self) -> None:
        """Make the bar, the groups, the list, the detail and the preview."""
        actions = self.shell.actions
        self.scopes = SegmentedControl(_SCOPES)
        self.scopes.setAccessibleName("状态")
        self.scopes.changed.connect(self._on_scope)
        self._told = Text("", "caption", "muted", elide=True)
        self.groups, self.list = GroupPanel(), ChaseTable()
        self.detail, self.preview = DetailPanel(actions), PreviewPanel(actions)
        self._files = ReturnFiles(self, self.shell)
        FileDrops(self, self._files.read_path)
        bar = Pane("surface", "b")
        buttons = [
            ActionButton(actions, f"returns.{name}", small=True, text=words, keys=False)
            for name, words in (
                ("write_list", "修改清单"),
                ("write_package", "问题包"),
                ("read", "读入答复"),
                ("print", "催办单"),
            )
        ]
        line = row(self.scopes, margins=(12, 8, 12, 8))
        line.addWidget(self._told, 1)
        line.addLayout(row(*buttons))
        bar.setLayout(line)
        left, right = Pane("canvas"), Pane("canvas")
        left.setLayout(column(self.groups, margins=(12, 10, 6, 12)))
        right.setLayout(column(self.detail, margins=(6, 10, 12, 12)))
        left.setMinimumWidth(theme().px(246))  # below, names of physicians are one character
        right.setMinimumWidth(theme().px(316))  # below, the ends of the questions are cut
        self.parts = Splitter("returns", self.shell.places, (left, self.list, right), (250, 0, 320), wide=(270, 0, 360))
        looked, file = QWidget(), Pane("canvas")
        whole = column(bar)
        whole.addWidget(self.parts, 1)
        looked.setLayout(whole)
        file.setLayout(column(self.preview, margins=(12, 10, 12, 12)))
        self._views = QStackedLayout(self)
        self._views.addWidget(looked)
        self._views.addWidget(file)
        self.list.chosen.connect(self._on_chosen)
        self.list.opened.connect(self.open_case)
        self.groups.picked.connect(self._on_name)
        self.detail.reasoned.connect(self._on_reason)
        self.detail.chose_over.connect(self._on_over)
        self._files.previewed.connect(self._on_previewed)
        self._name_regions()

    def _name_regions(self) -> None:
        choose, leave = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回")
        keys = (
            KeyHint("Alt+Enter", "采用"),
            KeyHint("K", "不采用"),
            KeyHint("X", "上报"),
            KeyHint("Enter", "打开病案"),
        )
        self.add_region("list", self.list, (choose, *keys, leave))
        self.add_region("groups", self.groups, (choose, KeyHint("Enter", "只看这一个"), leave))
        self.add_region("reason", self.detail, (KeyHint("Enter", "写入"), KeyHint("Esc", "放弃")))
        self.add_region("preview", self.preview, (choose, KeyHint("Ctrl+Enter", "读入"), KeyHint("Esc", "放弃")))

    # Where the user is.

    def title_detail(self) -> str:
        """Return the segment, or the file that waits."""
        if self._preview is not None:
            return self._preview.path.name
        return f"{dict(_SCOPES)[str(self._scope)]}{f' · {self._name}' if self._name else ''}"

    def place(self) -> Place:
        """Return the segment, the chosen question and the group."""
        return Place(self.key, {"scope": str(self._scope), "item": self._keep, "name": self._name})

    def restore(self, place: Place) -> None:
        """Take a segment up again; a case stands in front."""
        scope, item, name = (place.args.get(key) for key in ("scope", "item", "name"))
        case_id = place.args.get("case")
        if isinstance(scope, str) and scope in dict(_SCOPES):
            self._scope = ChaseScope(scope)
        self._keep = item if isinstance(item, int) else 0
        self._name = name if isinstance(name, str) else ""
        self._case = case_id if isinstance(case_id, int) else 0
        self.read()

    def default_focus(self) -> QWidget:
        """Start in the list, or in what waits to be taken."""
        return self.preview.who if self._preview is not None else self.list

    def on_changes(self, changes: Changes) -> None:
        """Read anew when cases changed."""
        if changes.cases and self.isVisible() and self._preview is None:
            self.read()

    @property
    def chosen(self) -> ChaseLine | None:
        """The chosen question, None while a file waits."""
        return None if self._preview is not None else self.list.current

    @property
    def waits(self) -> bool:
        """True while a file waits to be taken."""
        return self._preview is not None

    @property
    def can_take(self) -> bool:
        """True when a file waits that has something to take."""
        wanted = (Intake.NEW, Intake.CONFLICT)
        return self._preview is not None and any(line.kind in wanted for line in self._preview.lines)

    @property
    def can_judge(self) -> bool:
        """True when an answer is chosen that nobody has settled."""
        return self.chosen is not None and self._diff is not None

    @property
    def can_escalate(self) -> bool:
        """True when the chosen question is overdue."""
        return self.chosen is not None and self.chosen.overdue_hours > 0

    @property
    def can_withdraw(self) -> bool:
        """True when the chosen question waits for an answer."""
        return self.chosen is not None and self.chosen.row.item.status is ReturnStatus.OUTSTANDING

    # What the user does with one question.

    def accept(self) -> None:
        """Take the chosen answer; in a conflict nothing is chosen for the user."""
        diff = self._diff
        if diff is not None and diff.conflicts:
            self.shell.notices.toast("首页内容在提问以后改过，请在右侧选择保留现在的，或采用医师的。", severity="warn")
        elif diff is not None:
            self._judge(partial(self._services.verdicts.accept, diff.id), f"已采用医师答复：{diff.place}")

    def accept_all(self) -> None:
        """Take every answer of the case that conflicts with nothing."""
        diff = self._diff
        if diff is not None:
            case_id = diff.row.item.case_id
            self._judge(partial(self._services.verdicts.accept_all, case_id), "已采用本份没有冲突的答复")

    def keep(self) -> None:
        """Ask why the answer is not taken."""
        self._asked_for = "keep"
        self.detail.ask_reason("不采用的理由（医师会看到，双方意见都保留）")

    def withdraw(self) -> None:
        """Ask why the questions of the case are taken back."""
        self._asked_for = "withdraw"
        self.detail.ask_reason("收回这份病案待答复问题的原因（医师会看到）")

    def escalate(self) -> None:
        """Note that the chosen question was reported."""
        line = self.chosen
        if line is not None:
            self._write(partial(self._services.chase.escalate, [line.id]), "已记为上报科主任")

    def open_case(self) -> None:
        """Open the case at the field in question."""
        line = self.chosen
        if line is not None:
            self.shell.go(Place("case", {"case": line.row.item.case_id, "field": line.row.item.path}))

    def undo(self) -> None:
        """Take the latest step on the chosen case back."""
        line = self.chosen
        if line is not None:
            self._judge(partial(self._services.cases.undo, line.row.item.case_id), "已撤销", can_undo=False)

    # Files and settings.

    def write_list(self) -> None:
        """Write the fix-list workbook."""
        self._files.write_list()

    def write_package(self) -> None:
        """Write a package of questions."""
        self._files.write_package()

    def read_file(self) -> None:
        """Read a list or a package that came back."""
        self._files.read()

    def export(self) -> None:
        """Write the segment as a workbook."""
        self._files.export(self._scope, dict(_SCOPES)[str(self._scope)])

    def print_out(self) -> None:
        """Write reminders as PDF."""
        self._files.print_out()

    def set_hours(self) -> None:
        """Ask how long physicians have."""
        HoursCard(self, self._services.asking.hours(), self._save_hours)

    def edit_templates(self) -> None:
        """Show the templates."""
        TemplatesCard(self, self._services.return_templates)

    def take(self) -> None:
        """Store the answers of the file that waits."""
        preview = self._preview
        if preview is None:
            return
        try:
            changes, count = self._files.take(preview, self.preview.who.text(), self.preview.conflicts.isChecked())
        except UserProblem as problem:
            self.shell.errors.show(problem)
            self.preview.who.setFocus()
            return
        self._give_up()
        self.shell.publish(changes)
        undo = partial(self._undo_file, changes.op_id) if changes.op_id else None
        self.shell.notices.toast(f"已读入 {count} 项答复。", severity="ok", undo=undo)
        self.scopes.set_current(str(ChaseScope.ANSWERED))
        self.read()

    def escape(self) -> None:
        """Leave the file, the reason, the group, then the page."""
        if self._preview is not None:
            self._give_up()
        elif self.detail.asks:
            self.detail.end_reason()
            self._focus_list()
        elif self._name or self._case:
            self._name, self._case = "", 0
            self.read()
        else:
            self.shell.back()

    # Reading and writing.

    def read(self) -> None:
        """Read the list in the background; only the latest reading is shown."""
        if self._job is not None:
            self._job.cancel()
        self.list.stack.show_loading()
        job = self._job = self.shell.jobs.run(partial(_read, self._services, self._scope), parent=self)
        job.done.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _on_read(self, read: _Read) -> None:
        self._job = None
        lines, figures = read
        self.scopes.set_current(str(self._scope))
        for scope, count in figures.counts.items():
            self.scopes.set_count(str(scope), count)
        self._told.setText("" if figures.hours is None else f"近 90 天答复用时中位 {figures.hours:.1f} 小时")
        self.groups.show_figures(figures)
        self._lines = [line for line in lines if self._fits(line)]
        if self._case and not self._keep:
            self._keep = next((line.id for line in self._lines if line.row.item.case_id == self._case), 0)
        self.list.show_lines(self._lines, self._keep)
        if not self._lines:
            self.list.stack.show_empty(*_EMPTY[self._scope])
        self.place_changed.emit()
        self.shell.actions.refresh()

    def _on_failed(self, problem: object) -> None:
        if isinstance(problem, UserProblem):
            self.list.stack.show_problem(problem)

    def _fits(self, line: ChaseLine) -> bool:
        names = (dictionary("D-DEPT").label(line.row.dept) or line.row.dept, line.row.attending)
        return (not self._name or self._name in names) and (not self._case or line.row.item.case_id == self._case)

    def _judge(self, work: Callable[[], object], said: str, *, can_undo: bool = True) -> None:
        line = self.chosen
        case_id = line.row.item.case_id if line is not None else 0
        self._write(partial(_done, work, case_id), said, self.undo if can_undo else None)

    def _write(self, work: Callable[[], Changes], said: str, undo: Callable[[], object] | None = None) -> bool:
        try:
            changes = work()
        except UserProblem as problem:
            if self.detail.asks:
                self.detail.show_problem(f"{problem.message}{problem.advice}")
            else:
                self.shell.errors.show(problem)
            return False
        self.detail.end_reason()
        self.shell.publish(changes)
        self.shell.notices.toast(said, severity="ok", undo=undo)
        self.read()
        self._focus_list()
        return True

    def _undo_file(self, op_id: int) -> None:
        self._write(partial(self._services.verdicts.undo, op_id), "已撤销读入的答复")

    def _save_hours(self, after: int, before: int) -> None:
        self.shell.publish(self._services.asking.set_hours(after, before))
        self.shell.notices.toast("已保存答复期限，之后退回的病案按新期限。", severity="ok")

    # Signals.

    def _on_scope(self, scope: str) -> None:
        if scope != str(self._scope):
            self._scope, self._keep, self._case = ChaseScope(scope), 0, 0
            self.read()

    def _on_name(self, name: str) -> None:
        self._name = name
        self.read()

    def _on_chosen(self) -> None:
        line = self.list.current
        self._diff = None
        if line is not None:
            self._keep = line.id
            if line.row.item.status is ReturnStatus.ANSWERED:
                found: Sequence[AnswerDiff] = self._services.verdicts.diffs(line.row.item.case_id)
                self._diff = next((one for one in found if one.id == line.id), None)
        self.detail.show_line(line, self._diff, self._effects(line))
        self.shell.actions.refresh()

    def _effects(self, line: ChaseLine | None) -> Sequence[AnswerEffect]:
        """Return what the answers would do to the group; to nobody but quality control."""
        if line is None or not self.shell.services.user.may("qc"):
            return ()
        found: Sequence[AnswerEffect] = self._services.return_effects.effects(line.row.item)
        return found

    def _on_reason(self, words: str) -> None:
        line, services = self.chosen, self._services
        if line is None:
            return
        if self._asked_for == "keep":
            self._judge(partial(services.verdicts.keep, line.id, words), f"已写明不采用的理由：{line.place}")
        else:
            self._judge(partial(services.asking.withdraw, line.row.item.case_id, words), "已收回待答复的问题")

    def _on_over(self, item_id: int) -> None:
        self._judge(partial(self._services.verdicts.accept, item_id, over=True), "已采用医师答复")

    def _on_previewed(self, preview: FixPreview) -> None:
        self._preview = preview
        self.preview.show_preview(preview)
        self._views.setCurrentIndex(1)
        self.place_changed.emit()
        self.shell.actions.refresh()
        self.preview.who.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give_up(self) -> None:
        self._preview = None
        self._views.setCurrentIndex(0)
        self.place_changed.emit()
        self.shell.actions.refresh()
        self._focus_list()

    def _focus_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)


def _read(services: Any, scope: ChaseScope, _progress: Progress) -> _Read:
    return services.chase.lines(scope), services.chase.figures()


def _done(work: Callable[[], object], case_id: int) -> Changes:
    work()
    return Changes(cases=frozenset({case_id}), listing=True)
