"""What a person confirms is remembered, whatever happens afterwards is followed, and the audit proves it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState
from app.domain.changes import Changes
from app.domain.coding import CodeKind, MatchKind, Proposal
from app.domain.field import Group
from app.domain.past import Confirmed, PastLine, text_key
from app.storage import Actor, Database, Op
from app.storage.check import table_hashes
from app.storage.coding_memory import MemoryQuery, MemoryState
from app.storage.desk_tables import DESK_TABLES
from app.storage.people_tables import credential, sign_in_attempt
from app.storage.tables import (
    coding_evidence,
    coding_import,
    coding_past,
    coding_revoked,
    finding_line,
    qc_exception,
    rule_judgement,
    rule_override,
    rule_version,
    suppression,
)

OTHER = Actor("lilei", "李雷（测试）")
PNEUMONIA = ("J18.900", "肺炎")


@pytest.fixture
def rows(load: Callable[[int], Any]) -> Callable[..., list[int]]:
    """Return a function that gives the ids of a case's rows."""

    def ids(case_id: int, group: Group = Group.DX) -> list[int]:
        return [row.id for row in load(case_id).record.rows(group)]

    return ids


@pytest.fixture
def code(db: Database, me: Actor) -> Callable[..., Changes]:
    """Return a function that gives a row a code."""

    def code(
        case_id: int,
        row_id: int,
        code: str = "J18.900",
        *,
        op: Op = Op.SET_CODE,
        by: Actor | None = None,
        group: Group = Group.DX,
    ) -> Changes:
        with db.operation(op, by=by or me) as tx:
            tx.set_code(case_id, group, row_id, code, "名称")
        return tx.changes

    return code


@pytest.fixture
def known(ask: Callable[..., Any]) -> Callable[[], list[tuple[str, tuple[str, ...], int, str]]]:
    """Return a function that tells what is remembered of diagnoses: text, codes, times, by whom."""

    def known() -> list[tuple[str, tuple[str, ...], int, str]]:
        return [(line.text, line.codes, line.times, line.by) for line in ask("past_codings", CodeKind.DX)]

    return known


def finish(db: Database, by: Actor, case_id: int) -> Changes:
    with db.operation(Op.SET_STATE, by=by) as tx:
        tx.set_state(case_id, CaseState.TO_QC)
    return tx.changes


def test_a_code_of_a_person_is_remembered_at_once(add: Any, rows: Any, code: Any, known: Any) -> None:
    case_id = add(1, ("肺炎",))
    changes = code(case_id, rows(case_id)[0])
    won = Confirmed(CodeKind.DX, "肺炎", ("J18.900",), "王敏（测试）", "2026-11-23 09:00:00")
    assert (changes.confirmed, changes.memory, changes.forgot) == ((won,), True, False)
    assert known() == [("肺炎", ("J18.900",), 1, "王敏（测试）")]


def test_equal_texts_are_summed_up_whatever_their_width_and_blanks(add: Any, rows: Any, code: Any, known: Any) -> None:
    for number, written in enumerate(("2型糖尿病", "２型 糖尿病", "2型糖尿病。"), 1):
        case_id = add(number, (written,))
        code(case_id, rows(case_id)[0], "E11.900")
    ((_, codes, times, _),) = known()
    assert (codes, times) == (("E11.900",), 3)


@pytest.mark.parametrize("op", [Op.AUTO_CODE, Op.IMPORT, Op.REIMPORT])
def test_the_program_does_not_confirm_itself_until_a_person_finishes_the_case(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any, op: Op
) -> None:
    case_id = add(1, ("肺炎",))
    assert not code(case_id, rows(case_id)[0], op=op).memory
    assert known() == []
    changes = finish(db, OTHER, case_id)
    assert [one.by for one in changes.confirmed] == [OTHER.name]
    assert known() == [("肺炎", ("J18.900",), 1, OTHER.name)]
    assert db.undo(changes.op_id, by=OTHER).forgot
    assert known() == []


def test_who_chose_the_code_stands_for_it_also_after_another_finished_the_case(
    db: Database, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("肺炎",))
    code(case_id, rows(case_id)[0])
    assert not finish(db, OTHER, case_id).memory
    assert known()[0][3] == "王敏（测试）"


