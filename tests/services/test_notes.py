"""Sticky notes: on a field that moves, private ones unseen by others, everything told and taken back."""

from __future__ import annotations

import pytest

from app.common.errors import UserProblem
from app.domain.field import Group
from app.services.composition import Services
from app.services.notes import LONGEST
from app.storage.actor import Actor

OTHER = Actor("zhaolei", "赵磊（测试）", frozenset({"qc"}))


def as_other(services: Services) -> None:
    """Let another person sit down."""
    services.session.seat.take(OTHER)


def test_a_note_on_a_row_goes_along_when_the_row_moves(services: Services, case_id: int) -> None:
    services.notes.write(case_id, "dx[1].code", "等病理结果再定", private=False)
    services.cases.move_row(case_id, Group.DX, 1, 0)
    (line,) = services.notes.of_case(case_id)
    assert (line.path, line.place) == ("dx[0].code", "主要诊断，诊断编码")
    assert services.cases.view(case_id).noted == {"dx[0].code"}
    services.cases.remove_row(case_id, Group.DX, 0)
    (line,) = services.notes.of_case(case_id)
    assert (line.path, line.place) == ("", "已删除的行，诊断编码")


def test_what_is_private_stays_with_its_author(services: Services, case_id: int) -> None:
    services.notes.write(case_id, "los_days", "我再问一遍病区", private=True)
    (mine,) = services.notes.of_case(case_id)
    told = services.history.timeline(case_id)[0].changes
    assert told == ("写便签：实际住院",)
    as_other(services)
    assert services.notes.of_case(case_id) == ()
    assert services.cases.view(case_id).noted == frozenset()
    with pytest.raises(UserProblem, match="已不在"):
        services.notes.settle(mine.id, done=True)


def test_others_may_settle_a_shared_note_but_not_rewrite_it(services: Services, case_id: int) -> None:
    services.notes.write(case_id, "", "缺出院小结", private=False)
    (line,) = services.notes.of_case(case_id)
    as_other(services)
    with pytest.raises(UserProblem, match="本机用户"):
        services.notes.change(line.id, "不缺", private=False)
    with pytest.raises(UserProblem):
        services.notes.drop(line.id)
    services.notes.settle(line.id, done=True)
    (line,) = services.notes.of_case(case_id)
    assert (line.is_open, line.done_by, line.is_mine) == (False, OTHER.name, False)
    services.notes.settle(line.id, done=False)
    assert services.notes.of_case(case_id)[0].is_open


def test_a_deleted_note_comes_back_by_undo(services: Services, case_id: int) -> None:
    services.notes.write(case_id, "abo", "血型单没有", private=False)
    (line,) = services.notes.of_case(case_id)
    services.notes.change(line.id, "血型单在影像袋里", private=True)
    services.notes.drop(line.id)
    assert services.cases.view(case_id).undo_name == "删除便签"
    services.cases.undo(case_id)
    (line,) = services.notes.of_case(case_id)
    assert (line.words, line.is_private, line.is_mine) == ("血型单在影像袋里", True, True)


def test_a_note_says_something_and_not_a_novel(services: Services, case_id: int) -> None:
    with pytest.raises(UserProblem, match="没有写"):
        services.notes.write(case_id, "", "  ", private=True)
    with pytest.raises(UserProblem, match="最多"):
        services.notes.write(case_id, "", "长" * (LONGEST + 1), private=True)
