"""Commands on a machine that has run them before."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def warmed(warm: None) -> None:
    """Start no test with an empty cache: reading code books and indexing them is tried in tests of its own."""