def test_undo_takes_it_back_and_redo_brings_it_again(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("肺炎",))
    op_id = code(case_id, rows(case_id)[0]).op_id
    undone = db.undo(op_id, by=me)
    assert (undone.memory, undone.forgot, known()) == (True, True, [])
    redone = db.redo(op_id, by=me)
    assert ([one.codes for one in redone.confirmed], redone.forgot) == ([("J18.900",)], False)
    assert len(known()) == 1


def test_undoing_a_correction_gives_the_first_coder_back(
    db: Database, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("肺炎",))
    code(case_id, rows(case_id)[0])
    changes = code(case_id, rows(case_id)[0], "J15.902", by=OTHER)
    assert changes.forgot
    assert known() == [("肺炎", ("J15.902",), 1, OTHER.name)]
    db.undo(changes.op_id, by=OTHER)
    assert known() == [("肺炎", ("J18.900",), 1, "王敏（测试）")]


def test_a_row_without_code_or_that_is_gone_is_forgotten(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("肺炎", "高血压"))
    first, second = rows(case_id)
    code(case_id, first)
    code(case_id, second, "I10.x00")
    code(case_id, first, "")
    assert [line[0] for line in known()] == ["高血压"]
    with db.operation(Op.DELETE_ROW, by=me) as tx:
        tx.delete_row(case_id, Group.DX, second)
    assert (tx.changes.forgot, known()) == (True, [])
    db.undo(tx.changes.op_id, by=me)
    assert [line[0] for line in known()] == ["高血压"]


def test_each_part_of_a_split_text_is_remembered_by_itself(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("肺炎，高血压",))
    with db.operation(Op.SPLIT_ROW, by=me) as tx:
        tx.set_field(case_id, Group.DX, rows(case_id)[0], "name", "肺炎")
        tx.insert_row(case_id, Group.DX, 1, {"source_text": "高血压", "name": "高血压"})
    first, second = rows(case_id)
    code(case_id, first)
    code(case_id, second, "I10.x00")
    assert sorted(line[0] for line in known()) == ["肺炎", "高血压"]


def test_a_proposal_counts_once_a_person_accepts_it(
    db: Database, me: Actor, add: Any, rows: Any, known: Any, proposal: Proposal
) -> None:
    case_id = add(1, ("肺炎",))
    row_id = rows(case_id)[0]
    with db.operation(Op.AUTO_CODE, by=me) as tx:
        tx.set_proposal(case_id, Group.DX, row_id, proposal)
    assert known() == []
    with db.operation(Op.ACCEPT_PROPOSAL, by=me) as tx:
        tx.accept(case_id, Group.DX, row_id)
    assert len(known()) == 1


def test_a_code_taken_unseen_counts_once_its_proposal_is_accepted_or_the_case_finished(
    db: Database, me: Actor, add: Any, rows: Any, known: Any, proposal: Proposal
) -> None:
    case_ids = add(1, ("肺炎",)), add(2, ("肺炎",))
    with db.operation(Op.SET_CODE, by=me) as tx:
        for case_id in case_ids:
            tx.set_code(case_id, Group.DX, rows(case_id)[0], *PNEUMONIA)
            tx.set_proposal(case_id, Group.DX, rows(case_id)[0], proposal)
    assert (tx.changes.memory, known()) == (False, [])
    with db.operation(Op.ACCEPT_PROPOSAL, by=OTHER) as tx:
        tx.accept(case_ids[0], Group.DX, rows(case_ids[0])[0])
    assert [line[2:] for line in known()] == [(1, OTHER.name)]
    finish(db, me, case_ids[1])
    assert [line[2] for line in known()] == [2]


def test_rows_of_a_case_with_one_text_are_one_text_with_several_codes(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any
) -> None:
    case_id = add(1, ("糖肾",))
    code(case_id, rows(case_id)[0], "E11.200")
    with db.operation(Op.SET_CODE, by=OTHER) as tx:
        row_id = tx.insert_row(case_id, Group.DX, 1, {"source_text": "糖肾"})
        tx.set_code(case_id, Group.DX, row_id, "N08.300", "")
    assert known() == [("糖肾", ("E11.200", "N08.300"), 1, OTHER.name)]
    assert tx.changes.forgot
    code(case_id, rows(case_id)[1], "E11.200")
    assert [line[1] for line in known()] == [("E11.200",)]
    code(case_id, rows(case_id)[1], "N08.300", op=Op.AUTO_CODE)
    assert known() == []


