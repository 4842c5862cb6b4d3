"""Why the insurer's group is not ours: the case is grouped again with one piece exchanged at a time.

The exchange that gives the insurer's group names the cause. Nothing here knows an amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from app.domain.grouping import GroupInput, GroupResult, GroupStatus
from app.drg.comparing import Side
from app.drg.engine import group
from app.drg.explaining import secondary_notes
from app.drg.scheme import Scheme
from app.drg.tiers import counted_as, row_of, tried

Args = tuple[tuple[str, str], ...]


class ReturnCause(StrEnum):
    """Why two groups differ, in the order in which the bars stand when they are equally long."""

    MAPPING = "mapping"
    SEVERITY = "severity"
    ADRG = "adrg"
    SPLIT = "split"
    VERSION = "version"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the insurer says: its group ('' for none), its word for the scheme, and its codes where it tells them."""

    drg: str
    scheme: str = ""
    dx: tuple[str, ...] = ()
    px: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ours:
    """What we grouped: the case with the codes of the insurance edition, the same before conversion, and the result.

    ``invalid`` is what stopped grouping on the page, '' when nothing did.
    """

    case: GroupInput
    unconverted: GroupInput
    result: GroupResult
    invalid: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One piece exchanged: ``kind`` codes, unconverted, with, without, as_mcc, as_cc, none_counted, main_dx, main_px,
    blank or scheme; '' for none.

    ``piece`` is the code, the field or the id of the scheme.
    """

    kind: str = ""
    piece: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The cause with its detail (a text below ``insurer.detail``) and the exchange that gives the insurer's group."""

    cause: ReturnCause
    key: str
    args: Args = ()
    exchange: Exchange = Exchange()


def agrees(ours: Ours, theirs: Theirs) -> bool:
    """Tell whether both have the same group; no group is no group by whatever code."""
    if ours.invalid or ours.result.status is GroupStatus.UNGROUPED:
        return not theirs.drg
    return ours.result.drg == theirs.drg


def classify(scheme: Scheme, ours: Ours, theirs: Theirs, others: Sequence[Scheme]) -> Found:
    """Return why the groups differ; ``others`` are the other schemes that are at hand."""
    return next(_causes(scheme, ours, theirs, others))


def exchanged(
    scheme: Scheme, ours: Ours, theirs: Theirs, others: Sequence[Scheme], exchange: Exchange
) -> tuple[Scheme, GroupInput]:
    """Return scheme and case with one piece exchanged, as :func:`classify` tried it."""
    case, piece = ours.case, exchange.piece
    match exchange.kind:
        case "codes":
            case = _with_their_codes(case, theirs)
        case "unconverted":
            case = ours.unconverted
        case "with":
            case = replace(case, dx=(*case.dx, piece))
        case "without":
            case = _without(case, piece)
        case "as_mcc" | "as_cc":
            case = counted_as(scheme, case, piece, exchange.kind.removeprefix("as_"))
        case "none_counted":
            counting = [note.code for note in secondary_notes(scheme, case) if note.counts]
            case = replace(case, dx=_without_all(case.dx, counting))
        case "main_dx":
            case = replace(case, dx=_first(case.dx, piece))
        case "main_px":
            case = replace(case, px=_first(case.px, piece))
        case "blank":
            case = _blank(case, piece)
        case "scheme":
            scheme = next((one for one in others if one.id == piece), scheme)
        case _:
            pass
    return scheme, case


def _causes(scheme: Scheme, ours: Ours, theirs: Theirs, others: Sequence[Scheme]) -> Iterator[Found]:
    if ours.invalid:
        yield Found(ReturnCause.MISSING, "invalid", (("why", ours.invalid),))
    home = next((row for _, row in scheme.rows() if any(drg.code == theirs.drg for drg in row.drgs)), None)
    is_foreign = bool(theirs.scheme) and theirs.scheme not in (scheme.id, scheme.title)
    if is_foreign or (theirs.drg and home is None):
        yield from _by_scheme(ours, theirs, others)
    yield from _by_codes(scheme, ours, theirs)
    if not theirs.drg:
        yield from _by_blank(scheme, ours, theirs)
        yield Found(ReturnCause.MISSING, "theirs")
    if home is not None and home.code == ours.result.adrg:
        yield from _by_level(scheme, ours, theirs)
        levels = (("old", ours.result.drg), ("new", theirs.drg))
        yield Found(ReturnCause.SEVERITY, "tier", levels)
    yield from _by_order(scheme, ours, theirs)
    yield from _by_dropping(scheme, ours, theirs, ReturnCause.MAPPING, "px_lost", ours.case.px)
    yield from _by_dropping(scheme, ours, theirs, ReturnCause.MAPPING, "dx_lost", ours.case.dx[1:])
    yield from _by_scheme(ours, theirs, others)
    if ours.result.status is not GroupStatus.GROUPED:
        yield Found(ReturnCause.MISSING, "ours", (("status", str(ours.result.status)),))
    if home is not None:
        yield Found(ReturnCause.ADRG, "other_adrg", (("old", ours.result.adrg), ("new", home.code)))
    if any(theirs.drg.startswith(adrg) for adrg in _near(scheme, ours, theirs)):
        yield Found(ReturnCause.SPLIT, "local", (("adrg", ours.result.adrg), ("new", theirs.drg)))
    yield Found(ReturnCause.UNKNOWN, "unknown", (("new", theirs.drg),))


