"""What is settled for a whole column at once: day/month order, lost leading zeros, fen or yuan (domain.md 6.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Final

from app.domain.field import FieldType
from app.domain.fields import FEE_ITEMS, field
from app.domain.tables import RawRow
from app.domain.values import parse
from app.exchange.mapping import ColumnMap

_DAY_MONTH: Final = re.compile(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}")
_DATES: Final = frozenset({FieldType.DATE, FieldType.DATETIME})
_SAME_LENGTH_SHARE: Final = 0.9
_MOST_ZEROS_LOST: Final = 4
_FEN_RATIO: Final = (95.0, 10_000.0)
_ENOUGH: Final = 3
_SAMPLE: Final = 500


class QuestionKind(StrEnum):
    """What is asked once per column."""

    DATE_ORDER = "date_order"
    FEE_UNIT = "fee_unit"


DAY_FIRST: Final = "day"
MONTH_FIRST: Final = "month"
YUAN: Final = "yuan"
FEN: Final = "fen"


@dataclass(frozen=True, slots=True)
class Question:
    """A column that can be read in two ways. ``answer`` is one of ``options``, '' while nobody has said.

    Until then ambiguous dates stay unread (text kept) and money is yuan.
    """

    kind: QuestionKind
    column: int
    heading: str
    options: tuple[str, ...]
    answer: str = ""

    @property
    def id(self) -> str:
        """The key of the answer in a profile."""
        return f"{self.kind}:{self.heading}"


@dataclass(frozen=True, slots=True)
class Decisions:
    """``answers`` by question id, told by the file itself or by a person; ``widths`` by path; open questions."""

    answers: Mapping[str, str]
    widths: Mapping[str, int]
    questions: tuple[Question, ...]


def decide(mapping: Sequence[ColumnMap], rows: Sequence[RawRow], told: Mapping[str, str]) -> Decisions:
    """Look at whole columns. ``told`` are answers of the user or of a profile; they win."""
    answers: dict[str, str] = {}
    questions: list[Question] = []
    for column in mapping:
        if not column.path or column.is_part:
            continue
        if field(column.path).type in _DATES:
            _note(_date_order(column, rows), told, answers, questions)
    total = next((column for column in mapping if column.path == "fee_total"), None)
    if total and _looks_like_fen(total, mapping, rows):
        _note(Question(QuestionKind.FEE_UNIT, total.column, total.heading, (FEN, YUAN)), told, answers, questions)
    numbers = next((column for column in mapping if column.path == "record_no"), None)
    width = _zero_width(numbers, rows) if numbers else 0
    return Decisions(answers, {"record_no": width} if width else {}, tuple(questions))


def _note(
    question: Question | None, told: Mapping[str, str], answers: dict[str, str], questions: list[Question]
) -> None:
    if question is None:
        return
    answer = question.answer or told.get(question.id, "")
    if answer:
        answers[question.id] = answer
    if not question.answer:
        questions.append(Question(question.kind, question.column, question.heading, question.options, answer))


def _date_order(column: ColumnMap, rows: Sequence[RawRow]) -> Question | None:
    """Return the question of a day/month column, answered when one day is past 12; None for other date forms."""
    found = [match for text in _cells(column, rows) if (match := _DAY_MONTH.match(text))]
    if not found:
        return None
    first, second = max(int(match[1]) for match in found), max(int(match[2]) for match in found)
    told = {(True, False): DAY_FIRST, (False, True): MONTH_FIRST}.get((first > 12, second > 12), "")
    return Question(QuestionKind.DATE_ORDER, column.column, column.heading, (DAY_FIRST, MONTH_FIRST), told)


def _zero_width(column: ColumnMap, rows: Sequence[RawRow]) -> int:
    """Return to how many digits record numbers are filled with zeros; 0 when nothing is missing.

    The other numbers must all have one length, and no more zeros may be missing than Excel plausibly dropped.
    """
    texts = [text.strip() for text in _cells(column, rows)]
    if not all(text.isdecimal() and text.isascii() for text in texts):
        return 0
    lengths = Counter(map(len, texts))
    if len(lengths) < 2:
        return 0
    width, count = lengths.most_common(1)[0]
    others = [length for length in lengths if length != width]
    regular = count >= max(len(texts) * _SAME_LENGTH_SHARE, _ENOUGH)
    return width if regular and width > max(others) and width - min(others) <= _MOST_ZEROS_LOST else 0


def _looks_like_fen(total: ColumnMap, mapping: Sequence[ColumnMap], rows: Sequence[RawRow]) -> bool:
    columns = [column.column for column in mapping if column.path in FEE_ITEMS]
    ratios = []
    for row in rows[:_SAMPLE]:
        amount, parts = _money(row, total.column), sum(_money(row, column) for column in columns)
        if amount > 0 and parts > 0:
            ratios.append(amount / parts)
    return len(ratios) >= _ENOUGH and _FEN_RATIO[0] <= median(ratios) <= _FEN_RATIO[1]


_MONEY: Final = field("fee_total")


def _money(row: RawRow, column: int) -> int:
    text = row.cells[column] if column < len(row.cells) else ""
    value = parse(_MONEY, text).value if text else None
    return value if isinstance(value, int) else 0


def _cells(column: ColumnMap, rows: Sequence[RawRow]) -> list[str]:
    at = column.column
    return [row.cells[at] for row in rows if at < len(row.cells) and row.cells[at].strip()]
