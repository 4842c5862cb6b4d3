"""The four lists of the submission page: who may go, who may not, what went, who asks to be unlocked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.services.submission_types import GateLine, ReceiptKind, Refusal, StoredSubmission, UnlockRequest
from app.ui.masking import masking
from app.ui.pages.submission.tabs import TABS
from app.ui.pages.tabbed_lists import TabbedLists
from app.ui.widgets import Cell, Column

_READY: Final = (
    Column("record_no", "病案号", 92, least=76),
    Column("name", "姓名", 112, least=70),
    Column("dept", "科室", 120, stretch=True, least=78, spare=2),
    Column("drg", "DRG", 70, least=54),
    Column("rw", "权重", 70, align="right", least=58),
    Column("status", "分组", 90, least=68),
    Column("version", "将成为", 80, least=58, spare=1),
)
_REFUSED: Final = (
    Column("record_no", "病案号", 92, least=76),
    Column("name", "姓名", 112, least=70),
    Column("dept", "科室", 110, least=78),
    Column("words", "拦下的原因", 230, stretch=True, least=130),
    Column("remedy", "怎样处理", 220, stretch=True, least=120),
)
_REGISTER: Final = (
    Column("id", "编号", 56, least=44),
    Column("at", "提交时间", 130, least=100),
    Column("who", "提交人", 80, least=58, spare=2),
    Column("cases", "份数", 60, align="right", least=44),
    Column("answer", "回执", 76, least=56),
    Column("note", "版本说明", 140, stretch=True, least=80),
    Column("scheme", "分组方案", 130, stretch=True, least=90, spare=1),
)
_UNLOCK: Final = (
    Column("record_no", "病案号", 92, least=76),
    Column("name", "姓名", 92, least=70),
    Column("version", "版本", 64, least=58),
    Column("was", "现状", 66, least=54),
    Column("who", "申请人", 80, least=58),
    Column("at", "申请时间", 100),
    Column("reason", "原因", 150, stretch=True, least=90),
    Column("agreed", "已同意", 84, least=60),
)
_COLUMNS: Final = {"ready": _READY, "refused": _REFUSED, "register": _REGISTER, "unlock": _UNLOCK}


def _department(code: str) -> str:
    return dictionary("D-DEPT").label(code) or code


_READY_CELLS: Mapping[str, Callable[[GateLine], Cell]] = {
    "record_no": lambda one: Cell(one.record_no, code=True),
    "name": lambda one: Cell(masking().name(one.name)),
    "dept": lambda one: Cell(_department(one.dept), "fg_secondary"),
    "drg": lambda one: Cell(one.group.drg, code=True, bold=True),
    "rw": lambda one: Cell(one.group.rw or "—", right=True),
    "status": lambda one: Cell(one.group.status, "fg_secondary"),
    "version": lambda one: Cell(f"第 {one.versions + 1} 版", "fg_secondary"),
}
_REFUSED_CELLS: Mapping[str, Callable[[Refusal], Cell]] = {
    "record_no": lambda one: Cell(one.record_no, code=True),
    "name": lambda one: Cell(masking().name(one.name)),
    "dept": lambda one: Cell(_department(one.dept), "fg_secondary"),
    "words": lambda one: Cell(one.words, "error" if one.kind == "error" else "warn"),
    "remedy": lambda one: Cell(one.remedy, "fg_secondary"),
}


_ANSWERED: Final = {ReceiptKind.ACCEPTED: "ok", ReceiptKind.PARTLY: "warn", ReceiptKind.REFUSED: "error"}


def _register_cell(key: str, one: StoredSubmission) -> Cell:
    match key:
        case "id":
            return Cell(str(one.id), code=True)
        case "at":
            return Cell(f"{one.at:%Y-%m-%d %H:%M}", "fg_secondary")
        case "cases":
            return Cell(f"{one.cases:,}", right=True)
        case "note":
            return Cell(one.note)
        case "scheme":
            return Cell(one.scheme_title, "fg_secondary")
        case _:
            return Cell(one.who, "fg_secondary")


class SubmissionLists(TabbedLists):
    """Tabs over the four tables. ``names`` are record number and name of the cases of unlock requests."""

    def __init__(self) -> None:
        self._names: Mapping[int, tuple[str, str]] = {}
        self._answers: Mapping[int, ReceiptKind] = {}
        makers: dict[str, Callable[[str, Any], Cell]] = {
            "ready": lambda key, one: _READY_CELLS[key](one),
            "refused": lambda key, one: _REFUSED_CELLS[key](one),
            "register": self._register_cell,
            "unlock": self._unlock_cell,
        }
        super().__init__("submission", TABS, _COLUMNS, makers)

    def show_unlocks(self, wishes: Sequence[UnlockRequest], names: Mapping[int, tuple[str, str]]) -> None:
        """Show the wishes that wait for a word."""
        self._names = names
        self.show_values("unlock", wishes, ("没有等待审批的解锁申请。", "编码员在已提交的病案上申请解锁。"))

    def show_register(self, register: Sequence[StoredSubmission], answers: Mapping[int, ReceiptKind]) -> None:
        """Show what was submitted with how the insurer received it."""
        self._answers = answers
        hint = ("还没有提交过。", "在“可提交”里检查后按 Ctrl+Enter 提交。")
        self.show_values("register", register, hint)

    def _register_cell(self, key: str, one: StoredSubmission) -> Cell:
        if key != "answer":
            return _register_cell(key, one)
        kind = self._answers.get(one.id)
        return Cell(kind.label if kind else "—", _ANSWERED.get(kind, "fg_secondary") if kind else "fg_muted")

    def _unlock_cell(self, key: str, one: UnlockRequest) -> Cell:
        record_no, name = self._names.get(one.case_id, ("", ""))
        agreed = "、".join(filter(None, (one.insurance[0], one.admin[0])))
        words = {
            "record_no": record_no,
            "name": masking().name(name),
            "version": f"第 {one.version} 版",
            "was": text(f"cases.state.{CaseState(one.was)}"),
            "who": one.who,
            "at": f"{one.at:%m-%d %H:%M}",
            "reason": one.reason,
            "agreed": agreed or "—",
        }[key]
        return Cell(words, "fg" if key in ("name", "reason") else "fg_secondary", code=key == "record_no")
