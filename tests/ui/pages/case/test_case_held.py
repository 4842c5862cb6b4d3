"""A long write (an import) holds the library: the coder goes on, is told, and loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.domain.case import CaseRecord
from app.domain.field import Group
from app.storage.draft_aside import left_aside


@pytest.fixture
def long_write(case: Any) -> Iterator[threading.Event]:
    """Hold the library in another thread until the event is set, as the import of a large file does."""
    holds, ends = threading.Event(), threading.Event()

    def write() -> None:
        with case.services.session.db.caching():
            holds.set()
            ends.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    holds.wait(5)
    case.services.session.db.hurry()
    yield ends
    ends.set()
    writer.join()


def test_a_field_left_meanwhile_is_stored_when_the_library_is_free(case: Any, long_write: threading.Event) -> None:
    case.go_to("current_phone")
    case.press("Ctrl+A", '"13900000009', "Return")
    case.wait(lambda: case.says("改动已记下"))
    assert case.field("current_phone").text() == "13900000009"
    assert case.value("current_phone") != "13900000009"
    long_write.set()
    case.wait(lambda: case.value("current_phone") == "13900000009")
    assert case.stored().drafts == {}


def test_a_case_that_was_left_meanwhile_is_stored_too(
    case: Any, long_write: threading.Event, add_case: Callable[..., int], another: CaseRecord
) -> None:
    first = case.case_id
    case.page.work.set_text("current_phone", "13900000009")
    case.page.work.set_text("dx[0].code", "K26.400")
    case.page.open_case(1)
    case.page.open_case(first)
    assert case.field("current_phone").text() == "13900000009"
    case.page.open_case(1)
    long_write.set()
    case.wait(lambda: case.services.cases.view(first).record.value("dx[0].code") == "K26.400")
    assert case.services.cases.view(first).record.value("current_phone") == "13900000009"


def test_a_row_is_not_removed_twice_by_someone_who_saw_nothing_happen(case: Any, long_write: threading.Event) -> None:
    before = len(case.stored().record.rows(Group.DX))
    case.go_to("dx[1].code")
    case.press("Ctrl+Delete")
    assert case.says("正在写入大量内容")
    long_write.set()
    case.settle()
    assert len(case.stored().record.rows(Group.DX)) == before


def test_a_closed_window_has_stored_what_had_to_wait(case: Any, long_write: threading.Event) -> None:
    case.page.work.set_text("current_phone", "13900000009")
    long_write.set()
    case.desk.window.close()
    case.wait(lambda: case.value("current_phone") == "13900000009")


def test_a_killed_window_finds_it_again(case: Any, long_write: threading.Event) -> None:
    services = case.services
    case.page.work.set_text("current_phone", "13900000009")
    services.drafts.keep()
    left = left_aside(services.session.db.path)
    assert list(left.values()) == ["13900000009"]
    long_write.set()
    case.wait(lambda: case.value("current_phone") == "13900000009")
    assert left_aside(services.session.db.path) == {}
