"""Every icon that the program names is drawn: a name nobody knows would break the painting of a whole list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.pages import registered
from app.ui.shell.window_actions import window_actions
from app.ui.theme import theme, tokens

UI = Path(__file__).resolve().parents[3] / "app" / "ui"
PLACES = {"IconLabel": 0, "IconButton": 0, "set_icon": 0, "PaletteItem": 2, "draw_icon": 3, "icon": 0, "pixmap": 0}
"""Which argument of a call is an icon."""


def named_icons() -> Iterator[tuple[str, str]]:
    """Yield (place, name) of every icon that stands as a literal in the sources of the window."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                given = [word.value for word in node.keywords if word.arg == "icon"]
                at = PLACES.get(callee, 99)
                given += node.args[at : at + 1]
                for value in given:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                        yield f"{path.relative_to(UI)}:{node.lineno}", value.value


@pytest.mark.parametrize("name", ["rules", "schemes", "codes", "search", "ph.house"])
def test_pages_and_icons_may_be_named(name: str, qapp: object) -> None:
    assert not theme().pixmap(name).isNull()


def test_every_icon_of_the_sources_is_known(qapp: object) -> None:
    found = list(named_icons())
    strange = [(where, name) for where, name in found if not (name.startswith("ph.") or name in tokens().icons)]
    assert len(found) > 100
    assert strange == []


def test_every_icon_of_an_action_is_drawn(qapp: object) -> None:
    pages = registered()
    actions = [*window_actions(pages), *(action for page in pages for action in page.actions)]
    for name in {action.icon for action in actions if action.icon}:
        assert not theme().pixmap(name).isNull(), name
