"""Training as actions of the page, and in the command palette wherever the user is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.page import Place, Shell
from app.ui.pages.memory.palette import TITLE
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

if TYPE_CHECKING:
    from app.ui.pages.memory.page import MemoryPage

_TRAIN = "训练本院模型"


def _train(page: MemoryPage) -> None:
    page.model.train()


def _can_train(page: MemoryPage) -> bool:
    return page.model.can_train


def _show(page: MemoryPage) -> None:
    page.model.show_trainings()


def _can_show(page: MemoryPage) -> bool:
    return page.model.has_trainings


MODEL_ACTIONS = (
    Action("memory.train", "立即训练", "用确认过的编码训练诊断和手术操作的本院模型；在后台进行，几分钟，可停止。",
           _train, "", "memory", enabled=_can_train, icon="rerun", group=TITLE),
    Action("memory.trainings", "训练记录", "每次训练的时间、经手人、所学条数和前后的正确率。", _show, "", "memory",
           enabled=_can_show, icon="history", group=TITLE),
)  # fmt: skip


class ModelProvider:
    """Finds 训练本院模型 and goes to where it is done."""

    label = TITLE
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the way to the training, nothing for other words."""
        span = found_at(query.strip(), _TRAIN) if query.strip() else None
        note = "看本院模型的正确率、立即训练、恢复上一个、停用、设定每晚训练的时间。"
        items = [PaletteItem(_TRAIN, self._go, "rerun", note=note, spans=(span,))] if span else []
        return PaletteGroup(items[:limit], len(items))

    def _go(self) -> None:
        self._shell.go(Place("memory", {"part": "model"}))
