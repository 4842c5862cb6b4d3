"""Backups as the administrator sees them: made, listed, compared, restored; nothing is lost unseen."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.common.progress import NoProgress
from app.domain.case import CaseRecord, CaseState, Row
from app.services.assets import Assets
from app.services.backup import restore_waits
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.storage.ops import Op

NOW = datetime(2026, 11, 23, 9, 0)


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands."""
    return FixedClock(NOW)


@pytest.fixture
def reopen(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[], Services]]:
    """Return a function that opens the library, closing what was open before."""
    open_now: list[Services] = []
    engines = Engines(Assets(tmp_path, clock), clock)

    def open_it() -> Services:
        for one in open_now:
            one.close()
        open_now[:] = [open_services(tmp_path, clock=clock, engines=engines)]
        return open_now[0]

    yield open_it
    for one in open_now:
        one.close()


def claim(services: Services, case_id: int) -> None:
    """Change a case."""
    with services.session.db.operation(Op.CLAIM, by=services.user) as tx:
        tx.claim(case_id)


def a_case(services: Services, number: int) -> int:
    """Make an empty case."""
    record = CaseRecord(Row({"record_no": f"{number:08}", "patient_name": "甲甲甲"}), {})
    with services.session.db.operation(Op.IMPORT, by=services.user) as tx:
        return tx.insert_case(record, state=CaseState.TO_CODE)


def test_what_a_restore_would_lose_is_counted_and_then_it_is_gone(
    reopen: Callable[[], Services], clock: FixedClock
) -> None:
    services = reopen()
    first = a_case(services, 1)
    services.backup.back_up(NoProgress())
    clock.at = NOW + timedelta(hours=1)
    a_case(services, 2)
    claim(services, first)
    key = services.backup.lines()[0].key
    lost = services.backup.loss(key)
    assert (lost.operations, lost.added, lost.changed, lost.last) == (2, 1, 1, clock.at)
    assert lost.people == (services.user.name,)
    services.backup.ask_restore(key)
    services = reopen()
    assert len(services.worklist.ids("all")) == 1
    with services.session.db.read() as reader:
        assert reader.load_case(first).claimed_by == ""
        assert reader.check(replay=True).is_sound
        assert reader.day_of(services.user.id, NOW.date())[0].op is Op.RESTORE
    assert [line.reason for line in services.backup.lines()] == ["恢复前", "手动"]


def test_a_restore_can_be_taken_back_by_restoring_what_was_before(
    reopen: Callable[[], Services], clock: FixedClock, tmp_path: Path
) -> None:
    services = reopen()
    a_case(services, 1)
    services.backup.back_up(NoProgress())
    clock.at = NOW + timedelta(hours=1)
    a_case(services, 2)
    services.backup.ask_restore(services.backup.lines()[0].key)
    assert restore_waits(tmp_path)
    services = reopen()
    assert not restore_waits(tmp_path)
    before = next(line for line in services.backup.lines() if line.reason == "恢复前")
    clock.at = NOW + timedelta(hours=2)
    services.backup.ask_restore(before.key)
    assert len(reopen().worklist.ids("all")) == 2


def test_a_damaged_backup_is_refused_and_the_library_stays(reopen: Callable[[], Services], clock: FixedClock) -> None:
    services = reopen()
    a_case(services, 1)
    path = services.backup.back_up(NoProgress())
    data = bytearray(path.read_bytes())
    data[4096:12288] = bytes(8192)
    path.write_bytes(data)
    key = services.backup.lines()[0].key
    with pytest.raises(UserProblem):
        services.backup.loss(key)
    services.backup.ask_restore(key)
    services.close()
    with pytest.raises(UserProblem):
        reopen()
    assert len(reopen().worklist.ids("all")) == 1


def test_a_damaged_library_is_set_aside_and_the_backup_takes_its_place(
    reopen: Callable[[], Services], tmp_path: Path
) -> None:
    services = reopen()
    a_case(services, 1)
    services.backup.back_up(NoProgress())
    services.backup.ask_restore(services.backup.lines()[0].key)
    services.close()
    (tmp_path / "library.db").write_bytes(b"rubbish" * 4000)
    assert len(reopen().worklist.ids("all")) == 1
    assert [entry.name for entry in tmp_path.glob("library.db.damaged-*")] != []


def test_a_backup_of_another_library_is_refused(
    reopen: Callable[[], Services], tmp_path: Path, clock: FixedClock
) -> None:
    services = reopen()
    a_case(services, 1)
    other = open_services(tmp_path / "other", clock=clock, engines=services.session.engines)
    a_case(other, 7)
    strange = other.backup.back_up(NoProgress())
    other.close()
    folder = services.backup.folder
    folder.mkdir()
    shutil.copy(strange, folder)
    with pytest.raises(UserProblem, match="另一个病案库"):
        services.backup.loss(strange.name)


def test_one_is_due_once_the_interval_is_over_and_something_changed(
    reopen: Callable[[], Services], clock: FixedClock
) -> None:
    services = reopen()
    assert services.backup.run_due(NoProgress()) is None  # an empty library
    a_case(services, 1)
    assert services.backup.run_due(NoProgress()) is not None
    a_case(services, 2)
    assert services.backup.run_due(NoProgress()) is None
    clock.at = NOW + timedelta(hours=25)
    assert services.backup.run_due(NoProgress()) is not None
    clock.at = NOW + timedelta(hours=50)
    assert services.backup.run_due(NoProgress()) is None  # nothing new


def test_interval_and_folder_are_settings_in_the_audit(reopen: Callable[[], Services], tmp_path: Path) -> None:
    services = reopen()
    folder = tmp_path / "elsewhere"
    with pytest.raises(UserProblem):
        services.backup.set_folder(str(folder))
    with pytest.raises(UserProblem):
        services.backup.set_hours(5)
    folder.mkdir()
    assert services.backup.set_folder(str(folder)).op_id
    assert services.backup.set_hours(4).op_id
    services = reopen()
    assert (services.backup.plan.hours, services.backup.folder) == (4, folder)
    a_case(services, 1)
    assert services.backup.back_up(NoProgress()).parent == folder
