"""Favourites, codes used lately and often, annotations and wishes: whose they are, and that they leave a trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.common.errors import UserProblem
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.services.coding import reason_text
from app.services.composition import Services


def _told(services: Services) -> dict[str, str]:
    return {one.code: reason_text(one.reasons[0]) for one in services.shelf.codes(CodeKind.DX)}


def test_what_was_used_lately_and_often_is_at_hand(services: Services, case_id: int) -> None:
    assert services.shelf.codes(CodeKind.DX) == ()
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    services.cases.accept(case_id, Group.DX, 0, "J18.900")
    services.cases.accept(case_id, Group.DX, 1, "I21.100")
    told = _told(services)
    assert list(told) == ["I21.100", "J18.900"]
    assert "最近" in told["J18.900"]
    assert services.shelf.codes(CodeKind.PX) == ()


def test_favourites_come_first_and_are_ones_own_or_shared(services: Services, case_id: int) -> None:
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    services.shelf.star("J18.900", shared=False)
    assert services.shelf.star_of("J18.900") == "own"
    assert list(_told(services)) == ["J18.900", "I21.100"]
    services.shelf.star("J18.900", shared=True)
    assert services.shelf.star_of("J18.900") == "shared"
    assert len(services.shelf.codes(None)) == 2
    services.shelf.unstar("J18.900")
    assert services.shelf.star_of("J18.900") == ""
    assert list(_told(services)) == ["I21.100"]


def test_a_department_has_its_own_list(services: Services, case_id: int) -> None:
    services.cases.accept(case_id, Group.DX, 0, "I21.100")
    with services.session.db.read() as reader:
        (row,) = reader.worklist_rows([case_id])
    assert "I21.100" in [one.code for one in services.shelf.department(CodeKind.DX, row.dept)]
    assert services.shelf.department(CodeKind.DX, "没有") == ()


def test_an_annotation_is_read_by_all_and_dropped_by_its_author(services: Services) -> None:
    services.shelf.annotate("J18.900", "  先核对 痰培养（测试） ")
    (note,) = services.shelf.notes("J18.900")
    assert note.words == "先核对 痰培养（测试）"
    assert note.is_mine
    assert services.shelf.notes("I21.100") == ()
    services.shelf.drop_note(note)
    assert services.shelf.notes("J18.900") == ()
    with pytest.raises(UserProblem):
        services.shelf.annotate("J18.900", " ")
    with pytest.raises(UserProblem):
        services.shelf.annotate("J18.900", "字" * 501)


def test_a_wish_is_noted_and_settled(services: Services) -> None:
    clock: Any = services.session.clock
    services.shelf.wish(CodeKind.DX, "没有的病（测试）")
    clock.at += timedelta(seconds=1)
    services.shelf.wish(CodeKind.PX, "没有的手术（测试）")
    first, second = services.shelf.wishes()
    assert (first.query, second.kind) == ("没有的手术（测试）", CodeKind.DX)
    services.shelf.settle_wish(first, "已编入 00.0000（测试）")
    assert [one.answer for one in services.shelf.wishes()] == ["", "已编入 00.0000（测试）"]
    clock.at -= timedelta(seconds=1)
    with services.session.db.read() as reader:
        assert reader.check(replay=True).rebuilt
