"""Lists answered out of columns in memory say what SQL says, before and after every kind of write."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.case import CaseRecord, CaseState
from app.services.demo_cases import invent
from app.storage import Database, Filter, Op, Summary, WorklistQuery, local_actor
from app.storage import Test as Is
from app.storage.case_columns import CaseColumns

TODAY = date(2026, 11, 23)
CASES = 60
_FILTERS = (
    Filter("state", Is.IS, ("to_code", "coding")),
    Filter("state", Is.IS_NOT, ("submitted",)),
    Filter("claimed_by", Is.IS, ("",)),
    Filter("claimed_by", Is.IS_NOT, ("",)),
    Filter("dept", Is.IS, ("03.04", "03")),
    Filter("drg", Is.CONTAINS, ("es1",)),
    Filter("record_no", Is.CONTAINS, ("_",)),
    Filter("errors", Is.FROM, (1,)),
    Filter("warns", Is.TO, (0,)),
    Filter("age_years", Is.TO, (40,)),
    Filter("amount_fen", Is.FROM, (100_000,)),
    Filter("batch_id", Is.IS, (1,)),
    Filter("discharge_time", Is.FROM, (TODAY - timedelta(days=300),)),
    Filter("discharge_time", Is.TO, (TODAY - timedelta(days=100),)),
    Filter("discharge_time", Is.TO, (datetime(2026, 6, 1, 10),)),
    Filter("discharge_time", Is.BEFORE, (TODAY - timedelta(days=100),)),
    Filter("id", Is.IS, (3, 5, 8, 9999)),
    Filter("follow_up", Is.FROM, (date.min,)),
    Filter("follow_up", Is.TO, (TODAY,)),
    Filter("follow_up", Is.BEFORE, (TODAY,)),
    Filter("answered", Is.FROM, (1,)),
    Filter("los_days", Is.FROM, (11,)),
    Filter("los_days", Is.TO, (5,)),
)
_SORTS = ("", "state", "record_no", "patient_name", "age", "dept", "discharge_time", "principal_text", "severity")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Return a library of invented cases in several states, with summaries."""
    chance = random.Random(3)  # noqa: S311 - invented data
    with Database.open(tmp_path / "library.db") as opened:
        with opened.operation(Op.IMPORT, by=local_actor()) as tx:
            for number, one in enumerate(invent(CASES, today=TODAY)):
                tx.insert_case(_aged(one.record, number, chance), state=chance.choice(list(CaseState)))
        with opened.caching() as cache:
            for case_id in range(1, CASES, 2):
                cache.save_summary(case_id, 1, _summary(chance))
        yield opened


def _aged(record: CaseRecord, number: int, chance: random.Random) -> CaseRecord:
    if number % 7 == 0:
        return record.with_value("discharge_time", None)
    day = TODAY - timedelta(days=chance.randint(0, 700))
    return record.with_value("discharge_time", datetime(day.year, day.month, day.day, chance.randint(0, 23)))


def _summary(chance: random.Random) -> Summary:
    return Summary(chance.randint(0, 2), chance.randint(0, 2), 0, 90.0, f"ES{chance.randint(10, 19)}", initials="Zhl")


def assert_same(db: Database) -> None:
    """Compare every filter, sort order and word with SQL."""
    queries = [WorklistQuery(filters=(one,)) for one in _FILTERS]
    queries += [WorklistQuery(sort=sort, descending=turned) for sort in _SORTS for turned in (False, True)]
    queries += [WorklistQuery(word) for word in ("zhl", "肺炎", "0070", "急性 1", "没有", "ES", "%", "\n")]
    queries.append(WorklistQuery("a", _FILTERS[:3], "discharge_time", descending=True))
    for query in queries:
        with db.read() as reader:
            assert list(db.listing.ids(query)) == list(reader.worklist_ids(query)), query


def test_every_question_is_answered_as_sql_answers_it(db: Database) -> None:
    assert_same(db)


