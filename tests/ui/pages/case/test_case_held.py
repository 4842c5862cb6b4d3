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


def test_a_row_is_removed_once_and_after_what_was_typed_before_it(case: Any, long_write: threading.Event) -> None:
    before = [row.id for row in case.stored().record.rows(Group.DX)]
    case.page.work.set_text("current_phone", "13900000009")
    case.go_to("dx[1].code")
    case.press("Ctrl+Delete", "Ctrl+Delete")
    assert case.says("写完后删除第 2 诊断")
    assert len(case.page.view.record.rows(Group.DX)) == len(before)
    long_write.set()
    case.wait(lambda: len(case.stored().record.rows(Group.DX)) == len(before) - 1)
    assert [row.id for row in case.stored().record.rows(Group.DX)] == [before[0], *before[2:]]
    assert case.value("current_phone") == "13900000009"
    assert case.says("已删除第 2 诊断")
    assert not case.stored().locked
    assert not case.page.view.locked


def test_a_case_whose_rows_wait_can_only_be_read_also_when_one_comes_back_to_it(
    case: Any, long_write: threading.Event, add_case: Callable[..., int], another: CaseRecord
) -> None:
    first = case.case_id
    order = [row.id for row in case.stored().record.rows(Group.DX)]
    case.go_to("dx[1].code")
    case.press("Alt+Down")
    case.page.open_case(1)
    assert not case.page.view.locked
    case.page.open_case(first)
    assert "把第 2 行移到第 3 行" in case.page.view.locked
    case.go_to("current_phone")
    case.press('"1')
    assert case.page.strip.is_flashing
    case.page.open_case(1)
    long_write.set()
    moved = [order[0], order[2], order[1], *order[3:]]
    case.wait(lambda: [row.id for row in case.services.cases.view(first).record.rows(Group.DX)] == moved)


def test_another_main_diagnosis_never_waits_unseen(case: Any, long_write: threading.Event) -> None:
    order = [row.id for row in case.stored().record.rows(Group.DX)]
    case.go_to("dx[1].code")
    case.press("Alt+Up")
    assert case.says("正在写入大量内容")
    long_write.set()
    case.settle()
    assert [row.id for row in case.stored().record.rows(Group.DX)] == order


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
