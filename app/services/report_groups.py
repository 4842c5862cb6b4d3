"""Stays by department, doctor group, DRG and operation with their measures (domain.md 7.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from app.common.texts import text
from app.domain.dictionaries import dictionary
from app.services.report_frame import Frame
from app.services.report_specs import COMPLIANCE, COST, GROUPING, QUALITY, Material, Spec
from app.services.report_types import FEWEST, GroupRow, Series
from app.storage.case_columns import Flags
from app.storage.report_rows import Floats

LEVELS: Final = ("dept", "doctor", "drg", "op")
"""Below the hospital, from above (SEED1's five levels)."""
_SPECS: Final[Mapping[str, Spec]] = {one.key: one for one in (*GROUPING, *COST, *COMPLIANCE, *QUALITY)}
MEASURES: Final = (
    "weights",
    "cmi",
    "mean_cost",
    "stay",
    "drugs",
    "material",
    "complications",
    "mortality",
    "readmitted",
    "cost",
    "standard",
    "surplus",
    "surplus_rate",
    "returned",
)
"""Measures of a line, in the order of the columns."""
MONEY: Final = frozenset({"mean_cost", "cost", "standard", "surplus", "surplus_rate", "returned"})
"""Those that are amounts or tell of amounts."""


def group_rows(
    it: Material, shown: Flags, level: str, names: Mapping[str, str], measures: Sequence[str] = MEASURES
) -> tuple[GroupRow, ...]:
    """Return the lines of a level by code; measures of fewer than ten cases are None. ``names`` are those of groups."""
    frame = it.frame
    column = frame.stays.texts[level]
    rows = np.flatnonzero(shown)
    if not len(rows):
        return ()
    codes, places = np.unique(column.codes[rows], return_inverse=True)
    first = np.array([rows[np.argmax(places == at)] for at in range(len(codes))])
    keys = np.full(len(frame), -1, np.int64)
    keys[rows] = places
    tables = {name: _column(series, keys, len(codes)) for name, series in _measures(it, measures)}
    if "returned" in measures:
        tables["returned"] = _returned(it, tables["cmi"], tables["surplus"])
    order = np.argsort(places, kind="stable")
    ends = np.cumsum(np.bincount(places, minlength=len(codes)))
    ids = frame.ids[rows[order]]
    made = []
    for at, code in enumerate(column.values(first)):
        start = int(ends[at - 1]) if at else 0
        values = {name: None if np.isnan(table[at]) else float(table[at]) for name, table in tables.items()}
        opens = tuple(ids[start : int(ends[at])].tolist())
        made.append(GroupRow(code, _label(level, code, names), len(opens), values, opens))
    return tuple(sorted(made, key=lambda one: one.key))


def narrowed(frame: Frame, shown: Flags, path: Sequence[str]) -> Flags:
    """Return the stays below a path of keys, one for each level from above."""
    for level, key in zip(LEVELS, path, strict=False):
        wanted = key
        shown = shown & frame.stays.texts[level].where(wanted.__eq__)
    return shown


def _measures(it: Material, names: Sequence[str]) -> list[tuple[str, Series]]:
    found = [(name, _SPECS[name].make(it)) for name in names if name in _SPECS]
    if "complications" not in names:
        return found
    every = np.ones(len(it.frame), np.bool_)
    ill = it.frame.stays.numbers["complication"]
    return [*found, ("complications", Series(every, every, ill.astype(np.float64), np.ones(len(every)), ill > 0))]


def _returned(it: Material, cmi: Floats, surplus: Floats) -> Floats:
    """Return what of a surplus may go back to a line whose CMI is above the hospital's bound (domain.md 4.6)."""
    enough = (np.nan_to_num(cmi) > it.parameters["return_cmi"]) & (np.nan_to_num(surplus) > 0)
    found: Floats = np.where(enough, surplus * it.parameters["return_share"], np.nan)
    return found


def _column(series: Series, keys: np.typing.NDArray[np.int64], count: int) -> Floats:
    values, cases = series.by(keys, count)
    few = cases < (FEWEST if series.den is not None else 1)
    found: Floats = np.where(few, np.nan, values)
    return found


def _label(level: str, code: str, names: Mapping[str, str]) -> str:
    if not code:
        return text("reports.blank")
    if level == "dept":
        return dictionary("D-DEPT").label(code) or code
    return names.get(code, "") if level in ("drg", "op") else code
