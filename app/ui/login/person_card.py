"""Cards for one user: who she is, roles, departments, first password."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.services.people import Entry, Person
from app.ui.login.parts import ROLES, StrengthText, line, secret_line
from app.ui.page import Shell
from app.ui.widgets import Button, Card, CheckBox, Text, row


class _Asking(Card):
    """A card whose button writes beside the window and closes when that went well."""

    def __init__(self, parent: QWidget, shell: Shell, title: str, verb: str, done: Callable[[], object]) -> None:
        super().__init__(parent.window(), 480)
        self._shell, self._done = shell, done
        self.box.addWidget(Text(title, "title", wrap=True))
        self.problem = Text("", "caption", "error", wrap=True)
        self.problem.setObjectName("card_problem")
        self._yes, no = Button(verb, kind="primary", keys="Enter"), Button("取消", keys="Esc")
        self._yes.setObjectName("card_yes")
        self._yes.clicked.connect(self.save)
        no.clicked.connect(self.close_card)
        self._buttons = row(None, no, self._yes)

    def finish_box(self) -> None:
        """Put problem and buttons under what a card asks for."""
        self.box.addWidget(self.problem)
        self.box.addLayout(self._buttons)

    def save(self) -> None:
        """Write what was entered."""
        try:
            work = self.work()
        except UserProblem as problem:
            self._say(problem)
            return
        if self._yes.isEnabled():
            self._yes.setEnabled(False)
            job = self._shell.jobs.run(lambda _control: work(), writes=True, parent=self)
            job.done.connect(self._on_done)
            job.failed.connect(self._say)

    def work(self) -> Callable[[], object]:
        """Return the writing. Raises :class:`UserProblem` for what cannot be read."""
        raise NotImplementedError

    def _on_done(self, _result: object) -> None:
        self.close_card()
        self._done()

    def _say(self, problem: object) -> None:
        self._yes.setEnabled(True)
        words = f"{problem.message}{problem.advice}" if isinstance(problem, UserProblem) else "程序出错，没有保存。"
        self.problem.setText(words)


class PersonCard(_Asking):
    """Enters somebody (``person`` None) or changes her. The login stays: the audit names people by it."""

    def __init__(self, parent: QWidget, shell: Shell, person: Person | None, done: Callable[[], object]) -> None:
        title = f"修改用户 {person.login}" if person else "新增用户"
        super().__init__(parent, shell, title, "保存" if person else "新增", done)
        self.setObjectName("person_card")
        self._person = person
        self.login = line("person_login", "用户名", person.login if person else "")
        self.login.setEnabled(person is None)
        self.name = line("person_name", "姓名", person.name if person else "")
        self.roles = {role: CheckBox(text(f"people.role.{role}")) for role in ROLES}
        for role, box in self.roles.items():
            box.setObjectName(f"role_{role}")
            box.setChecked(person is not None and role in person.roles)
        kept = "、".join(map(_shown, sorted(person.departments))) if person else ""
        self.departments = line("person_departments", "科室", kept, "科室代码或名称，用“、”隔开（医师和科主任必填）")
        self.secret = secret_line("person_secret", "初始口令")
        boxes = list(self.roles.values())
        self.box.addLayout(row(self.login, self.name, gap=8))
        self.box.addLayout(row(*boxes[:3], None, gap=12))
        self.box.addLayout(row(*boxes[3:], None, gap=12))
        self.box.addWidget(self.departments)
        if person is None:
            self.box.addWidget(self.secret)
            self.box.addWidget(StrengthText(self.secret, self.login))
            told = "第一次登录时须改成自己的口令。"
            self.box.addWidget(Text(told, "caption", "muted", wrap=True))
        for field in (self.login, self.name, self.departments, self.secret):
            field.returnPressed.connect(self.save)
        self.finish_box()
        self.open(self.name if person else self.login)

    def work(self) -> Callable[[], object]:
        """Return the entering or changing. Raises :class:`UserProblem` for a department nobody knows."""
        people = self._shell.services.people
        roles = frozenset(role for role, box in self.roles.items() if box.isChecked())
        departments = departments_of(self.departments.text())
        if self._person is not None:
            return partial(people.change, self._person.id, self.name.text(), roles, departments)
        entry = Entry(self.login.text(), self.name.text(), roles, departments)
        return partial(people.add, entry, self.secret.text())


class ResetCard(_Asking):
    """A first password for somebody who forgot hers."""

    def __init__(self, parent: QWidget, shell: Shell, person: Person, done: Callable[[], object]) -> None:
        super().__init__(parent, shell, f"重设 {person.name}（{person.login}）的口令", "重设", done)
        self.setObjectName("reset_card")
        self._person = person
        self.secret = secret_line("reset_secret", "初始口令")
        self.secret.returnPressed.connect(self.save)
        told = "请当面告知本人；下次登录时须改成自己的口令。"
        for part in (Text(told, tone="secondary", wrap=True), self.secret, StrengthText(self.secret)):
            self.box.addWidget(part)
        self.finish_box()
        self.open(self.secret)

    def work(self) -> Callable[[], object]:
        """Return the resetting."""
        return partial(self._shell.services.people.reset_password, self._person.id, self.secret.text())


def _shown(code: str) -> str:
    """Return the name of a department, its code where the name would be read as another one."""
    known = dictionary("D-DEPT")
    name = known.label(code)
    return name if name and known.find(name) == code else code


def departments_of(typed: str) -> frozenset[str]:
    """Return the codes of departments given by code or name. Raises :class:`UserProblem` for an unknown one."""
    known = dictionary("D-DEPT")
    found = set()
    for part in typed.replace("，", "、").replace(",", "、").replace("；", "、").split("、"):
        if word := part.strip():
            code = known.find(word)
            if code is None:
                raise UserProblem("people.no_such_department", remedy="people.remedy.no_such_department", word=word)
            found.add(code)
    return frozenset(found)
