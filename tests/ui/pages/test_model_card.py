"""本院模型 as a coder works with it: trained, stopped, taken back, switched off, and trained by itself at night."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.common.clock import FixedClock
from app.common.progress import Progress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.retraining import ModelState, RetrainingService
from app.services.retraining_figures import Figures
from app.services.retraining_work import Candidate, Task
from app.ui.page import PageSpec, Place
from app.ui.pages.memory import PAGE
from app.ui.pages.memory.model_actions import ModelProvider
from app.ui.training import ModelTraining, NightWatch
from app.ui.widgets import Button, DataTable, Text

DX = CodeKind.DX
BEFORE, AFTER = Figures(0.71, 0.8, 0.6, 0.3), Figures(0.88, 0.95, 0.8, 0.6)


class Hall:
    """Trains as the test wants: at once, or not before it is let go; ``made`` are what came out so far."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.is_worse = False
        self.made: list[CodeKind] = []

    def train(self, task: Task, progress: Progress) -> Candidate:
        """Return a model that is none, with the figures above."""
        while not self.go.wait(0.01):
            progress.step(1, 2)
        self.made.append(task.kind)
        content = f"model {len(self.made)}".encode()
        return Candidate(content, BEFORE, AFTER, len(self.made) > 1, self.is_worse)


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Return who trains; let go at the end."""
    made = Hall()
    yield made
    made.go.set()


@pytest.fixture
def services(page_template: Path, tmp_path: Path, hall: Hall) -> Iterator[Services]:
    """Return services over an empty library whose memory has 500 diagnoses and no operations."""
    clock = FixedClock(datetime(2026, 11, 23, 9, 0))
    opened = open_services(tmp_path / "library", clock=clock, engines=Engines(Assets(page_template, clock), clock))
    leaves = opened.session.engines.codebook.leaves(DX)[:500]
    past = [PastCoding(f"考虑{entry.name}", DX, (entry.code,), 1, "2026-11-01") for entry in leaves]
    opened.retraining = RetrainingService(opened.session, lambda: past, hall.train)
    yield opened
    opened.close()


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]) -> Any:
    """Return a window on the page."""
    opened = open_desk((stand_in("worklist"), PAGE))
    opened.go("memory", part="model")
    return opened


def state(desk: Any, kind: str = "dx") -> str:
    """Return what the card says of a kind."""
    shown: str = desk.find(Text, f"model_state_{kind}").full_text()
    return shown


def press(desk: Any, name: str) -> None:
    """Press a button by the keyboard and wait."""
    desk.press("Return", on=desk.find(Button, name))
    desk.rest()


def toasts(desk: Any) -> list[str]:
    """Return what was told, latest first."""
    return [entry.text for entry in desk.window.shell.notices.bell]


def test_the_card_says_what_there_is_and_what_is_missing(desk: Any) -> None:
    assert state(desk) == "还没有本院模型；已有 500 次编码，可以训练"
    assert state(desk, "px") == "还没有本院模型；不同的文本还差约 334 条才能训练"
    assert not desk.find(Button, "model_train_px").isEnabled()
    assert not desk.window.findChild(Button, "model_switch_dx").isVisible()
    assert QApplication.focusWidget().objectName() == "model_train_dx"


def test_a_training_ends_with_a_report_in_one_line(desk: Any, services: Services) -> None:
    desk.press("Return")
    desk.rest()
    held = services.retraining.card(DX).trainings[0].held_out
    line = f"本院模型：首选正确率 71 % → 88 %（留出 {held} 条）"
    assert state(desk) == f"使用中；上次训练以来新增 0 次编码。{line}"
    assert toasts(desk)[0] == f"诊断：{line}。"


def test_the_action_trains_every_kind_that_has_enough(desk: Any, hall: Hall) -> None:
    press(desk, "memory.train")
    assert hall.made == [DX]


def test_a_worse_model_is_reported_and_not_used(desk: Any, hall: Hall) -> None:
    press(desk, "model_train_dx")
    hall.is_worse = True
    press(desk, "model_train_dx")
    assert "训练过，但没有更好，仍用原来的" in toasts(desk)[0]
    assert state(desk).startswith("使用中")


def test_a_stopped_training_leaves_nothing(desk: Any, hall: Hall, services: Services) -> None:
    hall.go.clear()
    desk.press("Return", on=desk.find(Button, "model_train_dx"))
    training = ModelTraining.of(desk.window.shell)
    desk.wait(lambda: training.share > 0)
    assert not desk.window.shell.actions.is_enabled("memory.train")
    press(desk, "model_stop_dx")
    assert training.kind is None
    assert hall.made == []
    assert not (services.session.db.path.parent / "models").exists()
    assert state(desk).startswith("还没有本院模型")
    assert desk.find(Button, "model_train_dx").isEnabled()


def test_the_window_works_on_while_a_model_is_trained(desk: Any, hall: Hall) -> None:
    hall.go.clear()
    desk.press("Return", on=desk.find(Button, "model_train_dx"))
    desk.window.go(Place("worklist"))
    assert desk.window.page.key == "worklist"
    hall.go.set()
    desk.rest()
    assert toasts(desk)[0].startswith("诊断：本院模型")


def test_the_model_before_is_restored_and_the_model_switched_off_and_on(desk: Any, services: Services) -> None:
    press(desk, "model_train_dx")
    press(desk, "model_train_dx")
    press(desk, "model_back_dx")
    assert toasts(desk)[0] == "诊断：已恢复上一个模型。"
    press(desk, "model_switch_dx")
    assert state(desk).startswith("已停用")
    assert services.retraining.card(DX).state is ModelState.OFF
    press(desk, "model_switch_dx")
    assert state(desk).startswith("使用中")


def test_the_trainings_are_listed_with_their_figures(desk: Any) -> None:
    press(desk, "model_train_dx")
    press(desk, "memory.trainings")
    table = desk.find(DataTable, "trainings")
    shown = [table.model().index(0, at).data() for at in range(table.model().columnCount())]
    assert shown[:3] == ["2026-11-23 09:00", "诊断", "本机用户"]
    assert shown[5:] == ["71.0 → 88.0", "80.0 → 95.0", "60.0 → 80.0", "30.0 → 60.0", "已采用"]
    desk.press("Escape")
    desk.rest()
    assert desk.window.page.key == "memory"
    assert not [one for one in desk.window.findChildren(DataTable, "trainings") if one.isVisible()]


def test_the_time_of_the_night_is_typed(desk: Any, services: Services) -> None:
    night = desk.find(QLineEdit, "model_night")
    night.setFocus()
    desk.press('"2:30', "Return")
    assert services.retraining.night == "02:30"
    assert night.text() == "02:30"
    night.setFocus()
    night.selectAll()
    desk.press('"25:00', "Return")
    assert services.retraining.night == "02:30"
    assert any("不是时间" in label.text() for label in desk.window.page.findChildren(Text))


def test_a_missed_training_is_caught_up_and_told(desk: Any, hall: Hall, services: Services) -> None:
    watch = NightWatch(desk.window.shell, desk.window)
    watch.start()
    desk.rest()
    assert hall.made == []
    services.retraining.set_night("02:30")
    watch.look()
    desk.rest()
    assert hall.made == [DX]
    assert toasts(desk)[0].startswith("诊断：本院模型")
    watch.look()
    desk.rest()
    assert hall.made == [DX]


def test_the_palette_leads_to_the_training(desk: Any) -> None:
    found = ModelProvider(desk.window.shell).search("训练", 9)
    assert [item.title for item in found.items] == ["训练本院模型"]
    assert not ModelProvider(desk.window.shell).search("支付", 9).items
    desk.go("worklist")
    found.items[0].run()
    desk.rest()
    assert desk.window.page.key == "memory"
    assert QApplication.focusWidget().objectName() == "model_train_dx"
