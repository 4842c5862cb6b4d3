"""待我答复, 已答复, 我的科室: lists of cases and the questions about one, from the library or from a package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QStackedLayout, QWidget

from app.common.errors import UserProblem
from app.ui.page import KeyHint, Page, PageSpec, Place, SaveState, Shell
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.dropping import FileDrops
from app.ui.pages.files import ask_open, ask_save
from app.ui.pages.physician.cases import CaseList
from app.ui.pages.physician.sheet import SheetView
from app.ui.shell.files import OpenFolder

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.domain.changes import Changes
    from app.services.return_packages import PackageDesk
    from app.services.return_types import Sheet, SheetItem, SheetLine, Submitted
    from app.ui.pages.physician.answers import Begun

PACKAGES: Final = "问题包 (*.bgreturn)"
_LISTS: Final = ("waiting", "answered", "department")
_TITLES: Final = {"answered": "已答复", "department": "我的科室"}
_EMPTY: Final = {
    "waiting": ("没有等待您答复的问题。", "病案科退回的问题会出现在这里；也可打开病案科发来的问题包。"),
    "answered": ("还没有答复过。", "答复过的病案会列在这里，病案科的处理结果也在其中。"),
    "department": ("本科室没有被问到的病案。", "病案科退回的问题会出现在这里。"),
}


class PhysicianPage(Page):
    """The first waiting case opens by itself; Esc leads to the list."""

    shows_people = True

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._list = "waiting"
        self._case = 0
        self._wants_case = True
        self._package: PackageDesk | None = None
        self._lines: Sequence[SheetLine] = ()
        self.sheet_view: SheetView | None = None

    @property
    def _desk(self) -> Any:
        return self._package or self.shell.services.physician

    @property
    def is_packed(self) -> bool:
        """True while a package of questions is open."""
        return self._package is not None

    @property
    def can_answer(self) -> bool:
        """True where answers can be given: in what waits, not in what was handed in."""
        return self._list == "waiting"

    @property
    def _in_case(self) -> bool:
        return self._views.currentIndex() == 1

    def build(self) -> None:
        """Make the list and the sheet."""
        self.cases = CaseList(self.shell.actions)
        self.sheet_view = SheetView(self.shell.actions, can_open_case=self.shell.user.may("coder"))
        FileDrops(self, self.read_package)
        self._views = QStackedLayout(self)
        for part in (self.cases, self.sheet_view):
            self._views.addWidget(part)
        self.cases.opened.connect(self.open_case)
        self.cases.list_changed.connect(self._on_list)
        self.sheet_view.kept.connect(self._on_kept)
        self.sheet_view.moved.connect(self._on_moved)
        self.sheet_view.whole_wanted.connect(self._on_whole)
        choose = (KeyHint("1–6", "选择"), KeyHint("Enter", "下一项"), KeyHint("↑", "上一项"))
        keys = (*choose, KeyHint("Ctrl+J", "申诉"), KeyHint("Ctrl+Enter", "提交答复"), KeyHint("Esc", "列表"))
        self.add_region("questions", self.sheet_view, keys)
        lists = KeyHint("Ctrl+1…3", "切换列表")
        self.add_region("cases", self.cases, (KeyHint("↑↓", "选择"), KeyHint("Enter", "打开"), lists))

    def title_detail(self) -> str:
        """Return which case of how many is open."""
        if not self._lines:
            return ""
        ids = [line.row.item.case_id for line in self._lines]
        at = f"{ids.index(self._case) + 1} / " if self._in_case and self._case in ids else ""
        listed = "" if self._list == "waiting" else f"{_TITLES[self._list]} "
        return f"{listed}{at}{len(ids)} 份{'（问题包）' if self._package else ''}"

    def place(self) -> Place:
        """Return the list and the open case."""
        return Place(self.key, {"list": self._list, "case": self._case if self._in_case else 0})

    def restore(self, place: Place) -> None:
        """Take a list up again; without a case the first that waits is opened."""
        wanted, case_id = place.args.get("list"), place.args.get("case")
        self._list = wanted if isinstance(wanted, str) and wanted in _LISTS else "waiting"
        self._case = case_id if isinstance(case_id, int) else 0
        self._wants_case = "case" not in place.args or bool(self._case)
        self.read()

    def default_focus(self) -> QWidget | None:
        """Start in the question in focus, else in the list."""
        card = self.sheet_view.current() if self.sheet_view is not None and self._in_case else None
        return card or self.cases.table

    def on_changes(self, changes: Changes) -> None:
        """Read anew when cases changed; what is being answered stays as it is."""
        if changes.listing and self.isVisible() and not self._in_case:
            self.read()

    # Lists.

    def show_waiting(self) -> None:
        """List what waits."""
        self._go_to_list("waiting")

    def show_answered(self) -> None:
        """List what was answered."""
        self._go_to_list("answered")

    def show_department(self) -> None:
        """List every case that was asked about."""
        self._go_to_list("department")

    def read(self) -> None:
        """Read the list in the background."""
        desk, wanted = self._desk, self._list
        self.cases.stack.show_loading()
        job = self.shell.jobs.run(partial(_read, desk, wanted), parent=self)
        job.done.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _go_to_list(self, wanted: str) -> None:
        self._leave_sheet()
        self._list, self._case, self._wants_case = wanted, 0, False
        self._views.setCurrentIndex(0)
        self.read()

    def _on_list(self, wanted: str) -> None:
        if wanted != self._list:
            self._go_to_list(wanted)

    def _on_read(self, lines: tuple[SheetLine, ...]) -> None:
        self._lines = lines
        self.cases.show_lines(lines, self._list, self._case)
        if not self._package and self._list == "waiting":
            self.shell.set_badge(self.key, len(lines))
        if not lines:
            self.cases.stack.show_empty(*_EMPTY[self._list], "打开问题包…", self.open_package)
        ids = [line.row.item.case_id for line in lines]
        if self._wants_case and ids and (self._case in ids or self._list == "waiting"):
            self.open_case(self._case if self._case in ids else ids[0])
        else:
            self._views.setCurrentIndex(0)
            self._settle(self.cases.table)

    def _on_failed(self, problem: object) -> None:
        self._views.setCurrentIndex(0)
        if isinstance(problem, UserProblem):
            self.cases.stack.show_problem(problem)

    # One case.

    def open_case(self, case_id: int) -> None:
        """Open the questions about a case."""
        try:
            sheet: Sheet = self._desk.sheet(case_id)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        if self.sheet_view is None:
            return
        is_here = self._has_focus()  # before the old questions, one of which may have it, are taken away
        self._case = case_id
        self.sheet_view.show_sheet(sheet, can_answer=self.can_answer)
        self._views.setCurrentIndex(1)
        sent = sheet.items[0].item.sent_at if sheet.items else None
        self.shell.set_status(f"退回时间 {sent:%m-%d %H:%M}" if sent else "")
        self._settle(self.sheet_view.current(), is_here=is_here)

    def appeal(self) -> None:
        """Object to the question in focus."""
        card = self.sheet_view.current() if self.sheet_view is not None else None
        if card is not None and self.can_answer:
            card.appeal()

    def submit(self) -> None:
        """Hand the answers in and open the next case."""
        view = self.sheet_view
        if view is None or view.sheet is None or not view.is_whole:
            return
        view.flush()
        answers = {card.begun.item.id: card.begun.answer() for card in view.cards}
        try:
            done: Submitted = self._desk.submit(self._case, answers)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        self._on_submitted(done)

    def escape(self) -> None:
        """Back to the list; from the list out of a package, else to the place before."""
        if self._in_case:
            self._leave_sheet()
            self._wants_case = False
            self._views.setCurrentIndex(0)
            self._settle(self.cases.table)
        elif self._package is not None:
            self._package = None
            self._go_to_list("waiting")
        else:
            self.shell.back()

    # Packages.

    def open_package(self) -> None:
        """Ask for a package of questions and open it."""
        ask_open(self, self.shell.places, "打开问题包", self.read_package, filters=PACKAGES)

    def read_package(self, path: Path) -> None:
        """Open a package of questions, by its pass phrase; its answers stay on this PC until they are written."""
        try:
            sealed = self.shell.services.return_packages.wants_phrase(path)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        if not sealed:
            self._open(path, "")
            return
        lines = ("问题包已加密，口令由病案科另行告知，区分大小写。",)
        asking = Asking(f"打开 {path.name}", lines, (), "请写口令", "打开")
        card = ask_words(self, asking, partial(self._open, path))
        card.line.setEchoMode(QLineEdit.EchoMode.Password)

    def _open(self, path: Path, phrase: str) -> None:
        work = partial(_opened, self.shell.services, path, phrase)
        job = self.shell.jobs.run(work, label=f"读取 {path.name}", parent=self)
        job.done.connect(self._on_opened)

    def write_package(self) -> None:
        """Ask where to and write the answers."""
        ask_save(self, self.shell.places, "生成答复包", self._write_to, name="医师答复.bgreturn", filters=PACKAGES)

    def _write_to(self, path: Path) -> None:
        if self._package is not None:
            job = self.shell.jobs.run(partial(_packed, self._package, path), label=f"生成 {path.name}", parent=self)
            job.done.connect(partial(self._on_packed, path))

    def _on_packed(self, path: Path, answers: int) -> None:
        told = f"已生成 {path.name}，{answers} 项答复，请交给病案科。"
        self.shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))

    def _on_opened(self, desk: PackageDesk) -> None:
        self._package = desk
        self._list, self._case, self._wants_case = "waiting", 0, True
        self.shell.notices.toast(f"已打开问题包：{desk.made_by}", severity="ok")
        self.read()

    # What happens.

    def _on_submitted(self, done: Submitted) -> None:
        self.shell.publish(done.changes)
        left = f"还有 {done.left} 份。" if done.left else "没有待答复的了。"
        self.shell.notices.toast(f"已交回病案科，谢谢。{left}", severity="ok")
        self._case, self._wants_case = 0, True
        if self._package is not None and not done.left:
            self.write_package()
        self.read()

    def _on_kept(self, item: SheetItem, begun: Begun) -> None:
        try:
            self._desk.save_draft(item.item, begun.draft)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            self.shell.set_save_state(SaveState("failed"))
            return
        now = self.shell.services.session.clock.now()
        self.shell.set_save_state(SaveState("saved", now))
        if self.sheet_view is not None:
            self.sheet_view.say_saved(now)

    def _on_moved(self) -> None:
        self.shell.actions.refresh()

    def _on_whole(self) -> None:
        if self._case and self._package is None:
            self.shell.go(Place("case", {"case": self._case}))

    def _leave_sheet(self) -> None:
        if self.sheet_view is not None:
            self.sheet_view.flush()

    def _has_focus(self) -> bool:
        """True while the focus is in this page, or nowhere."""
        here = self.window().focusWidget()
        return here is None or here is self or self.isAncestorOf(here)

    def _settle(self, focus: QWidget | None, *, is_here: bool | None = None) -> None:
        """Tell the window where we are, and give the focus on if it is in this page."""
        self.place_changed.emit()
        self.hints_changed.emit()
        self.shell.actions.refresh()
        if self.isVisible() and focus is not None and (self._has_focus() if is_here is None else is_here):
            focus.setFocus(Qt.FocusReason.OtherFocusReason)


def _read(desk: Any, wanted: str, _progress: Progress) -> tuple[SheetLine, ...]:
    readers: dict[str, Callable[[], tuple[SheetLine, ...]]] = {
        "waiting": desk.waiting,
        "answered": desk.answered,
        "department": desk.of_department,
    }
    return readers[wanted]()


def _opened(services: Any, path: Path, phrase: str, _progress: Progress) -> PackageDesk:
    desk: PackageDesk = services.return_packages.open(path, phrase)
    return desk


def _packed(desk: PackageDesk, path: Path, _progress: Progress) -> int:
    return desk.write(path)