def test_operations_and_diagnoses_are_kept_apart(add: Any, rows: Any, code: Any, ask: Any) -> None:
    case_id = add(1, ("肺炎",), ("阑尾切除",))
    code(case_id, rows(case_id)[0])
    code(case_id, rows(case_id, Group.OP)[0], "47.0900", group=Group.OP)
    assert [line.text for line in ask("past_codings", CodeKind.PX)] == ["阑尾切除"]
    assert [line.text for line in ask("past_codings", CodeKind.DX)] == ["肺炎"]


PAST = (
    PastLine(CodeKind.DX, "糖肾伴高血压", ("E11.200", "I10.x00"), 3, "2025-03-01", "赵敏"),
    PastLine(CodeKind.DX, "肺 炎", ("J18.900",), 2),
)


def remember(db: Database, by: Actor) -> Changes:
    with db.operation(Op.IMPORT_PAST, by=by) as tx:
        tx.import_past("过去.csv", "1" * 64, PAST)
    return tx.changes


def test_an_import_adds_to_what_cases_gave_and_is_taken_back_whole(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any, ask: Any
) -> None:
    case_id = add(1, ("肺炎",))
    code(case_id, rows(case_id)[0])
    changes = remember(db, me)
    assert changes.forgot
    assert dict((line[0], line[1:]) for line in known()) == {
        "糖肾伴高血压": (("E11.200", "I10.x00"), 3, "赵敏"),
        "肺炎": (("J18.900",), 3, "王敏（测试）"),
    }
    (line,) = (one for one in ask("memory_lines", ask("memory_refs", MemoryQuery("肺炎"))))
    assert (line.on_cases, line.in_files, line.times) == (1, 2, 3)
    assert [(use.case_id, use.file_name, use.times) for use in ask("memory_uses", line)] == [
        (case_id, "", 1),
        (0, "过去.csv", 2),
    ]
    assert [(one.file_name, one.lines, one.op_id) for one in ask("past_imports")] == [("过去.csv", 2, changes.op_id)]
    db.undo(changes.op_id, by=me)
    assert [line[2] for line in known()] == [1]
    db.redo(changes.op_id, by=me)
    assert sorted(line[2] for line in known()) == [3, 3]
    assert ask("past_imports")[0].op_id == changes.op_id


def test_an_import_that_breaks_leaves_every_table_as_it_was(db: Database, me: Actor) -> None:
    remember(db, me)

    def hashes() -> dict[str, str]:
        with db._readers.connect() as connection:
            return table_hashes(connection)

    def broken() -> None:
        with db.operation(Op.IMPORT_PAST, by=me) as tx:
            tx.import_past("b.csv", "2" * 64, PAST[:1])
            raise ZeroDivisionError

    before = hashes()
    with pytest.raises(ZeroDivisionError):
        broken()
    assert hashes() == before


def test_what_is_revoked_stays_visible_and_is_not_offered(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any, ask: Any
) -> None:
    case_id = add(1, ("肺炎",))
    code(case_id, rows(case_id)[0])
    with db.operation(Op.REVOKE_CODING, by=OTHER) as tx:
        note = tx.revoke_coding(CodeKind.DX, "肺炎", "J18.900", "应按病原体编码")
    assert (tx.changes.forgot, known()) == (True, [])
    (line,) = ask("memory_lines", ask("memory_refs", MemoryQuery(state=MemoryState.REVOKED)))
    assert line.revoked is not None
    assert (line.revoked.why, line.revoked.who) == ("应按病原体编码", OTHER.name)
    assert list(ask("memory_refs", MemoryQuery(state=MemoryState.OFFERED))) == []
    other = add(2, ("肺炎",))
    assert code(other, rows(other)[0]).confirmed == ()
    with db.operation(Op.RESTORE_CODING, by=me) as tx:
        tx.restore_coding(note)
    assert [line[2] for line in known()] == [2]
    db.undo(tx.changes.op_id, by=me)
    assert known() == []
    with pytest.raises(LookupError), db.operation(Op.RESTORE_CODING, by=me) as tx:
        tx.restore_coding(99)


