"""A library that does not open, and a restore that cannot be done: brought back from the keys, no file lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.common.clock import FixedClock
from app.common.paths import config_dir
from app.common.progress import NoProgress
from app.services.audit_head import head_store
from app.services.composition import Services, open_services
from app.storage import restoring
from app.storage.ops import Op
from app.ui import app as start
from app.ui.main_window import MainWindow
from app.ui.shell.rescue import RescuePane
from app.ui.shell.start_problem import StartProblem
from app.ui.widgets import Card, Text
from app.ui.widgets.table import DataTable

MONDAY = datetime(2026, 11, 23, 9, 0)
Wait = Callable[[], bool]


class User(QObject):
    """Does one step after the other while the program runs, each once what it waits for is there; counts to 10 s."""

    def __init__(self, app: QApplication, steps: Iterator[Wait]) -> None:
        super().__init__(app)
        self._steps, self._left = steps, 1000
        self._wait: Wait | None = None
        self.gave_up = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start(10)

    def _on_tick(self) -> None:
        self._left -= 1
        if self._left < 0:
            self.gave_up = True
            self._end()
        elif self._wait is None or self._wait():
            try:
                self._wait = next(self._steps)
            except StopIteration:
                self._end()
            except BaseException:
                self._end()
                raise

    def _end(self) -> None:
        self._timer.stop()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, MainWindow | StartProblem):
                widget.close()


def shown(kind: type) -> bool:
    """Return whether a window or a part of one is on the screen."""
    return any(isinstance(one, kind) and one.isVisible() for one in QApplication.allWidgets())


def part(kind: type) -> object:
    """Return the part of that kind which is on the screen."""
    return next(one for one in QApplication.allWidgets() if isinstance(one, kind) and one.isVisible())


def words(kind: type) -> str:
    """Return all sentences of a part."""
    return " ".join(one.full_text() for one in part(kind).findChildren(Text) if one.isVisible())


def press(key: Qt.Key) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key)


def states() -> list[str]:
    """Return the column of the checks."""
    table = part(DataTable)
    model = table.model()
    return [str(model.index(row, 3).data()) for row in range(model.rowCount())]


def is_checked() -> bool:
    """Return whether every backup listed has been checked."""
    return shown(DataTable) and bool(states()) and "等待核对" not in states()


def worth(services: Services) -> object:
    """Return the value that tells the states of the library apart."""
    with services.session.db.read() as reader:
        return reader.setting("worth")


def set_worth(services: Services, value: int) -> None:
    """Change it."""
    with services.session.db.operation(Op.SET_SETTING, by=services.user) as tx:
        tx.set_setting("worth", value)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a library with backups of Monday (worth 1) and Tuesday (worth 2), worth 3 itself; nothing runs behind."""
    monkeypatch.setattr(start, "load_behind", _nothing)
    clock = FixedClock(MONDAY)
    services = open_services(tmp_path, clock=clock, config=head_store(config_dir()))
    for number in (1, 2):
        set_worth(services, number)
        services.backup.back_up(NoProgress())
        clock.at += timedelta(days=1)
    set_worth(services, 3)
    services.close()
    return tmp_path / "library.db"


def _nothing(_window: MainWindow) -> None:
    """Run nothing behind the window."""


def run(qapp: QApplication, library: Path, steps: Iterator[Wait]) -> int:
    """Start the program and let the user do the steps; return the exit code."""
    user = User(qapp, steps)
    code = start.run_window(library.parent)
    assert not user.gave_up
    user.deleteLater()
    return code


def files(library: Path) -> dict[str, bytes]:
    """Return what lies beside the library, but for its lock."""
    return {path.name: path.read_bytes() for path in library.parent.glob(".*library*") if path.is_file()} | {
        path.name: path.read_bytes() for path in library.parent.glob("library.db*") if path.suffix != ".lock"
    }


