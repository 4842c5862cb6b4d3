"""What whoever works here can do about that: switch, lock, change the password, sign out, set up people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

ABOUT_ME: Final = ("user.switch", "user.lock", "user.password", "user.sign_out", "user.set_up")
"""The actions in the order of the menu."""
_GROUP: Final = "用户"


@dataclass(frozen=True, slots=True)
class _Wish:
    """Tells what is wanted; who sits at the window decides what comes of it."""

    what: str

    def __call__(self, window: MainWindow) -> None:
        window.user_wish.emit(self.what)


def _is_person(window: MainWindow) -> bool:
    return window.shell.user.is_person


def _is_nobody(window: MainWindow) -> bool:
    return not window.shell.user.is_person


def _sign(window: MainWindow) -> None:
    from app.ui.pages.qc_batch.approvals import ApprovalsCard  # noqa: PLC0415 - the card stands on a page's parts

    ApprovalsCard(window, window.shell)


def login_actions() -> list[Action]:
    """Return the actions of the window that concern who works at it."""
    rows = (
        ("user.switch", "切换用户…", "另一位登录，正在处理的病案保持打开；未完成的输入先保存。", ""),
        ("user.lock", "锁定", "离开座位时锁定窗口，屏幕上不再显示病案；用口令解锁后回到原处。", "Ctrl+Shift+L"),
        ("user.password", "修改口令…", "更改自己的登录口令。", ""),
        ("user.sign_out", "退出登录", "回到登录窗口；正在进行的任务须先完成或取消。", ""),
    )
    mine = [
        Action(key, label, words, _Wish(key), shortcut=keys, enabled=_is_person, icon="user", group=_GROUP)
        for key, label, words, keys in rows
    ]
    told = "列出等待临床科主任和医保办签字的例外申请；以登录的身份签字或驳回。"
    mine.append(Action("exceptions.sign", "待签字的例外申请…", told, _sign, needs="head insurance", group=_GROUP))
    set_up = "设置第一位管理员，此后每人用自己的用户名和口令登录。"
    wish = _Wish("user.set_up")
    return [*mine, Action("user.set_up", "设置用户…", set_up, wish, enabled=_is_nobody, icon="user", group=_GROUP)]
