"""A file of cases in, a file of groups out, of any length: ``bingan group`` and 为病例文件分组 in the window."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.progress import NoProgress, Progress
from app.domain.grouping import GroupInput
from app.drg.batch import CHUNK, group_many
from app.drg.scheme import Scheme
from app.exchange.streams import stream_rows, write_csv

CASE_COLUMNS: Final = ("case_id", "dx")
_RESULT: Final = ("case_id", "mdc", "adrg", "drg", "status")
_INTEGERS: Final = ("age_years", "age_days", "los_days", "discharge")
_NUMBERS: Final = ("birth_weight_g", "icu_hours")


def group_file(scheme: Scheme, cases: Path, out: Path, progress: Progress | None = None) -> int:
    """Group every case of a CSV (columns of reference/cases/README.md) and return how many there were.

    Memory does not grow with the file. Raises :class:`UserProblem` with file, row and column, or
    :class:`Cancelled`; then ``out`` is as it was.
    """
    progress = progress or NoProgress()
    return write_csv(out, _RESULT, _grouped(scheme, cases, progress))


def read_cases(cases: Path, progress: Progress | None = None) -> Iterator[tuple[str, GroupInput]]:
    """Yield id and case of every record. Raises :class:`UserProblem` with file, row and column."""
    rows = stream_rows(cases, CASE_COLUMNS, progress)
    reader = _Reader(cases.name, next(rows)[1])
    for number, cells in rows:
        yield reader.case(number, cells)


def _grouped(scheme: Scheme, cases: Path, progress: Progress) -> Iterator[tuple[str, ...]]:
    rows = read_cases(cases, progress)
    while chunk := list(islice(rows, CHUNK)):
        results = group_many(scheme, [case for _, case in chunk])
        for (case_id, _), result in zip(chunk, results, strict=True):
            yield case_id, result.mdc, result.adrg, result.drg, result.status.value


class _Reader:
    """Makes cases of records; a column that the file lacks is empty."""

    def __init__(self, file: str, header: Sequence[str]) -> None:
        self._file = file
        columns = ("case_id", "dx", "px", "sex", "dept", *_INTEGERS, *_NUMBERS)
        self._at = [header.index(name) if name in header else len(header) for name in columns]
        self._width = len(header)

    def case(self, number: int, cells: list[str]) -> tuple[str, GroupInput]:
        """Return id and case of one record."""
        del cells[self._width :]
        cells.append("")  # what the file lacks
        case_id, dx, px, sex, dept, *numbers = [cells[at] for at in self._at]
        try:
            years, days, los, way = map(_integer, numbers[:4])
            weight, icu = map(_number, numbers[4:])
        except ValueError as error:
            raise self._fault(number, numbers) from error
        return case_id, GroupInput(_codes(dx), _codes(px), sex, years, days, weight, los, way, sys.intern(dept), icu)

    def _fault(self, number: int, typed: Sequence[str]) -> UserProblem:
        """Return the problem of the first number that cannot be read."""
        for name, value in zip((*_INTEGERS, *_NUMBERS), typed, strict=True):
            try:
                _integer(value) if name in _INTEGERS else _number(value)
            except ValueError:
                break
        return UserProblem(
            "bulk.not_a_number", remedy="bulk.remedy.fix_cell", where=Where(self._file, row=number + 1, column=name)
        )


def _codes(joined: str) -> tuple[str, ...]:
    """Return codes separated by bars. Equal codes become one text: a million cases name the same few thousand."""
    return tuple([sys.intern(code) for code in joined.split("|") if code])


@lru_cache(maxsize=4096)
def _integer(typed: str) -> int | None:
    value = _number(typed)
    try:
        return None if value is None else int(value)
    except OverflowError as error:
        raise ValueError(typed) from error


@lru_cache(maxsize=4096)
def _number(typed: str) -> float | None:
    typed = typed.strip()
    return float(typed) if typed else None