def half(library: Path) -> None:
    """Lose the second half of the file."""
    whole = library.read_bytes()
    library.write_bytes(whole[: len(whole) // 2])


def noise(library: Path) -> None:
    """Write what an encrypted file, or one read with the wrong key, looks like."""
    library.write_bytes(os.urandom(1 << 16))


def document(library: Path) -> None:
    """Put another file under its name."""
    library.write_bytes(b"%PDF-1.7\n" + bytes(5000))


@pytest.mark.parametrize("spoil", [half, noise, document])
def test_a_library_that_does_not_open_is_brought_back_with_the_newest_backup(
    qapp: QApplication, library: Path, spoil: Callable[[Path], None], no_mouse: None
) -> None:
    spoil(library)
    broken = library.read_bytes()
    found: list[object] = []

    def steps() -> Iterator[Wait]:
        yield lambda: shown(StartProblem)
        press(Qt.Key.Key_Return)
        yield is_checked
        assert states() == ["可用", "可用"]
        assert "这份备份之后的 1 步操作会丢失" in words(RescuePane)
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        assert "用 2026-11-24 09:00 的备份恢复" in words(Card)
        assert "library.db.damaged-" in words(Card)
        assert QApplication.focusWidget().text() == "取消"
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        yield lambda: shown(MainWindow)
        found.append(worth(part(MainWindow).shell.services))

    assert run(qapp, library, steps()) == 0
    assert found == [2]
    kept = list(library.parent.glob("library.db.damaged-*"))
    assert [one.read_bytes() for one in kept] == [broken]
    assert not restoring.request_path(library).exists()
    services = open_services(library.parent)
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
        assert reader.day_of(services.user.id, datetime.now().date())[0].op is Op.RESTORE
    services.close()


def test_a_damaged_backup_is_passed_over_and_said(qapp: QApplication, library: Path, no_mouse: None) -> None:
    noise(library)
    newest = sorted((library.parent / "backups").glob("*.db"))[-1]
    half(newest)
    found: list[object] = []

    def steps() -> Iterator[Wait]:
        yield lambda: shown(StartProblem)
        press(Qt.Key.Key_Return)
        yield is_checked
        assert states() == ["不能用", "可用"]
        assert part(DataTable).current_row == 1
        press(Qt.Key.Key_Up)
        assert "这个备份已损坏" in words(RescuePane)
        press(Qt.Key.Key_Return)
        assert not shown(Card)
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Space)
        yield lambda: shown(MainWindow)
        found.append(worth(part(MainWindow).shell.services))

    assert run(qapp, library, steps()) == 0
    assert found == [1]


def test_a_swap_that_fails_leaves_every_file_where_it_was_and_can_be_tried_again(
    qapp: QApplication, library: Path, no_mouse: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise(library)
    log = library.with_name("library.db-wal")
    move = restoring.move_into_place

    def refuse(_finished: Path, target: Path) -> None:
        assert not target.exists()  # at the worst moment: the broken one is out of the way, the new one not there yet
        raise OSError(28, "No space left on device")

    def steps() -> Iterator[Wait]:
        monkeypatch.setattr(restoring, "move_into_place", refuse)
        yield lambda: shown(StartProblem)
        log.write_bytes(b"log")
        before = files(library)
        press(Qt.Key.Key_Return)
        yield is_checked
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        yield lambda: "没有恢复" in words(RescuePane)
        assert "检查磁盘空间" in words(RescuePane)
        assert files(library) == before
        monkeypatch.setattr(restoring, "move_into_place", move)
        assert isinstance(QApplication.focusWidget(), DataTable)
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        yield lambda: shown(MainWindow)

    assert run(qapp, library, steps()) == 0
    assert not log.exists()
    assert len(list(library.parent.glob("library.db*.damaged-*"))) == 2


def test_who_goes_back_or_leaves_has_changed_nothing(qapp: QApplication, library: Path, no_mouse: None) -> None:
    noise(library)
    broken = library.read_bytes()

    def steps() -> Iterator[Wait]:
        yield lambda: shown(StartProblem)
        press(Qt.Key.Key_Return)
        yield is_checked
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        press(Qt.Key.Key_Escape)
        yield lambda: not shown(Card)
        press(Qt.Key.Key_Escape)
        yield lambda: not shown(RescuePane)
        assert QApplication.focusWidget().text() == "用备份恢复…"

    assert run(qapp, library, steps()) == 1
    assert library.read_bytes() == broken
    assert not list(library.parent.glob("*.damaged-*"))


def test_backups_that_lie_elsewhere_are_found_in_the_folder_she_names(
    qapp: QApplication, library: Path, tmp_path: Path
) -> None:
    noise(library)
    away = tmp_path / "移动硬盘"
    (library.parent / "backups").rename(away)
    found: list[object] = []

    def steps() -> Iterator[Wait]:
        yield lambda: shown(StartProblem)
        press(Qt.Key.Key_Return)
        yield lambda: shown(RescuePane) and "没有备份" in words(RescuePane)
        assert QApplication.focusWidget().text() == "其他文件夹…"
        part(RescuePane).read(away)
        yield is_checked
        press(Qt.Key.Key_Return)
        yield lambda: shown(Card)
        press(Qt.Key.Key_Tab)
        press(Qt.Key.Key_Return)
        yield lambda: shown(MainWindow)
        found.append(worth(part(MainWindow).shell.services))

    assert run(qapp, library, steps()) == 0
    assert found == [2]


@pytest.mark.parametrize(
    ("spoil", "why"), [(half, "这个备份已损坏"), (Path.unlink, "读不到这个备份"), (document, "这不是病案库的备份")]
)
def test_a_restore_that_cannot_be_done_opens_the_library_as_it_was_and_says_why(
    qapp: QApplication, library: Path, spoil: Callable[[Path], None], why: str
) -> None:
    newest = sorted((library.parent / "backups").glob("*.db"))[-1]
    said: list[str] = []
    found: list[object] = []

    def steps() -> Iterator[Wait]:
        yield lambda: shown(MainWindow)
        window = part(MainWindow)
        window.shell.services.backup.ask_restore(newest.name)
        spoil(newest)
        window.close()
        yield lambda: shown(MainWindow) and part(MainWindow) is not window
        again = part(MainWindow)
        found.append(worth(again.shell.services))
        said.extend(bar.text for bar in again.shell.notices.bars.values())

    assert run(qapp, library, steps()) == 0
    assert found == [3]
    told = next(one for one in said if "恢复没有做成" in one)
    assert "现在打开的是原来的病案库" in told
    assert newest.name in told
    assert why in told
    assert not restoring.request_path(library).exists()


def test_a_disk_that_fails_at_the_swap_opens_the_library_as_it_was(
    qapp: QApplication, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    found: list[object] = []

    def refuse(_finished: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    def steps() -> Iterator[Wait]:
        yield lambda: shown(MainWindow)
        window = part(MainWindow)
        services = window.shell.services
        services.backup.ask_restore(services.backup.lines()[-1].key)
        monkeypatch.setattr(restoring, "move_into_place", refuse)
        window.close()
        yield lambda: shown(MainWindow) and part(MainWindow) is not window
        again = part(MainWindow)
        found.append(worth(again.shell.services))
        said.extend(bar.text for bar in again.shell.notices.bars.values())

    assert run(qapp, library, steps()) == 0
    assert found == [3]
    assert any("恢复没有做成" in one and "检查磁盘空间" in one for one in said)
