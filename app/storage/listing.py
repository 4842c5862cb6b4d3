"""Answers the questions of lists out of :mod:`app.storage.case_columns`, as :mod:`app.storage.worklist` says them."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import sqlalchemy as sa

from app.domain.case import CaseState
from app.storage.case_columns import NONE, CaseColumns, Flags, Ints, TextColumn
from app.storage.desk_tables import follow_up
from app.storage.return_table import return_item
from app.storage.worklist import ANSWERED, FOLLOW_UP, LOS_DAYS, NO_DAY, Filter, FilterValue, Test, WorklistQuery

Keys = Sequence[Ints]
"""Columns to sort by, the one that counts most first."""
Order = Callable[[CaseColumns], Keys]

_STATES: Final = {state.value: place for place, state in enumerate(CaseState)}
_SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "severity": ("errors", "warns", "hints"),
    "age": ("age_years", "age_days"),
}
_EPOCH: Final = datetime(1970, 1, 1)
_DAY_S: Final = 86_400
_SOON: Final = 300
"""Written cases from which on they are read at once; a few are read when the next list is."""
_MOST_ONE_BY_ONE: Final = 4000
"""Written cases up to which they are read singly; reading all takes half a second for 100,000."""


class Listing:
    """Every case of a library in columns, kept up to date with what is written. For any thread.

    ``connect`` gives a connection for reading; ``others`` something that changes when another process has written.
    """

    def __init__(
        self, connect: Callable[[], AbstractContextManager[sa.Connection]], others: Callable[[], object]
    ) -> None:
        self._connect = connect
        self._others = others
        self._seen: object = None
        self._columns: CaseColumns | None = None
        self._written: set[int] = set()
        self._beside = True
        self._stamp = 0
        self._lock = threading.RLock()
        self._noting = threading.Lock()

    def note(self, case_ids: Iterable[int], *, beside: bool) -> None:
        """Tell what has been written: some cases, and perhaps tables ``beside`` them."""
        with self._noting:
            self._written.update(case_ids)
            self._beside = self._beside or beside
            many = len(self._written) > _SOON
        if many and self._columns is not None:  # on the thread that wrote, so that the window need not wait
            with self.columns():
                pass

    @contextmanager
    def columns(self) -> Iterator[CaseColumns]:
        """Yield the columns as they stand now; nothing changes in them until the block ends."""
        with self._lock:
            yield self._fresh()

    def ids(self, query: WorklistQuery, order: Order | None = None) -> array[int]:
        """Return the cases a query shows, in its order or in another one. Raises ``KeyError`` for an unknown column."""
        with self.columns() as columns:
            rows = np.flatnonzero(holds(columns, query))
            keys = order(columns) if order else _keys(columns, query.sort)
            if keys:
                rows = rows[np.lexsort([key[rows] for key in reversed(keys)])]
            if query.descending:
                rows = rows[::-1]
            return array("q", columns.ids[rows].tobytes())

    def first(self, words: str, most: int) -> list[int]:
        """Return at most so many cases that have every word, in order of entry."""
        with self.columns() as columns:
            shown = np.ones(len(columns), np.bool_)
            several = words.split()
            for word in several:
                shown &= columns.holding(word, most if len(several) == 1 else 0)
            found: list[int] = columns.ids[np.flatnonzero(shown)[:most]].tolist()
            return found

    def counts(self, queries: Mapping[str, WorklistQuery]) -> dict[str, int]:
        """Return how many cases each of several queries shows."""
        with self.columns() as columns:
            return {name: int(np.count_nonzero(holds(columns, query))) for name, query in queries.items()}

    def value_counts(self, column: str) -> dict[str, int]:
        """Return the texts of a column and how often, the most frequent first."""
        with self.columns() as columns:
            return columns.texts[column].counts()

    def last_discharge(self) -> date | None:
        """Return the day of the last discharge, None where there is none."""
        with self.columns() as columns:
            last = int(columns.numbers["discharge_time"].max(initial=NONE))
        return None if last == NONE else (_EPOCH + timedelta(seconds=last)).date()

    def _fresh(self) -> CaseColumns:
        seen = self._others()
        with self._noting:
            written, self._written = self._written, set()
            beside, self._beside = self._beside, False
        columns, self._columns = self._columns, None  # what fails half way is read whole the next time
        if columns is None or seen != self._seen or len(written) > _MOST_ONE_BY_ONE:
            columns = None  # the old ones go before the new ones come: both would take twice 35 MB at 100,000 cases
            with self._connect() as connection:
                columns = CaseColumns.read(connection)
                _complete(connection, columns)
            self._stamp += 1
        elif written or beside:
            with self._connect() as connection:
                columns.update(connection, written)
                _complete(connection, columns)
            self._stamp += 1
        columns.stamp = self._stamp
        self._columns, self._seen = columns, seen
        return columns


def _complete(connection: sa.Connection, columns: CaseColumns) -> None:
    """Add what stands in other tables (the day on which a case is looked at again, answers that wait), and the stay."""
    came, left = (columns.numbers[name] for name in ("admit_time", "discharge_time"))
    both = (came != NONE) & (left != NONE)
    columns.numbers[LOS_DAYS] = np.where(both, np.maximum(left // _DAY_S - came // _DAY_S, 1), NONE)
    due = np.full(len(columns), NONE, np.int64)
    days = connection.execute(sa.select(follow_up.c.case_id, follow_up.c.due).order_by(follow_up.c.case_id)).all()
    _put(columns, due, [row[0] for row in days], [_seconds(date.fromisoformat(row[1] or NO_DAY)) for row in days])
    answers = np.zeros(len(columns), np.int64)
    waiting = sa.select(return_item.c.case_id, sa.func.count()).where(return_item.c.status == "answered")
    found = connection.execute(waiting.group_by(return_item.c.case_id)).all()
    _put(columns, answers, [row[0] for row in found], [row[1] for row in found])
    columns.numbers[FOLLOW_UP], columns.numbers[ANSWERED] = due, answers


def _put(columns: CaseColumns, numbers: Ints, case_ids: Sequence[int], values: Sequence[int]) -> None:
    known = np.isin(np.array(case_ids, np.int64), columns.ids)
    numbers[columns.rows_of(case_ids)] = np.array(values, np.int64)[known]


def holds(columns: CaseColumns, query: WorklistQuery) -> Flags:
    """Return which cases a query shows."""
    shown = np.ones(len(columns), np.bool_)
    for item in query.filters:
        shown &= _condition(columns, item)
    for word in query.text.split():
        shown &= columns.holding(word)
    return shown


def _condition(columns: CaseColumns, item: Filter) -> Flags:
    if item.column == "id":
        return _of_numbers(columns.ids, item)
    if item.column in columns.texts:
        told = _text_test(item)
        return columns.texts[item.column].where(told)
    return _of_numbers(columns.numbers[item.column], item)


def _text_test(item: Filter) -> Callable[[str], bool]:
    values = [str(value) for value in item.values]
    match item.test:
        case Test.IS:
            return values.__contains__
        case Test.IS_NOT:
            return lambda found: found not in values
        case Test.CONTAINS:
            return lambda found: values[0].lower() in found.lower()
        case Test.FROM:
            return lambda found: found >= values[0]
        case Test.TO:
            return lambda found: found <= values[0]
        case Test.BEFORE:
            return lambda found: found < values[0]


def _of_numbers(numbers: Ints, item: Filter) -> Flags:
    values = [_number(value) for value in item.values]
    found: Flags
    match item.test:
        case Test.IS:
            found = np.isin(numbers, values)
        case Test.IS_NOT:
            found = ~np.isin(numbers, values) & (numbers != NONE)
        case Test.FROM:
            found = numbers >= values[0]
        case Test.TO:
            last = item.values[0]
            whole_day = isinstance(last, date) and not isinstance(last, datetime)
            end = _number(last + timedelta(days=1)) - 1 if whole_day and isinstance(last, date) else values[0]
            found = (numbers <= end) & (numbers != NONE)
        case Test.BEFORE:
            found = numbers < values[0]
        case Test.CONTAINS:
            raise KeyError(item.column)
    return found


def _number(value: FilterValue) -> int:
    return _seconds(value) if isinstance(value, date) else int(value)


def _seconds(value: date) -> int:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return round((moment - _EPOCH).total_seconds())


def _keys(columns: CaseColumns, sort: str) -> list[Ints]:
    if not sort:
        return []
    if sort == "state":
        states = columns.texts["state"]
        assert isinstance(states, TextColumn)  # noqa: S101 - few different ones
        return [states.mapped(_STATES)]
    return [
        columns.texts[name].ranks() if name in columns.texts else columns.numbers[name]
        for name in _SORTS.get(sort, (sort,))
    ]
