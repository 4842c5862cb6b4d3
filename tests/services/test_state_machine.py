"""People of every role move, edit, undo and submit at random; only legal moves happen and the audit rebuilds all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.findings import Severity
from app.domain.returning import AnswerKind, ReturnAnswer
from app.domain.states import LOCKED, move_between
from app.qc.rule import Rule
from app.services.appeals_types import AppealDraft, AppealKind, AppealState, SpecialReason
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.rule_types import ExceptionReason, ExceptionState, SignRole
from app.services.submission_types import Scope
from app.storage import people
from app.storage.actor import Actor
from app.storage.ops import Op
from tests.services.conftest import NOW

DEPARTMENTS = frozenset(entry.code for entry in dictionary("D-DEPT").entries)
PEOPLE = tuple(
    Actor(f"p{number}", f"{name}（测试）", frozenset(roles.split()), DEPARTMENTS)
    for number, (name, roles) in enumerate(
        (
            ("王编码", "coder"),
            ("李质控", "qc"),
            ("赵医保", "insurance"),
            ("孙主任", "head"),
            ("周医师", "physician"),
            ("吴管理", "admin"),
            ("全能", "coder qc insurance admin"),
        )
    )
)
WHO = st.sampled_from(PEOPLE)
MIGHTY = st.sampled_from([PEOPLE[0], PEOPLE[1], PEOPLE[2], PEOPLE[6]])
SIGNERS = st.sampled_from([PEOPLE[2], PEOPLE[3], PEOPLE[6]])
PICK = st.integers(0, 3)
WHY = "测试原因"
BLOCKING = Rule(
    id="YN-901",
    category="逻辑",
    severity=Severity.ERROR,
    when='abo == "2"',
    message="本院要求审批（测试）",
    remedy="核对",
    source="本院",
    fires=({"abo": "2"},),
    silent=({"abo": "1"},),
    fields=("abo",),
    allow_exception=True,
)
"""Fires whenever somebody writes this blood group; two signatures set it aside."""


class Desk(RuleBasedStateMachine):
    """Four cases of one library, two of them passed when the day begins."""

    home: Path
    engines: Engines
    entered = 0

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.home, self.folder / "library")
        self.clock = FixedClock(NOW)
        self.open()
        self.services.rules.save_draft(BLOCKING)
        self.services.rules.enable(BLOCKING.id, WHY)
        passed = list(self.services.worklist.ids("passed"))
        self.ids = [*passed, *list(self.services.worklist.ids("coding"))[:2]]
        with self.services.session.db.read() as reader:
            self.first = reader.audit_head().op_id
        self.block_and_ask(at=2, who=PEOPLE[0], days=2)

    def open(self) -> None:
        self.services: Services = open_services(self.folder / "library", clock=self.clock, engines=self.engines)

    def teardown(self) -> None:
        with self.services.session.db.read() as reader:
            assert reader.check(replay=True).is_sound
            for entry in reader.submissions.all():
                for frozen in reader.submissions.cases_of(entry.id):
                    assert reader.submissions.snapshot(frozen.sha256)
        self.services.close()
        shutil.rmtree(self.folder)

    def does(self, who: Actor, action: Callable[[Services], object]) -> bool:
        """Let a person do something; a refusal leaves every case as it was."""
        self.services.session.seat.take(who)
        before = [self.stored(case_id) for case_id in self.ids]
        try:
            action(self.services)
        except UserProblem:
            assert [self.stored(case_id) for case_id in self.ids] == before
            return False
        return True

    def stored(self, case_id: int) -> tuple[CaseState, object]:
        with self.services.session.db.read() as reader:
            found = reader.load_case(case_id)
        return found.state, found.record

    @rule(at=PICK, value=st.sampled_from(["1", "2", "4"]), who=WHO)
    def edit(self, at: int, value: str, who: Actor) -> None:
        was = self.stored(self.ids[at])[0]
        done = self.does(who, lambda app: app.cases.set_text(self.ids[at], "abo", value))
        assert not (done and was in LOCKED)

    @rule(at=PICK, who=WHO)
    def move_a_row(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.cases.move_row(self.ids[at], Group.DX, 0, 1))

    @rule(at=PICK, who=MIGHTY)
    def finish(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.cases.finish(self.ids[at]))

    @rule(at=PICK, state=st.sampled_from(CaseState), who=WHO)
    def set_by_hand(self, at: int, state: CaseState, who: Actor) -> None:
        self.does(who, lambda app: app.cases.set_state(self.ids[at], state))

    @rule(at=PICK, who=MIGHTY)
    def take(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.states.take([self.ids[at]]))

    @rule(at=PICK, who=MIGHTY)
    def pass_one(self, at: int, who: Actor) -> None:
        if self.does(who, lambda app: app.qc_writing.pass_cases([self.ids[at]])):
            report = self.services.cases.view(self.ids[at]).report
            assert not report.count(Severity.ERROR)
            assert not report.count(Severity.WARN)

    @rule(at=PICK, who=WHO, step=st.sampled_from(["send_back", "reopen", "cancel"]))
    def move(self, at: int, who: Actor, step: str) -> None:
        self.does(who, lambda app: getattr(app.states, step)(self.ids[at], WHY))

    @rule(at=PICK, who=WHO)
    def answered(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.states.answered(self.ids[at]))

    @rule(who=MIGHTY)
    def submit(self, who: Actor) -> None:
        self.does(who, lambda app: app.submissions.submit(app.submissions.gate(Scope()), WHY))

    @rule(at=PICK, who=MIGHTY)
    def ask_to_unlock(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.unlocking.request(self.ids[at], WHY))

    @rule(who=MIGHTY, agree=st.booleans())
    def decide(self, who: Actor, agree: bool) -> None:
        with self.services.session.db.read() as reader:
            waiting = reader.submissions.open_unlocks()
        for wish in waiting:
            if agree:
                self.does(who, lambda app, wish=wish: app.unlocking.agree(wish.id))
            else:
                self.does(who, lambda app, wish=wish: app.unlocking.refuse(wish.id, WHY))

    # Exceptions: asked for, signed by two persons, refused, taken back, run out.

    @rule(at=PICK, who=MIGHTY, days=st.integers(0, 2))
    def block_and_ask(self, at: int, who: Actor, days: int) -> None:
        def ask(app: Services) -> None:
            finding = next(one for one in app.cases.view(self.ids[at]).report.findings if one.rule_id == BLOCKING.id)
            last = self.today() + timedelta(days=days)
            app.exceptions.request(self.ids[at], finding, ExceptionReason.CRITICAL, WHY, ["病程记录（测试）"], last)

        if self.does(who, lambda app: app.cases.set_text(self.ids[at], "abo", "2")):
            self.does(who, ask)

    @rule(who=SIGNERS)
    def sign(self, who: Actor) -> None:
        for number, state in self.exceptions():
            for role in SignRole if state == ExceptionState.OPEN else ():
                self.does(who, lambda app, number=number, role=role: app.exceptions.sign(number, role))

    @rule(who=SIGNERS, withdraws=st.booleans())
    def end_an_exception(self, who: Actor, withdraws: bool) -> None:
        standing = (ExceptionState.OPEN, ExceptionState.APPROVED)
        for number in [number for number, state in self.exceptions() if state in standing][-1:]:
            if withdraws:
                self.does(who, lambda app, number=number: app.exceptions.withdraw(number, WHY))
            else:
                self.does(who, lambda app, number=number: app.exceptions.reject(number, SignRole.HEAD, "", WHY))

    @rule(days=st.integers(1, 2))
    def days_go_by(self, days: int) -> None:
        self.clock.at += timedelta(days=days)
        self.does(PEOPLE[6], lambda app: app.checking.run(self.ids))

    def today(self) -> date:
        return self.clock.now().date()

    def exceptions(self) -> list[tuple[int, str]]:
        with self.services.session.db.read() as reader:
            return [(one.id, one.state) for case_id in self.ids for one in reader.exceptions(case_id)]

    # What the insurer objects to.

    @rule(at=PICK, who=MIGHTY, is_special=st.booleans())
    def object_to_a_case(self, at: int, who: Actor, is_special: bool) -> None:
        kind, reason = (AppealKind.SPECIAL, SpecialReason.HIGH) if is_special else (AppealKind.APPEAL, None)
        self.does(who, lambda app: app.appeals.open(self.ids[at], AppealDraft(kind, WHY, reason=reason)))

    @rule(who=MIGHTY, state=st.sampled_from(AppealState))
    def answer_or_close(self, who: Actor, state: AppealState) -> None:
        def step(app: Services) -> None:
            for line in app.appeals.lines()[:1]:
                if state.is_over:
                    app.appeals.close(line.stored.id, state, WHY, "1000")
                else:
                    app.appeals.answer(line.stored.id, WHY)

        self.does(who, step)

    # What stands beside the cases, so that the audit has to rebuild these tables too.

    @rule(at=PICK, who=WHO)
    def look(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.cases.view(self.ids[at]))
        self.does(who, lambda app: app.worklist.ids("all", "测试"))
        self.services.audit.write_reads()

    @rule(at=PICK, who=WHO, private=st.booleans())
    def note(self, at: int, who: Actor, private: bool) -> None:
        self.does(who, lambda app: app.notes.write(self.ids[at], "abo", WHY, private=private))

    @rule(at=PICK, who=WHO, drops=st.booleans())
    def end_notes(self, at: int, who: Actor, drops: bool) -> None:
        def end(app: Services) -> None:
            for line in app.notes.of_case(self.ids[at])[:1]:
                if drops:
                    app.notes.drop(line.id)
                else:
                    app.notes.settle(line.id, done=True)

        self.does(who, end)

    @rule(at=PICK, who=WHO)
    def paper(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.papers.paste(self.ids[at], "主诉：发热三天（测试）"))

    @rule(at=PICK, who=MIGHTY)
    def ask_the_physician(self, at: int, who: Actor) -> None:
        def ask(app: Services) -> None:
            app.asking.ask(self.ids[at], app.asking.draft(self.ids[at], "dx[0].adm_cond")[1])
            app.asking.send(self.ids[at])

        self.does(who, ask)

    @rule(at=PICK, who=WHO)
    def answer_as_physician(self, at: int, who: Actor) -> None:
        def answer(app: Services) -> None:
            items = app.physician.sheet(self.ids[at]).items
            answers = {one.id: ReturnAnswer(AnswerKind.APPEAL, "", "", WHY) for one in items}
            app.physician.submit(self.ids[at], answers)

        self.does(who, answer)

    @rule(at=PICK, who=MIGHTY)
    def put_off(self, at: int, who: Actor) -> None:
        self.does(who, lambda app: app.list_work.follow_up([self.ids[at]], "2026-12-01", WHY, ""))

    @rule(who=WHO, shared=st.booleans())
    def star(self, who: Actor, shared: bool) -> None:
        self.does(who, lambda app: app.shelf.star("J18.900", shared=shared))

    @rule(who=WHO)
    def enter_a_person(self, who: Actor) -> None:
        def enter(app: Services) -> None:
            with app.session.db.operation(Op.SAVE_PERSON, by=who) as tx:
                number = people.add_person(tx, f"x{tx.at}{self.entered}", "新人（测试）", {"coder"}, set())
                people.set_active(tx, number, active=False)
            self.entered += 1

        self.does(who, enter)

    @rule(at=PICK, who=WHO, again=st.booleans())
    def step_back(self, at: int, who: Actor, again: bool) -> None:
        step = self.services.cases.redo if again else self.services.cases.undo
        self.does(who, lambda _app: step(self.ids[at]))

    @rule()
    def reopen_the_program(self) -> None:
        self.services.close()
        self.open()

    @invariant()
    def only_legal_moves_happened(self) -> None:
        with self.services.session.db.read() as reader:
            for case_id in self.ids:
                for operation, change in reader.case_history(case_id):
                    if change.entity != "case" or change.field != "state" or operation.id <= self.first:
                        continue
                    was, to = CaseState(str(change.before)), CaseState(str(change.after))
                    is_back = operation.op in (Op.UNDO, Op.REDO)
                    move = move_between(to, was) if operation.op is Op.UNDO else move_between(was, to)
                    assert move is not None, (was, to)
                    actor = next((one for one in PEOPLE if one.id == operation.actor), None)
                    assert is_back or actor is None or actor.may(*move.roles), (was, to, actor)
                    assert not (is_back and to in (CaseState.SUBMITTED, CaseState.ARCHIVED))

    @invariant()
    def two_persons_approved_every_exception(self) -> None:
        with self.services.session.db.read() as reader:
            for number, state in self.exceptions():
                stored = reader.exception(number)
                signers = {reader.signer_of(number, role.value) for role in SignRole}
                if state == ExceptionState.APPROVED:
                    assert len(signers - {""}) == 2, signers
                assert not stored.covers(self.today()) or stored.valid_to >= self.today()


def test_people_of_every_role_at_one_desk(passed_home: Path, engines: Engines) -> None:
    Desk.home, Desk.engines = passed_home, engines
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=int(os.environ.get("BINGAN_MACHINE_EXAMPLES", "3")),
            stateful_step_count=25,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_exceptions_are_played(passed_home: Path, engines: Engines) -> None:
    """What the machine does with exceptions reaches each of their ends, so that its invariants are not empty."""
    Desk.home, Desk.engines = passed_home, engines
    desk = Desk()
    desk.begin()
    head, both = PEOPLE[3], PEOPLE[6]
    desk.sign(who=both)
    assert [state for _, state in desk.exceptions()] == [ExceptionState.OPEN]
    desk.sign(who=head)
    desk.block_and_ask(at=3, who=PEOPLE[0], days=0)
    desk.end_an_exception(who=head, withdraws=False)
    desk.block_and_ask(at=3, who=PEOPLE[0], days=0)
    desk.end_an_exception(who=both, withdraws=True)
    states = {state for _, state in desk.exceptions()}
    desk.two_persons_approved_every_exception()
    assert states == {ExceptionState.APPROVED, ExceptionState.REJECTED, ExceptionState.WITHDRAWN}
    desk.days_go_by(days=3)
    assert desk.services.exceptions.of_case(desk.ids[2])[0].state is ExceptionState.EXPIRED
    desk.teardown()
