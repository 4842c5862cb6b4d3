"""What is different between two schemes, without a case: groups, names, severities, exclusion tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.drg.scheme import Scheme


class Change(StrEnum):
    """A kind of difference, in the order in which they are listed."""

    ONLY_OLD = "only_old"
    ONLY_NEW = "only_new"
    RECODED = "recoded"
    RENAMED = "renamed"
    CC_TO_MCC = "cc_to_mcc"
    MCC_TO_CC = "mcc_to_cc"
    MCC_IN = "mcc_in"
    CC_IN = "cc_in"
    MCC_OUT = "mcc_out"
    CC_OUT = "cc_out"
    TABLES = "tables"


@dataclass(frozen=True, slots=True)
class SchemeChange:
    """One difference: the code of a group, a diagnosis or an exclusion table, and what stands in either scheme."""

    change: Change
    code: str
    old: str = ""
    new: str = ""


def scheme_changes(old: Scheme, new: Scheme) -> tuple[SchemeChange, ...]:
    """Return every difference of groups, names, MCC, CC and exclusion tables, by kind and code."""
    order = list(Change)
    found = [*_groups(old.names, new.names), *_severities(old, new), *_tables(old, new)]
    return tuple(sorted(found, key=lambda one: (order.index(one.change), one.code)))


def _groups(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[SchemeChange]:
    gone, come = old.keys() - new.keys(), new.keys() - old.keys()
    by_name = {new[code]: code for code in sorted(come, reverse=True) if new[code]}
    recoded = {code: by_name[old[code]] for code in gone if old[code] in by_name}
    for code, now in recoded.items():
        yield SchemeChange(Change.RECODED, code, f"{code} {old[code]}", f"{now} {new[now]}")
    for code in gone - recoded.keys():
        yield SchemeChange(Change.ONLY_OLD, code, old[code])
    for code in come - {*recoded.values()}:
        yield SchemeChange(Change.ONLY_NEW, code, "", new[code])
    for code in old.keys() & new.keys():
        if old[code] != new[code]:
            yield SchemeChange(Change.RENAMED, code, old[code], new[code])


_MOVES = {
    ("CC", "MCC"): Change.CC_TO_MCC,
    ("MCC", "CC"): Change.MCC_TO_CC,
    ("", "MCC"): Change.MCC_IN,
    ("", "CC"): Change.CC_IN,
    ("MCC", ""): Change.MCC_OUT,
    ("CC", ""): Change.CC_OUT,
}


def _severities(old: Scheme, new: Scheme) -> Iterator[SchemeChange]:
    was, now = _levels(old), _levels(new)
    for code in was.keys() | now.keys():
        pair = was.get(code, ""), now.get(code, "")
        if pair[0] != pair[1]:
            yield SchemeChange(_MOVES[pair], code, *pair)


def _levels(scheme: Scheme) -> dict[str, str]:
    return dict.fromkeys(scheme.cc.tables, "CC") | dict.fromkeys(scheme.mcc.tables, "MCC")


def _tables(old: Scheme, new: Scheme) -> Iterator[SchemeChange]:
    """Yield the exclusion tables of the same number whose principal diagnoses are others."""
    was, now = _principals(old), _principals(new)
    for table in was.keys() & now.keys():
        gone, come = len(was[table] - now[table]), len(now[table] - was[table])
        if gone or come:
            yield SchemeChange(Change.TABLES, table, f"−{gone:,}", f"+{come:,}")


def _principals(scheme: Scheme) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, tables in scheme.mcc.excluded.items():
        for table in tables:
            found.setdefault(table, set()).add(code)
    return found
