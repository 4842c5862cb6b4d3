"""Roles: who may call what, who is written down, and what a refusal leaves behind."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing

import pytest

from app.common.errors import UserProblem
from app.services.composition import Services, open_services
from app.services.permits import declared, free, needs
from app.services.session import Session
from app.storage.actor import Actor
from app.storage.ops import Op

CODER = Actor("lin", "林若溪", frozenset({"coder"}))
PHYSICIAN = Actor("zhou", "周大夫", frozenset({"physician"}), frozenset({"0401"}))


class Desk:
    """A service with one method for coders, which calls one for administrators."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("coder")
    def code(self) -> str:
        """Return who does it."""
        return self.rule()

    @needs("admin")
    def rule(self) -> str:
        """Return who does it."""
        return self._session.actor.id

    @property
    @needs("qc")
    def score(self) -> int:
        """Return a number."""
        return 1

    @free
    def hours(self) -> int:
        """Return a number."""
        return 8


def _rows(services: Services) -> int:
    with services.session.db.read() as reader:
        return reader.audit_head().op_id


def test_a_refusal_is_a_sentence_and_one_line_in_the_audit(services: Services) -> None:
    desk, before = Desk(services.session), _rows(services)
    services.session.seat.take(PHYSICIAN)
    with pytest.raises(UserProblem) as caught:
        desk.code()
    assert str(caught.value) == "您的角色不能做这一项，需要编码员。请联系管理员（设置 › 用户与角色）。"
    assert _rows(services) == before + 1
    with closing(sqlite3.connect(services.session.db.path)) as file:
        refusal = file.execute(
            "SELECT op, actor, changes, cases FROM audit_operation WHERE id > ?", [before]
        ).fetchall()
    assert refusal == [(Op.REFUSE.value, "zhou", 1, 0)]


def test_a_property_is_guarded_too(services: Services) -> None:
    services.session.seat.take(CODER)
    with pytest.raises(UserProblem, match="质控员"):
        _ = Desk(services.session).score


def test_what_a_permitted_call_does_is_part_of_it(services: Services) -> None:
    services.session.seat.take(CODER)
    assert Desk(services.session).code() == "lin"


def test_a_call_stays_with_whoever_began_it(services: Services) -> None:
    seat = services.session.seat
    seat.take(CODER)
    with seat.holding():
        seat.take(PHYSICIAN)
        assert services.session.actor is CODER
        others: list[Actor] = []
        thread = threading.Thread(target=lambda: others.append(services.session.actor))
        thread.start()
        thread.join()
    assert others == [PHYSICIAN]
    assert services.session.actor is PHYSICIAN


def test_the_marks_can_be_listed() -> None:
    assert declared()[f"{__name__}:Desk.code"] == {"coder"}
    assert declared()[f"{__name__}:Desk.hours"] == frozenset()


def test_a_read_only_library_refuses_in_words_all_the_same(services: Services) -> None:
    home, engines = services.session.db.path.parent, services.session.engines
    services.close()
    reading = open_services(home, engines=engines, read_only=True, actor=PHYSICIAN)
    try:
        with pytest.raises(UserProblem, match="编码员"):
            Desk(reading.session).code()
    finally:
        reading.close()


def test_physicians_see_their_own_departments() -> None:
    assert PHYSICIAN.sees("0401")
    assert not PHYSICIAN.sees("0402")
    assert CODER.sees("0402")


def test_a_role_that_neither_codes_nor_checks_reads_a_case_as_locked(services: Services, case_id: int) -> None:
    assert services.cases.view(case_id).locked == ""
    services.session.seat.take(Actor("zhao", "赵医保（测试）", frozenset({"insurance"})))
    assert services.cases.view(case_id).locked == "您的角色可以阅读，不能修改病案；修改请联系编码员。"
