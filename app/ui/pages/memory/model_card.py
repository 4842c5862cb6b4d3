"""本院模型: what the hospital's own model is worth, when it was trained, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.services.retraining import (
    ModelCard as CardFacts,
)
from app.services.retraining import ModelState, RetrainingService, kind_name, report_line, state_line
from app.ui.page import Shell
from app.ui.pages.memory.model_trainings import TrainingsCard
from app.ui.theme import theme
from app.ui.training import ModelTraining
from app.ui.widgets import ActionButton, Button, FieldBox, FieldLook, Panel, ProgressLine, RuledField, Text, row

_TROUBLE: Final = frozenset({ModelState.DAMAGED, ModelState.OTHER_NAMES})
_Read = tuple[Sequence[CardFacts], str]


class ModelLine(QWidget):
    """One kind: state, report, buttons. ``restore_wanted``, ``switch_wanted(on)``, ``stop_wanted``."""

    train_wanted = Signal()
    restore_wanted = Signal()
    switch_wanted = Signal(bool)
    stop_wanted = Signal()

    def __init__(self, kind: CodeKind) -> None:
        super().__init__()
        self._is_on = True
        name = Text(kind_name(kind), "bold")
        name.setFixedWidth(theme().px(64))
        self.state = Text("", tone="secondary", elide=True)
        self.state.setObjectName(f"model_state_{kind}")
        self._bar = ProgressLine(width=90)
        self.train, self.stop = Button("训练", small=True), Button("停止训练", small=True)
        self.back, self.switch = Button("恢复上一个模型", small=True), Button("停用", small=True)
        self.train.clicked.connect(self.train_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.back.clicked.connect(self.restore_wanted)
        self.switch.clicked.connect(self._on_switch)
        buttons = {"train": self.train, "stop": self.stop, "back": self.back, "switch": self.switch}
        for part, button in buttons.items():
            button.setObjectName(f"model_{part}_{kind}")
        line = row(name, gap=8)
        line.addWidget(self.state, 1)
        for widget in (self._bar, self.train, self.stop, self.back, self.switch):
            line.addWidget(widget)
        self.setLayout(line)
        self.show_training(False, 0.0)

    def show_facts(self, facts: CardFacts) -> None:
        """Show the state and what the last training was worth."""
        last = f"。{report_line(facts.trainings[0])}" if facts.trainings else ""
        self.state.setText(f"{state_line(facts)}{last}")
        self.state.set_tone("warn" if facts.state in _TROUBLE else "secondary")
        self._is_on = facts.state is not ModelState.OFF
        self.switch.set_text("停用" if self._is_on else "启用")
        self.switch.setVisible(facts.state is not ModelState.NONE)
        self.back.setVisible(facts.can_restore)
        self.train.setEnabled(not facts.missing)

    def show_training(self, runs: bool, share: float) -> None:
        """Show how far a training of this kind is, or that none runs."""
        self._bar.setVisible(runs)
        self.stop.setVisible(runs)
        self.train.setVisible(not runs)
        self._bar.set_value(share)

    def _on_switch(self) -> None:
        self.switch_wanted.emit(not self._is_on)


class ModelCard(Panel):
    """Both kinds, the time of the nightly training, and the trainings so far. Reads when it is asked to."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("本院模型", "由本院确认过的编码训练；留出十分之一考核，不如原来的不用")
        self._shell = shell
        self._facts: Sequence[CardFacts] = ()
        self._training = ModelTraining.of(shell)
        self._training.changed.connect(self._on_training)
        shell.jobs.changed.connect(self._show_progress)
        self.night = RuledField()
        self.night.setObjectName("model_night")
        self.night.setAccessibleName("每晚自动训练的时间")
        self.night.setFixedWidth(theme().px(64))
        self.night.committed.connect(self._on_night)
        self._problem = Text("", "caption", "error")
        self.header.addWidget(self._problem)
        self.header.addWidget(FieldBox("每晚自动训练", self.night))
        for name in ("memory.trainings", "memory.train"):
            self.header.addWidget(ActionButton(shell.actions, name, small=True))
        self.lines = {kind: ModelLine(kind) for kind in CodeKind}
        for kind, line in self.lines.items():
            line.train_wanted.connect(partial(self._training.start, (kind,)))
            line.stop_wanted.connect(self._training.cancel)
            line.restore_wanted.connect(partial(self._restore, kind))
            line.switch_wanted.connect(partial(self._switch, kind))
            self.body.addWidget(line)
        self.body.setContentsMargins(*(theme().px(edge) for edge in (12, 6, 12, 8)))
        self.body.setSpacing(theme().px(4))

    @property
    def _service(self) -> RetrainingService:
        service: RetrainingService = self._shell.services.retraining
        return service

    @property
    def can_train(self) -> bool:
        """True when there is enough to train on and no training runs."""
        return self._training.kind is None and any(not facts.missing for facts in self._facts)

    @property
    def has_trainings(self) -> bool:
        """True when there was a training."""
        return any(facts.trainings for facts in self._facts)

    @property
    def first_focus(self) -> QWidget:
        """Where the keyboard begins in this part."""
        return next((line.train for line in self.lines.values() if line.train.isEnabled()), self.night)

    def read(self) -> None:
        """Read everything anew."""
        job = self._shell.jobs.run(partial(_read, self._service), parent=self)
        job.done.connect(self._on_read)

    def train(self) -> None:
        """Train every kind that there is enough for."""
        self._training.start([facts.kind for facts in self._facts if not facts.missing])

    def show_trainings(self) -> None:
        """Show the trainings so far with their figures."""
        card = TrainingsCard(self.window(), [one for facts in self._facts for one in facts.trainings])
        card.open(card.table)

    def _restore(self, kind: CodeKind) -> None:
        self._write(partial(_restored, self._service, kind), f"{kind_name(kind)}：已恢复上一个模型。")

    def _switch(self, kind: CodeKind, on: bool) -> None:
        done = "已启用本院模型" if on else "已停用本院模型，按记忆与字面匹配"
        self._write(partial(_switched, self._service, kind, on), f"{kind_name(kind)}：{done}。")

    def _write(self, work: Callable[[Progress], Changes], said: str) -> None:
        job = self._shell.jobs.run(work, label="更换本院模型", writes=True, parent=self)
        job.done.connect(partial(self._on_written, said))

    def _on_written(self, said: str, changes: Changes) -> None:
        self._shell.publish(changes)
        self._shell.notices.toast(said, severity="ok")
        self.read()

    def _on_night(self, given: str) -> None:
        try:
            self._service.set_night(given)
        except UserProblem as problem:
            self._problem.setText(f"{problem.message}{problem.advice}")
            return
        kept = self._service.night
        self._show_night(kept)
        said = f"每晚 {kept} 自动训练；错过的，下次打开时补上。" if kept else "已关闭每晚自动训练。"
        self._shell.notices.toast(f"{said}已记入审计。", severity="ok")

    def _on_read(self, read: _Read) -> None:
        self._facts, night = read
        for facts in self._facts:
            self.lines[facts.kind].show_facts(facts)
        self._show_night(night)
        self._show_progress()
        self._shell.actions.refresh()

    def _show_night(self, kept: str) -> None:
        self._problem.setText("")
        self.night.show_value(kept, FieldLook(code=bool(kept), hint="未设"))

    def _on_training(self) -> None:
        self._show_progress()
        self._shell.actions.refresh()
        if self.isVisible():
            self.read()

    def _show_progress(self) -> None:
        for kind, line in self.lines.items():
            line.show_training(kind is self._training.kind, self._training.share)


def _read(service: RetrainingService, _progress: Progress) -> _Read:
    return service.cards(), service.night


def _restored(service: RetrainingService, kind: CodeKind, _progress: Progress) -> Changes:
    return service.restore(kind)


def _switched(service: RetrainingService, kind: CodeKind, on: bool, _progress: Progress) -> Changes:
    return service.switch(kind, on=on)
