"""What the review says was measured of the program as it ships is what the benchmark finds, or less."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.coding import Band
from app.matching.first import FirstMatcher
from app.services.bands import shipped
from benchmarks import everyday

SLACK = 0.02
"""By how much a share may be told better than it is: words come and go between two measurements."""


@pytest.mark.slow
def test_no_band_is_told_better_than_it_is(matcher: FirstMatcher, reference: Path) -> None:
    assert (reference / "matching").is_dir()
    texts = [*everyday.everyday_texts(), *everyday.reference_texts()]
    found = everyday.bands(everyday.ask(matcher, texts))
    for band in Band:
        counts, told = found[band], shipped()[band]
        assert told.share <= counts["right"] / counts["texts"] + SLACK, (band, counts)
        assert 0.8 <= told.texts / counts["texts"] <= 1.25, (band, counts)
