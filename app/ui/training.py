"""Trains the hospital's own model beside the window: one kind after the other, and by itself at the set time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Self

from PySide6.QtCore import QObject, Signal

from app.common.progress import Progress
from app.domain.coding import CodeKind
from app.services.retraining import RetrainingService, Trained, Training, kind_name, report_line
from app.ui.jobs import Job
from app.ui.page import Shell
from app.ui.watching import Watch


class ModelTraining(QObject):
    """The trainings of a window; there is one for each (:meth:`of`).

    ``changed`` when one began or ended, however it ended. Training runs beside the window and can be cancelled; only
    the swap at the end waits for its turn among the writes.
    """

    changed = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.jobs)
        self._shell = shell
        self._waiting: list[CodeKind] = []
        self._job: Job | None = None
        self.kind: CodeKind | None = None
        """The kind that is being trained, None when nothing is."""

    @classmethod
    def of(cls, shell: Shell) -> Self:
        """Return the one of a window."""
        return shell.jobs.findChild(cls) or cls(shell)

    @property
    def share(self) -> float:
        """How much of the training is done, 0 to 1."""
        return self._job.share if self._job else 0.0

    def start(self, kinds: Sequence[CodeKind]) -> None:
        """Train these kinds, after those that wait already; the result is told as a notice."""
        self._waiting += [kind for kind in kinds if kind is not self.kind and kind not in self._waiting]
        if self._job is None:
            self._next()

    def cancel(self) -> None:
        """Stop, and forget what waits. Nothing of an unfinished training is kept."""
        self._waiting.clear()
        if self._job is not None:
            self._job.cancel()

    def _next(self) -> None:
        self.kind = self._waiting.pop(0) if self._waiting else None
        if self.kind is not None:
            label = f"训练本院模型（{kind_name(self.kind)}）"
            self._job = self._shell.jobs.run(partial(_service(self._shell).train, self.kind), label=label, parent=self)
            self._job.done.connect(self._on_trained)
            self._job.failed.connect(self._on_stopped)
            self._job.cancelled.connect(self._on_stopped)
        self.changed.emit()

    def _on_trained(self, trained: Trained) -> None:
        self._job = self._shell.jobs.run(partial(_adopted, _service(self._shell), trained), writes=True, parent=self)
        self._job.done.connect(self._on_adopted)
        self._job.ended.connect(self._on_stopped)

    def _on_adopted(self, training: Training) -> None:
        severity = "ok" if training.is_adopted else ""
        self._shell.notices.toast(f"{kind_name(training.kind)}：{report_line(training)}。", severity=severity)

    def _on_stopped(self, _problem: object = None) -> None:
        self._job = None
        self._next()


class NightWatch(Watch):
    """Begins the training that the hospital's setting asks for; a missed one is caught up later."""

    def _begin(self) -> Job | None:
        """Begin what is due, unless a training runs."""
        training = ModelTraining.of(self._shell)
        if training.kind is not None:
            return None
        job = self._shell.jobs.run(partial(_due, _service(self._shell)), writes=True, parent=self)
        job.done.connect(training.start)
        return job


def _service(shell: Shell) -> RetrainingService:
    service: RetrainingService = shell.services.retraining
    return service


def _adopted(service: RetrainingService, trained: Trained, _progress: Progress) -> Training:
    return service.adopt(trained)


def _due(service: RetrainingService, _progress: Progress) -> Sequence[CodeKind]:
    return service.due()
