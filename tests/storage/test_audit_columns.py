"""What a filter of the audit finds is what reading every operation finds, before and after the audit grew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.field import Group
from app.storage import Actor, Database, Op, audit_columns
from app.storage.audit_columns import AuditColumns
from app.storage.audit_query import AuditFilter
from app.storage.reads import Reader

WHO = (Actor("p1", "王敏（测试）"), Actor("p2", "李红（测试）"), Actor("p3", "高扬（测试）"))
FIRST = datetime(2026, 11, 20, 23, 0)


def _work(db: Database, clock: FixedClock, start: int, count: int) -> None:
    for number in range(start, start + count):
        clock.at = FIRST + timedelta(hours=7 * number)
        op = (Op.SET_FIELD, Op.OPEN_CASE, Op.SET_STATE)[number % 3]
        with db.operation(op, by=WHO[number % 2]) as tx:
            if op is Op.SET_FIELD:
                tx.set_field(1, Group.CASE, 0, ("abo", "admit_ward")[number % 4 // 2], str(number))
            else:
                tx.record_event("opened", {"n": number}, 1)


def _plain(reader: Reader, wanted: AuditFilter) -> list[int]:
    """Read everything, the way nobody could wait for."""
    found = []
    for op_id in range(reader.audit_head().op_id, 0, -1):
        one = reader.operation(op_id)
        fields = {change.field for change in reader.changes_of(op_id)}
        assert one is not None
        if (
            (not wanted.ops or one.op in wanted.ops)
            and (not wanted.actors or one.actor in wanted.actors)
            and (not wanted.fields or wanted.fields & fields)
            and (wanted.first is None or one.at.date() >= wanted.first)
            and (wanted.last is None or one.at.date() <= wanted.last)
        ):
            found.append(op_id)
    return found


FILTERS: Sequence[AuditFilter] = [
    AuditFilter(ops=ops, actors=actors, fields=fields, first=first, last=last)
    for ops, actors, fields, (first, last) in product(
        (frozenset(), frozenset({Op.SET_FIELD, Op.SET_STATE})),
        (frozenset(), frozenset({"p2"}), frozenset({"p3"})),
        (frozenset(), frozenset({"abo", "ph"})),
        ((None, None), (date(2026, 11, 22), date(2026, 11, 24))),
    )
]


@pytest.mark.parametrize("few", [0, 5_000])
def test_filters_find_what_reading_everything_finds(tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_columns, "_FEW", few)
    clock, columns = FixedClock(FIRST), AuditColumns()
    with Database.open(tmp_path / "library.db", clock=clock) as db:
        record = CaseRecord(Row({"org_code": "45608783X", "record_no": "00000001"}), {Group.DX: (Row({"name": "甲"}),)})
        with db.operation(Op.IMPORT, by=WHO[2]) as tx:
            tx.insert_case(record, state=CaseState.TO_CODE)
        for start, count in ((0, 12), (12, 3)):
            _work(db, clock, start, count)
            with db.read() as reader:
                for wanted in FILTERS:
                    assert list(reader.audit_ids(wanted, columns)) == _plain(reader, wanted), wanted
