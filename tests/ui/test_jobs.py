"""Work beside the window: results arrive on the main thread, writers queue, cancel stops, progress is rationed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.common.progress import Progress
from app.ui.jobs import READERS, Job, JobRunner, JobState


@pytest.fixture
def jobs(qapp: object) -> Iterator[JobRunner]:
    """Return a runner that is closed afterwards."""
    runner = JobRunner()
    yield runner
    runner.cancel_all()
    runner.close()


def test_result_arrives_on_the_main_thread_even_when_connected_late(jobs: JobRunner, qtbot) -> None:
    told: list[tuple[object, str]] = []
    over = threading.Event()

    def work(_progress: Progress) -> str:
        over.set()
        return threading.current_thread().name

    job = jobs.run(work)
    assert over.wait(10)  # the work is over before anything is connected
    job.done.connect(lambda value: told.append((value, threading.current_thread().name)))
    qtbot.waitUntil(lambda: bool(told))
    assert told[0][0].startswith("bingan-reader")
    assert told[0][1] == "MainThread"
    assert job.state is JobState.DONE


def test_writers_run_one_after_the_other(jobs: JobRunner, qtbot) -> None:
    running: list[int] = []
    most: list[int] = []

    def write(_progress: Progress) -> str:
        running.append(1)
        most.append(len(running))
        running.pop()
        return threading.current_thread().name

    started = [jobs.run(write, writes=True) for _ in range(5)]
    names: list[object] = []
    for job in started:
        job.done.connect(names.append)
    qtbot.waitUntil(lambda: len(names) == 5)
    assert set(names) == {"bingan-writer_0"}
    assert max(most) == 1


def test_what_may_not_wait_goes_past_long_reading(jobs: JobRunner, qtbot) -> None:
    reading = threading.Event()
    for _ in range(READERS + 1):
        jobs.run(lambda _progress: reading.wait(10))
    kept: list[object] = []
    jobs.run(lambda _progress: "kept", at_once=True).done.connect(kept.append)
    try:
        qtbot.waitUntil(lambda: kept == ["kept"])
    finally:
        reading.set()


def test_cancel_raises_inside_the_work_at_its_next_step(jobs: JobRunner, qtbot) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    reached: list[str] = []

    def work(progress: Progress) -> None:
        at_work.set()
        go_on.wait(10)
        progress.step(1, 2)
        reached.append("past the step")

    job = jobs.run(work)
    at_work.wait(10)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
        go_on.set()
    assert (job.state, reached) == (JobState.CANCELLED, [])


def test_failure_is_shown_and_told(jobs: JobRunner, qtbot) -> None:
    shown: list[object] = []
    jobs.on_failed = shown.append
    problem = ValueError("inside")

    def work(_progress: Progress) -> None:
        raise problem

    job = jobs.run(work)
    with qtbot.waitSignal(job.failed) as told:
        pass
    assert told.args == [problem]
    assert shown == [problem]
    assert jobs.running == []


def test_progress_is_told_ten_times_a_second_at_most(qtbot) -> None:
    times = iter(step * 0.03 for step in range(1000))
    runner = JobRunner(now=lambda: next(times))
    told: list[int] = []

    def work(progress: Progress) -> None:
        for done in range(1, 101):
            progress.step(done, 100)

    job = runner.run(work)
    job.progress.connect(lambda done, _total, _note: told.append(done))
    with qtbot.waitSignal(job.ended):
        pass
    runner.close()
    assert told[-1] == 100
    assert len(told) <= 100 * 0.03 * 10 + 2  # 3 s of pretended time
    assert job.share == 1.0


def test_job_dies_with_its_parent(jobs: JobRunner, qtbot) -> None:
    at_work, go_on = threading.Event(), threading.Event()

    def work(progress: Progress) -> None:
        at_work.set()
        go_on.wait(10)
        progress.step(1, 1)

    parent = QObject()
    job = jobs.run(work, parent=parent)
    at_work.wait(10)
    with qtbot.waitSignal(job.cancelled):
        del parent
        go_on.set()


def test_signals_to_a_dead_widget_are_dropped(jobs: JobRunner, qtbot) -> None:
    go_on = threading.Event()
    heard: list[object] = []

    class Listener(QWidget):
        def hear(self, value: object) -> None:
            heard.append(value)

    listener = Listener()
    job = jobs.run(lambda progress: go_on.wait(10))
    job.done.connect(listener.hear)
    listener.deleteLater()
    with qtbot.waitSignal(listener.destroyed):
        pass
    with qtbot.waitSignal(job.ended):
        go_on.set()
    assert heard == []


def test_only_jobs_over_a_second_are_shown(jobs: JobRunner, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.jobs.SHOWN_AFTER_MS", 0)
    go_on = threading.Event()
    slow = jobs.run(lambda progress: go_on.wait(10), label="导入 11 月第 3 批")
    unnamed = jobs.run(lambda progress: go_on.wait(10))
    qtbot.waitUntil(lambda: jobs.shown == [slow])
    with qtbot.waitSignals([slow.ended, unnamed.ended]):
        go_on.set()
    assert jobs.shown == [slow]
    jobs.forget_ended()
    assert jobs.shown == []


def test_time_left_is_told_once_it_can_be(jobs: JobRunner) -> None:
    job = Job("质控", jobs.run(lambda progress: None)._control, False, False, jobs)
    assert job.seconds_left is None
    job.share = 0.5
    job.started_at -= 10
    assert job.seconds_left == pytest.approx(10, abs=1)


def test_close_waits_for_what_is_being_written(qapp: object) -> None:
    runner, written = JobRunner(), []
    started = threading.Event()

    def write(progress: Progress) -> None:
        started.set()
        progress.step(1, 1)
        written.append("row")

    runner.run(write, writes=True)
    started.wait(10)
    runner.close()
    assert written == ["row"]


def test_after_closing_nothing_begins_and_nothing_breaks(qapp: object) -> None:
    runner, done = JobRunner(), list[int]()
    runner.close()
    job = runner.run(lambda _progress: done.append(1))
    job.cancel()
    assert (done, runner.running, job.is_over) == ([], [], False)
