"""What a physician has chosen and typed about one question, and whether that is a whole answer."""

from __future__ import annotations

from dataclasses import dataclass

from app.common.texts import text
from app.domain.returning import AnswerKind, AnswerNeed, ReturnAnswer, ReturnOption
from app.services.return_types import SheetDraft, SheetItem


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """An answer in the making: number of the option (-1 none), whether it is an objection, the words typed."""

    item: SheetItem
    option: int = -1
    is_appeal: bool = False
    words: str = ""

    @classmethod
    def of(cls, item: SheetItem) -> Begun:
        """Return what was begun before, or nothing. An answer that was handed in is shown as it was."""
        if item.draft is not None:
            return cls(item, item.draft.option, item.draft.is_appeal, item.draft.words)
        given = item.item.answer
        if given is None:
            return cls(item)
        at = next((n for n, one in enumerate(item.item.options) if one.label == given.label), -1)
        return cls(item, at, given.kind is AnswerKind.APPEAL, given.words or given.value)

    @property
    def chosen(self) -> ReturnOption | None:
        """The option that was chosen."""
        options = self.item.item.options
        return options[self.option] if not self.is_appeal and 0 <= self.option < len(options) else None

    @property
    def need(self) -> AnswerNeed:
        """What must be typed."""
        if self.is_appeal:
            return AnswerNeed.REASON
        return self.chosen.needs if self.chosen is not None else AnswerNeed.NOTHING

    @property
    def is_whole(self) -> bool:
        """True when nothing is missing."""
        if self.chosen is None and not self.is_appeal:
            return False
        return self.need is AnswerNeed.NOTHING or bool(self.words.strip())

    @property
    def draft(self) -> SheetDraft:
        """What is kept of it."""
        return SheetDraft(self.option, self.is_appeal, self.words)

    def answer(self) -> ReturnAnswer:
        """Return the answer to hand in. Raises ``ValueError`` while none was chosen."""
        words = self.words.strip()
        if self.is_appeal:
            return ReturnAnswer(AnswerKind.APPEAL, "", "", words)
        if self.chosen is None:
            raise ValueError(self.option)
        is_value = self.chosen.needs is AnswerNeed.VALUE
        value = self.chosen.value or (words if is_value else "")
        return ReturnAnswer(self.chosen.answer, self.chosen.label, value, "" if is_value else words)

    def told(self) -> tuple[str, str, str]:
        """Return how an answer is shown once given: 已改 or 已答, the words before, the answer itself."""
        name = self.item.label or self.item.place
        if self.is_appeal or self.chosen is None:
            return text("returns.answer.appeal"), name, self.words
        given = self.answer()
        if given.kind is not AnswerKind.CHANGED:
            return "已答", name, "：".join(part for part in (given.label, given.words) if part)
        new = given.value if self.chosen.needs is AnswerNeed.VALUE else given.label
        return "已改", f"{name}　由“{self.item.item.old_value or '未填写'}”改为", new
