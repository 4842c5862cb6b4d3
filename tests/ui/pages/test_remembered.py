"""A page that was left comes up in the next session as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.ui.page import Place
from app.ui.pages import registered


def test_every_page_comes_up_as_it_was_left(open_desk: Callable[..., Any]) -> None:
    left = {
        "codes": {"query": "肺炎", "kind": "dx"},
        "settings": {"group": "backup"},
    }
    pages = tuple(spec for spec in registered() if spec.key in left)
    first = open_desk(pages)
    shown: dict[str, Place] = {}
    for key, args in left.items():
        first.go(key, **args)
        shown[key] = first.window.page.place()
    first.window.put_away()
    later = open_desk(pages)
    for key in left:
        page = later.go(key)
        assert page.place() == shown[key], key
