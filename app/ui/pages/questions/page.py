"""The page 追问表: the list at the left, the chosen question as a form, and who changed what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.qc.questions import QuestionKind
from app.services.question_table import OptionEntry, Origin, QuestionEntry, QuestionLine, QuestionStep, QuestionTable
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.questions.form import QuestionForm
from app.ui.shell.pinyin import found_at
from app.ui.widgets import (
    ActionButton,
    Cell,
    CellModel,
    Column,
    DataTable,
    Header,
    Pane,
    Splitter,
    StateStack,
    Text,
    column,
    row,
)

_COLUMNS: Final = (
    Column("id", "编号", 74, least=64),
    Column("kind", "类别", 74, least=60),
    Column("ask", "问题", 220, stretch=True, least=120),
    Column("origin", "来源", 76, least=56),
    Column("on", "状态", 64, least=48),
)
_KINDS: Final = {QuestionKind.DETAIL: "追问", QuestionKind.MISSING: "可能漏编"}
_ORIGINS: Final = {Origin.SHIPPED: "随程序", Origin.CHANGED: "本院改过", Origin.OWN: "本院"}
_REASONS: Final = ("按本院专科意见调整", "用词改得更清楚", "编码库版本不同", "问得太多", "问得太少", "试用")
_HINTS: Final = (KeyHint("↑↓", "选择"), KeyHint("Ctrl+F", "检索"), KeyHint("Ctrl+N", "新增"), KeyHint("Ctrl+S", "保存"),
                 KeyHint("Ctrl+Delete", "停用"), KeyHint("Ctrl+Z", "撤销"))  # fmt: skip
_SHOWN: Final = 4


class QuestionsPage(Page):
    """Lists the questions; the chosen one is edited beside the list. Nothing is stored without a reason."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._lines: Sequence[QuestionLine] = ()
        self._shown: list[QuestionLine] = []
        self._steps: Sequence[QuestionStep] = ()
        self._wanted = ""
        self._new = False

    @property
    def _table(self) -> QuestionTable:
        table: QuestionTable = self.shell.services.questions.table
        return table

    def build(self) -> None:
        """Make list, form and the last changes."""
        actions = self.shell.actions
        self.query = QLineEdit()
        self.query.setPlaceholderText("编号、问题、编码，拼音首字母")
        self.query.setAccessibleName("检索追问")
        self.query.setProperty("boxed", "true")
        self.query.textChanged.connect(self._on_query)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("questions_table")
        self.table.setAccessibleName("追问表")
        self._model = CellModel(_COLUMNS)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.row_changed.connect(self._on_row)
        self.table.opened.connect(self._on_opened)
        self.list_stack = StateStack(self.table)
        self._count = Text("", "caption", "muted")
        head = Header("追问表")
        head.add(self._count, ActionButton(actions, "questions.new", small=True))
        left = Pane("surface")
        left.setLayout(column(head, row(self.query, margins=(12, 6, 12, 6)), self.list_stack))
        self.form = QuestionForm()
        self.form.changed.connect(actions.refresh)
        self._history = Text("", "caption", "secondary", wrap=True)
        buttons = row(
            ActionButton(actions, "questions.save", kind="primary", small=True),
            ActionButton(actions, "questions.switch", small=True),
            ActionButton(actions, "questions.restore", small=True),
            None,
            gap=8,
            margins=(12, 6, 12, 6),
        )
        right = Pane("canvas")
        right.setLayout(column(self.form, buttons, row(self._history, margins=(12, 0, 12, 8)), margins=(8, 8, 8, 0)))
        parts = Splitter("questions", self.shell.places, (left, right), (0, 560), wide=(0, 600))
        self.setLayout(column(parts))
        self.add_region("list", self.table, _HINTS)
        self.add_region("form", right, (KeyHint("Ctrl+S", "保存"), KeyHint("Esc", "放弃修改")))
        self.refresh()

    # Where the user is.

    def place(self) -> Place:
        """Return the chosen question."""
        chosen = self.chosen
        return Place(self.key, {"question": chosen.entry.id} if chosen else {})

    def restore(self, place: Place) -> None:
        """Choose the question of a place."""
        wanted = place.args.get("question")
        if isinstance(wanted, str) and wanted:
            self.query.clear()
            self._choose(wanted)

    def default_focus(self) -> QWidget | None:
        """The list."""
        return self.table

    def title_detail(self) -> str:
        """Return how many questions are asked."""
        return f"{sum(1 for line in self._lines if line.on)} 条在用" if self._lines else ""

    # What can be done.

    @property
    def can_write(self) -> bool:
        """True unless the library is open read-only."""
        return self.built and not self.shell.services.session.db.read_only and (self._new or self.chosen is not None)

    @property
    def can_restore(self) -> bool:
        """True when the chosen question is not as shipped."""
        return not self._new and self.chosen is not None and self.chosen.origin is not Origin.SHIPPED

    @property
    def can_undo(self) -> bool:
        """True when a change is in effect."""
        return self._undoable() is not None

    @property
    def chosen(self) -> QuestionLine | None:
        """The chosen line."""
        at = self.table.current_row if self.built else -1
        return self._shown[at] if 0 <= at < len(self._shown) else None

    def focus_query(self) -> None:
        """Go to the search line."""
        self.query.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.query.selectAll()

    def new(self) -> None:
        """Begin a question of the hospital."""
        blank = QuestionEntry(
            self._table.new_id(), QuestionKind.DETAIL, "", "", "", (OptionEntry("病历未说明"),), fields=("dx[].code",)
        )
        self._new = True
        self.form.show_entry(blank, f"追问 {blank.id}", new=True)
        self.form.ask.setFocus()
        self.shell.actions.refresh()

    def save(self) -> None:
        """Ask for the reason, then store what stands in the form."""
        entry = self.form.entry()
        self._with_reason(f"保存追问 {entry.id}", entry.ask, "保存", partial(self._save, entry))

    def switch(self) -> None:
        """Ask for the reason, then ask the question no longer, or again."""
        chosen = self.chosen
        if chosen is not None:
            verb = "停用" if chosen.on else "启用"
            write = partial(self._write, self._table.switch, chosen.entry.id, not chosen.on, told=f"已{verb}")
            self._with_reason(f"{verb}追问 {chosen.entry.id}", chosen.entry.ask, verb, write)

    def restore_shipped(self) -> None:
        """Ask for the reason, then let the question be as it ships; the hospital's own goes."""
        chosen = self.chosen
        if chosen is not None:
            verb = "删除" if chosen.origin is Origin.OWN else "恢复原样"
            write = partial(self._write, self._table.restore, chosen.entry.id, told=f"已{verb}")
            self._with_reason(f"{verb} {chosen.entry.id}", chosen.entry.ask, verb, write)

    def undo(self) -> None:
        """Take the latest change back."""
        step = self._undoable()
        if step is not None:
            self._run(partial(self._table.take_back, step.op_id), f"已撤销对 {step.question_id} 的修改")

    def escape(self) -> None:
        """Give up what was typed; with nothing typed go back."""
        if self.built and (self._new or self.form.is_changed):
            self._new = False
            self._show_chosen()
            self.table.setFocus()
        else:
            self.shell.back()

    # Writing.

    def _with_reason(self, title: str, line: str, verb: str, write: Callable[[str], object]) -> None:
        ask_words(self, Asking(title, (line,) if line else (), _REASONS, "修改的原因", verb), write)

    def _save(self, entry: QuestionEntry, reason: str) -> None:
        if self._run(partial(self._table.save, entry, reason), f"已保存 {entry.id}"):
            self._choose(entry.id)

    def _write(self, work: Callable[..., Changes], *args: object, told: str) -> None:
        *given, reason = args
        self._run(partial(work, *given, reason=reason), f"{told} {given[0]}")

    def _run(self, work: Callable[[], Changes], told: str) -> bool:
        try:
            changes = work()
        except UserProblem as problem:
            self.form.show_problem(problem)
            return False
        self._new = False
        self.refresh()
        self.shell.publish(changes)
        self.shell.notices.toast(told, undo=self.undo)
        return True

    # Showing.

    def refresh(self) -> None:
        """Read the table anew."""
        chosen = self.chosen
        self._lines, self._steps = self._table.lines(), self._table.history()
        self._fill(chosen.entry.id if chosen else "")
        last = [f"{step.at:%m-%d %H:%M} {step.who} {step.question_id}：{step.reason}" for step in self._steps[:_SHOWN]]
        self._history.setText("最近修改\n" + "\n".join(last) if last else "没有改过，用的是随程序提供的追问。")
        self.shell.actions.refresh()
        self.place_changed.emit()

    def _fill(self, keep: str) -> None:
        words = self.query.text().strip()
        self._shown = [line for line in self._lines if not words or _finds(words, line)]
        self._model.set_rows([_cells(line) for line in self._shown])
        self._count.setText(f"{len(self._shown)} / {len(self._lines)} 条")
        if self._shown:
            self.list_stack.show_content()
            ids = [line.entry.id for line in self._shown]
            self.table.go_to(ids.index(keep) if keep in ids else 0)
        else:
            self.list_stack.show_empty(f"没有含“{words}”的追问。", "少写几个字，或按 Esc 清空。")
        self._show_chosen()

    def _choose(self, question_id: str) -> None:
        ids = [line.entry.id for line in self._shown]
        if question_id in ids:
            self.table.go_to(ids.index(question_id))
            self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self.chosen
        if chosen is not None and not self._new:
            state = "" if chosen.on else "（已停用）"
            self.form.show_entry(chosen.entry, f"{_KINDS[chosen.entry.kind]} {chosen.entry.id}{state}")
        self.shell.actions.refresh()

    def _undoable(self) -> QuestionStep | None:
        return next((step for step in self._steps if step.can_undo), None)

    def _on_query(self, _text: str) -> None:
        self._fill(self.chosen.entry.id if self.chosen else "")

    def _on_row(self, _at: int) -> None:
        self._new = False
        self._show_chosen()

    def _on_opened(self, _at: int) -> None:
        self.form.ask.setFocus(Qt.FocusReason.OtherFocusReason)


def _finds(words: str, line: QuestionLine) -> bool:
    entry = line.entry
    text = " ".join((entry.id, entry.ask, entry.when, *(f"{one.label} {one.codes}" for one in entry.options)))
    return words.lower() in text.lower() or found_at(words, entry.ask) is not None


def _cells(line: QuestionLine) -> list[Cell]:
    tone = "fg" if line.on else "fg_muted"
    return [
        Cell(line.entry.id, "fg_secondary", code=True),
        Cell(_KINDS[line.entry.kind], "proposed" if line.entry.kind is QuestionKind.MISSING else "accent"),
        Cell(line.entry.ask, tone),
        Cell(_ORIGINS[line.origin], "fg_secondary" if line.origin is Origin.SHIPPED else "fg"),
        Cell("在用" if line.on else "停用", "ok" if line.on else "fg_muted"),
    ]
