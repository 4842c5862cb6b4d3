"""A question to a physician as a value: what is asked, what may be answered, what became of it (domain.md 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReturnStatus(StrEnum):
    """Where a question stands: noted and not sent, with the physician, answered, settled by the record room."""

    NOTED = "noted"
    OUTSTANDING = "outstanding"
    ANSWERED = "answered"
    CLOSED = "closed"


class AnswerKind(StrEnum):
    """What a physician says: changed to a value, nothing to change, objection."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    APPEAL = "appeal"


class AnswerNeed(StrEnum):
    """What an answer must be completed by: nothing, the place in the record, the new value, a reason."""

    NOTHING = ""
    PLACE = "place"
    VALUE = "value"
    REASON = "reason"


class Verdict(StrEnum):
    """What the record room made of an answer: taken, kept as it was with a reason, or the question taken back."""

    ACCEPTED = "accepted"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class ReturnOption:
    """One answer to choose. ``value`` is what the field becomes, as typed; '' when the physician writes it or none."""

    label: str
    answer: AnswerKind = AnswerKind.UNCHANGED
    needs: AnswerNeed = AnswerNeed.NOTHING
    value: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ReturnAnswer:
    """What a physician answered: kind, the option chosen ('' for none), the new value as typed, words."""

    kind: AnswerKind
    label: str = ""
    value: str = ""
    words: str = ""

    def __repr__(self) -> str:
        return f"ReturnAnswer({self.kind}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class ReturnQuestion:
    """What is asked: rule and field path, words, options, what the coder saw, suggestion, until when.

    ``due`` None: as the settings say when it is sent.
    """

    rule_id: str
    path: str
    words: str
    options: tuple[ReturnOption, ...]
    severity: str = ""
    seen: str = ""
    suggestion: str = ""
    due: datetime | None = None

    def __repr__(self) -> str:
        return f"ReturnQuestion({self.rule_id}, {self.path})"


def option_data(options: tuple[ReturnOption, ...]) -> list[dict[str, str]]:
    """Return options as they are stored and packed."""
    return [
        {"label": one.label, "answer": one.answer.value, "needs": one.needs.value, "value": one.value}
        for one in options
    ]


def read_options(stored: object) -> tuple[ReturnOption, ...]:
    """Return stored options. Raises ``ValueError`` for something else."""
    if not isinstance(stored, list):
        raise ValueError("options")  # noqa: TRY004 - callers know one fault of foreign data
    return tuple(_option(one) for one in stored)


def _option(stored: object) -> ReturnOption:
    if not isinstance(stored, dict):
        raise ValueError("option")  # noqa: TRY004 - as above
    label, answer, needs, value = (str(stored.get(name, "")) for name in ("label", "answer", "needs", "value"))
    return ReturnOption(label, AnswerKind(answer), AnswerNeed(needs), value)
