"""A library without any case: every page where cases are worked on says what is missing and offers to bring it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.common.clock import FixedClock
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.ui.page import PageSpec
from app.ui.pages import registered
from app.ui.widgets import Button
from tests.ui.pages.conftest import NOW


@pytest.fixture
def services(tmp_path: Path, page_engines: Engines) -> Iterator[Services]:
    """Return services over an empty library."""
    opened = open_services(tmp_path / "empty", clock=FixedClock(NOW), engines=page_engines)
    yield opened
    opened.close()


def test_cases_can_be_brought_from_every_page_that_works_on_them(
    open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec]
) -> None:
    wanted = ("desk", "worklist", "qc", "reports")
    pages = tuple(spec for spec in registered() if spec.key in wanted)
    desk = open_desk((*pages, stand_in("import")))
    for key in wanted:
        page = desk.go(key)
        desk.wait(lambda page=page: bool(_offers(page)))
        desk.click(_offers(page)[0])
        assert desk.window.page.key == "import", key
    assert desk.window.shell.notices.bell == []


def _offers(page: Any) -> list[Button]:
    return [one for one in page.findChildren(Button) if one.isVisible() and one.text() == "导入病例"]
