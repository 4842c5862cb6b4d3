"""A matcher is ready at once at the next start, whatever becomes of the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.common.paths import cache_dir
from app.domain.coding import CodeKind
from app.matching.first import FirstMatcher
from app.services.prepared import prepared

PX = CodeKind.PX
TERMS = [("47.0", "阑尾切除术"), ("51.2", "胆囊切除术"), ("53.0", "腹股沟疝修补术")]


def warmed() -> FirstMatcher:
    """Return a matcher made ready as at a start."""
    matcher = FirstMatcher.from_terms(TERMS, PX)
    with prepared(matcher, PX, "test"):
        matcher.warm(PX)
    return matcher


@pytest.fixture
def warm() -> None:
    """Leave every test its own cache: it is what these look at."""


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the cache of a test to itself."""
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path))


def test_the_second_start_finds_everything() -> None:
    assert not warmed().is_prepared(PX)
    (kept,) = cache_dir().glob("matching-test-px.bin")
    stamp = kept.stat().st_mtime_ns
    again = warmed()
    assert again.is_prepared(PX)
    assert kept.stat().st_mtime_ns == stamp, "what still holds is not written again"
    assert again.match("胆囊切除", PX).candidates[0].code == "51.2"


def test_a_damaged_file_is_replaced() -> None:
    (cache_dir() / "matching-test-px.bin").write_bytes(b"bingan arrays 1\n nothing")
    assert warmed().match("胆囊切除", PX).candidates[0].code == "51.2"
    assert warmed().is_prepared(PX)


def test_what_an_earlier_version_kept_takes_no_room() -> None:
    old = cache_dir() / "matching-test-px.npz"
    old.write_bytes(b"PK\x03\x04 90 MB")
    warmed()
    assert not old.exists()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError

    monkeypatch.setattr("app.services.prepared.write_atomic", refuse)
    assert warmed().match("阑尾切除", PX).candidates[0].code == "47.0"
