"""A killed program loses nothing that was acknowledged, and leaves nothing half done."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.slow
def test_killed_at_random_moments_of_editing_importing_backing_up_and_creating(
    harness: Callable[..., dict[str, int]],
) -> None:
    figures = harness("kill", "--n", "12")
    assert (figures["n"], figures["lost"], figures["half"], figures["corrupt"]) == (12, 0, 0, 0)
    assert figures["acknowledged"] > 12


@pytest.mark.slow
def test_the_harness_notices_a_program_that_acknowledges_too_early(harness: Callable[..., dict[str, int]]) -> None:
    assert harness("kill", "--n", "4", "--control")["lost"] > 0
