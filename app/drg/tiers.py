"""What else a secondary diagnosis may have counted as: MCC, CC or nothing, each with the row of the table.

The levels of a scheme are part of its compiled rules; a diagnosis is tried as another level by a member of that level
that the principal diagnosis does not exclude, standing in for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.domain.grouping import GroupInput
from app.drg.explaining import secondary_notes
from app.drg.rule import Severity
from app.drg.scheme import Scheme

Args = tuple[tuple[str, str], ...]
MORE: Final = "more"
"""Stands for a diagnosis that the case does not have."""
_BLANK: Final = "—"


@dataclass(frozen=True, slots=True)
class Tried:
    """A diagnosis tried as another level: ``key`` and ``args`` say how the scheme has it, ``case`` is what is tried."""

    key: str
    level: str
    code: str
    args: Args
    case: GroupInput


def row_of(scheme: Scheme, code: str) -> Args:
    """Return a diagnosis with its level, its exclusion tables and the place of its row, ``—`` where it has none."""
    level = next((one for one in (scheme.mcc, scheme.cc) if code in one.tables), None)
    if level is None:
        return (("code", code), ("level", _BLANK), ("tables", _BLANK), ("place", _BLANK))
    tables = " ".join(sorted(level.tables[code])) or _BLANK
    return (("code", code), ("level", level.name), ("tables", tables), ("place", level.place(code)))


def counted_as(scheme: Scheme, case: GroupInput, code: str, level: str) -> GroupInput:
    """Return a case in which a diagnosis counts as ``mcc`` or ``cc``; :data:`MORE` adds one. Itself where none can."""
    stand_in = _member(scheme.mcc if level == "mcc" else scheme.cc, case)
    if not stand_in:
        return case
    if code == MORE:
        return replace(case, dx=(*case.dx, stand_in))
    return replace(case, dx=(*case.dx[:1], *(stand_in if one == code else one for one in case.dx[1:])))


def tried(scheme: Scheme, case: GroupInput) -> Iterator[Tried]:
    """Yield every secondary diagnosis as each level that it does not count as, then one that the case lacks."""
    for note in secondary_notes(scheme, case):
        for level in ("cc", "mcc"):
            if level == note.level and note.counts:
                continue
            key = "excluded_counted" if note.excluded_by and level == note.level else "other_level"
            args = (*row_of(scheme, note.code), ("excluded", note.excluded_by or _BLANK), ("their", level.upper()))
            yield Tried(key, level, note.code, args, counted_as(scheme, case, note.code, level))
    for level in ("cc", "mcc"):
        yield Tried("one_more", level, MORE, (("their", level.upper()),), counted_as(scheme, case, MORE, level))


def _member(level: Severity, case: GroupInput) -> str:
    """Return a diagnosis of a level that counts with the principal diagnosis of a case, '' when there is none."""
    main = case.dx[0] if case.dx else None
    return next((code for code in sorted(level.tables) if level.counts(code, main)), "")
