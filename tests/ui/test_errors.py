"""The last net: words for problems, one card per bug, no value of a record anywhere."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from app.common.errors import Cancelled, UserProblem, Where
from app.ui.app import guard
from app.ui.errors import Copy, Errors, crash_left_behind, report, signature
from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.shell.start_problem import StartProblem
from app.ui.widgets import Button, Card, Text

NAME = "周慧兰（测试）"


@pytest.fixture
def errors(qapp: object) -> Iterator[Errors]:
    """Return a net that is taken down afterwards."""
    net = Errors()
    yield net
    net.uninstall()


def fail(text: str) -> Exception:
    """Return an exception raised here, whose message holds ``text``."""
    try:
        float(text)
    except ValueError as problem:
        return problem
    raise AssertionError


def fail_elsewhere(text: str) -> Exception:
    """Return an exception raised at another place."""
    try:
        int(text)
    except ValueError as problem:
        return problem
    raise AssertionError


def test_same_bug_with_other_values_has_the_same_signature() -> None:
    assert signature(fail("甲")) == signature(fail("乙"))
    assert signature(fail("甲")) != signature(fail_elsewhere("甲"))


def test_report_holds_places_and_versions_but_no_value() -> None:
    told = report(fail(NAME), datetime(2026, 11, 23, 9, 0))
    assert NAME not in told
    assert "ValueError" in told
    assert "test_errors.py" in told
    assert "Qt 6" in told


def test_cause_is_part_of_the_signature() -> None:
    problem = RuntimeError(NAME)
    problem.__cause__ = fail(NAME)
    told = signature(problem)
    assert told.splitlines()[0] == "builtins.RuntimeError"
    assert "builtins.ValueError" in told
    assert NAME not in told


@pytest.fixture
def caught(make_window: Callable[..., MainWindow], errors: Errors) -> MainWindow:
    """Return a window with the net."""
    return make_window(errors=errors)


def test_one_card_per_distinct_bug(caught: MainWindow, errors: Errors, qtlog, caplog) -> None:
    found: list[str] = []
    errors.bug_found.connect(found.append)
    with caplog.at_level(logging.ERROR):
        for text in ("甲", "乙", NAME):
            errors.show(fail(text))
    cards = caught.findChildren(Card)
    assert len(found) == len(cards) == 1
    assert NAME not in cards[0].findChild(QPlainTextEdit).toPlainText()
    assert NAME not in caplog.text
    errors.show(fail_elsewhere("x"))
    assert len(found) == 2


def test_uncaught_exceptions_reach_the_net_from_any_thread(errors: Errors, qtbot) -> None:
    errors.install()
    found: list[str] = []
    errors.bug_found.connect(found.append)
    problem = fail("main")
    sys.excepthook(type(problem), problem, problem.__traceback__)
    assert len(found) == 1
    thread = threading.Thread(target=[].pop)
    with qtbot.waitSignal(errors.bug_found):
        thread.start()
        thread.join()
    assert "IndexError" in found[1]


def test_problem_without_a_place_is_a_toast_with_advice(caught: MainWindow, errors: Errors, qtbot) -> None:
    with qtbot.waitSignal(caught.shell.notices.toasted) as told:
        errors.show(UserProblem("assets.unreadable", remedy="assets.remedy.check_path"))
    assert told.args[0].text.startswith("无法读取文件。请检查路径")


def test_problem_in_a_file_is_a_bar_with_its_place(caught: MainWindow, errors: Errors) -> None:
    where = Where("front_pages.xlsx", "首页", 12, "出院日期")
    errors.show(UserProblem("assets.unreadable", remedy="assets.remedy.check_path", where=where))
    (bar,) = caught.shell.notices.bars.values()
    assert "第 12 行" in bar.text
    assert bar.offer is not None
    bar.offer[1]()
    assert "assets.unreadable" in QGuiApplication.clipboard().text()


def test_another_problem_takes_the_place_of_the_one_before_and_goes_with_its_page(
    caught: MainWindow, errors: Errors
) -> None:
    notices = caught.shell.notices
    for key in ("assets.unreadable", "import.empty_file"):
        errors.show(UserProblem(key, remedy="assets.remedy.check_path", where=Where("front_pages.xlsx")))
    (bar,) = notices.bars.values()
    assert "文件是空的" in bar.text
    notices.bar("backup", "自动备份没有做成。")
    caught.go(Place("case"))
    assert [one.text for one in notices.bars.values()] == ["自动备份没有做成。"]
    assert any("文件是空的" in entry.text for entry in notices.bell)


def test_a_cancelled_job_needs_no_words(caught: MainWindow, errors: Errors) -> None:
    errors.show(Cancelled())
    assert (caught.shell.notices.bell, caught.findChildren(Card)) == ([], [])


def test_crash_file_is_offered_once_at_the_next_start(home: Path, errors: Errors, make_window) -> None:
    logs = home / "logs"
    logs.mkdir(parents=True)
    (logs / "crash.log").write_bytes(b"Fatal Python error: Segmentation fault\n")
    guard(errors)
    window = make_window(errors=errors)
    assert "异常退出" in window.shell.notices.bars["crash"].text
    assert [path.name.startswith("crash-") for path in sorted(logs.glob("crash-*.log"))] == [True]
    errors.uninstall()
    assert crash_left_behind() is None
    assert not (logs / "crash.log").exists()


def test_no_crash_file_no_words(home: Path, errors: Errors) -> None:
    home.mkdir(parents=True, exist_ok=True)
    assert crash_left_behind() is None


def test_start_problem_says_what_and_what_to_do(qtbot) -> None:
    problem = UserProblem("assets.unreadable", remedy="assets.remedy.check_path", where=Where("library.db"))
    refusal = StartProblem(problem)
    qtbot.addWidget(refusal)
    refusal.show()
    buttons = {button.text(): button for button in refusal.findChildren(Button)}
    buttons["复制详情"].click()
    assert "library.db" in QGuiApplication.clipboard().text()
    buttons["退出"].click()
    assert not refusal.isVisible()


@pytest.mark.parametrize("key", ["damaged", "not_a_library"])
def test_a_library_that_is_broken_leads_to_its_backups(qtbot, key: str, tmp_path: Path, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    where = Where(str(tmp_path / "library.db"))
    refusal = StartProblem(UserProblem(f"storage.{key}", remedy=f"storage.remedy.{key}", where=where))
    qtbot.addWidget(refusal)
    refusal.show()
    told = " ".join(one.full_text() for one in refusal.findChildren(Text))
    assert "backups 文件夹中日期最近的 .db 文件复制过来，改名为 library.db" in told
    assert "library.db-wal" in told
    next(button for button in refusal.findChildren(Button) if button.text() == "打开文件夹").click()
    assert opened == [str(tmp_path)]


def test_copy_copies(qapp: object) -> None:
    Copy("甲")()
    assert QGuiApplication.clipboard().text() == "甲"
