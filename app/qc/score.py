"""The 100-point score of the front page (domain.md 3.2, S100). Items are data: ``resources/rules/score.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.case import CaseState, FieldPath
from app.domain.fields import field as field_of
from app.domain.findings import Deduction, Finding, Severity
from app.qc.faults import RuleFault
from app.qc.functions import compiler
from app.qc.logic import conjunction
from app.qc.quick import Empty
from app.qc.reading import Entry
from app.qc.reporting import pattern_of
from app.qc.scope import Scope
from app.qc.terms import Read, Term
from app.qc.vocabulary import Vocabulary

FULL: Final = 100.0
GRADES: Final = (("grade_a", "1"), ("grade_b", "2"))
"""Parameters with the lowest score of a grade and the code of D-GRADE; below them it is 3."""
LAST_GRADE: Final = "3"
_FROM_ROW: Final = re.compile(r"\[(\d+):\]")
_ENTRIES: Final = frozenset(
    {"id", "label", "section", "class", "points", "cap", "paths", "missing", "applies", "each", "inpatient"}
)


@dataclass(frozen=True, slots=True)
class _Cover:
    """A path that an item stands for: ``sex``, ``dx[0].code``, ``op[].date``, ``dx[1:].code``."""

    pattern: str
    index: int = -1
    start: int = 0

    @classmethod
    def parse(cls, path: str) -> _Cover:
        start = _FROM_ROW.search(path)
        bare = _FROM_ROW.sub("[]", path)
        index = -1 if "[]" in bare or "[" not in bare else FieldPath.parse(bare).index
        field_of(bare)
        return cls(pattern_of(bare), index, int(start[1]) if start else 0)

    def row_of(self, path: str) -> int | None:
        """Return the row of a concrete path that this covers, None when it does not."""
        if pattern_of(path) != self.pattern:
            return None
        row = FieldPath.parse(path).index
        return row if row >= self.start and self.index in (-1, row) else None


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """A scored item: ``points`` off, once or (``each``) per faulty row up to ``cap``. ``rank`` is its class A-D.

    ``is_missing`` is true where something that it stands for is missing, ``missing`` tells which rows; ``gap`` is the
    field of the case without which nothing is missing when it is filled, '' for others.
    """

    id: str
    label: str
    section: str
    rank: str
    points: float
    cap: float
    each: bool
    inpatient: bool
    covers: tuple[_Cover, ...]
    missing: Term
    applies: Term | None
    is_missing: Read
    gap: str

    @property
    def place(self) -> str:
        """The path of the first field that it stands for."""
        first = self.covers[0]
        return first.pattern.replace("[]", f"[{max(first.index, first.start, 0)}]")

    def lost(self, scope: Scope, wrong: Sequence[Finding]) -> float:
        """Return the points lost: rows that are missing, and rows that a finding of severity error names."""
        missing = self.is_missing(scope)
        if missing and not self.each:
            return self.points
        rows = {hit.index for hit in self.missing.trace(scope)} or {-1} if missing else set()
        for finding in wrong:
            rows |= {row for path in finding.paths for cover in self.covers if (row := cover.row_of(path)) is not None}
        if not rows:
            return 0.0
        return min(self.cap, self.points * len(rows)) if self.each else self.points


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All items with the caps of class D by section, and labels of the sections."""

    items: tuple[ScoreItem, ...] = ()
    caps: Mapping[str, float] | None = None

    @classmethod
    def load(cls, data: Mapping[str, object], vocabulary: Vocabulary) -> Scorecard:
        """Read the tables of score.toml. Raises :class:`RuleFault`."""
        top = Entry(data, "score")
        caps = Entry(top.table("caps"), "score")
        items = tuple(_item(Entry(entry, str(entry.get("id"))), vocabulary) for entry in top.tables("item"))
        return cls(items, {section: caps.number(section) for section in top.table("caps")})

    @property
    def most(self) -> float:
        """The points that can be lost at most."""
        capped: dict[str, float] = {}
        for item in self.items:
            if item.rank == "D":
                capped[item.section] = capped.get(item.section, 0.0) + item.cap
        limits = self.caps or {}
        free = sum(item.cap for item in self.items if item.rank != "D")
        return free + sum(min(limits.get(section, points), points) for section, points in capped.items())

    def deduct(self, scope: Scope, findings: Iterable[Finding], scored: Mapping[str, tuple[str, ...]]) -> Result:
        """Return score, grade and deductions. ``scored`` gives the items that each rule names."""
        by_item: dict[str, list[Finding]] = {}
        for finding in findings:
            for item_id in scored.get(finding.rule_id, ()):
                by_item.setdefault(item_id, []).append(finding)
        left = dict(self.caps or {})
        filled = scope.head.get
        before_discharge = scope.context.state is CaseState.INPATIENT
        deductions = []
        for item in self.items:
            if item.id not in by_item and ((item.gap and filled(item.gap)) or not item.is_missing(scope)):
                continue
            if before_discharge and not item.inpatient:
                continue
            named = by_item.get(item.id, [])
            points = item.lost(scope, [finding for finding in named if finding.severity is Severity.ERROR])
            if item.rank == "D" and points:
                points = min(points, left.get(item.section, points))
                left[item.section] = left.get(item.section, points) - points
            if points:
                rules = tuple(dict.fromkeys(finding.rule_id for finding in named))
                deductions.append(Deduction(item.label, points, rules, item.section, item.place))
        score = round(FULL - sum(deduction.points for deduction in deductions), 1)
        return Result(score, _grade(score, scope), tuple(deductions))


@dataclass(frozen=True, slots=True)
class Result:
    """Score with one decimal, grade (1-3) and what was taken off."""

    score: float
    grade: str
    deductions: tuple[Deduction, ...]


def _item(entry: Entry, vocabulary: Vocabulary) -> ScoreItem:
    entry.expect(_ENTRIES, ("id", "label", "section", "class", "points", "paths"))
    owner, paths, points = entry.text("id"), entry.texts("paths"), entry.number("points")
    try:
        covers = tuple(_Cover.parse(path) for path in paths)
        missing = compiler(entry.text("missing") or f"blank({paths[0]})", vocabulary).compile_condition()
        applies = compiler(entry.text("applies"), vocabulary).compile_condition() if entry.text("applies") else None
    except KeyError as error:
        raise RuleFault("unknown_field", rule_id=owner, args={"name": str(error)}) from error
    except RuleFault as fault:
        fault.rule_id = owner
        raise
    whole = conjunction([applies, missing]) if applies else missing
    return ScoreItem(
        id=owner,
        label=entry.text("label"),
        section=entry.text("section"),
        rank=entry.text("class"),
        points=points,
        cap=entry.number("cap", points),
        each=entry.flag("each", False),
        inpatient=entry.flag("inpatient", True),
        covers=covers,
        missing=missing,
        applies=applies,
        is_missing=whole.fires,
        gap=_gap(whole),
    )


def _gap(missing: Term) -> str:
    """Return the field of the case that must be empty for something to be missing, '' when it is not one field."""
    gate = missing.gate
    return gate[0].field if gate and len(gate) == 1 and isinstance(gate[0], Empty) else ""


def _grade(score: float, scope: Scope) -> str:
    for name, code in GRADES:
        limit = scope.context.parameters.get(name, scope.defaults.get(name, Decimal(0)))
        if score >= limit:
            return code
    return LAST_GRADE
