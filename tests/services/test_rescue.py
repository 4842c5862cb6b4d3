"""A backup in the place of a library that nobody can open: listed, checked, put there whole or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt, NoProgress
from app.services.backup import NotRestored, restore_waits
from app.services.composition import Services, open_services
from app.services.rescue import Rescue
from app.storage.heads import HeadStore
from app.storage.lock import LibraryLock
from app.storage.ops import Op
from app.storage.restoring import ask_restore, damaged_path, request_path

NOW = datetime(2026, 11, 23, 9, 0)
RUBBISH = b"rubbish" * 4000


def set_worth(services: Services, value: int) -> None:
    """Make an operation."""
    with services.session.db.operation(Op.SET_SETTING, by=services.user) as tx:
        tx.set_setting("worth", value)


def worth(home: Path, clock: FixedClock) -> object:
    """Return what the last operation left."""
    services = open_services(home, clock=clock)
    with services.session.db.read() as reader:
        found = reader.setting("worth")
    services.close()
    return found


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands."""
    return FixedClock(NOW)


@pytest.fixture
def library(tmp_path: Path, clock: FixedClock) -> Path:
    """Return a library of rubbish with backups of two days beside it."""
    services = open_services(tmp_path, clock=clock, config=tmp_path / "config")
    for number in (1, 2):
        clock.at = NOW + timedelta(days=number)
        set_worth(services, number)
        services.backup.back_up(NoProgress())
    set_worth(services, 3)
    services.close()
    (tmp_path / "library.db").write_bytes(RUBBISH)
    return tmp_path / "library.db"


@pytest.fixture
def rescue(library: Path, clock: FixedClock) -> Rescue:
    """Return the way back for it."""
    return Rescue(library, clock, HeadStore(library.parent / "config"))


def test_backups_are_listed_newest_first_with_what_each_lacks(rescue: Rescue) -> None:
    assert [line.at.day for line in rescue.lines()] == [25, 24]
    assert [line.reason for line in rescue.lines()] == ["手动", "手动"]
    assert [rescue.check(line) for line in rescue.lines()] == [1, 3]  # each backup is an operation too


def test_without_a_head_outside_nobody_knows_what_a_backup_lacks(library: Path) -> None:
    rescue = Rescue(library)
    assert [rescue.check(line) for line in rescue.lines()] == [None, None]


def test_what_cannot_take_the_place_is_said_in_the_words_for_backups(rescue: Rescue) -> None:
    line = rescue.lines()[0]
    for bad, words in ((RUBBISH, "这不是病案库的备份"), (b"", "这个备份已损坏")):
        line.path.write_bytes(bad)
        with pytest.raises(UserProblem, match=words):
            rescue.check(line)
        with pytest.raises(UserProblem, match=words):
            rescue.restore(line, NoProgress())
        assert rescue.library.read_bytes() == RUBBISH


def test_a_backup_takes_the_place_and_the_broken_file_is_kept(rescue: Rescue, clock: FixedClock) -> None:
    kept = rescue.library.with_name(rescue.kept_as())
    rescue.restore(rescue.lines()[0], NoProgress())
    assert not restore_waits(rescue.library.parent)  # it is only noted at the next opening
    assert kept.read_bytes() == RUBBISH
    assert worth(rescue.library.parent, clock) == 2
    assert len(rescue.lines()) == 2
    assert not request_path(rescue.library).exists()


@pytest.mark.parametrize("at", [0, 1])
def test_a_restore_that_is_stopped_has_changed_nothing(rescue: Rescue, at: int) -> None:
    before = sorted(rescue.library.parent.iterdir())
    with pytest.raises(Cancelled):
        rescue.restore(rescue.lines()[0], CancelAt(at))
    assert sorted(rescue.library.parent.iterdir()) == before
    assert rescue.library.read_bytes() == RUBBISH


def test_a_library_that_another_program_has_is_left_alone(rescue: Rescue, clock: FixedClock) -> None:
    lock = LibraryLock(rescue.library, clock)
    with pytest.raises(UserProblem, match="已在另一个窗口打开"):
        rescue.restore(rescue.lines()[0], NoProgress())
    lock.release()
    assert rescue.library.read_bytes() == RUBBISH
    assert not request_path(rescue.library).exists()


def test_a_program_that_ended_between_the_two_moves_goes_on_at_the_next_start(
    rescue: Rescue, clock: FixedClock
) -> None:
    ask_restore(rescue.library, rescue.lines()[0].path)
    rescue.library.rename(damaged_path(rescue.library, clock.now()))
    assert worth(rescue.library.parent, clock) == 2
    assert not request_path(rescue.library).exists()


def test_a_broken_library_stays_where_it_is_when_its_backup_is_broken_too(rescue: Rescue, clock: FixedClock) -> None:
    backup = rescue.lines()[0].path
    backup.write_bytes(backup.read_bytes()[:8192])
    ask_restore(rescue.library, backup)
    with pytest.raises(NotRestored, match="这个备份已损坏"):
        open_services(rescue.library.parent, clock=clock)
    assert rescue.library.read_bytes() == RUBBISH
