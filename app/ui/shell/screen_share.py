"""Ctrl+Shift+M: names, numbers and telephones hidden while others look at the screen. Noted in the audit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.common.progress import Progress
from app.ui.masking import masking

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


def switch_mask(window: MainWindow) -> None:
    """Hide them, or show them again; say so and note it beside the window."""
    on = not masking().is_on
    masking().switch(on=on)
    told = "已遮盖姓名、证件号码、电话和住址；遮盖的字段不能修改。" if on else "已恢复显示身份信息。"
    window.shell.notices.toast(told, undo=partial(switch_mask, window) if on else None)
    window.shell.jobs.run(partial(_noted, window.shell.services, on), writes=True, parent=window)


def _noted(services: Any, on: bool, _progress: Progress) -> None:
    services.audit.note_mask(on=on)
