"""Toasts pass, bars last, the bell keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.common.clock import FixedClock
from app.common.errors import UserProblem, Where
from app.ui.announcing import announce
from app.ui.main_window import MainWindow
from app.ui.ports import MemoryPlaces
from app.ui.shell.notice_views import NoticeBars, Toast, job_words
from app.ui.shell.notices import Notices
from app.ui.widgets import Button, Text


@pytest.fixture
def toast(window: MainWindow) -> Toast:
    """Return the toast of a window."""
    return window.findChild(Toast)


def words(view: QWidget) -> list[str]:
    """Return what a view says."""
    return [label.full_text() for label in view.findChildren(Text) if label.isVisible()]


def test_one_toast_at_a_time_whole_and_inside_the_window(window: MainWindow, toast: Toast) -> None:
    window.shell.notices.toast("已删除第 3 诊断 急性胆管炎 K83.001", undo=lambda: None)
    window.shell.notices.toast("已完成 周慧兰（测试）")
    assert words(toast) == ["已完成 周慧兰（测试）"]
    assert window.rect().contains(toast.geometry())
    label = toast.findChild(Text)
    assert label.width() >= label.sizeHint().width()


def test_undo_of_a_toast_runs_once_and_closes_it(window: MainWindow, toast: Toast) -> None:
    undone: list[str] = []
    window.shell.notices.toast("已删除第 3 诊断", undo=lambda: undone.append("undone"))
    button = next(button for button in toast.findChildren(Button) if button.text() == "撤销")
    button.click()
    assert undone == ["undone"]
    assert not toast.isVisible()


def test_f8_focuses_the_toast_and_esc_gives_the_focus_back(window: MainWindow, toast: Toast, qapp) -> None:
    window.page.table.setFocus()
    window.shell.notices.toast("已导入 612 行", action=("查看", lambda: None))
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert toast.isAncestorOf(qapp.focusWidget())
    QTest.keyClick(qapp.focusWidget(), Qt.Key.Key_Escape)
    assert not toast.isVisible()
    assert qapp.focusWidget() is window.page.table


def test_undo_toasts_stay_longer(window: MainWindow, toast: Toast) -> None:
    window.shell.notices.toast("一")
    short = toast._timer.interval()
    window.shell.notices.toast("二", undo=lambda: None)
    assert (short, toast._timer.interval()) == (8000, 12000)


def test_a_toast_that_is_looked_at_waits(window: MainWindow, toast: Toast) -> None:
    window.shell.notices.toast("一", action=("查看", lambda: None))
    toast.focus_notice()
    toast._timer.timeout.emit()
    assert toast.isVisible()
    window.page.table.setFocus()
    toast._timer.timeout.emit()
    assert not toast.isVisible()


def test_bar_stays_until_it_is_cleared(window: MainWindow, qtbot) -> None:
    notices, asked = window.shell.notices, []
    notices.bar("scheme", "分组方案明日到期。", action=("导入", lambda: asked.append("import")))
    notices.bar("scheme", "分组方案今日到期。", action=("导入", lambda: asked.append("import")))
    bars = window.findChild(NoticeBars)
    qtbot.waitUntil(lambda: words(bars) == ["分组方案今日到期。"])
    next(button for button in window.findChildren(Button) if button.text() == "导入").click()
    assert asked == ["import"]
    notices.clear_bar("scheme")
    assert notices.bars == {}


def test_bell_keeps_thirty_days_across_restarts(qapp: object) -> None:
    places, clock = MemoryPlaces(), FixedClock(datetime(2026, 10, 1, 9))
    old = Notices(places, clock)
    old.toast("很久以前")
    clock.at += timedelta(days=29)
    old.bar("backup", "备份失败。", severity="error")
    clock.at += timedelta(days=2)
    again = Notices(places, clock)
    again.toast("刚才")
    assert [entry.text for entry in again.bell] == ["刚才", "备份失败。"]
    assert again.unseen == 2
    again.mark_seen()
    assert Notices(places, clock).unseen == 0


def test_bell_list_shows_and_marks_seen(window: MainWindow) -> None:
    window.shell.notices.toast("已导入 612 行")
    assert window.shell.notices.unseen == 1
    window.open_bell()
    assert "已导入 612 行" in [label.full_text() for label in window.findChildren(Text) if label.isVisible()]
    assert window.shell.notices.unseen == 0
    window.open_bell()
    assert "已导入 612 行" not in [label.full_text() for label in window._bell.findChildren(Text) if label.isVisible()]


def test_job_list_cancels(make_window: Callable[..., MainWindow], qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.jobs.SHOWN_AFTER_MS", 0)
    window = make_window()
    jobs = window.shell.jobs

    def work(progress) -> None:  # steps until it is told to stop
        done = 0
        while True:
            done += 1
            progress.step(done % 99, 100, "第 3 批")

    job = jobs.run(work, label="导入 11 月第 3 批")
    qtbot.waitUntil(lambda: jobs.shown == [job] and job.share > 0)
    assert "导入 11 月第 3 批" in window._top.jobs.accessibleName()
    window.open_jobs()
    assert "第 3 批" in job_words(job)
    with qtbot.waitSignal(job.ended):
        next(button for button in window._job_list.findChildren(Button) if button.text() == "取消").click()
    assert job_words(job) == "已取消"


def test_cancelling_work_that_would_be_lost_asks_first(
    make_window: Callable[..., MainWindow], qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.jobs.SHOWN_AFTER_MS", 0)
    window = make_window()

    def work(progress) -> None:  # steps until it is told to stop
        while True:
            progress.step(1, 2)

    job = window.shell.jobs.run(work, label="重新分组", loses_work=True)
    qtbot.waitUntil(lambda: window.shell.jobs.shown == [job])
    window.open_jobs()
    next(button for button in window._job_list.findChildren(Button) if button.text() == "取消").click()
    assert not job.is_over
    with qtbot.waitSignal(job.ended):
        next(button for button in window.findChildren(Button) if button.text() == "取消任务").click()


def test_toasts_and_new_bars_are_said_to_a_screen_reader(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, bool]] = []
    monkeypatch.setattr("app.ui.shell.notice_views.announce", lambda _view, words, urgent: said.append((words, urgent)))
    notices = window.shell.notices
    notices.toast("已完成 周慧兰（测试）")
    notices.bar("backup", "自动备份没有做成。", severity="error")
    notices.bar("scheme", "方案明日到期。", severity="warn")
    notices.bar("scheme", "方案明日到期。", severity="warn")
    assert said == [("已完成 周慧兰（测试）", False), ("自动备份没有做成。", True), ("方案明日到期。", False)]


def test_an_announcement_carries_its_words_and_politeness(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr("app.ui.announcing.QAccessible", Sent(sent))
    view = QWidget()
    qtbot.addWidget(view)
    announce(view, "已撤销", urgent=True)
    assert [(event.message(), event.politeness()) for event in sent] == [
        ("已撤销", QAccessible.AnnouncementPoliteness.Assertive)
    ]


class Sent:
    """Stands for the bridge to screen readers and keeps what it is told."""

    AnnouncementPoliteness = QAccessible.AnnouncementPoliteness

    def __init__(self, events: list[QAccessibleAnnouncementEvent]) -> None:
        self.updateAccessibility = events.append


def test_what_has_been_done_takes_the_bar_of_the_problem_away(window: MainWindow) -> None:
    notices = window.shell.notices
    refused = UserProblem("backup.no_folder", remedy="backup.remedy.no_folder", where=Where("D:/"), folder="D:/")
    notices.problem(refused, lambda: None)
    notices.bar("backup", "自动备份没有做成")
    notices.toast("没有可撤销的操作。")
    notices.toast("已经读不到了", severity="warn")
    assert list(notices.bars) == ["problem", "backup"]
    notices.toast("已备份：病案库", severity="ok")
    assert list(notices.bars) == ["backup"]
    assert any(str(refused) == entry.text for entry in notices.bell)
