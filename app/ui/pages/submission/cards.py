"""The card that asks what a file of the insurer says of a submission."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.services.submission_types import ReceiptKind, StoredSubmission
from app.ui.pages.ask_card import AskCard
from app.ui.widgets import SegmentedControl, Text, row

_KINDS = (ReceiptKind.RECEIVED, ReceiptKind.ACCEPTED, ReceiptKind.PARTLY, ReceiptKind.REFUSED)


class ReceiptCard(AskCard):
    """Asks for the state, the cases that the file names and a note; ``take(kind, cases, note)`` may refuse."""

    def __init__(
        self, parent: QWidget, one: StoredSubmission, file: str, take: Callable[[ReceiptKind, int, str], object]
    ) -> None:
        told = f"{file} 登记为第 {one.id} 次提交（{one.cases:,} 份）的回执，内容原样存入病案库。"
        super().__init__(parent, "receipt", "登记医保回执", told, "登记")
        self._take = take
        self._kind = SegmentedControl([(kind.value, kind.label) for kind in _KINDS])
        self._kind.setObjectName("receipt_kind")
        self._kind.setAccessibleName("回执的状态")
        self.box.addWidget(Text("状态", "caption", "muted"))
        self.box.addLayout(row(self._kind, None))
        self._cases = self._add_field("receipt_cases", "涉及份数", "一个整数", str(one.cases))
        self._note = self._add_field("receipt_note", "说明（可不填）", "例如：退回 2 份，见附表")
        self._end()
        self.open(self._cases)

    def _do(self) -> None:
        written = self._cases.text().strip()
        if not written.isdecimal():
            raise UserProblem("submission.bad_count", remedy="submission.remedy.bad_count", given=written)
        self._take(ReceiptKind(self._kind.current), int(written), self._note.text())
