"""A page comes up in the next session as it was left in this one."""

from __future__ import annotations

import pytest

from app.ui.page import Place
from app.ui.ports import MemoryPlaces
from app.ui.shell.page_places import PagePlaces


@pytest.fixture
def places() -> MemoryPlaces:
    return MemoryPlaces()


def test_a_page_that_is_asked_for_without_more_is_shown_where_it_was(places: MemoryPlaces) -> None:
    before = PagePlaces(places)
    assert before.note(Place("codes", {"query": "糖尿病"}))
    assert not before.note(Place("codes", {"query": "糖尿病"}))
    before.keep()
    later = PagePlaces(places)
    assert later.first(Place("codes")) == Place("codes", {"query": "糖尿病"})
    assert later.first(Place("codes", {"query": "肺炎"})) == Place("codes", {"query": "肺炎"})
    assert later.first(Place("drg")) == Place("drg")


def test_what_is_about_today_begins_anew_and_long_lists_are_no_place(places: MemoryPlaces) -> None:
    before = PagePlaces(places)
    assert not before.note(Place("today", {"day": "2026-11-20"}))
    assert before.note(Place("handover", {"kind": "batch", "cases": list(range(3000))}))
    before.keep()
    assert PagePlaces(places).first(Place("handover")).args == {"kind": "batch"}


def test_what_stands_under_the_key_by_mistake_is_ignored(places: MemoryPlaces) -> None:
    places.put("window.pages", ["no", "dict"])
    assert PagePlaces(places).first(Place("codes")) == Place("codes")
