"""Finding the columns of a code table by what their headings say."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final

from app.common.paths import data
from app.domain.tables import RawRow, RawTable

_NOISE: Final = re.compile(r"[\s\-*:：()（）\[\]【】“”\"']+")
HEADER_DEPTH: Final = 12
"""How many rows from the top may hold the header; title lines above it are skipped."""


@cache
def _aliases() -> Mapping[str, tuple[str, ...]]:
    with (data("resources") / "codebook" / "headers.toml").open("rb") as handle:
        content = tomllib.load(handle)
    return {field: tuple(map(_plain, names)) for field, names in content.items() if isinstance(names, list)}


@cache
def _flags() -> Mapping[str, bool]:
    with (data("resources") / "codebook" / "headers.toml").open("rb") as handle:
        flags = tomllib.load(handle)["flags"]
    return {word: word in flags["true"] for word in (*flags["true"], *flags["false"])}


def _plain(heading: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading)).lower()


def columns_of(header: Sequence[str], fields: Iterable[str]) -> dict[str, int]:
    """Return field → column for the fields that ``header`` names; a field's first alias wins."""
    plain = [_plain(cell) for cell in header]
    found: dict[str, int] = {}
    for field in fields:
        at = next((plain.index(alias) for alias in _aliases()[field] if alias in plain), None)
        if at is not None:
            found[field] = at
    return found


def locate(
    table: RawTable, needed: Sequence[str], optional: Sequence[str] = ()
) -> tuple[dict[str, int], Sequence[RawRow]] | None:
    """Return the columns and the rows below the header, None when no line has all ``needed`` fields.

    The table's own header is tried first, then its first rows.
    """
    lines = [table.header, *(row.cells for row in table.rows[:HEADER_DEPTH])]
    for depth, line in enumerate(lines):
        columns = columns_of(line, (*needed, *optional))
        if all(field in columns for field in needed):
            return columns, table.rows[depth:]
    return None


def flag(cell: str, default: bool) -> bool:
    """Return a yes/no cell as a bool, ``default`` when it is blank or says something else."""
    return _flags().get(_plain(cell), default)
