"""Every way of changing the audit from outside is found at its first bad row; more tries: benchmarks.faults audit."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from benchmarks.faults_audit import WAYS, Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Return a library with its head kept elsewhere."""
    return Bench(tmp_path_factory.mktemp("audit"))


@pytest.mark.parametrize("way", [*WAYS, "older file", "clock"])
def test_it_is_found_at_its_place(bench: Bench, way: str) -> None:
    chance = random.Random(way)  # noqa: S311 - any place will do
    assert all(bench.tries(way, chance) for _ in range(3))


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function that makes the check see nothing."""

    def make_blind() -> None:
        monkeypatch.setattr(Bench, "_found", lambda _self, _path: 0)

    return make_blind


def test_a_check_that_sees_nothing_would_be_noticed(bench: Bench, blind: Callable[[], None]) -> None:
    blind()
    assert not bench.tries("edit", random.Random(1))  # noqa: S311 - any place will do
