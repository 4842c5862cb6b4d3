"""Long work beside the window: one thread writes, a few read; progress, cancel, results on the main thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.common.errors import Cancelled
from app.common.freeing import trim
from app.common.progress import Progress

REPORTS_PER_SECOND = 10
SHOWN_AFTER_MS = 1000
DONE_SHOWN_MS = 8000
READERS = 3
LONG_WORK_S = 0.25
"""Seconds of processor from which on work leaves gaps in memory."""

Work = Callable[[Progress], Any]
"""What a job does: takes a progress, returns a value; runs in a worker thread and never touches a widget."""


class JobState(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _Control(QObject):
    """Handed to the work as its progress; its signals cross over to the main thread."""

    started = Signal()
    stepped = Signal(int, int, str)
    ended = Signal(str, object)

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self._now = now
        self._last = float("-inf")
        self.stop = threading.Event()

    def step(self, done: int, total: int, note: str = "") -> None:
        """Report how far the work is, at most ten times a second. Raises ``Cancelled`` when it should stop."""
        if self.stop.is_set():
            raise Cancelled
        now = self._now()
        if total and (now - self._last >= 1 / REPORTS_PER_SECOND or done == total):
            self._last = now
            self.stepped.emit(done, total, note)


class Job(QObject):
    """One piece of work. All signals are emitted on the main thread, after :meth:`JobRunner.run` has returned.

    ``progress(done, total, note)``, ``done(result)``, ``failed(exception)``, ``cancelled()``, ``ended()`` after any of
    the last three.
    """

    progress = Signal(int, int, str)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    became_long = Signal(object)

    def __init__(self, label: str, control: _Control, writes: bool, loses_work: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.label = label
        self.writes = writes
        self.loses_work = loses_work
        self.state = JobState.WAITING
        self.share = 0.0
        self.note = ""
        self.started_at = time.monotonic()
        self._control = control
        queued = Qt.ConnectionType.QueuedConnection
        control.started.connect(self._on_started, queued)
        control.stepped.connect(self._on_stepped, queued)
        control.ended.connect(self._on_ended, queued)

    @property
    def is_over(self) -> bool:
        """True when it is done, failed or cancelled."""
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

    @property
    def seconds_left(self) -> float | None:
        """Estimate of the seconds left, None while it cannot be told."""
        if not 0.02 < self.share < 1:
            return None
        return (time.monotonic() - self.started_at) * (1 - self.share) / self.share

    def watch(self) -> None:
        """Emit ``became_long(job)`` if the job still runs after a second."""
        QTimer.singleShot(SHOWN_AFTER_MS, self, self._on_second)

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` follows when it has."""
        self._control.stop.set()

    def _on_second(self) -> None:
        if not self.is_over:
            self.became_long.emit(self)

    def _on_started(self) -> None:
        self.state = JobState.RUNNING
        self.started_at = time.monotonic()

    def _on_stepped(self, done: int, total: int, note: str) -> None:
        self.share = done / total if total else 0.0
        self.note = note
        self.progress.emit(done, total, note)

    def _on_ended(self, state: str, value: object) -> None:
        self.state = JobState(state)
        match self.state:
            case JobState.DONE:
                self.share = 1.0
                self.done.emit(value)
            case JobState.CANCELLED:
                self.cancelled.emit()
            case _:
                self.failed.emit(value)
        self.ended.emit()


class JobRunner(QObject):
    """Runs jobs. ``writes=True`` jobs run one after the other in a single thread, the others side by side.

    ``at_once=True`` is for short work that may not stand behind long reading: half-typed text must be stored within
    two seconds (reliability.md A2). It has a thread of its own.

    ``changed`` is emitted when the list of jobs that run longer than a second, or one of them, changed; ``idle`` when
    the last running job ended; ``closed`` when nothing runs any more and nothing will.
    """

    changed = Signal()
    idle = Signal()
    closed = Signal()

    def __init__(self, parent: QObject | None = None, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._now = now
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="bingan-writer")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="bingan-reader")
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="bingan-keeper")
        self._jobs: list[Job] = []
        self._long: list[Job] = []
        self.on_failed: Callable[[object], None] | None = None
        self.is_closed = False

    @property
    def running(self) -> list[Job]:
        """Jobs that are not over."""
        return [job for job in self._jobs if not job.is_over]

    @property
    def shown(self) -> list[Job]:
        """Jobs that took longer than a second, the newest first.

        Done ones stay for eight seconds, failed and cancelled ones until :meth:`forget_ended`.
        """
        return list(reversed(self._long))

    def run(
        self,
        work: Work,
        *,
        label: str = "",
        writes: bool = False,
        loses_work: bool = False,
        at_once: bool = False,
        parent: QObject | None = None,
    ) -> Job:
        """Start a piece of work. It is cancelled when ``parent`` dies.

        ``label`` is what the top bar shows; ``loses_work`` makes 取消 ask first. Every failure is shown by the errors
        of the window; connect ``failed`` only to put the page right. After :meth:`close` the job never begins.
        """
        control = _Control(self._now)
        job = Job(label, control, writes, loses_work, self)
        if self.is_closed:  # the answer to an earlier job may arrive while the window closes
            return job
        self._jobs.append(job)
        job.progress.connect(self._on_progress)
        job.ended.connect(self._on_job_ended)
        if self.on_failed:
            job.failed.connect(self.on_failed)
        if parent:
            parent.destroyed.connect(job.cancel)
        if label:
            job.became_long.connect(self._on_became_long)
            job.watch()
        executor = self._keeper if at_once else self._writer if writes else self._readers
        executor.submit(_work_through, work, control)
        return job

    def cancel_all(self) -> None:
        """Ask every running job to stop."""
        for job in self.running:
            job.cancel()

    def forget_ended(self) -> None:
        """Take the jobs that are over off the list."""
        self._long = [job for job in self._long if not job.is_over]
        self.changed.emit()

    def close(self) -> None:
        """Stop reading, let what is being written end, and wait for the threads; nothing can be started afterwards."""
        self.is_closed = True
        for job in self.running:
            if not job.writes:
                job.cancel()
        self._writer.shutdown(wait=True)
        self._keeper.shutdown(wait=True, cancel_futures=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self.closed.emit()

    def _forget_done(self) -> None:
        self._long = [job for job in self._long if job.state is not JobState.DONE]
        self.changed.emit()

    def _on_became_long(self, job: Job) -> None:
        self._long.append(job)
        self.changed.emit()

    def _on_progress(self) -> None:
        if self._long:
            self.changed.emit()

    def _on_job_ended(self) -> None:
        self._jobs = [job for job in self._jobs if not job.is_over]
        if any(job.state is JobState.DONE for job in self._long):
            QTimer.singleShot(DONE_SHOWN_MS, self, self._forget_done)
        self.changed.emit()
        if not self._jobs:
            self.idle.emit()


def _work_through(work: Work, control: _Control) -> None:
    """Run the work in a worker thread and say how it ended. Any exception becomes the job's failure."""
    control.started.emit()
    try:
        control.step(0, 0)
        value = _trimming(work, control)
    except Cancelled:
        control.ended.emit(JobState.CANCELLED, None)
    except Exception as problem:
        control.ended.emit(JobState.FAILED, problem)
    else:
        control.ended.emit(JobState.DONE, value)


def _trimming(work: Work, control: _Control) -> Any:
    """Return what the work returns; what long work has freed goes back to the system."""
    begin = time.thread_time()
    try:
        return work(control)
    finally:
        if time.thread_time() - begin > LONG_WORK_S:
            trim()
