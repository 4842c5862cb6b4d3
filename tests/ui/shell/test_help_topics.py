"""The help against the program: every key it names is one of an action, every page has its topic, every topic text."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import pytest

from app.common.paths import data
from app.ui.pages import registered
from app.ui.shell.help_topics import KEYS, about, topics
from app.ui.widgets.painting import keys_text
from tests.ui.test_actions import every_action

_NAMED = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)+(?:F\d{1,2}|Pg(?:Up|Dn)|[A-Z][a-z]+|[A-Z0-9,;.]|[↑↓←→])|\bF\d{1,2}\b")
_OF_FIELDS = frozenset({"Shift+↑", "Shift+↓", "Alt+Shift+←", "Alt+Shift+→", "Ctrl+↑", "Ctrl+↓", "Alt+M"})
"""Keys that a table or the search in a cell answers itself; their tests stand with them."""


def _texts() -> Iterator[tuple[str, str]]:
    for topic in topics():
        yield topic.id, topic.text
    with (data("resources") / "help" / "tour.toml").open("rb") as handle:
        for step in tomllib.load(handle)["step"]:
            yield f"tour {step['title']}", step["words"]


@pytest.fixture(scope="module")
def keys() -> frozenset[str]:
    """Return the keys of all actions as the help writes them."""
    return _OF_FIELDS | {_written(key) for action in every_action() for key in action.keys}


def _written(key: str) -> str:
    return "+".join(keys_text(key).replace("↵", " Enter").replace("Delete", "Del").split())


def test_every_key_that_the_help_names_is_one_of_an_action(keys: frozenset[str]) -> None:
    named = {(place, key) for place, words in _texts() for key in _NAMED.findall(words)}
    assert len(named) > 100
    assert {one for one in named if one[1].replace("Delete", "Del") not in keys} == set()


def test_every_page_has_a_topic_with_text() -> None:
    assert [topic.id for topic in topics() if topic.id != KEYS and not topic.text.strip()] == []
    covered = {page for topic in topics() for page in topic.pages}
    assert {spec.key for spec in registered()} - covered == set()
    assert [about(page, "")[0].id for page in ("desk", "today", "insurer")] == ["desk", "day", "submission"]
