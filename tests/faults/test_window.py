"""A window that is killed while something is half typed comes back to it: the real process, a small library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.worklist import build


@pytest.mark.slow
def test_a_killed_window_comes_back_to_the_field_and_its_half_typed_text(
    harness: Callable[..., dict[str, int]], tmp_path: Path
) -> None:
    build(tmp_path / "library.db", 60)
    figures = harness("window", "--n", "1", "--cases", "60", "--home", str(tmp_path))
    assert figures["failures"] == 0
