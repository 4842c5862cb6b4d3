"""The users of the library: who they are, what they may do; entered, changed, put out of use, never deleted."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.dictionaries import dictionary
from app.services.people import Person
from app.ui.login.parts import role_words
from app.ui.login.person_card import PersonCard, ResetCard
from app.ui.models.records import RecordModel
from app.ui.page import Shell
from app.ui.theme import theme
from app.ui.widgets import Button, Cell, Column, DataTable, Pane, StateStack, Text, ask, column, row

_COLUMNS: Final = (
    Column("login", "用户名", 110, least=70),
    Column("name", "姓名", 110, least=66),
    Column("roles", "角色", 180, stretch=True, least=96),
    Column("departments", "科室", 160, stretch=True, least=86),
    Column("state", "状态", 60),
    Column("last", "上次登录", 110, least=92),
)


class UsersPanel(Pane):
    """For 设置 › 用户与角色. Enter changes, Insert enters somebody new; without people it offers to set them up."""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent=parent)
        self._shell = shell
        self.setObjectName("users")
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("users_table")
        self.table.setAccessibleName("用户")
        self._model: RecordModel[Person] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.table.row_changed.connect(self._on_row)
        self._stack = StateStack(self.table)
        self._stack.setMinimumHeight(theme().px(260))
        self.new = Button("新增用户…", kind="primary", keys="Insert")
        self.edit, self.reset, self.switch = Button("修改…", keys="Enter"), Button("重设口令…"), Button("停用")
        for name, button, run in (
            ("users_new", self.new, self.add),
            ("users_edit", self.edit, self.change),
            ("users_reset", self.reset, self.reset_password),
            ("users_switch", self.switch, self.switch_person),
        ):
            button.setObjectName(name)
            button.clicked.connect(run)
        told = "离开的人只停用，不删除：审计里的名字要一直查得到。"
        bar = row(gap=8, margins=(12, 8, 12, 8))
        bar.addWidget(Text(told, "caption", "muted", elide=True), 1)
        for button in (self.reset, self.switch, self.edit, self.new):
            bar.addWidget(button)
        self.setLayout(column(bar, self._stack))

    @property
    def current(self) -> Person | None:
        """The chosen person."""
        return self._model.at(self.table.current_row)

    def read(self) -> None:
        """Read the people beside the window."""
        if not self._shell.services.people.has_people:
            told = "尚未设置用户：打开程序的人都可以使用全部功能。"
            run = partial(self._shell.actions.trigger, "user.set_up")
            self._stack.show_empty(told, "先设置第一位管理员，再由其登记其他人。", "设置用户…", run)
            self._enable(False)
            return
        if not self._shell.services.user.may("admin"):
            self._stack.show_empty("只有管理员可以查看和修改用户。", "请联系管理员。")
            self._enable(False)
            return
        self._stack.show_loading()
        self._shell.jobs.run(self._work, parent=self).done.connect(self.show_people)

    def add(self) -> None:
        """Enter somebody new; nothing while there is no administrator."""
        if self.new.isEnabled():
            PersonCard(self, self._shell, None, self.read)

    def change(self) -> None:
        """Change the chosen person."""
        if self.current is not None:
            PersonCard(self, self._shell, self.current, self.read)

    def reset_password(self) -> None:
        """Give the chosen person a first password again."""
        if self.current is not None:
            ResetCard(self, self._shell, self.current, self.read)

    def switch_person(self) -> None:
        """Put the chosen person out of use, after asking, or in use again."""
        one = self.current
        if one is None:
            return
        if not one.active:
            self._set_active(one.id, active=True)
            return
        told = f"{one.name}不能再登录；已做的工作和审计不变，以后可以再启用。"
        ask(self, f"停用 {one.name}（{one.login}）", told, "停用", partial(self._set_active, one.id, active=False))

    def _set_active(self, person_id: int, *, active: bool) -> None:
        try:
            self._shell.services.people.set_active(person_id, active)
        except UserProblem as problem:
            self._shell.errors.show(problem)
        self.read()

    def _work(self, _progress: Progress) -> tuple[Person, ...]:
        found: tuple[Person, ...] = self._shell.services.people.everybody()
        return found

    def show_people(self, people: tuple[Person, ...]) -> None:
        """Show people, the cursor where it was."""
        at = max(0, self.table.current_row)
        self._model.show(people)
        self._stack.show_content()
        self._enable(True)
        self.table.go_to(min(at, len(people) - 1))

    def _enable(self, on: bool) -> None:
        for button in (self.new, self.edit, self.reset, self.switch):
            button.setEnabled(on)

    def _on_row(self, _row: int) -> None:
        one = self.current
        self.switch.set_text("停用" if one is None or one.active else "启用")

    def _on_opened(self, _row: int) -> None:
        self.change()


def _cell(key: str, one: Person) -> Cell:
    tone = "fg" if one.active else "fg_muted"
    match key:
        case "login":
            return Cell(one.login, tone, code=True)
        case "roles":
            return Cell(role_words(one.roles), tone)
        case "departments":
            names = (dictionary("D-DEPT").label(code) or code for code in sorted(one.departments))
            return Cell("、".join(names), "fg_secondary")
        case "state":
            return Cell("在用" if one.active else "已停用", tone)
        case "last":
            return Cell(f"{one.last_sign_in:%m-%d %H:%M}" if one.last_sign_in else "从未", "fg_secondary")
        case _:
            return Cell(one.name, tone)
