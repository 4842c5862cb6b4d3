"""Drafts, places and cached results: kept across a restart, not audited, gone with their case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.common.clock import FixedClock
from app.domain.case import CaseRecord, CaseState
from app.domain.findings import Finding, QcReport, Severity
from app.storage import Actor, Database, Op, Summary

Ask = Callable[..., object]

REPORT = QcReport(
    (
        Finding("A", "逻辑", Severity.ERROR, "m", "r", ("sex",)),
        Finding("B", "逻辑", Severity.WARN, "m", "r", ("sex",)),
        Finding("C", "逻辑", Severity.WARN, "m", "r", ("sex",)),
    ),
    score=96.5,
)


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    facts: tuple[str, ...] = ()


def test_half_typed_text_survives_a_restart(
    library: Path, clock: FixedClock, me: Actor, stay: Callable[..., CaseRecord]
) -> None:
    with Database.open(library, clock=clock) as db:
        with db.operation(Op.IMPORT, by=me) as tx:
            case_id = tx.insert_case(stay(1), state=CaseState.TO_CODE)
        with db.caching() as cache:
            cache.save_draft(case_id, "sex", "nü")
            cache.save_draft(case_id, "sex", "女")
            cache.save_draft(case_id, "dx[0].name", "肺")
            cache.save_draft(case_id, "abo", "A")
            cache.save_draft(case_id, "abo", "")
    with Database.open(library, clock=clock) as db:
        with db.read() as reader:
            assert reader.drafts(case_id) == {"dx[0].name": "肺", "sex": "女"}
            assert reader.audit_head().op_id == 1
        with db.caching() as cache:
            cache.clear_drafts(case_id, ["sex"])
        with db.read() as reader:
            assert reader.drafts(case_id) == {"dx[0].name": "肺"}
        with db.caching() as cache:
            cache.clear_drafts(case_id)
        with db.read() as reader:
            assert reader.drafts(case_id) == {}


def test_the_window_finds_its_place_again(db: Database, ask: Ask) -> None:
    for value in ({"case": 3, "path": "dx[1].code"}, [1, "二"], 0, None):
        with db.caching() as cache:
            cache.save_place("case", value)
        assert ask("place", "case") == value
    assert ask("place", "other") is None


def test_findings_and_groupings_say_what_they_were_made_from(db: Database, add: Callable[..., int], ask: Ask) -> None:
    case_id = add(1)
    assert ask("findings", case_id) is None
    for version, stamp in ((1, "a"), (2, "b")):
        with db.caching() as cache:
            cache.save_findings(case_id, version, REPORT, stamp=stamp)
            cache.save_grouping(case_id, version, Group("ES31", ("x",)), stamp=stamp)
    found = ask("findings", case_id)
    assert (found.version, found.stamp, found.value) == (2, "b", REPORT)  # type: ignore[attr-defined]
    assert ask("grouping", case_id, Group).value == Group("ES31", ("x",))  # type: ignore[attr-defined]


def test_a_summary_counts_the_report() -> None:
    assert Summary.of_report(REPORT) == Summary(errors=1, warns=2, hints=0, score=96.5)


def test_caches_are_no_edits(db: Database, add: Callable[..., int], load: Callable[..., object], ask: Ask) -> None:
    case_id = add(1)
    before = load(case_id)
    with db.caching() as cache:
        cache.save_summary(case_id, 1, Summary(errors=3))
    after = load(case_id)
    assert (after.version, after.updated) == (before.version, before.updated)  # type: ignore[attr-defined]
    assert (before.checked_version, after.checked_version) == (-1, 1)  # type: ignore[attr-defined]
    assert ask("check", replay=True).is_sound  # type: ignore[attr-defined]


def test_what_was_cached_goes_with_its_case(db: Database, me: Actor, add: Callable[..., int], ask: Ask) -> None:
    case_id = add(1)
    with db.caching() as cache:
        cache.save_findings(case_id, 1, REPORT)
        cache.save_grouping(case_id, 1, Group("ES31"))
        cache.save_draft(case_id, "sex", "x")
    db.undo(1, by=me)
    assert (ask("findings", case_id), ask("grouping", case_id, Group), ask("drafts", case_id)) == (None, None, {})