def test_counts_agree_with_the_lists(db: Database) -> None:
    queries = {str(number): WorklistQuery(filters=(one,)) for number, one in enumerate(_FILTERS)}
    assert db.listing.counts(queries) == {name: len(db.listing.ids(query)) for name, query in queries.items()}
    with db.read() as reader:
        assert db.listing.value_counts("dept") == reader.value_counts("dept")


def test_it_follows_every_write(db: Database) -> None:
    me = local_actor()
    assert len(db.listing.ids(WorklistQuery())) == CASES
    with db.operation(Op.CLAIM, by=me) as claimed:
        for case_id in (2, 3, 40):
            claimed.claim(case_id)
    assert_same(db)
    with db.operation(Op.SET_FOLLOW_UP, by=me) as tx:
        for case_id, due in ((4, ""), (5, "2026-11-20"), (6, "2027-01-01"), (999, "")):
            tx.insert_signed("follow_up", {"case_id": case_id, "due": due, "reason": "等待病理结果", "note": ""})
    assert list(db.listing.ids(WorklistQuery(filters=(Filter("follow_up", Is.FROM, (date.min,)),)))) == [4, 5, 6]
    assert_same(db)
    with db.operation(Op.IMPORT, by=me) as imported:
        for one in invent(70, today=TODAY)[CASES:]:
            imported.insert_case(one.record, state=CaseState.TO_CODE)
    assert_same(db)
    db.undo(imported.changes.op_id, by=me)
    assert len(db.listing.ids(WorklistQuery())) == CASES
    db.redo(imported.changes.op_id, by=me)
    db.undo(claimed.changes.op_id, by=me)
    assert len(db.listing.ids(WorklistQuery())) == 70
    assert_same(db)


def test_an_operation_that_failed_leaves_the_list_as_it_was(db: Database) -> None:
    before = list(db.listing.ids(WorklistQuery(sort="state")))
    with pytest.raises(RuntimeError), db.operation(Op.SET_STATE, by=local_actor()) as tx:  # noqa: PT012
        tx.set_state(2, CaseState.ARCHIVED)
        raise RuntimeError
    assert list(db.listing.ids(WorklistQuery(sort="state"))) == before


def test_a_library_that_is_open_read_only_sees_what_another_process_writes(db: Database) -> None:
    with Database.open(db.path, read_only=True) as other:
        assert_same(other)
        with db.operation(Op.CLAIM, by=local_actor()) as tx:
            tx.claim(7)
        assert list(other.listing.ids(WorklistQuery(filters=(Filter("claimed_by", Is.IS_NOT, ("",)),)))) == [7]


def test_an_empty_library_has_empty_lists(tmp_path: Path) -> None:
    with Database.open(tmp_path / "empty.db") as empty:
        assert_same(empty)
        assert empty.listing.value_counts("drg") == {}


def test_an_unknown_column_is_a_bug(db: Database) -> None:
    with pytest.raises(KeyError):
        db.listing.ids(WorklistQuery(filters=(Filter("nonsense", Is.IS, ("1",)),)))


@pytest.mark.parametrize("words", ["a", "0", "周", "诊断 0", "无人叫这个"])
def test_the_first_cases_are_those_of_the_whole_answer(db: Database, words: str) -> None:
    whole = list(db.listing.ids(WorklistQuery(text=words)))
    assert db.listing.first(words, 5) == whole[:5]
    assert db.listing.first(words, CASES + 1) == whole


def test_a_read_that_failed_half_way_is_made_good_by_the_next(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    before = list(db.listing.ids(WorklistQuery()))
    with db.operation(Op.CLAIM, by=local_actor()) as tx:
        tx.claim(7)

    def fail(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(CaseColumns, "update", fail)
        with pytest.raises(RuntimeError):
            db.listing.ids(WorklistQuery())
    assert list(db.listing.ids(WorklistQuery())) == before
    assert_same(db)
