"""The path of a case: every rule tried up to the hit with the facts that decided, and each secondary diagnosis."""

from __future__ import annotations

from collections.abc import Container, Iterator

from app.domain.grouping import (
    Because,
    Explanation,
    Fact,
    GroupInput,
    GroupResult,
    GroupStatus,
    SecondaryNote,
    Step,
    StepOutcome,
)
from app.drg.causes import Reached, cause
from app.drg.engine import attempt, other_attempts
from app.drg.facts import Facts
from app.drg.rule import Severity
from app.drg.scheme import Adrg, Drg, Mdc, OnMiss, Rule, Scheme

Told = tuple[Fact, ...]


def explain(scheme: Scheme, case: GroupInput, known: Container[str] | None = None) -> Explanation:
    """Return the group of a case with its path; the result is always that of :func:`app.drg.engine.group`.

    ``known`` are the codes of the scheme's codebook, to tell an unknown principal diagnosis from one no MDC takes.
    """
    first = _Trail(scheme, case)
    trail = first
    if first.result is None and scheme.retry_other_px:
        leading = (alone for alone in other_attempts(case) if attempt(scheme, alone) is not None)
        trail = next((_Trail(scheme, alone, retried=True) for alone in leading), first)
    return trail.explanation(case, known)


class _Trail:
    """One attempt at grouping a case, step by step."""

    def __init__(self, scheme: Scheme, case: GroupInput, *, retried: bool = False) -> None:
        self.scheme = scheme
        self.case = case
        self.retried = retried
        self.facts = Facts(case, scheme.ignored_px)
        self.steps: list[Step] = []
        self.mdc: Mdc | None = None
        self.adrg: Adrg | None = None
        self.drg: Drg | None = None
        self._entered: dict[str, tuple[str, Told]] = {}
        self._missed: list[tuple[str, Told]] = []
        self.result = self._attempt()

    def _attempt(self) -> GroupResult | None:
        for mdc in self.scheme.mdcs:
            facts = self._try("mdc", mdc.code, mdc.name, mdc.rule)
            if facts is not None:
                self.mdc = mdc
                self._entered = {"mdc": (mdc.code, facts)}
                result = self._in_mdc(mdc)
                if result is not None or not self.scheme.falls_through:
                    return result
        return None

    def _in_mdc(self, mdc: Mdc) -> GroupResult | None:
        for position, adrg in enumerate(mdc.adrgs):
            facts = self._try("adrg", adrg.key, adrg.name, adrg.rule)
            if facts is not None:
                self.adrg = adrg
                self._entered["adrg"] = (adrg.code, facts)
                result = self._in_adrg(adrg)
                if result is not None or adrg.on_miss is not OnMiss.NEXT:
                    self._untested("adrg", mdc.adrgs[position + 1 :])
                    return result
        return None

    def _in_adrg(self, adrg: Adrg) -> GroupResult | None:
        self._missed = []
        for position, drg in enumerate(adrg.drgs):
            facts = self._try("drg", drg.code, drg.name, drg.rule)
            if facts is not None:
                self.drg = drg
                self._entered["drg"] = (drg.code, facts)
                self._untested("drg", adrg.drgs[position + 1 :])
                return drg.result
        return None if adrg.on_miss is OnMiss.NEXT else adrg.result

    def _try(self, level: str, code: str, name: str, rule: Rule) -> Told | None:
        """Return the facts of a rule that holds, None when it does not."""
        held, facts = rule.trace(self.facts)
        outcome = StepOutcome.HIT if held else StepOutcome.MISS
        self.steps.append(Step(level, code, name, outcome, rule.text, rule.source, facts))
        if not held and level == "drg":
            self._missed.append((code, facts))
        return facts if held else None

    def _untested(self, level: str, groups: tuple[Adrg, ...] | tuple[Drg, ...]) -> None:
        for group in groups:
            code = group.key if isinstance(group, Adrg) else group.code
            rule = group.rule
            self.steps.append(Step(level, code, group.name, StepOutcome.NOT_TESTED, rule.text, rule.source))

    def explanation(self, case: GroupInput, known: Container[str] | None) -> Explanation:
        """Return what is known of the attempt. ``case`` is the whole case, also when only one procedure was tried."""
        result = self.result or self.scheme.ungrouped
        adrg_name = self.adrg.name if self.adrg else ""
        mdc_name = self.mdc.name if self.mdc else ""
        path = (result, tuple(self.steps), tuple(secondary_notes(self.scheme, case)))
        if result.status is GroupStatus.GROUPED:
            name = self.drg.name if self.drg else adrg_name
            return Explanation(*path, name, adrg_name, mdc_name, because=tuple(self._because(result)))
        reached = Reached(self.mdc, self.adrg, result)
        why = cause(self.scheme, case, reached, known)
        if result.status is GroupStatus.AMBIGUOUS:
            return Explanation(*path, adrg_name, adrg_name, mdc_name, why.key, why.args)
        return Explanation(*path, detail=why.key, detail_args=why.args)

    def _because(self, result: GroupResult) -> Iterator[Because]:
        """Yield the clauses. A fact that decided at two levels is told at the deeper one."""
        told: dict[Fact, Because] = {}
        for level, (group, facts) in self._entered.items():
            for fact in facts:
                told.pop(fact, None)
                key = f"{level}_{fact.key}" if (level, fact.key) == ("mdc", "main_dx") else fact.key
                told[fact] = Because(group, entered=True, key=f"drg.because.{key}", args=(*fact.args, ("group", group)))
        if self.retried:
            yield Because(result.drg, entered=True, key="drg.because.retry", args=(("code", self.case.px[0]),))
        yield from told.values()
        for group, facts in self._missed:
            for fact in facts:
                yield Because(group, entered=False, key=f"drg.because.{fact.key}", args=(*fact.args, ("group", group)))


def secondary_notes(scheme: Scheme, case: GroupInput) -> list[SecondaryNote]:
    """Return how each secondary diagnosis counted, in the order of the case."""
    main = case.dx[0] if case.dx else None
    return [_note(code, main, (scheme.mcc, scheme.cc)) for code in case.dx[1:]]


def _note(code: str, main: str | None, levels: tuple[Severity, ...]) -> SecondaryNote:
    listed = [level for level in levels if code in level.tables]
    for level in listed:
        if level.counts(code, main):
            return SecondaryNote(code, level.name.lower())
    if listed:
        return SecondaryNote(code, listed[0].name.lower(), min(listed[0].excluding(code, main)))
    return SecondaryNote(code, "")
