"""Every page has its picture and every picture its page, so that nothing is built that nobody looked at."""

from __future__ import annotations

from app.ui.pages import registered
from benchmarks.scenes import SCENES


def test_every_picture_is_of_a_page_that_exists(qapp: object) -> None:
    keys = {spec.key for spec in registered()}
    assert [scene.name for scene in SCENES if scene.page not in keys] == []


def test_every_page_has_a_picture(qapp: object) -> None:
    pictured = {scene.page for scene in SCENES}
    assert [spec.key for spec in registered() if spec.key not in pictured] == []


def test_no_two_pictures_have_one_name(qapp: object) -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
