"""The register of files that were given away: runs of cases, what a replay of the audit makes of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.storage import Actor, Database, Op
from app.storage.handover import HandoverFile, add_file, runs_of

FILE = HandoverFile("l2", "2026-11", Path("/tmp/x/P.csv"), "a" * 64, (3, 1, 2, 9), 12, 534, submission_id=7)  # noqa: S108


@given(st.sets(st.integers(1, 60)))
def test_runs_hold_exactly_the_ids_they_were_made_of(ids: set[int]) -> None:
    runs = runs_of(ids)
    assert {one for first, last in runs for one in range(first, last + 1)} == ids
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))


def test_the_register_is_stored_found_and_rebuilt_by_the_audit(db: Database, me: Actor) -> None:
    with db.operation(Op.EXPORT, by=me) as tx:
        number = add_file(tx, FILE)
    with db.read() as reader:
        stored = reader.handovers.one(number)
        assert [stored] == reader.handovers.all() == reader.handovers.by_hash("a" * 64)
        assert reader.check(replay=True).is_sound
    assert (stored.runs, stored.cases, stored.who) == (((1, 3), (9, 9)), 4, me.name)
    assert stored.path == FILE.path
    assert stored.holds([2])
    assert not stored.holds([4, 8])