def _near(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[str]:
    """Yield the ADRG codes of which the insurer's group may be a split of its own: ours, as far as it begins alike."""
    side = Side(scheme)
    if side.rows(ours.result.adrg):
        yield ours.result.adrg
    if side.rows(theirs.drg[:3]):
        yield theirs.drg[:3]


def _gives(scheme: Scheme, case: GroupInput, theirs: Theirs) -> bool:
    result = group(scheme, case)
    if not theirs.drg:
        return result.status is GroupStatus.UNGROUPED
    return result.drg == theirs.drg


def _by_scheme(ours: Ours, theirs: Theirs, others: Sequence[Scheme]) -> Iterator[Found]:
    for other in others:
        if _gives(other, ours.case, theirs):
            args = (("title", other.title),)
            yield Found(ReturnCause.VERSION, "scheme", args, Exchange("scheme", other.id))


def _by_codes(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[Found]:
    if theirs.dx or theirs.px:
        case = _with_their_codes(ours.case, theirs)
        if case != ours.case and _gives(scheme, case, theirs):
            yield from _by_told_diagnosis(scheme, ours, theirs)
            changed = [code for code in (*case.dx, *case.px) if code not in (*ours.case.dx, *ours.case.px)]
            lost = [code for code in (*ours.case.dx, *ours.case.px) if code not in (*case.dx, *case.px)]
            args = (("old", " ".join(lost) or "—"), ("new", " ".join(changed) or "—"))
            yield Found(ReturnCause.MAPPING, "codes", args, Exchange("codes"))
    if ours.unconverted != ours.case:
        pairs = zip((*ours.unconverted.dx, *ours.unconverted.px), (*ours.case.dx, *ours.case.px), strict=False)
        old, new = next(((a, b) for a, b in pairs if a != b), ("", ""))
        if _gives(scheme, ours.unconverted, theirs):
            yield Found(ReturnCause.MAPPING, "unconverted", (("old", old), ("new", new)), Exchange("unconverted"))


def _by_told_diagnosis(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[Found]:
    """Yield the one secondary diagnosis that they have and we do not, or the other way round, if it decides alone."""
    mine = ours.case.dx
    for code in dict.fromkeys(theirs.dx[1:]):
        case = replace(ours.case, dx=(*mine, code))
        if code not in mine and _gives(scheme, case, theirs):
            yield Found(ReturnCause.MAPPING, "dx_added", row_of(scheme, code), Exchange("with", code))
    lacked = [code for code in mine[1:] if code not in theirs.dx] if theirs.dx else []
    for found in _by_dropping(scheme, ours, theirs, ReturnCause.MAPPING, "dx_dropped", lacked):
        yield replace(found, args=row_of(scheme, found.exchange.piece))


def _by_dropping(
    scheme: Scheme, ours: Ours, theirs: Theirs, cause: ReturnCause, key: str, codes: Sequence[str]
) -> Iterator[Found]:
    for code in dict.fromkeys(codes):
        if _gives(scheme, _without(ours.case, code), theirs):
            yield Found(cause, key, (("code", code),), Exchange("without", code))


def _by_level(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[Found]:
    """Yield the secondary diagnoses that count for us and not for them, that count otherwise, or that we lack."""
    codes = ours.case.dx[1:]
    for found in _by_dropping(scheme, ours, theirs, ReturnCause.SEVERITY, "uncounted", codes):
        yield replace(found, args=row_of(scheme, found.exchange.piece))
    for one in tried(scheme, ours.case):
        if one.case != ours.case and _gives(scheme, one.case, theirs):
            yield Found(ReturnCause.SEVERITY, one.key, one.args, Exchange(f"as_{one.level}", one.code))
    counting = [note.code for note in secondary_notes(scheme, ours.case) if note.counts]
    if len(counting) > 1 and _gives(scheme, replace(ours.case, dx=_without_all(ours.case.dx, counting)), theirs):
        yield Found(ReturnCause.SEVERITY, "none_counted", (("codes", " ".join(counting)),), Exchange("none_counted"))


def _without_all(dx: tuple[str, ...], codes: Sequence[str]) -> tuple[str, ...]:
    return (*dx[:1], *(one for one in dx[1:] if one not in codes))


def _by_order(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[Found]:
    for code in dict.fromkeys(ours.case.px[1:]):
        if _gives(scheme, replace(ours.case, px=_first(ours.case.px, code)), theirs):
            yield Found(ReturnCause.ADRG, "main_px", (("code", code),), Exchange("main_px", code))
    for code in dict.fromkeys(ours.case.dx[1:]):
        if _gives(scheme, replace(ours.case, dx=_first(ours.case.dx, code)), theirs):
            yield Found(ReturnCause.ADRG, "main_dx", (("code", code),), Exchange("main_dx", code))


_NUMBERS: Final = ("age_years", "weight_g", "los_days", "discharge")


def _by_blank(scheme: Scheme, ours: Ours, theirs: Theirs) -> Iterator[Found]:
    for name in _NUMBERS:
        case = _blank(ours.case, name)
        if case != ours.case and _gives(scheme, case, theirs):
            yield Found(ReturnCause.MISSING, f"blank_{name}", (), Exchange("blank", name))


def _with_their_codes(case: GroupInput, theirs: Theirs) -> GroupInput:
    return replace(case, dx=theirs.dx or case.dx, px=theirs.px or case.px)


def _without(case: GroupInput, code: str) -> GroupInput:
    dx = case.dx[:1] + tuple(one for one in case.dx[1:] if one != code)
    return replace(case, dx=dx, px=tuple(one for one in case.px if one != code))


def _first(codes: tuple[str, ...], code: str) -> tuple[str, ...]:
    return (code, *(one for one in codes if one != code))


def _blank(case: GroupInput, name: str) -> GroupInput:
    match name:
        case "age_years":
            return replace(case, age_years=None, age_days=None)
        case "weight_g":
            return replace(case, weight_g=None)
        case "los_days":
            return replace(case, los_days=None)
        case _:
            return replace(case, discharge=None)
