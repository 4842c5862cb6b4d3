"""Which column of a file stands for which field: the headings of the field list, expanded and folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from app.domain.field import FieldSpec, Group
from app.domain.fields import FIELDS


class Layout(StrEnum):
    """Layouts of domain.md 6.1 whose columns are named by the field list."""

    CSV = "L1"
    P = "L2"
    JX = "L3"
    CHINESE = "L4"
    SETTLEMENT = "L5"


GROUP_ROWS: Final[Mapping[Group, int]] = MappingProxyType(
    {
        Group.CASE: 1,
        Group.DX: 41,
        Group.OP: 41,
        Group.PATH: 3,
        Group.EXT: 3,
        Group.NB_WEIGHT: 5,
        Group.ICU: 5,
        Group.BLOOD: 10,
        Group.SETL_FEE: 14,
    }
)
"""Most rows of a group in one line of a file (domain.md 2.1; transfusions are unlimited there, 10 here)."""

_BRACKETS: Final = re.compile(r"[()\[\]{}〔〕【】《》<>]")
_BRACKETED: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_OTHER_ROWS: Final = re.compile(r"\{k[:}]")


def fold_heading(heading: str) -> str:
    """Return a heading for comparison: half-width, lower case, without spaces and bracket signs."""
    return _BRACKETS.sub("", "".join(unicodedata.normalize("NFKC", heading).split())).casefold()


def headings_of(spec: FieldSpec, layout: Layout, index: int = 0) -> tuple[str, ...]:
    """Return the headings of a field in row ``index`` (from 0) of its group, the preferred one first."""
    if layout is Layout.SETTLEMENT:
        return spec.setl
    if spec.group is Group.CASE:
        return _case_headings(spec, layout)
    if layout is Layout.P:
        return spec.p[index : index + 1]
    return _row_headings(spec, layout, index)


def _case_headings(spec: FieldSpec, layout: Layout) -> tuple[str, ...]:
    match layout:
        case Layout.CSV:
            return spec.csv
        case Layout.P:
            return spec.p
        case Layout.JX:
            return spec.jx
        case _:
            return (spec.label, *spec.headings)


def _row_headings(spec: FieldSpec, layout: Layout, index: int) -> tuple[str, ...]:
    templates, main = {
        Layout.CSV: (spec.csv, spec.csv_main),
        Layout.JX: (spec.jx, spec.jx_main),
    }.get(layout, (spec.headings, spec.headings_main))
    if index:
        return tuple(template.format(n=index + 1, k=index) for template in templates)
    return main + tuple(t.format(n=1) for t in templates if not _OTHER_ROWS.search(t))


@cache
def heading_index(layout: Layout) -> Mapping[str, tuple[str, ...]]:
    """Return folded heading → field paths (``dx[1].code``) of a layout.

    A heading has several paths only where one column holds several fields (切口愈合等级), or in the settlement
    list, whose interface names have no row numbers.
    """
    found: dict[str, tuple[str, ...]] = {}
    for path, heading in _columns(layout):
        key = fold_heading(heading)
        if path not in found.get(key, ()):
            found[key] = (*found.get(key, ()), path)
    return MappingProxyType(found)


def _columns(layout: Layout) -> Iterator[tuple[str, str]]:
    for spec in FIELDS:
        rows = 1 if layout is Layout.SETTLEMENT else GROUP_ROWS[spec.group]
        for index in range(rows):
            path = spec.path.replace("[]", f"[{index}]")
            for heading in headings_of(spec, layout, index):
                yield path, heading


@cache
def part_index() -> Mapping[str, str]:
    """Return folded heading → field path of columns that hold a part of a value (an hour, a province)."""
    return MappingProxyType({fold_heading(part): spec.path for spec in FIELDS for part in spec.parts})


def resolve(heading: str, layout: Layout) -> tuple[str, ...]:
    """Return the field paths of a column, () when unknown.

    Chinese headings are tried with and then without what stands in brackets (units, remarks).
    """
    index = heading_index(layout)
    exact = index.get(fold_heading(heading), ())
    if exact or layout is not Layout.CHINESE:
        return exact
    return index.get(fold_heading(_BRACKETED.sub("", unicodedata.normalize("NFKC", heading))), ())
