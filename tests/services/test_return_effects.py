"""What answers to a question would do to the group: told to quality control, to nobody else, and nothing is stored."""

from __future__ import annotations

import pytest

from app.common.errors import UserProblem
from app.domain.field import Group
from app.domain.returning import AnswerKind, AnswerNeed, ReturnOption, ReturnQuestion
from app.services.composition import Services
from app.services.return_effects import AnswerEffect
from app.storage.actor import Actor

OPTIONS = (
    ReturnOption("病程有记载", AnswerKind.UNCHANGED, AnswerNeed.PLACE),
    ReturnOption("不是，改为…", AnswerKind.CHANGED, AnswerNeed.VALUE),
)


def asked(desk: Services, case_id: int, path: str, options: tuple[ReturnOption, ...]) -> tuple[AnswerEffect, ...]:
    """Ask a question and return what its answers would do."""
    desk.asking.ask(case_id, ReturnQuestion("", path, "病历中如何记载？", options))
    desk.asking.send(case_id)
    with desk.session.db.read() as reader:
        item = reader.returns_of(case_id)[-1]
    return desk.return_effects.effects(item)


@pytest.fixture
def case_id(desk: Services, passed: tuple[int, ...]) -> int:
    """Return a case that has a group, opened again."""
    desk.states.reopen(passed[0], "复核（测试）")
    return passed[0]


def test_a_diagnosis_that_is_not_confirmed_is_left_out(desk: Services, case_id: int) -> None:
    record, view = desk.cases.view(case_id).record, desk.cases.view(case_id)
    kept, without = asked(desk, case_id, "dx[0].source_text", OPTIONS)
    assert (kept.changes, kept.words) == (False, "分组不变")
    other = desk.session.engines.preview(record.with_rows(Group.DX, record.rows(Group.DX)[1:]), {})
    assert without.drg == (other.explanation.result.drg if other.explanation else "")
    assert without.words.startswith("去掉这一条") or not without.changes
    after = desk.cases.view(case_id)
    assert after.record == view.record


def test_a_value_is_tried_and_an_open_one_is_not_guessed(desk: Services, case_id: int) -> None:
    options = (
        ReturnOption("死亡", AnswerKind.CHANGED, AnswerNeed.PLACE, "5"),
        ReturnOption("填写为…", AnswerKind.CHANGED, AnswerNeed.VALUE),
    )
    tried, unknown = asked(desk, case_id, "discharge_way", options)
    assert tried.drg
    assert (unknown.drg, unknown.words) == ("", "要看医师填写的内容")


def test_nobody_else_is_told(desk: Services, case_id: int) -> None:
    asked(desk, case_id, "dx[0].source_text", OPTIONS)
    with desk.session.db.read() as reader:
        item = reader.returns_of(case_id)[-1]
    for role in ("coder", "physician", "head", "insurance", "admin"):
        desk.session.seat.take(Actor("x", "试（测试）", frozenset({role}), frozenset({"03"})))
        with pytest.raises(UserProblem):
            desk.return_effects.effects(item)
