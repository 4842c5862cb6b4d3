"""Tables and codebooks that several tests read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from app.codebook.book import Codebook
from app.codebook.builder import build
from app.common.paths import data
from app.domain.tables import RawRow, RawTable


def read_csv(path: Path) -> RawTable:
    """Return a CSV file as a raw table."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.reader(handle))
    rows = [RawRow(number, tuple(cells)) for number, cells in enumerate(lines[1:], 2)]
    return RawTable(path.name, "", tuple(lines[0]), rows)


@pytest.fixture(scope="session")
def load() -> Callable[[Path], RawTable]:
    """Return the reader of CSV files."""
    return read_csv


@pytest.fixture(scope="session")
def builtin() -> Codebook:
    """Return the bundled book."""
    folder = data("codebooks") / "builtin"
    return build([read_csv(path) for path in sorted(folder.glob("*.csv"))], edition="builtin", title="")[0]


@pytest.fixture(scope="session")
def insurance(reference: Path, builtin: Codebook) -> Codebook:
    """Return the insurance edition of the reference data."""
    tables = [read_csv(reference / "codebooks" / name) for name in ("icd10_medins.csv", "icd9cm3_medins.csv")]
    return build(tables, edition="medins-2.0", title="", outline=builtin)[0]
