"""Actions name methods and functions before their modules are imported: all of them are there."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from app.ui.late import PageClass, PageModule
from app.ui.pages import registered

_PAGES = Path(registered.__code__.co_filename).parent


def _named(module: str) -> Iterator[tuple[object, str]]:
    """Yield what a module of actions reads from classes and modules that are imported later, by what it reads."""
    late = {
        name: value
        for name, value in vars(importlib.import_module(module)).items()
        if isinstance(value, PageClass | PageModule)
    }
    path = _PAGES.joinpath(*module.split(".")[3:])
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in late:
            yield late[node.value.id], node.attr


@pytest.mark.parametrize(
    "module",
    sorted(
        f"app.ui.pages.{'.'.join(path.relative_to(_PAGES).with_suffix('').parts).removesuffix('.__init__')}"
        for path in _PAGES.rglob("*.py")
        if "PageClass(" in (text := path.read_text("utf-8")) or "PageModule(" in text
    ),
)
def test_what_actions_name_exists(module: str) -> None:
    for late, name in _named(module):
        where = late.load() if isinstance(late, PageClass) else importlib.import_module(late.module)  # type: ignore[attr-defined]
        assert callable(getattr(where, name, None)), f"{module}: {name}"


class _Page:
    def pick(self, number: int = 0) -> int:
        return number


def test_a_method_takes_arguments_that_are_bound_before_the_page_is_there() -> None:
    pick = PageClass("nowhere", "Nothing").pick
    assert pick(_Page()) == 0
    assert partial(pick, number=2)(_Page()) == 2
