"""Two thousand cases in the window; ``python -m benchmarks.ui`` does the same with a hundred thousand, measured."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.widgets import DataTable
from benchmarks.worklist import build
from tests.ui.pages.conftest import NOW

MANY = 2_000


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library of two thousand invented cases."""
    home = tmp_path_factory.mktemp("many")
    build(home / "library.db", MANY)
    return home


@pytest.fixture
def services(many: Path, tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over a copy of it."""
    home = shutil.copytree(many, tmp_path / "library")
    opened = open_services(home, clock=FixedClock(NOW), engines=page_engines)
    yield opened
    opened.close()


def lines(table: DataTable) -> list[str]:
    """Return the record numbers of the rows in sight."""
    model = table.model()
    top, bottom = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
    last = bottom if bottom >= 0 else model.rowCount() - 1
    return [
        "".join(str(model.index(row, at).data() or "") for at in range(model.columnCount()))
        for row in range(top, last + 1)
    ]


def test_the_list_of_many_is_walked_filtered_claimed_and_given_back(
    desk: Any, services: Services, no_mouse: None
) -> None:
    page = desk.go("worklist", queue="all")
    table = page.table
    assert table.model().rowCount() == MANY

    # From the first row to the last and back: no row in sight is blank.
    for key in ("End", "PageUp", "Home", "PageDown", "PageDown", "End", "Home"):
        desk.press(key)
        desk.rest()
        assert all(lines(table))

    # A query leaves some of them.
    desk.press("Slash", '"心力衰竭', "Return")
    desk.wait(lambda: table.model().rowCount() < MANY)
    desk.rest()
    left = table.model().rowCount()
    assert 0 < left < MANY
    assert left == len(services.worklist.ids("all", page.place().args["text"]))

    # She takes all that the query shows, and gives them back in one step.
    table.setFocus()
    desk.press("Ctrl+A", "Space", "Return")
    desk.rest()
    assert len(services.worklist.ids("all", "认领:我")) == left
    table.setFocus()
    desk.press("Ctrl+Z")
    desk.rest()
    assert len(services.worklist.ids("all", "认领:我")) == 0
    with services.session.db.read() as reader:
        assert reader.verify_audit().broken_op == 0
