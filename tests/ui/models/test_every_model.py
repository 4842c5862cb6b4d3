"""Every item model of the window keeps the rules of Qt, with what the pages put into it."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.modeltest import ModelTester

import app.ui
from app.domain.field import Group
from app.services.composition import Services
from app.ui.pages.compare.bars import Bar, BarList
from app.ui.widgets.dictionary import ChoiceList
from tests.ui.pages.conftest import desk, open_desk, page_engines, page_template, services

__all__ = ["desk", "open_desk", "page_engines", "page_template", "services"]

PLACES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("worklist", {"queue": "all"}),
    ("qc", {"scope": "all", "segment": "all"}),
    ("rules", {}),
    ("autocode", {"queue": "all"}),
    ("memory", {}),
    ("browser", {}),
    ("schemes", {}),
    ("codes", {"query": "肺炎", "kind": "dx"}),
    ("case", {"case": 1}),
    ("drg", {"case": 1}),
    ("audit", {}),
)
"""Where the models of the pages are met."""


def model_classes() -> set[type[QAbstractItemModel]]:
    """Return every class of an item model that the window defines."""
    for module in pkgutil.walk_packages(app.ui.__path__, "app.ui."):
        importlib.import_module(module.name)
    found, todo = set[type[QAbstractItemModel]](), [QAbstractItemModel]
    while todo:
        below = todo.pop().__subclasses__()
        todo += below
        found |= {one for one in below if one.__module__.startswith("app.ui.")}
    return found


def models_below(desk: Any) -> list[QAbstractItemModel]:
    """Return the models that stand behind the views of the window."""
    found = [view.model() for view in desk.window.findChildren(QAbstractItemView)]
    return [model for model in found if model is not None and type(model).__module__.startswith("app.ui.")]


@pytest.mark.slow
def test_every_model_of_the_window_is_a_proper_model(desk: Any, services: Services, qtmodeltester: ModelTester) -> None:
    met: dict[type[QAbstractItemModel], int] = {}

    def check(*models: QAbstractItemModel) -> None:
        for model in models:
            qtmodeltester.check(model)
            met[type(model)] = max(met.get(type(model), 0), model.rowCount())

    # A case is coded, so that there is a group and something to remember.
    services.coding.auto_code([1])
    view = services.cases.accept_all(1)
    for index, row in enumerate(view.record.rows(Group.DX)):
        if not row.text("code"):
            services.cases.accept(1, Group.DX, index, services.cases.candidates(1, Group.DX, index).candidates[0].code)

    # Every page that has a model of its own, with an invented library in it.
    for page, args in PLACES:
        desk.go(page, **args)
        check(*models_below(desk))
    desk.window.open_palette("a")
    check(*models_below(desk))
    desk.window.close_palette()

    # What only shows after more steps is shown by itself.
    choices = ChoiceList(desk.window)
    choices.offer([("1", "有"), ("2", "临床未确定")], "1")
    bars = BarList()
    bars.setParent(desk.window)
    bars.show_bars([Bar("head", "", "换组原因"), Bar("cause", "cc", "并发症表", 3, 1.0)], frozenset())
    check(*(view.model() for view in (*choices.findChildren(QAbstractItemView), bars)))
    assert model_classes() - set(met) == set()
    assert [model.__qualname__ for model, rows in met.items() if rows == 0] == []
