"""Actions of the window itself. Pages declare theirs in their ``PageSpec``; :class:`ActionTable` joins them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.page import PageSpec, Place
from app.ui.shell.screen_share import switch_mask
from app.ui.theme import Mode, tokens

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


_ROWS_HELP = "表格与表单的行高；自动时按窗口高度选择。"
_HINTS_HELP = "状态栏左侧是否列出当前区域的按键。"
_ALSO = {
    "settings": "Ctrl+,",
    "today": "Ctrl+Shift+H",
    "returns": "Ctrl+Shift+R",
    "submission": "Ctrl+Shift+S",
    "insurer": "Ctrl+Shift+I",
    "handover": "Ctrl+Shift+X",
    "audit": "Ctrl+Shift+T",
    "appeals": "Ctrl+Shift+N",
}
"""Keys of pages besides those of the rail."""


def _window_class() -> type[MainWindow]:
    from app.ui.main_window import MainWindow  # noqa: PLC0415  # the window imports this module

    return MainWindow


def _window_methods() -> tuple[tuple[str, str, str, str, str, Callable[[MainWindow], object]], ...]:
    window = _window_class()
    return (
        (
            "palette.open",
            "搜索与命令",
            "打开搜索框：病例、编码、规则、命令都在这里找。",
            "Ctrl+K",
            "search",
            window.open_palette,
        ),
        ("menu.open", "全部命令", "列出当前可用的全部命令及其快捷键。", "F10", "more", window.open_menu),
        ("go.back", "后退", "回到上一个位置（页、病例、行）。", "Alt+Left", "back", window.go_back),
        ("go.forward", "前进", "后退之后再向前。", "Alt+Right", "forward", window.go_forward),
        (
            "help.focused",
            "说明当前项",
            "说明光标所在的字段或控件：含义、状态、怎样改。",
            "F1",
            "help",
            window.explain_focused,
        ),
        (
            "tour.start",
            "看一遍介绍",
            "一张一张地指出各处是什么，Enter 下一步，Esc 结束。",
            "",
            "help",
            window.start_tour,
        ),
        ("notice.focus", "转到通知", "把光标移到右下角的通知上，可撤销或关闭。", "F8", "bell", window.focus_notice),
        ("notice.list", "通知列表", "查看近 30 天的通知。", "", "bell", window.open_bell),
        (
            "view.mask",
            "遮盖或显示身份信息",
            "屏幕共享时遮盖姓名、证件号码、电话和住址；遮盖的字段不能修改，再按一次恢复。",
            "Ctrl+Shift+M",
            "ph.eye-slash",
            switch_mask,
        ),
        ("jobs.list", "任务列表", "查看正在进行的任务，可取消。", "", "job", window.open_jobs),
    )


def window_actions(pages: Sequence[PageSpec]) -> list[Action]:
    """Return the actions of the window: search, menu, history, help, notices, one per page, appearance."""
    rows = _window_methods()
    actions = [
        Action(key, label, words, run, shortcut=keys, icon=icon, group="窗口")
        for key, label, words, keys, icon, run in rows
    ]
    return [*actions, *_page_actions(pages), *_appearance_actions()]


def _page_actions(pages: Sequence[PageSpec]) -> list[Action]:
    nav = {entry.key: entry for entry in tokens().nav}
    return [
        Action(
            f"go.{page.key}",
            f"转到{' ' if page.title[0].isascii() else ''}{page.title}",
            f"打开“{page.title}”页。",
            _GoTo(page.key),
            shortcut=f"{nav[page.key].shortcut if page.key in nav else ''} {_ALSO.get(page.key, '')}".strip(),
            icon=nav[page.key].icon if page.key in nav else "help",
            needs=page.needs,
            group="转到",
        )
        for page in pages
    ]


def _appearance_actions() -> list[Action]:
    modes = ((Mode.SYSTEM, "外观：跟随系统"), (Mode.LIGHT, "外观：浅色"), (Mode.DARK, "外观：深色"))
    sizes = ((13, "字号：标准"), (14, "字号：大"), (16, "字号：特大"))
    densities = (("auto", "行高：自动"), ("compact", "行高：紧凑"), ("regular", "行高：宽松"))
    return [
        *(
            Action(f"view.{mode}", label, "立即切换，不需重新启动。", _SetMode(mode), icon="thresholds", group="外观")
            for mode, label in modes
        ),
        *(
            Action(f"view.font{px}", label, "界面文字与行高一起缩放。", _SetFont(px), icon="thresholds", group="外观")
            for px, label in sizes
        ),
        *(
            Action(f"view.rows_{key}", label, _ROWS_HELP, _SetDensity(key), icon="thresholds", group="外观")
            for key, label in densities
        ),
        Action(
            "view.hints", "显示或隐藏按键提示", _HINTS_HELP, _window_class().switch_hints, icon="keyboard", group="外观"
        ),
    ]


@dataclass(frozen=True, slots=True)
class _GoTo:
    key: str

    def __call__(self, window: MainWindow) -> None:
        window.go(Place(self.key))


@dataclass(frozen=True, slots=True)
class _SetMode:
    mode: Mode

    def __call__(self, window: MainWindow) -> None:
        window.set_mode(self.mode)


@dataclass(frozen=True, slots=True)
class _SetDensity:
    density: str

    def __call__(self, window: MainWindow) -> None:
        window.set_density(self.density)


@dataclass(frozen=True, slots=True)
class _SetFont:
    px: int

    def __call__(self, window: MainWindow) -> None:
        window.set_font_px(self.px)
