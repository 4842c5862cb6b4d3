"""Which case a row of the insurer's file belongs to: by record number and admission, else by the settlement number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.common.texts import text
from app.exchange.insurer_file import ReturnRow
from app.storage.reads import Reader

Matched = tuple[ReturnRow, int, str]
"""A row, its case (0 for none), and why there is none."""


def matched(reader: Reader, rows: Sequence[ReturnRow]) -> Iterator[Matched]:
    """Yield every row with its case; a case is taken once, its later rows are told."""
    stays = reader.insurer.stays(sorted({row.record_no for row in rows if row.record_no}))
    numbers = reader.insurer.by_settlement(sorted({row.settlement_no for row in rows if row.settlement_no}))
    seen: set[int] = set()
    for row in rows:
        case_id, why = (0, row.problem) if row.problem else _case(row, stays, numbers)
        if case_id in seen:
            case_id, why = 0, text("insurer.row.twice")
        seen |= {case_id} if case_id else set()
        yield row, case_id, why


def _case(row: ReturnRow, stays: Mapping[str, list[tuple[int, int]]], numbers: Mapping[str, int]) -> tuple[int, str]:
    if row.settlement_no in numbers:
        return numbers[row.settlement_no], ""
    mine = stays.get(row.record_no, [])
    if row.admission_count:
        mine = [stay for stay in mine if stay[1] == row.admission_count]
    if not mine:
        return 0, text("insurer.row.no_case")
    if len(mine) > 1:
        return 0, text("insurer.row.several", count=len(mine))
    return mine[0][0], ""
