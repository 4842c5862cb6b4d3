"""A machine plays the user: edits, moves, undoes, redoes, reopens; the audit always rebuilds the tables."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseRecord, CaseState, Row
from app.domain.coding import CodeKind, MatchKind, Proposal
from app.domain.field import Group
from app.domain.past import PastLine
from app.domain.states import LOCKED
from app.storage import Actor, Database, Op, StoredCase

PEOPLE = (Actor("wangmin", "王敏（测试）"), Actor("lilei", "李雷（测试）"))
PICK = st.integers(0, 9)
TEXT = st.sampled_from(["肺炎", "x'; --", "", "🫀", "null", '{"raw": 1}', "a\nb"])
FIELDS = st.sampled_from(["sex", "admit_ward", "transfer_org", "patient_name", "contact_name"])
UNLOCKED = [state for state in CaseState if state not in LOCKED]
PROPOSAL = Proposal("J18.900", "肺炎", 0.5, MatchKind.FUZZY, "r")


class Day(RuleBasedStateMachine):
    """Two people work on the cases of one library; a plain model of the rows runs beside it."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = Path(shutil.copy(self.template, self.folder / "library.db"))
        self.clock = FixedClock(datetime(2026, 11, 23, 9))
        self.db = Database.open(self.path, clock=self.clock)
        self.number = 0
        self.ids: list[int] = []
        for person in PEOPLE:
            self.bring_in(["甲", "乙", "丙", "丁"], person)

    def teardown(self) -> None:
        try:
            self.the_audit_rebuilds_the_tables()
        finally:
            self.db.close()
            shutil.rmtree(self.folder)

    def load(self, case_id: int) -> StoredCase:
        with self.db.read() as reader:
            return reader.load_case(case_id)

    @rule(texts=st.lists(st.sampled_from(["甲", "乙", "丙"]), max_size=3), person=st.sampled_from(PEOPLE))
    def bring_in(self, texts: list[str], person: Actor) -> None:
        self.number += 1
        rows = tuple(Row({"source_text": text, "name": text}) for text in texts)
        record = CaseRecord(Row({"record_no": f"{self.number}", "sex": "2"}), {Group.DX: rows})
        with self.db.operation(Op.IMPORT, by=person) as tx:
            self.ids.append(tx.insert_case(record, state=CaseState.TO_CODE))

    @rule(
        at=PICK,
        name=FIELDS,
        value=TEXT,
        form=st.sampled_from(["value", "raw", "dash"]),
        person=st.sampled_from(PEOPLE),
    )
    def edit(self, at: int, name: str, value: str, form: str, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        with self.db.operation(Op.SET_FIELD, by=person) as tx:
            if form == "value":
                tx.set_field(case, Group.CASE, 0, name, value)
            else:
                tx.set_field(case, Group.CASE, 0, name, None, raw=value if form == "raw" else "", dash=form == "dash")
        if form == "value":
            assert self.load(case).record.text(name) == value

    @rule(at=PICK, position=st.integers(0, 4), text=TEXT, person=st.sampled_from(PEOPLE))
    def insert(self, at: int, position: int, text: str, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        before = [row.id for row in self.load(case).record.rows(Group.DX)]
        with self.db.operation(Op.INSERT_ROW, by=person) as tx:
            new = tx.insert_row(case, Group.DX, position, {"name": text, "source_text": text})
        before.insert(position, new)
        assert [row.id for row in self.load(case).record.rows(Group.DX)] == before

    @rule(at=PICK, pick=st.integers(0, 9), to=st.integers(0, 4), person=st.sampled_from(PEOPLE))
    def move(self, at: int, pick: int, to: int, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        rows = [row.id for row in self.load(case).record.rows(Group.DX)]
        if rows:
            row = rows[pick % len(rows)]
            with self.db.operation(Op.MOVE_ROW, by=person) as tx:
                tx.move_row(case, Group.DX, row, to)
            rows.remove(row)
            rows.insert(to, row)
            assert [row.id for row in self.load(case).record.rows(Group.DX)] == rows

    @rule(at=PICK, pick=st.integers(0, 9), person=st.sampled_from(PEOPLE))
    def delete(self, at: int, pick: int, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        rows = [row.id for row in self.load(case).record.rows(Group.DX)]
        if rows:
            gone = rows.pop(pick % len(rows))
            with self.db.operation(Op.DELETE_ROW, by=person) as tx:
                tx.delete_row(case, Group.DX, gone)
            assert [row.id for row in self.load(case).record.rows(Group.DX)] == rows

    @rule(at=PICK, pick=st.integers(0, 9), take=st.booleans(), person=st.sampled_from(PEOPLE))
    def propose(self, at: int, pick: int, take: bool, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        rows = self.load(case).record.rows(Group.DX)
        if rows:
            row = rows[pick % len(rows)].id
            with self.db.operation(Op.AUTO_CODE, by=person) as tx:
                tx.set_proposal(case, Group.DX, row, PROPOSAL)
                if take:
                    tx.accept(case, Group.DX, row)

    @rule(at=PICK, pick=PICK, code=st.sampled_from(["J18.900", "I10.x00", ""]), person=st.sampled_from(PEOPLE))
    def code(self, at: int, pick: int, code: str, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        rows = self.load(case).record.rows(Group.DX)
        if rows:
            with self.db.operation(Op.SET_CODE, by=person) as tx:
                tx.set_code(case, Group.DX, rows[pick % len(rows)].id, code, "")

    @rule(code=st.sampled_from(["J18.900", "I10.x00"]), person=st.sampled_from(PEOPLE))
    def remember_a_file(self, code: str, person: Actor) -> None:
        with self.db.operation(Op.IMPORT_PAST, by=person) as tx:
            tx.import_past("a.csv", "0" * 64, [PastLine(CodeKind.DX, "甲", (code,))])
        if code == "I10.x00":
            self.db.undo(tx.changes.op_id, by=person)

    @rule(at=PICK, state=st.sampled_from(UNLOCKED), person=st.sampled_from(PEOPLE))
    def walk(self, at: int, state: CaseState, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        with self.db.operation(Op.SET_STATE, by=person) as tx:
            tx.set_state(case, state)
            tx.claim(case)

    @rule(at=PICK, person=st.sampled_from(PEOPLE))
    def undo(self, at: int, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        before = self.load(case)
        with self.db.read() as reader:
            items = reader.undoable(person.id, case, 1)
        if not items:
            return
        try:
            changes = self.db.undo(items[0].op_id, by=person)
        except UserProblem:
            assert self.load(case) == before
            return
        assert changes.cases == {case}
        with self.db.read() as reader:
            assert reader.redoable(person.id, case, 1)[0].op_id == items[0].op_id
        self.db.redo(items[0].op_id, by=person)
        assert self.load(case).record == before.record
        assert self.load(case).proposals == before.proposals
        self.db.undo(items[0].op_id, by=person)

    @rule(at=PICK, person=st.sampled_from(PEOPLE))
    def redo(self, at: int, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        with self.db.read() as reader:
            items = reader.redoable(person.id, case, 1)
        if items:
            before = self.load(case)
            try:
                self.db.redo(items[0].op_id, by=person)
            except UserProblem:
                assert self.load(case) == before

    @rule(at=PICK, person=st.sampled_from(PEOPLE))
    def take_the_import_back(self, at: int, person: Actor) -> None:
        case = self.ids[at % len(self.ids)]
        with self.db.read() as reader:
            op_id = reader.case_history(case)[0][0].id
        try:
            self.db.undo(op_id, by=person)
        except UserProblem:
            assert self.load(case).case_id == case
            return
        with pytest.raises(LookupError):
            self.load(case)
        self.ids.remove(case)
        self.bring_in(["甲", "乙"], person)

    @rule()
    def reopen(self) -> None:
        self.db.close()
        self.db = Database.open(self.path, clock=self.clock)

    @rule()
    def the_audit_rebuilds_the_tables(self) -> None:
        with self.db.read() as reader:
            assert reader.check(replay=True).is_sound


@pytest.mark.slow
def test_a_day_of_two_people(template: Path) -> None:
    Day.template = template
    run_state_machine_as_test(
        Day,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
