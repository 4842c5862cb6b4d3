"""Half-typed texts are stored beside the window, never after their field was, and told of when they were overtaken."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from app.common.errors import UserProblem
from app.domain.field import Group
from app.services.composition import Services
from app.services.drafts import DraftService
from app.storage.actor import Actor
from app.storage.draft_aside import aside
from app.storage.ops import Op


def test_a_draft_comes_back_until_the_field_is_stored(services: Services, case_id: int) -> None:
    services.drafts.note(case_id, "current_phone", "13")
    services.drafts.note(case_id, "current_phone", "1390")
    assert services.drafts.waits
    assert services.drafts.keep() == 1
    assert not services.drafts.waits
    assert services.cases.view(case_id).drafts == {"current_phone": "1390"}
    assert services.cases.set_text(case_id, "current_phone", "13900000000").drafts == {}


def test_a_text_put_back_forgets_its_draft(services: Services, case_id: int) -> None:
    services.drafts.note(case_id, "current_phone", "1390")
    services.drafts.keep()
    services.drafts.note(case_id, "current_phone", "")
    services.drafts.keep()
    assert services.cases.view(case_id).drafts == {}


def test_a_draft_never_comes_after_its_field(services: Services, case_id: int) -> None:
    """The field is stored while the draft waits for its turn to be written."""
    services.drafts.note(case_id, "current_phone", "1390")
    keeper = threading.Thread(target=services.drafts.keep)
    with services.session.db.caching():
        keeper.start()
        services.drafts.forget(case_id, "current_phone")
        services.drafts.note(case_id, "contact_name", "Wu")
    keeper.join()
    assert services.cases.view(case_id).drafts == {"contact_name": "Wu"}


def test_what_could_not_be_stored_is_tried_again(
    services: Services, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_whose: object) -> None:
        raise UserProblem("storage.disk_full", remedy="storage.remedy.disk_full")

    services.drafts.note(case_id, "current_phone", "1390")
    with monkeypatch.context() as patch:
        patch.setattr("app.storage.caches.CacheWriter.save_draft", full)
        with pytest.raises(UserProblem):
            services.drafts.keep()
    assert services.drafts.waits
    services.drafts.keep()
    assert services.cases.view(case_id).drafts == {"current_phone": "1390"}


def test_a_field_that_somebody_stored_after_the_draft_is_told(services: Services, case_id: int) -> None:
    clock: Any = services.session.clock
    services.drafts.note(case_id, "contact_name", "半个名字（测试）")
    services.drafts.note(case_id, "current_phone", "1390")
    services.drafts.keep()
    assert services.drafts.overtaken(case_id) == ()
    clock.at += timedelta(minutes=1)
    view = services.cases.view(case_id)
    with services.session.db.operation(Op.SET_FIELD, by=services.user) as tx:
        tx.set_field(case_id, Group.CASE, 0, "contact_name", "别人（测试）")
    (one,) = services.drafts.overtaken(case_id)
    assert (one.path, one.mine, one.theirs) == ("contact_name", "半个名字（测试）", "别人（测试）")
    assert one.at > view.saved_at
    clock.at -= timedelta(minutes=1)


def test_everybody_finds_her_own_half_typed_text(services: Services, case_id: int) -> None:
    lin, wang = (Actor(mark, f"{mark}（测试）", frozenset({"coder"})) for mark in ("p2", "p3"))
    services.session.seat.take(lin)
    services.drafts.note(case_id, "current_phone", "139")
    services.session.seat.take(wang)
    services.drafts.note(case_id, "current_phone", "158")
    assert services.drafts.keep() == 2
    assert services.cases.view(case_id).drafts == {"current_phone": "158"}
    services.session.clock.at += timedelta(minutes=1)  # type: ignore[attr-defined]  # a fixed clock
    services.cases.set_text(case_id, "current_phone", "15800000000")
    assert services.cases.view(case_id).drafts == {}
    services.session.seat.take(lin)
    assert services.cases.view(case_id).drafts == {"current_phone": "139"}
    (overtaken,) = services.drafts.overtaken(case_id)
    assert (overtaken.mine, overtaken.who) == ("139", "p3（测试）")
    assert services.places.get("x") is None
    services.places.put("x", 1)
    services.session.seat.take(wang)
    assert services.places.get("x") is None


def test_drafts_of_a_window_killed_during_a_long_write_come_back(
    services: Services, case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.drafts._PATIENCE_S", 0.01)
    services.drafts.note(case_id, "current_phone", "1390")
    with services.session.db.caching():
        keeper = threading.Thread(target=services.drafts.keep)
        keeper.start()
        keeper.join()
    assert services.drafts.waits
    next_run = DraftService(services.session)
    assert next_run.take_back() == 1
    assert services.cases.view(case_id).drafts == {"current_phone": "1390"}
    assert DraftService(services.session).take_back() == 0


def test_a_draft_file_that_cannot_be_read_stops_nothing(services: Services) -> None:
    aside(services.session.db.path).write_bytes(b'[["", 1')
    assert services.drafts.take_back() == 0


def test_places_wait_for_a_long_write_without_stopping_anyone(services: Services) -> None:
    with services.session.db.caching():
        putting = threading.Thread(target=services.places.put, args=("split", 210))
        putting.start()
        putting.join(5)
        assert not putting.is_alive()
        assert services.places.get("split") == 210
    services.places.keep()
    with services.session.db.read() as reader:
        assert reader.place("ui.split") == 210
