"""The demo library shows every state and kinds of findings worth seeing; nobody in it is real."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.case import CaseState
from app.domain.field import Group
from app.services.composition import open_services
from app.services.demo import create_demo
from app.services.demo_cases import SLIPS, invent
from app.services.engines import Engines

DAY = date(2026, 11, 23)


def test_invented_stays_are_the_same_every_time_and_look_invented() -> None:
    first, second = invent(60, today=DAY), invent(60, today=DAY)
    assert [case.record for case in first] == [case.record for case in second]
    assert all(case.record.text("patient_name").endswith("（测试）") for case in first)
    assert not any(row.text("code") for case in first for row in case.record.rows(Group.DX))


def test_every_slip_is_planted() -> None:
    assert {case.slip for case in invent(200, today=DAY)} - {""} == set(SLIPS)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a demo library."""
    home = tmp_path_factory.mktemp("demo")
    create_demo(home, clock=FixedClock(datetime(2026, 11, 23, 9, 0)))
    return home


def test_the_demo_library_has_every_state_and_kind_of_finding(demo: Path, engines: Engines) -> None:
    services = open_services(demo, engines=engines, read_only=True)
    try:
        rows = services.worklist.rows(services.worklist.ids("all"))
        assert len(rows) == 200
        assert {row.state for row in rows} == set(CaseState)
        assert any(row.errors for row in rows)
        assert any(row.warns for row in rows)
        assert any(row.hints for row in rows)
        assert any(row.proposals for row in rows)
        statuses = {row.group_status for row in rows}
        assert {"分组成功", "无法入组", ""} <= statuses
        assert len({row.drg for row in rows}) >= 25
        with services.session.db.read() as reader:
            assert reader.verify_audit().broken_op == 0
    finally:
        services.close()


def test_a_demo_never_replaces_a_real_library(tmp_path: Path) -> None:
    open_services(tmp_path).close()
    with pytest.raises(UserProblem, match="正式"):
        create_demo(tmp_path, force=True)
