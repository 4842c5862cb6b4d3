"""A day that is cut off: the power, a cancelled import, a disk that takes nothing more."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.services.composition import Services, open_services
from app.services.demo import write_demo_batch
from app.services.engines import Engines
from app.ui.app import open_window
from app.ui.page import Place
from app.ui.pages import registered
from app.ui.pages.import_batch.page import CHECK, MAP
from app.ui.shell.whereabouts import Whereabouts
from app.ui.widgets import Button, Text
from tests.ui.pages.conftest import Desk


@pytest.fixture
def again(services: Services, tmp_path: Path, qtbot: Any, page_engines: Engines) -> Iterator[Callable[[], Desk]]:
    """Return a function that shows the window over the files as they lie on the disk when the power goes."""
    opened: list[Services] = []

    def start() -> Desk:
        left = shutil.copytree(services.session.db.path.parent, tmp_path / "left")
        for one in QApplication.topLevelWidgets():
            one.hide()
        fresh = open_services(left, clock=services.session.clock, engines=page_engines)
        opened.append(fresh)
        return Desk(shown(fresh, qtbot), fresh, qtbot)

    yield start
    for one in opened:
        one.close()


def shown(services: Services, qtbot: Any) -> Any:
    """Return the window of the program over services, places kept in the library."""
    window = open_window(services, places=services.places, pages=registered())
    Whereabouts(window, services.places)
    qtbot.addWidget(window, before_close_func=_stop)
    window.resize(1366, 768)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    qtbot.waitUntil(lambda: not window.shell.jobs.running, timeout=20_000)
    return window


def _stop(window: Any) -> None:
    window.shell.jobs.cancel_all()
    window.shell.jobs.close()


def field(desk: Desk, path: str) -> QLineEdit:
    """Return the line of a field."""
    return next(one for one in desk.window.page.findChildren(QLineEdit, path) if one.isVisible())


def said(desk: Desk) -> str:
    """Return all that stands in the window."""
    return "\n".join(label.text() for label in desk.window.findChildren(Text) if label.isVisible())


def test_the_power_goes_while_a_name_is_half_typed(
    services: Services, again: Callable[[], Desk], qtbot: Any, no_mouse: None
) -> None:
    # She opens a case, changes a contact, and has half typed the next.
    desk = Desk(shown(services, qtbot), services, qtbot)
    case_id = next(iter(services.worklist.ids("to_code")))
    desk.window.go(Place("case", {"case": case_id, "field": "contact_name"}))
    desk.rest()
    field(desk, "contact_name").selectAll()
    desk.press('"Lin', "Return")
    desk.window.go(Place("case", {"case": case_id, "field": "employer_address"}))
    desk.rest()
    before = services.cases.view(case_id).record.text("employer_address")
    line = field(desk, "employer_address")
    line.selectAll()
    desk.press('"half ty', on=line)
    desk.wait(lambda: "half ty" in str(services.cases.view(case_id).drafts))
    desk.wait(lambda: "employer_address" in str(services.places.get("window.place")))
    desk = again()

    # The program starts again: same case, same field, the same letters; nothing of it was stored as a fact.
    desk.wait(lambda: desk.window.page.key == "case")
    desk.rest()
    assert desk.window.page.view.case_id == case_id
    focus = QApplication.focusWidget()
    assert isinstance(focus, QLineEdit)
    assert (focus.objectName(), focus.text()) == ("employer_address", "half ty")
    view = desk.services.cases.view(case_id)
    assert view.record.text("employer_address") == before
    assert view.record.text("contact_name") == "Lin"

    # What she had changed before can still be taken back, by its name.
    assert "联系人" in view.undo_name
    desk.press("Escape", "Ctrl+Z")
    assert desk.services.cases.view(case_id).record.text("contact_name") != "Lin"


def test_an_import_that_is_cancelled_midway_leaves_nothing(desk: Desk, tmp_path: Path, no_mouse: None) -> None:
    file = tmp_path / "十二月出院.csv"
    write_demo_batch(file, 60, desk.services.session.clock)
    file.write_bytes(file.read_bytes().replace(b",007", b",009"))
    services = desk.services
    before = list(services.worklist.ids("all"))
    page = desk.go("import")
    desk.press("Ctrl+O")
    desk.answer_file(file)
    desk.wait(lambda: page.step == MAP)
    desk.press("Ctrl+Return")
    assert page.step == CHECK
    desk.press("Ctrl+Return")
    desk.window.shell.jobs.cancel_all()
    desk.rest()
    assert page.step == CHECK
    assert list(services.worklist.ids("all")) == before
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_a_disk_that_takes_nothing_more_says_so_and_loses_nothing(
    desk: Desk, services: Services, no_mouse: None
) -> None:
    case_id = next(iter(services.worklist.ids("to_code")))
    desk.go("case", case=case_id, field="contact_name")
    before = services.cases.view(case_id)
    with protected(services):
        # She types and leaves the field: the disk refuses, the window says so, the words stay.
        desk.press("Ctrl+A", '"Lin', "Return")
        desk.rest()
        assert "只读" in said(desk)
        assert "请取消只读属性" in said(desk)
        assert services.cases.view(case_id).version == before.version
        assert field(desk, "contact_name").text() == "Lin"

    # The disk can be written again: what she had typed is stored when she asks for it.
    retry = next(one for one in desk.window.findChildren(Button) if one.isVisible() and one.text() == "重试")
    desk.press("Space", on=retry)
    desk.rest()
    assert services.cases.view(case_id).record.text("contact_name") == "Lin"
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


@contextmanager
def protected(services: Services) -> Iterator[None]:
    """Let every write be refused as on a disk that has become read-only."""
    writer = services.session.db._writer
    assert writer is not None
    connection = writer.raw_connection()
    connection.cursor().execute("PRAGMA query_only=ON")
    connection.close()
    try:
        yield
    finally:
        connection = writer.raw_connection()
        connection.cursor().execute("PRAGMA query_only=OFF")
        connection.close()
