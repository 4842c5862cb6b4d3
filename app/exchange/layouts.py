"""Which layout a file has (domain.md 6.1) and which field each of its headings stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from app.domain.case import FieldPath
from app.domain.field import Group
from app.domain.headings import Layout, fold_heading, heading_index, part_index, resolve
from app.exchange.data import layout_data

if TYPE_CHECKING:
    from app.exchange.source import Source

_NUMBER: Final = re.compile(r"[0-9]+")
_WITH_TEXT: Final = ("dx[", "op[")
_LEADING_ZEROS: Final = re.compile(r"(?<![0-9])0+(?=[1-9])")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A layout with the meaning of the headings that vary in it: ``tcm`` tells L1b from L1a."""

    layout: Layout
    tcm: bool = False

    @property
    def id(self) -> str:
        """The name in reports and ``_meta``: L1a, L1b, L2, L3, L4, L5."""
        return f"{self.layout}{'b' if self.tcm else 'a'}" if self.layout is Layout.CSV else str(self.layout)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a heading stands for: one path, several (one column, several fields), or a part of one."""

    paths: tuple[str, ...]
    is_part: bool = False


UNKNOWN: Final = Meaning(())


@dataclass(frozen=True, slots=True)
class _Knowledge:
    tcm_mark: str
    western_drops: frozenset[str]
    tcm_drops: frozenset[str]
    tcm_pattern: re.Pattern[str]
    coded: re.Pattern[str]
    words: tuple[tuple[str, str], ...]
    signs: re.Pattern[str]
    numerals: str
    parts: Mapping[str, str]
    repeated: Mapping[str, Mapping[str, str]]


@cache
def _knowledge() -> _Knowledge:
    entries = layout_data("layouts")
    dialect, words = entries["dialect"], entries["words"]
    return _Knowledge(
        tcm_mark=fold_heading(dialect["tcm_mark"]),
        western_drops=frozenset(map(fold_heading, dialect["western_drops"])),
        tcm_drops=frozenset(map(fold_heading, dialect["tcm_drops"])),
        tcm_pattern=re.compile("|".join(dialect["tcm_drop_patterns"])),
        coded=re.compile(entries["coded"]["pattern"], re.DOTALL),
        words=tuple((old, new) for old, new in words["same"]),
        signs=re.compile(words["signs"]),
        numerals=words["numerals"],
        parts={fold_heading(heading): path for heading, path in entries["parts"].items()},
        repeated={fold_heading(entry["heading"]): entry["after"] for entry in entries["repeated"]},
    )


def recognise(headings: Sequence[str]) -> Dialect:
    """Return the layout that knows most of the headings; Chinese headings when none is known."""
    folded = [_code_of(heading) for heading in headings]
    hits = {layout: sum(heading in heading_index(layout) for heading in folded) for layout in Layout}
    hits[Layout.CHINESE] = sum(bool(resolve(heading, Layout.CHINESE)) for heading in headings)
    layout = max((Layout.P, Layout.JX, Layout.CSV, Layout.CHINESE, Layout.SETTLEMENT), key=lambda known: hits[known])
    return Dialect(layout, tcm=layout is Layout.CSV and _knowledge().tcm_mark in folded)


def meanings(headings: Sequence[str], dialect: Dialect) -> list[Meaning]:
    """Return what each heading of a file stands for, in order; repeated headings are told apart by their place."""
    lower = Counter(heading.rpartition(".")[2] for heading in headings)
    found = [_meaning(heading, dialect, lower) for heading in headings]
    _place_repeated(headings, found)
    return found


@cache
def is_front_page_heading(heading: str) -> bool:
    """True for a heading that some layout of front pages knows, in whatever words."""
    folded = _code_of(heading)
    if not folded:
        return False
    parts = part_index().keys() | _knowledge().parts.keys()
    return folded in parts or any(folded in heading_index(layout) for layout in Layout) or bool(_chinese(heading))


def headings_of(source: Source) -> Mapping[str, str]:
    """Return field path (``dx[2].name``) → heading of the user's file, for every field that has a column.

    The physician's text (``source_text``) has the heading of the name. Fields without a column are missing.
    """
    columns = sorted(source.mapping, key=lambda column: column.is_part)
    found: dict[str, str] = {}
    for column in columns:
        for path in column.paths:
            found.setdefault(str(FieldPath.parse(path)), column.heading)
    texts = {
        path.replace(".name", ".source_text"): heading
        for path, heading in found.items()
        if path.startswith(_WITH_TEXT) and path.endswith(".name")
    }
    return {**texts, **found}


def _meaning(heading: str, dialect: Dialect, lower: Counter[str]) -> Meaning:
    folded = _code_of(heading)
    known = _knowledge()
    if not folded or _dropped(folded, dialect):
        return UNKNOWN
    if part := part_index().get(folded) or known.parts.get(folded):
        return Meaning((part,), is_part=True)
    if paths := heading_index(dialect.layout).get(folded):
        return Meaning(paths)
    below = heading.rpartition(".")[2]
    tries = [heading, *([below] if below != heading and lower[below] == 1 else [])]
    return next((Meaning(paths) for text in tries if (paths := _chinese(text))), UNKNOWN)


def _code_of(heading: str) -> str:
    """Return the folded heading, of ``A47健康卡号`` the code only."""
    folded = fold_heading(heading)
    found = _knowledge().coded.fullmatch(folded)
    return found[1] if found else folded


def _dropped(folded: str, dialect: Dialect) -> bool:
    if dialect.layout is not Layout.CSV:
        return False
    known = _knowledge()
    if not dialect.tcm:
        return folded in known.western_drops
    return folded in known.tcm_drops or bool(known.tcm_pattern.fullmatch(folded))


def _chinese(heading: str) -> tuple[str, ...]:
    """Return the paths of a Chinese heading as it stands or in other words, () when unknown."""
    return next((paths for text in _wordings(heading) if (paths := _with_number(text))), ())


@cache
def _wordings(heading: str) -> tuple[str, ...]:
    known = _knowledge()
    plain = _LEADING_ZEROS.sub("", known.signs.sub("", fold_heading(heading)))
    if plain and plain[-1] in known.numerals:
        plain = f"{plain[:-1]}{known.numerals.index(plain[-1]) + 1}"
    texts = dict.fromkeys((heading, plain))
    for old, new in known.words:
        for text in tuple(texts):
            if old in text:
                texts[text.replace(old, new, 1)] = None
        if len(texts) > 24:
            break
    return tuple(texts)


def _with_number(text: str) -> tuple[str, ...]:
    """Resolve a heading; a number may stand inside, and a column of "others" without one is the first of them."""
    if paths := resolve(text, Layout.CHINESE):
        return paths
    numbers = _NUMBER.findall(text)
    if not numbers:
        return resolve(f"{text}1", Layout.CHINESE)
    return resolve(_NUMBER.sub("", text) + numbers[0], Layout.CHINESE) if len(numbers) == 1 else ()


def _place_repeated(headings: Sequence[str], found: list[Meaning]) -> None:
    folded = [_code_of(heading) for heading in headings]
    counts = Counter(folded)
    last_row: dict[Group, int] = {}
    last_path = ""
    for index, heading in enumerate(folded):
        after = _knowledge().repeated.get(heading, {})
        if after and (counts[heading] > 1 or not found[index].paths) and last_path in after:
            found[index] = Meaning((after[last_path],))
        elif counts[heading] > 1 and found[index].paths:
            found[index] = _in_row(found[index], last_row)
        for path in found[index].paths[:1]:
            at = FieldPath.parse(path)
            last_row[at.group] = at.index
            last_path = path


def _in_row(meaning: Meaning, last_row: Mapping[Group, int]) -> Meaning:
    """Move the meaning of an unnumbered, repeated heading to the row of the numbered column it follows."""
    paths = tuple(FieldPath.parse(path) for path in meaning.paths)
    return Meaning(
        tuple(str(FieldPath(at.group, max(at.index, last_row.get(at.group, 0)), at.field)) for at in paths),
        meaning.is_part,
    )
