"""Which column of a file fills which field: found by itself, remembered, or proposed for a person to confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from rapidfuzz import fuzz, process

from app.domain.case import FieldPath
from app.domain.headings import Layout, fold_heading, heading_index
from app.exchange.layouts import UNKNOWN, Dialect, Meaning, meanings

_ALIKE: Final = 78.0


class Origin(StrEnum):
    """How a column came to its field: 自动, 记忆, 合并, 拆分, 请确认, or not at all."""

    AUTO = "auto"
    REMEMBERED = "remembered"
    MERGED = "merged"
    SPLIT = "split"
    CONFIRM = "confirm"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One column of a file. ``path`` is '' for a column that is not imported.

    ``others`` are further fields held by the same column (SPLIT), ``is_part`` marks an hour or another part of a
    value (MERGED), ``proposal`` is the field to be confirmed (CONFIRM; nothing is imported until then).
    """

    column: int
    heading: str
    path: str
    origin: Origin
    first_value: str = ""
    others: tuple[str, ...] = ()
    is_part: bool = False
    proposal: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """All fields of the column, () when it is not imported."""
        return (self.path, *self.others) if self.path else ()


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person decided for files of one source: folded heading → path ('' = do not import), answers.

    A repeated heading has its occurrence behind it (``邮编#2``). The source is known by :func:`signature`;
    ``answers`` are the replies to :class:`app.exchange.decisions.Question`.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


def signature(headings: Sequence[str]) -> tuple[str, ...]:
    """Return what tells files of one source from others: the folded headings in their order."""
    return tuple(map(fold_heading, headings))


def profile_of(mapping: Sequence[ColumnMap], answers: Mapping[str, str]) -> Profile:
    """Return the profile that repeats a mapping: only what differs from the program's own reading is kept."""
    keys = _keys([entry.heading for entry in mapping])
    own = {key: entry.path for key, entry in zip(keys, mapping, strict=True) if entry.origin is Origin.REMEMBERED}
    return Profile(own, dict(answers))


def _keys(headings: Sequence[str]) -> list[str]:
    """Return a key per column: its folded heading, numbered (``邮编#2``) where a heading is repeated."""
    seen: Counter[str] = Counter()
    keys = []
    for folded in map(fold_heading, headings):
        seen[folded] += 1
        keys.append(folded if seen[folded] == 1 else f"{folded}#{seen[folded]}")
    return keys


def changed(mapping: Sequence[ColumnMap], column: int, path: str) -> tuple[ColumnMap, ...]:
    """Return a mapping in which a person gave one column another field ('' = do not import)."""
    return tuple(
        replace(entry, path=path, others=(), is_part=False, proposal="", origin=Origin.REMEMBERED)
        if entry.column == column
        else entry
        for entry in mapping
    )


def build_mapping(
    headings: Sequence[str],
    first_values: Sequence[str],
    dialect: Dialect,
    profile: Profile | None = None,
    ignored: frozenset[str] = frozenset(),
) -> tuple[ColumnMap, ...]:
    """Return the columns of a file with their fields.

    ``ignored`` are headings that this program added to an export: they are never imported. A decision of the
    profile wins over everything else.
    """
    found = [
        UNKNOWN if heading in ignored else meaning
        for heading, meaning in zip(headings, meanings(headings, dialect), strict=True)
    ]
    merged = {meaning.paths[0] for meaning in found if meaning.is_part}
    taken = {path for meaning in found for path in meaning.paths}
    remembered = profile.paths if profile else {}
    mapping = []
    for column, (heading, key, meaning) in enumerate(zip(headings, _keys(headings), found, strict=True)):
        first = first_values[column] if column < len(first_values) else ""
        own = remembered.get(key)
        if own is not None:
            mapping.append(ColumnMap(column, heading, own, Origin.REMEMBERED, first))
        else:
            proposal = "" if meaning.paths or heading in ignored else _proposal(heading, taken)
            mapping.append(_column(column, heading, meaning, merged, first, proposal))
    return tuple(mapping)


def _column(column: int, heading: str, meaning: Meaning, merged: set[str], first: str, proposal: str) -> ColumnMap:
    if not meaning.paths:
        return ColumnMap(column, heading, "", Origin.CONFIRM if proposal else Origin.UNKNOWN, first, proposal=proposal)
    path, *others = meaning.paths
    origin = Origin.SPLIT if others else Origin.MERGED if path in merged else Origin.AUTO
    return ColumnMap(column, heading, path, origin, first, tuple(others), meaning.is_part)


def _proposal(heading: str, taken: set[str]) -> str:
    """Return the field whose Chinese heading is most alike, '' when none is or its number differs."""
    folded = fold_heading(heading)
    if folded.isascii() or len(folded) < 2:
        return ""
    index = heading_index(Layout.CHINESE)
    digits = [sign for sign in folded if sign.isdecimal()]
    best = process.extract(folded, list(index), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=5)
    for candidate, _, _ in best:
        path = index[candidate][0]
        if [sign for sign in candidate if sign.isdecimal()] == digits and path not in taken:
            return path
    return ""


def generic_paths(mapping: Sequence[ColumnMap]) -> frozenset[str]:
    """Return the field paths that a file has, rows left out: ``sex``, ``dx[].code``."""
    found: Counter[str] = Counter()
    for entry in mapping:
        for path in entry.paths:
            at = FieldPath.parse(path)
            found[path if str(at) == at.field else f"{at.group}[].{at.field}"] += 1
    return frozenset(found)
