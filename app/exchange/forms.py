"""How a source writes its values, so that a changed cell looks like its neighbours: codes, dates, money, blanks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, cached_property
from typing import Final

from app.domain.case import Value
from app.domain.dictionaries import dictionary, incision_and_healing
from app.domain.field import FieldType
from app.domain.values import format_value, parse
from app.exchange.data import layout_data
from app.exchange.raw import DATE, NUMBER, TEXT
from app.exchange.rows import Plan
from app.exchange.source import Source
from app.exchange.workbook import plain_number

_NUMERIC: Final = frozenset({FieldType.INT, FieldType.DECIMAL, FieldType.MONEY, FieldType.DICT})
_DASH: Final = "-"
_FIRST_YEAR: Final = 1901
_DATE_AND_TIME: Final = (" ", "seconds")


@dataclass(frozen=True, slots=True)
class _DateForm:
    pattern: re.Pattern[str]
    text: str

    def write(self, at: datetime) -> str:
        return self.text.format(y=at.year, m=at.month, d=at.day, H=at.hour, M=at.minute, S=at.second)


@cache
def _date_forms() -> tuple[_DateForm, ...]:
    entries = layout_data("forms")["date"]
    return tuple(_DateForm(re.compile(entry["pattern"], re.ASCII), entry["text"]) for entry in entries)


class ColumnForm:
    """How one field is written in the columns of a plan."""

    def __init__(self, source: Source, plan: Plan) -> None:
        self._source = source
        self._plan = plan
        self._spec = plan.spec

    def texts(self, value: Value) -> Iterable[str]:
        """Yield ways to write a value, the one that fits the column best first; the last is the plain export form."""
        if value is None or value == "":
            yield self.blank
            yield ""
            return
        match self._spec.type:
            case FieldType.DICT if isinstance(value, str):
                yield from self._dictionary_texts(value)
            case FieldType.DATE | FieldType.DATETIME if isinstance(value, date):
                yield self._date_text(value)
            case FieldType.MONEY if isinstance(value, int):
                yield self._money_text(value)
            case _:
                pass
        yield format_value(self._spec, value)

    def kind(self, text: str) -> str:
        """Return the cell kind for a text: a number or date where the column has such cells, else text."""
        if not text or self._common_kind == TEXT:
            return TEXT
        if self._common_kind == NUMBER and self._spec.type in _NUMERIC and is_plain_number(text):
            return NUMBER
        return DATE if self._common_kind == DATE and as_moment(text) is not None else TEXT

    @cached_property
    def blank(self) -> str:
        """What the column holds where there is nothing: a dash when that is its habit, else nothing."""
        blanks = sum(1 for cell in self._cells if not cell.strip())
        dashes = sum(1 for cell in self._cells if cell.strip() == _DASH)
        return _DASH if dashes > blanks else ""

    @cached_property
    def _cells(self) -> list[str]:
        columns = self._plan.columns or self._plan.parts
        at = columns[0]
        return [row.cells[at] if at < len(row.cells) else "" for row in self._source.rows]

    @cached_property
    def _common_kind(self) -> str:
        at = (self._plan.columns or self._plan.parts)[0]
        kinds = Counter(
            self._source.kind(index, at) for index, cell in enumerate(self._cells) if cell.strip() not in ("", _DASH)
        )
        return kinds.most_common(1)[0][0] if kinds else TEXT

    @cached_property
    def _known(self) -> dict[str, str]:
        """Stored code → the way this column usually writes it."""
        found: dict[str, Counter[str]] = {}
        for cell, count in Counter(self._cells).items():
            value = parse(self._spec, cell, hints=self._plan.hints).value
            if isinstance(value, str):
                found.setdefault(value, Counter())[cell] += count
        return {value: cells.most_common(1)[0][0] for value, cells in found.items()}

    def _dictionary_texts(self, value: str) -> Iterable[str]:
        if value in self._known:
            yield self._known[value]
        label = dictionary(self._spec.dictionary).label(value)
        labelled = sum(1 for cell in self._known.values() if not cell[:1].isascii())
        if label and labelled * 2 > len(self._known):
            yield label
        lengths = {len(cell) for cell in self._known.values()}
        if len(lengths) == 1 and value.isdecimal():
            yield value.zfill(lengths.pop())

    def _date_text(self, value: date) -> str:
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return self._date_form.write(moment) if self._date_form else format_value(self._spec, value)

    @cached_property
    def _date_form(self) -> _DateForm | None:
        """The form that fits most cells."""
        cells = Counter(cell.strip() for cell in self._cells)
        hits = {form: sum(n for cell, n in cells.items() if form.pattern.fullmatch(cell)) for form in _date_forms()}
        best = max(hits, key=lambda form: hits[form])
        return best if hits[best] else None

    def _money_text(self, fen: int) -> str:
        if self._plan.hints.fen:
            return str(fen)
        decimals = Counter(len(cell.rpartition(".")[2]) for cell in self._cells if "." in cell)
        if decimals and set(decimals) == {2} and self._common_kind == TEXT:
            return format_value(self._spec, fen)
        return plain_number(fen / 100)


def joint_texts(cut: str, heal: str) -> Iterable[str]:
    """Yield ways to write incision class and healing grade into one cell (切口愈合等级), labels first."""
    first, second = dictionary("D-CUT"), dictionary("D-HEAL")
    for text in (f"{first.label(cut)}/{second.label(heal)}", f"{cut}/{heal}", f"{cut}{heal}"):
        if incision_and_healing(text) == (cut or None, heal or None):
            yield text


def is_plain_number(text: str) -> bool:
    """True when a spreadsheet number shows exactly this text again."""
    try:
        return plain_number(float(text)) == text
    except (ValueError, OverflowError):
        return False


def as_moment(text: str) -> date | time | None:
    """Return the date, time or both of a date cell that shows exactly this text again, None when there is none.

    A moment at midnight would come back as a date, a day before 1901 as a number.
    """
    for read in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            found = read(text)
        except ValueError:
            continue
        if found.isoformat(*_DATE_AND_TIME) != text if isinstance(found, datetime) else found.isoformat() != text:
            return None
        midnight = isinstance(found, datetime) and found.time() == time()
        ancient = isinstance(found, date) and found.year < _FIRST_YEAR
        return None if midnight or ancient else found
    return None
