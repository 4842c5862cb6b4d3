"""Why two schemes group a case differently: the first step at which they part, and what is different there.

Nothing here knows an amount. Causes follow design/ui/ui.md (k).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.common.texts import text
from app.domain.grouping import Explanation, GroupInput, GroupResult, GroupStatus, StepOutcome
from app.drg.facts import Facts
from app.drg.rule import CodeSet, Compare, Count, In, Node, Not, Number, Severity, walk
from app.drg.scheme import Adrg, Drg, Scheme

ROBOT: Final = "OP_ARB"
"""Name of the list of robot-assisted procedures (design/scheme-workbook.md)."""
_AGES: Final = (Number.AGE_YEARS, Number.AGE_DAYS)
Args = tuple[tuple[str, str], ...]


class Cause(StrEnum):
    """Why a case changes its group, in the order in which the bars stand when they are equally long."""

    SPLIT = "split"
    SEVERITY = "severity"
    EXCLUSION = "exclusion"
    ADRG = "adrg"
    AGE = "age"
    ROBOT = "robot"
    MDC = "mdc"
    RENAMED = "renamed"
    AMBIGUOUS = "ambiguous"
    UNGROUPED = "ungrouped"
    RESOLVED = "resolved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """The cause with its detail: ``key`` names a text below ``compare.detail``, ``args`` fill it."""

    cause: Cause
    key: str
    args: Args = ()

    @property
    def detail(self) -> str:
        """What is different, in words."""
        return text(f"compare.detail.{self.key}", **dict(self.args))


@dataclass(frozen=True, slots=True)
class StepPair:
    """One step in both schemes, in words. ``parts``: the two differ."""

    label: str
    old: str
    new: str
    parts: bool


class Side:
    """A scheme with its groups at hand by ADRG and DRG code."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._rows: dict[str, list[Adrg]] = {}
        for _, adrg in scheme.rows():
            self._rows.setdefault(adrg.code, []).append(adrg)

    def rows(self, adrg: str) -> list[Adrg]:
        """Return the rows of an ADRG code, [] when the scheme has none."""
        return self._rows.get(adrg, [])

    def drg(self, result: GroupResult) -> Drg | None:
        """Return the group of a result, None when it is no DRG of its own."""
        return next((drg for adrg in self.rows(result.adrg) for drg in adrg.drgs if drg.code == result.drg), None)

    def tiers(self, adrg: str) -> frozenset[str]:
        """Return the codes of the DRGs of an ADRG."""
        return frozenset(drg.code for row in self.rows(adrg) for drg in row.drgs)


def moved(old: GroupResult, new: GroupResult) -> bool:
    """Return whether a case changes its group: another DRG or another status. No group stays no group by any code."""
    if old.status is new.status is GroupStatus.UNGROUPED:
        return False
    return (old.drg, old.status) != (new.drg, new.status)


def difference(old: Side, new: Side, case: GroupInput, was: GroupResult, now: GroupResult) -> Difference:
    """Return why ``case`` is in ``was`` by the old scheme and in ``now`` by the new one."""
    main = case.dx[0] if case.dx else ""
    if now.status is not GroupStatus.GROUPED and now.status is not was.status:
        if now.status is GroupStatus.AMBIGUOUS:
            px = case.px[0] if case.px else text("drg.none")
            return Difference(Cause.AMBIGUOUS, "ambiguous", (("px", px), ("code", main)))
        return Difference(Cause.UNGROUPED, "ungrouped", (("code", main),))
    if was.status is not now.status:
        return Difference(Cause.RESOLVED, "resolved", (("status", str(was.status)),))
    return next(_parting(old, new, case, was, now))


def _parting(old: Side, new: Side, case: GroupInput, was: GroupResult, now: GroupResult) -> Iterator[Difference]:
    """Yield what parts two groups of the same status, the first step first."""
    before, after = old.drg(was), new.drg(now)
    codes = (("old", was.drg), ("new", now.drg))
    if before and after and before.name and before.name == after.name:
        yield Difference(Cause.RENAMED, "renamed", (("name", after.name), *codes))
    main = (("code", case.dx[0] if case.dx else ""),)
    if was.mdc != now.mdc:
        yield Difference(Cause.MDC, "mdc", (*main, ("old", was.mdc), ("new", now.mdc)))
    if was.adrg != now.adrg:
        code = _deciding(new, case, now.adrg) or _deciding(old, case, was.adrg) or dict(main)["code"]
        yield Difference(Cause.ADRG, "adrg", (("code", code), ("old", was.adrg), ("new", now.adrg)))
    if was.drg in new.tiers(now.adrg) and now.drg in old.tiers(now.adrg):
        yield from _severity(old.scheme, new.scheme, case)
    yield from _robot(case, before, after)
    yield from _age(before, after)
    yield from _split(old, new, now.adrg)
    yield from _severity(old.scheme, new.scheme, case)
    if before is None or after is None:
        yield Difference(Cause.OTHER, "no_tier" if after is None else "tier", codes)
    yield Difference(Cause.OTHER, "other", codes)


def _deciding(side: Side, case: GroupInput, adrg: str) -> str:
    """Return the code that brings a case into an ADRG, '' when no list decides."""
    facts = Facts(case, side.scheme.ignored_px)
    for row in side.rows(adrg):
        if row.rule.test(facts):
            for node in walk(row.rule.node):
                if isinstance(node, In | Count):
                    codes = [code for which in node.codes for code in facts.codes(which)]
                    found = next((code for code in codes if any(_holds(one, code) for one in node.sets)), "")
                    if found:
                        return found
    return ""


def _holds(members: CodeSet | Severity, code: str) -> bool:
    return isinstance(members, CodeSet) and code in members.rows


