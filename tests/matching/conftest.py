"""Matchers that several tests ask."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.paths import data
from app.domain.tables import RawRow, RawTable
from app.matching.first import FirstMatcher
from app.matching.lexicon import Lexicon, standard_lexicon


def read_csv(path: Path) -> RawTable:
    """Return a CSV file as a raw table."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    rows = [RawRow(number, tuple(cells)) for number, cells in enumerate(lines[1:], 2)]
    return RawTable(path.name, "", tuple(lines[0]), rows)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """Return the lexicon that ships with the program."""
    return standard_lexicon()


@pytest.fixture(scope="session")
def builtin() -> Codebook:
    """Return the bundled book."""
    folder = data("codebooks") / "builtin"
    return build([read_csv(path) for path in sorted(folder.glob("*.csv"))], edition="builtin", title="")[0]


@pytest.fixture(scope="session")
def matcher(builtin: Codebook) -> FirstMatcher:
    """Return a matcher over the bundled book, without memory."""
    return FirstMatcher(builtin)
