"""Cards of the register: an objection or a request, other days and evidence, an answer, a result, the usual days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QWidget

from app.services.appeals_types import AppealDraft, AppealKind, AppealLine, AppealPlan, AppealState, SpecialReason
from app.ui.pages.ask_card import AskCard
from app.ui.widgets import SegmentedControl, Text, row

_EVIDENCE: Final = "病历中的依据，几处之间用“；”隔开"
_DAY: Final = "2026-11-30"


class NewCard(AskCard):
    """Asks for an objection or a request; ``take(record number, draft)`` may refuse with a problem."""

    def __init__(
        self,
        parent: QWidget,
        kind: AppealKind,
        record_no: str,
        plan: AppealPlan,
        take: Callable[[str, AppealDraft], object],
    ) -> None:
        is_special = kind is AppealKind.SPECIAL
        days = plan.special_days if is_special else plan.appeal_days
        told = f"截止日期不填，按登记的收到日期加 {days} 天。病案须已{'通过质控' if is_special else '提交医保'}。"
        super().__init__(parent, "appeal", "申请特病单议" if is_special else "登记医保的异议", told, "登记")
        self._kind, self._take = kind, take
        self._reason = SegmentedControl([(one.value, one.label) for one in SpecialReason]) if is_special else None
        self._record_no = self._add_field("appeal_record_no", "病案号", "一份病案的病案号", record_no)
        if self._reason is not None:
            self._reason.setAccessibleName("理由类别")
            self.box.addWidget(Text("理由类别", "caption", "muted"))
            self.box.addLayout(row(self._reason, None))
        label = "申请理由" if is_special else "医保的异议（照录）"
        self._objection = self._add_field("appeal_objection_line", label, "必填，记入审计")
        self._received = self._add_field("appeal_received", "收到日期（不填为今天）", _DAY)
        self._due = self._add_field("appeal_due", "截止日期（可不填）", _DAY)
        self._evidence = self._add_field("appeal_evidence_line", "依据（可以后再补）", _EVIDENCE)
        self._end()
        self.open(self._objection if record_no else self._record_no)

    def _do(self) -> None:
        reason = SpecialReason(self._reason.current) if self._reason is not None else None
        draft = AppealDraft(
            self._kind,
            self._objection.text(),
            self._received.text(),
            self._due.text(),
            reason,
            self._evidence.text(),
        )
        self._take(self._record_no.text().strip(), draft)


class ChangeCard(AskCard):
    """Asks for another deadline and list of evidence; ``take(due, evidence)``."""

    def __init__(self, parent: QWidget, line: AppealLine, take: Callable[[str, str], object]) -> None:
        super().__init__(parent, "appeal", "改期限和依据", "医保同意延期，或补充了依据时改。", "保存")
        self._take = take
        self._due = self._add_field("appeal_due", "截止日期", _DAY, line.stored.due.isoformat())
        self._evidence = self._add_field("appeal_evidence_line", "依据", _EVIDENCE, "；".join(line.stored.evidence))
        self._end()
        self.open(self._due)

    def _do(self) -> None:
        self._take(self._due.text(), self._evidence.text())


class AnswerCard(AskCard):
    """Asks what the insurer is answered; ``take(words)``."""

    def __init__(self, parent: QWidget, line: AppealLine, take: Callable[[str], object]) -> None:
        told = f"医保：{line.stored.objection}" if line.kind is AppealKind.APPEAL else f"理由：{line.stored.objection}"
        super().__init__(parent, "appeal", f"答复{line.kind.label}", told, "登记答复")
        self._take = take
        self._words = self._add_field("appeal_answer_line", "答复", "怎样答复的，附了哪些材料", line.stored.answer)
        self._end()
        self.open(self._words)

    def _do(self) -> None:
        self._take(self._words.text())


class ResultCard(AskCard):
    """Asks for the result; ``take(state, words, amount)``."""

    def __init__(self, parent: QWidget, line: AppealLine, take: Callable[[AppealState, str, str], object]) -> None:
        super().__init__(
            parent, "appeal", f"登记{line.kind.label}的结果", "登记后转入已办结；记错了可在病案上撤销。", "登记结果"
        )
        self._take = take
        self._state = SegmentedControl([(one.value, one.label) for one in AppealState if one.is_over])
        self._state.setAccessibleName("结果")
        self.box.addWidget(Text("结果", "caption", "muted"))
        self.box.addLayout(row(self._state, None))
        self._words = self._add_field("appeal_result_line", "说明", "医保的答复，或撤回的理由（必填）")
        self._amount = self._add_field("appeal_amount", "核定金额（元，可不填）", "12345.67")
        self._end()
        self.open(self._words)

    def _do(self) -> None:
        self._take(AppealState(self._state.current), self._words.text(), self._amount.text())


class DaysCard(AskCard):
    """Asks for the usual days; ``take(appeal days, special days)``."""

    def __init__(self, parent: QWidget, plan: AppealPlan, take: Callable[[str, str], object]) -> None:
        told = "各地规定不同，请按当地医保的规定填写；只用于以后登记的条目。"
        super().__init__(parent, "appeal", "申诉与单议的期限", told, "保存")
        self._take = take
        self._appeal = self._add_field("appeal_days", "收到异议后几天内答复", "10", str(plan.appeal_days))
        self._special = self._add_field("appeal_special_days", "特病单议几天内申请完", "30", str(plan.special_days))
        self._end()
        self.open(self._appeal)

    def _do(self) -> None:
        self._take(self._appeal.text(), self._special.text())