def _robot(case: GroupInput, before: Drg | None, after: Drg | None) -> Iterator[Difference]:
    was, now = _robot_list(before), _robot_list(after)
    if now is not None and was is None:
        code = next((code for code in case.px if code in now.rows), "")
        yield Difference(Cause.ROBOT, "robot", (("code", code), ("set", now.name)))
    elif was is not None and now is None:
        yield Difference(Cause.ROBOT, "robot_gone")


def _robot_list(drg: Drg | None) -> CodeSet | None:
    nodes = _asked(drg.rule.node) if drg else ()
    sets = (one for node in nodes if isinstance(node, In | Count) for one in node.sets)
    return next((one for one in sets if isinstance(one, CodeSet) and one.name == ROBOT), None)


def _asked(node: Node) -> Iterator[Node]:
    """Yield what a rule asks for, not what it forbids."""
    if not isinstance(node, Not):
        yield node
        for part in getattr(node, "parts", ()):
            yield from _asked(part)


def _age(before: Drg | None, after: Drg | None) -> Iterator[Difference]:
    was, now = _age_of(before), _age_of(after)
    if now is not None and (was is None or (was.op, was.number) != (now.op, now.number)):
        args = (
            ("what", text(f"drg.number.{now.value}")),
            ("op", f" {now.op.value}"),
            ("number", f"{now.number:g}"),
        )
        yield Difference(Cause.AGE, "age", args)
    elif was is not None and now is None:
        yield Difference(Cause.AGE, "age_gone")


def _age_of(drg: Drg | None) -> Compare | None:
    nodes = _asked(drg.rule.node) if drg else ()
    return next((node for node in nodes if isinstance(node, Compare) and node.value in _AGES), None)


def _severity(old: Scheme, new: Scheme, case: GroupInput) -> Iterator[Difference]:
    """Yield the secondary diagnosis that makes a case severe in one scheme only."""
    was, now = _counted(old, case), _counted(new, case)
    if {*was.values()} == {*now.values()}:
        return
    for code in dict.fromkeys(case.dx[1:]):
        before, after = was.get(code, ""), now.get(code, "")
        if before == after:
            continue
        listed_old, listed_new = _listed(old, code), _listed(new, code)
        if listed_old == listed_new:
            key = "excluded" if before else "counted"
            yield Difference(Cause.EXCLUSION, key, (("code", code), ("level", listed_new)))
        elif listed_old and listed_new:
            yield Difference(Cause.SEVERITY, "promoted", (("code", code), ("old", listed_old), ("new", listed_new)))
        elif listed_new:
            yield Difference(Cause.SEVERITY, "listed", (("code", code), ("new", listed_new)))
        else:
            yield Difference(Cause.SEVERITY, "dropped", (("code", code), ("old", listed_old)))


def _counted(scheme: Scheme, case: GroupInput) -> dict[str, str]:
    """Return the secondary diagnoses that count, with MCC or CC."""
    main = case.dx[0] if case.dx else None
    found = {}
    for code in case.dx[1:]:
        level = next((one.name for one in (scheme.mcc, scheme.cc) if one.counts(code, main)), "")
        if level:
            found[code] = level
    return found


def _listed(scheme: Scheme, code: str) -> str:
    return next((level.name for level in (scheme.mcc, scheme.cc) if code in level.tables), "")


def _split(old: Side, new: Side, adrg: str) -> Iterator[Difference]:
    was, now = old.tiers(adrg), new.tiers(adrg)
    if len(was) != len(now):
        args = (("adrg", adrg), ("old", _tiers(len(was))), ("new", _tiers(len(now))))
        yield Difference(Cause.SPLIT, "split", args)
    elif was != now:
        yield Difference(Cause.SPLIT, "regrouped", (("adrg", adrg),))


def _tiers(count: int) -> str:
    return text("compare.tier.one") if count <= 1 else f" {text('compare.tier.more', count=count)}"


def step_pairs(old: Explanation, new: Explanation) -> tuple[StepPair, ...]:
    """Return MDC, ADRG and every DRG that was looked at in the last ADRG of either scheme, side by side."""
    pairs = [_pair(text("compare.step.mdc"), old.result.mdc, new.result.mdc)]
    pairs.append(_pair(text("compare.step.adrg"), old.result.adrg, new.result.adrg))
    was, now = _drg_steps(old), _drg_steps(new)
    absent = text("compare.step.absent")
    for code in sorted({*was, *now}):
        pairs.append(_pair(code, was.get(code, absent), now.get(code, absent)))
    return tuple(pairs)


def _pair(label: str, old: str, new: str) -> StepPair:
    return StepPair(label, old or text("compare.step.none"), new or text("compare.step.none"), old != new)


def _drg_steps(explanation: Explanation) -> Mapping[str, str]:
    """Return the outcome of each DRG behind the last ADRG that was entered."""
    entered = [
        at for at, step in enumerate(explanation.steps) if step.level == "adrg" and step.outcome is StepOutcome.HIT
    ]
    last = explanation.steps[entered[-1] :] if entered else ()
    return {step.code: text(f"compare.step.{step.outcome}") for step in last if step.level == "drg"}


def why(was: GroupResult, now: GroupResult, found: Difference) -> str:
    """Return in one sentence why a case changes its group."""
    detail = found.detail
    if GroupStatus.GROUPED not in (was.status, now.status) or was.status is not now.status:
        return text(
            "compare.why.status",
            old=was.drg, new=now.drg, old_status=was.status, new_status=now.status, detail=detail,
        )  # fmt: skip
    if was.mdc != now.mdc:
        return text("compare.why.mdc", detail=detail)
    if was.adrg != now.adrg:
        return text("compare.why.adrg", mdc=now.mdc, detail=detail)
    return text("compare.why.same", adrg=now.adrg, detail=detail)
