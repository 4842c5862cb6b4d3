"""Which documents a case has: the front page always, the settlement list where something of it was filled in."""

from __future__ import annotations

from typing import Final

from app.domain.case import CaseRecord
from app.qc.rule import Profile

MARKS: Final = (
    "setl_list_no",
    "psn_no",
    "biz_sn",
    "bill_code",
    "bill_no",
    "setl_begin",
    "setl_end",
    "hi_pay_method",
)
"""Fields of no other document: with one of them among the file's columns, or filled, there is a settlement list."""


def profile_of(record: CaseRecord) -> Profile:
    """Return which rules apply: those of the front page, or those of both documents."""
    has_columns = record.columns is not None and not record.columns.isdisjoint(MARKS)
    is_filled = any(record.head.get(name) not in (None, "") or name in record.head.raw for name in MARKS)
    return Profile.BOTH if has_columns or is_filled else Profile.FRONT