def test_the_same_coding_cannot_be_revoked_twice_behind_the_program(db: Database, me: Actor) -> None:
    for _ in range(1):
        with db.operation(Op.REVOKE_CODING, by=me) as tx:
            tx.revoke_coding(CodeKind.DX, "肺炎", "J18.900", "")
    with pytest.raises(Exception, match="UNIQUE"), db.operation(Op.REVOKE_CODING, by=me) as tx:
        tx.revoke_coding(CodeKind.DX, "肺 炎", "J18.900", "")


@pytest.mark.parametrize("sort", ["text", "codes", "times", "last", "by"])
def test_lines_are_found_by_words_and_codes_and_sorted(db: Database, me: Actor, ask: Any, sort: str) -> None:
    remember(db, me)
    up = list(ask("memory_refs", MemoryQuery(sort=sort, descending=False)))
    assert sorted(up) == sorted(ask("memory_refs", MemoryQuery(sort=sort)))
    for text, found in (("糖肾", 1), ("糖肾 高血压", 1), ("J18", 1), ("肺炎", 1), ("%", 0), ("没有", 0)):
        assert len(ask("memory_refs", MemoryQuery(text, sort=sort))) == found
    assert [text for _, text in ask("memory_texts", MemoryQuery(kind=CodeKind.PX))] == []
    assert len(ask("memory_texts", MemoryQuery(state=MemoryState.OFFERED))) == 2


def test_an_unknown_order_is_a_bug(ask: Any) -> None:
    with pytest.raises(KeyError):
        ask("memory_refs", MemoryQuery(sort="x"))


def test_what_is_remembered_is_counted(db: Database, me: Actor, add: Any, rows: Any, code: Any, ask: Any) -> None:
    case_id = add(1, ("肺炎",))
    code(case_id, rows(case_id)[0])
    remember(db, me)
    stats = ask("memory_stats")
    assert (stats.lines, stats.on_cases, stats.in_files, stats.files, stats.revoked) == (2, 1, 5, 1, 0)


def test_the_latest_step_of_a_person_on_the_memory_can_be_taken_back(db: Database, me: Actor, ask: Any) -> None:
    assert ask("memory_step", me.id) is None
    first = remember(db, me).op_id
    with db.operation(Op.REVOKE_CODING, by=me, note="不对") as tx:
        tx.revoke_coding(CodeKind.DX, "肺炎", "J18.900", "不对")
    step = ask("memory_step", me.id)
    assert (step.op_id, step.label, step.note) == (tx.changes.op_id, "撤销记住的编码", "不对")
    db.undo(step.op_id, by=me)
    assert ask("memory_step", me.id).op_id == first
    assert ask("memory_step", OTHER.id) is None


def test_an_import_taken_back_takes_its_cases_memory_along(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, known: Any, ask: Any
) -> None:
    case_id = add(1, ("肺炎",))
    op_id = ask("case_history", case_id)[0][0].id
    changes = code(case_id, rows(case_id)[0])
    with pytest.raises(UserProblem):
        db.undo(op_id, by=me)
    db.undo(changes.op_id, by=me)
    db.undo(op_id, by=me)
    assert known() == []


def test_the_replay_of_the_audit_gives_the_same_memory(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, ask: Any
) -> None:
    make_a_life(db, me, add, rows, code)
    report = ask("check", replay=True)
    assert report.is_sound, report.differing


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE coding_evidence SET codes = 'X'", "coding_evidence"),
        ("DELETE FROM coding_evidence", "coding_evidence"),
        ("UPDATE coding_past SET times = 9", "coding_past"),
        ("DELETE FROM coding_revoked", "coding_revoked"),
    ],
)
def test_memory_that_went_round_the_audit_is_found(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, statement: str, table: str
) -> None:
    make_a_life(db, me, add, rows, code)
    path = db.path
    db.close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(statement)
        raw.commit()
    with Database.open(path, read_only=True) as again, again.read() as reader:
        assert reader.check(replay=True).differing == (table,)


