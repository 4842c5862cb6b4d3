"""A window on the group of a stroke with a secondary diagnosis that carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.field import Group
from app.services.composition import Services
from app.ui.page import PageSpec
from app.ui.pages.drg import PAGE as DRG


@pytest.fixture
def case_id(services: Services) -> int:
    """Return a case with a stroke as principal diagnosis, two more diagnoses and two procedures, all coded."""
    ids = services.worklist.ids("to_code")
    case_id = next(
        one
        for one in ids
        for record in (services.cases.view(one).record,)
        if len(record.rows(Group.DX)) >= 3 and len(record.rows(Group.OP)) >= 2
    )
    for index, code in enumerate(("I63.900", "J96.000", "I10.x00")):
        services.cases.accept(case_id, Group.DX, index, code)
    for index, code in enumerate(("87.0300", "88.9100")):
        services.cases.accept(case_id, Group.OP, index, code)
    return case_id


@pytest.fixture
def desk(open_desk: Callable[..., Any], stand_in: Callable[[str], PageSpec], case_id: int) -> Any:
    """Return a window on the group of the case, the focus in the table."""
    opened = open_desk((stand_in("worklist"), stand_in("case"), DRG))
    opened.go("drg", case=case_id)
    opened.wait(lambda: opened.window.page.has_case)
    opened.rest()
    opened.window.page.lists.table.setFocus(Qt.FocusReason.OtherFocusReason)
    return opened


@pytest.fixture
def words_of() -> Callable[[Any], list[str]]:
    """Return a function that gives the words of every visible label of the page."""
    return lambda desk: [label.accessibleName() for label in desk.window.page.findChildren(QLabel) if label.isVisible()]
