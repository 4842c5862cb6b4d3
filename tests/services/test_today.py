"""A person's day from the audit: by case, with counts, without what was taken back, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.services.composition import Services
from app.storage.actor import Actor
from app.storage.ops import Op

OTHER = Actor("wangmin", "王敏（测试）", frozenset({"coder"}))


@pytest.fixture
def day(services: Services) -> Iterator[Services]:
    """Return services after some work on two cases, a day after the import."""
    clock: Any = services.session.clock
    clock.at += timedelta(days=1)
    first, second = services.worklist.ids("to_code")[:2]
    services.cases.accept(first, Group.DX, 0, "I21.100")
    services.cases.accept(first, Group.DX, 1, "I10.x00")
    services.cases.set_text(second, "contact_name", "某人（测试）")
    services.cases.accept(second, Group.DX, 0, "J18.900")
    services.cases.undo(second)
    services.cases.set_state(first, CaseState.TO_QC)
    services.list_work.claim([first, second])
    with services.session.db.operation(Op.SET_FIELD, by=OTHER) as tx:
        tx.set_field(second, Group.CASE, 0, "current_phone", "1390")
    yield services
    clock.at -= timedelta(days=1)


def test_a_day_by_case_with_its_counts(day: Services) -> None:
    first, second = _touched(day)
    log = day.today.log(day.today.today())
    assert {case.case_id for case in log.cases} == {first, second}
    assert (log.coded, log.codes, log.finished, log.undone) == (1, 2, 1, 1)
    steps = {case.case_id: case.steps for case in log.cases}
    assert len(steps[second]) == 2
    assert [step.undone for step in steps[second]] == [True, False]
    assert steps[second][1].path == "contact_name"
    assert any("I21.100" in step.what and step.path == "dx[0].code" for step in steps[first])
    assert log.steps == sum(map(len, steps.values()))


def _touched(services: Services) -> tuple[int, int]:
    with services.session.db.read() as reader:
        found = reader.day_of(services.user.id, services.today.today())
    ids = sorted({one.case_id for one in found if one.case_id})
    return ids[0], ids[1]


def test_another_day_is_another_list(day: Services) -> None:
    log = day.today.log(day.today.today() + timedelta(days=7))
    assert log.cases == ()
    assert log.steps == 0


def test_the_last_step_is_named_with_its_case_and_place(day: Services) -> None:
    case_id = day.worklist.ids("to_code")[5]
    day.cases.accept(case_id, Group.DX, 0, "J18.900")
    step = day.today.last_step()
    assert step is not None
    assert (step.case_id, step.path) == (case_id, "dx[0].code")
    assert "J18.900" in step.what
    assert step.name == day.cases.view(case_id).record.text("patient_name")


def test_a_day_leaves_the_house_without_names(day: Services, tmp_path: Path) -> None:
    log = day.today.log(day.today.today())
    path = tmp_path / "day.csv"
    assert day.today.write(log, path) == log.steps
    written = path.read_text("utf-8-sig") + repr(day.today.report(log).sections[0].tables[0].rows)
    assert all(case.name not in written for case in log.cases if case.name)
    assert all(case.record_no in written for case in log.cases if case.case_id)
    with pytest.raises(UserProblem):
        day.today.save_printed(tmp_path / "absent" / "day.pdf", b"%PDF")