def make_a_life(db: Database, me: Actor, add: Any, rows: Any, code: Any) -> None:
    """Give a library memory of every origin: people, finished cases, undo, redo, split, files, revoked."""
    first, second, third = add(1, ("肺炎", "高血压")), add(2, ("冠心病，心衰",), ("阑尾切除",)), add(3, ("肺炎",))
    code(first, rows(first)[0])
    code(first, rows(first)[1], "I10.x00", op=Op.AUTO_CODE)
    finish(db, OTHER, first)
    with db.operation(Op.SPLIT_ROW, by=me) as tx:
        tx.set_field(second, Group.DX, rows(second)[0], "name", "冠心病")
        tx.insert_row(second, Group.DX, 1, {"source_text": "心衰", "name": "心衰"})
    code(second, rows(second)[0], "I25.103")
    db.undo(code(second, rows(second)[0], "I25.101").op_id, by=me)
    code(second, rows(second, Group.OP)[0], "47.0900", group=Group.OP)
    with db.operation(Op.SET_CODE, by=me) as tx:
        tx.set_code(second, Group.DX, rows(second)[1], "I50.900", "")
        row_id = tx.insert_row(second, Group.DX, 2, {"source_text": "心衰"})
        tx.set_code(second, Group.DX, row_id, "I50.901", "")
        row_id = tx.insert_row(second, Group.DX, 3, {"source_text": "乙肝"})
        tx.set_code(second, Group.DX, row_id, "B18.100", "")
        tx.set_proposal(second, Group.DX, row_id, Proposal("B18.100", "", 0.9, MatchKind.FUZZY, ""))
    undone = code(third, rows(third)[0]).op_id
    db.undo(undone, by=me)
    db.redo(undone, by=me)
    remember(db, me)
    with db.operation(Op.REVOKE_CODING, by=me) as tx:
        tx.revoke_coding(CodeKind.DX, "心衰", "I50.900", "")


def test_an_older_library_gets_the_memory_that_its_audit_holds(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, clock: FixedClock
) -> None:
    make_a_life(db, me, add, rows, code)
    path = db.path
    db.close()
    before = _evidence(path)
    later = (coding_evidence, coding_past, coding_import, coding_revoked, finding_line)
    later += (rule_version, rule_override, rule_judgement, suppression, qc_exception)
    later += (*DESK_TABLES, credential, sign_in_attempt)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        for table in later:
            raw.execute(f"DROP TABLE {table.name}")
        for index in (
            "finding_case_id_stamp",
            "audit_operation_actor_at",
            "audit_operation_op_at",
            "audit_change_field",
        ):
            raw.execute(f"DROP INDEX ix_{index}")
        raw.executescript("UPDATE alembic_version SET version_num='0001'; PRAGMA user_version=1;")
    Database.open(path, clock=clock).close()
    assert len(before) == 6
    assert _evidence(path) == before


def _evidence(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT * FROM coding_evidence ORDER BY ref").fetchall()


def test_listeners_hear_of_what_is_stored_and_of_nothing_else(
    db: Database, me: Actor, add: Any, rows: Any, code: Any, stay: Callable[..., CaseRecord]
) -> None:
    heard: list[Changes] = []
    db.tell(heard.append)
    case_id = add(1, ("肺炎",))
    changes = code(case_id, rows(case_id)[0])
    with pytest.raises(UserProblem), db.operation(Op.IMPORT, by=me) as tx:
        tx.insert_case(stay(1), state=CaseState.TO_CODE)
    with db.operation(Op.SET_CODE, by=me) as tx:
        tx.set_code(case_id, Group.DX, rows(case_id)[0], "J18.900", "名称")
    assert heard[1:] == [changes]


@pytest.mark.parametrize(
    ("one", "other"), [("２型 糖尿病", "2型糖尿病"), ("(肺炎)", "肺炎"), ("CA 19-9", "ca19-9"), ("肺炎。", "肺炎")]
)
def test_texts_that_differ_in_form_only_have_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


def test_texts_that_differ_in_more_have_keys_of_their_own() -> None:
    assert text_key("1.5cm结节") != text_key("15cm结节")
    assert text_key("HBsAg(+)") != text_key("HBsAg(-)")
    assert text_key("。。。") == "。。。"
