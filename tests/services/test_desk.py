"""The first page counts what its lists show, for the roles of who sits at the program."""

from __future__ import annotations

from app.domain.case import CaseState
from app.services.composition import Services
from app.storage.actor import Actor


def test_every_number_is_the_length_of_its_list(services: Services) -> None:
    services.list_work.claim(services.worklist.ids("to_code")[:4])
    services.list_work.follow_up(services.worklist.ids("to_code")[4:6], "2026-11-23", "资料不全")
    view = services.desk.view()
    assert [block.key for block in view.blocks] == ["must", "answers", "mine"]
    for block in view.blocks:
        for number in block.numbers:
            assert number.page or number.count == len(services.worklist.ids(number.queue, number.words)), number.key
    due = next(one for block in view.blocks for one in block.numbers if one.key == "follow_up_due")
    assert due.count == 2


def test_each_role_sees_its_own_numbers(services: Services) -> None:
    for role, first in (("coder", "today"), ("qc", "leaving"), ("insurance", "approval")):
        services.session.seat.take(Actor("p1", "测试", frozenset({role})))
        assert services.desk.view().blocks[0].numbers[0].key == first


def test_a_finished_case_counts_for_today(services: Services) -> None:
    before = services.desk.view()
    case_id = services.worklist.ids("coding")[0] if len(services.worklist.ids("coding")) else 0
    if not case_id:
        case_id = services.worklist.ids("to_code")[0]
        services.cases.set_state(case_id, CaseState.CODING)
    services.cases.set_state(case_id, CaseState.TO_QC)
    assert services.desk.view().finished == before.finished + 1


def test_a_library_without_a_backup_says_so(services: Services) -> None:
    line = next(one for one in services.desk.view().system if one.key == "backup")
    assert line.is_wrong
