"""The three lists of the hand-over page: who may go, who may not and why, what was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.services.handover_types import HandoverCase, HandoverKind, HandoverRefusal, StoredHandover
from app.ui.masking import masking
from app.ui.pages.handover.tabs import TABS
from app.ui.pages.tabbed_lists import TabbedLists
from app.ui.widgets import Cell, Column

_READY: Final = (
    Column("record_no", "病案号", 110, least=88),
    Column("name", "姓名", 120, least=70),
    Column("dept", "出院科别", 160, stretch=True, least=80),
    Column("codes", "编码数", 80, align="right", least=56),
)
_REFUSED: Final = (
    Column("record_no", "病案号", 110, least=88),
    Column("name", "姓名", 110, least=70),
    Column("dept", "出院科别", 120, least=80),
    Column("words", "不能写出的原因", 320, stretch=True, least=150),
)
_REGISTER: Final = (
    Column("at", "写出时间", 124, least=104),
    Column("who", "写出人", 96, least=62),
    Column("kind", "种类", 170, stretch=True, least=90),
    Column("scope", "范围", 130, stretch=True, least=80),
    Column("cases", "份数", 60, align="right", least=44),
    Column("file", "文件", 170, stretch=True, least=100),
)
_COLUMNS: Final = {"ready": _READY, "refused": _REFUSED, "register": _REGISTER}


def _ready(key: str, one: HandoverCase) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "record_no": lambda: Cell(one.record_no, code=True),
        "name": lambda: Cell(masking().name(one.name)),
        "dept": lambda: Cell(one.dept, "fg_secondary"),
        "codes": lambda: Cell(f"{one.codes:,}", right=True),
    }
    return cells[key]()


def _refused(key: str, one: HandoverRefusal) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "record_no": lambda: Cell(one.record_no, code=True),
        "name": lambda: Cell(masking().name(one.name)),
        "dept": lambda: Cell(one.dept, "fg_secondary"),
        "words": lambda: Cell(one.words, "warn"),
    }
    return cells[key]()


def _register(key: str, one: StoredHandover) -> Cell:
    cells: Mapping[str, Callable[[], Cell]] = {
        "at": lambda: Cell(f"{one.at:%Y-%m-%d %H:%M}", "fg_secondary"),
        "who": lambda: Cell(one.who, "fg_secondary"),
        "kind": lambda: Cell(f"{HandoverKind(one.kind).label}{'（已遮盖）' if one.masked else ''}"),
        "scope": lambda: Cell(one.scope, "fg_secondary"),
        "cases": lambda: Cell(f"{one.cases:,}", right=True),
        "file": lambda: Cell(one.file_name),
    }
    return cells[key]()


class HandoverLists(TabbedLists):
    """Tabs over the three tables."""

    def __init__(self) -> None:
        makers: dict[str, Callable[[str, Any], Cell]] = {"ready": _ready, "refused": _refused, "register": _register}
        super().__init__("handover", TABS, _COLUMNS, makers)
