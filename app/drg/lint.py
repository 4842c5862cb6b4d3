"""What import owes the user about a scheme: a report with places, before anything is stored."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from app.common.errors import UserProblem, Where
from app.common.texts import text
from app.domain.coding import CodeKind
from app.drg.parsing import RuleFault
from app.drg.rule import Const, In, Severity, walk
from app.drg.scheme import Adrg, OnMiss, Rule, Scheme

VALID_PX = "valid_px"
_VALID_SETS = (VALID_PX, "OP_ALL")  # package, workbook
SHOWN = 10  # examples in one message


@dataclass(frozen=True, slots=True)
class LintItem:
    """One remark. ``key`` names a text of area ``drg``; ``args`` fill it; ``caret`` shows the place inside a rule."""

    key: str
    where: Where
    args: tuple[tuple[str, str], ...] = ()
    caret: str = ""

    @property
    def message(self) -> str:
        """The sentence for the user."""
        return text(self.key, **dict(self.args))

    def __str__(self) -> str:
        place = f"{self.where}：" if str(self.where) else ""
        return f"{place}{self.message}" + (f"\n{self.caret}" if self.caret else "")


@dataclass(frozen=True, slots=True)
class LintReport:
    """Errors refuse a file; warnings are kept with the scheme. ``counts`` are the sizes found in the file."""

    errors: tuple[LintItem, ...] = ()
    warnings: tuple[LintItem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class SchemeRefused(UserProblem):
    """A scheme file with errors. ``report`` lists all of them; no scheme comes out of it."""

    def __init__(self, report: LintReport) -> None:
        first = report.errors[0]
        super().__init__(
            "drg.refused",
            remedy="drg.remedy.scheme_file",
            where=first.where,
            count=len(report.errors),
            first=first.message,
        )
        self.report = report
        self.details = tuple(str(item) for item in (*report.errors, *report.warnings))


class Notes:
    """Collects remarks while a scheme is read."""

    def __init__(self) -> None:
        self.errors: list[LintItem] = []
        self.warnings: list[LintItem] = []

    def error(self, key: str, where: Where, **args: object) -> None:
        """Add a remark that refuses the file."""
        self.errors.append(_item(key, where, args))

    def warn(self, key: str, where: Where, **args: object) -> None:
        """Add a remark that is kept with the scheme."""
        self.warnings.append(_item(key, where, args))

    def fault(self, fault: RuleFault, where: Where) -> None:
        """Add a rule that cannot be read, with a caret under the place."""
        args = {
            "why": text(f"drg.fault.{fault.key}", found=fault.found),
            "rule": fault.text,
            "at": str(fault.position + 1),
        }
        self.errors.append(LintItem("drg.lint.rule", where, tuple(args.items()), fault.caret()))

    def refuse_if_wrong(self) -> None:
        """Raise :class:`SchemeRefused` when there is an error so far."""
        if self.errors:
            raise SchemeRefused(self.report({}))

    def report(self, counts: Mapping[str, int]) -> LintReport:
        """Return what was collected."""
        return LintReport(tuple(self.errors), tuple(self.warnings), dict(counts))


def _item(key: str, where: Where, args: Mapping[str, object]) -> LintItem:
    return LintItem(f"drg.lint.{key}", where, tuple((name, str(value)) for name, value in args.items()))


def check_scheme(
    scheme: Scheme, notes: Notes, *, published: Mapping[str, object], known: Container[str] | None
) -> LintReport:
    """Add the warnings that need the whole scheme and return the report.

    ``published`` are the sizes the publisher states; ``known`` the codes of the active codebook, None to skip that.
    """
    counts = sizes(scheme)
    for name, stated in published.items():
        if name in counts and counts[name] != stated:
            label = text(f"drg.count.{name}")
            notes.warn("count", Where(), what=label, found=counts[name], published=stated)
    _check_groups(scheme, notes)
    _check_reach(scheme, notes)
    _check_severity(scheme, notes)
    _check_kinds(scheme, notes)
    if known is not None:
        _check_known(scheme, notes, known)
    return notes.report(counts)


def sizes(scheme: Scheme) -> dict[str, int]:
    """Return the sizes of a scheme as publishers count them: without fallback and ambiguous groups."""
    rows = [adrg for _, adrg in scheme.rows() if not adrg.fallback and not adrg.is_ambiguous]
    return {
        "mdc": len({mdc.code for mdc in scheme.mdcs if not mdc.fallback}),
        "adrg": len({adrg.code for adrg in rows}),
        "adrg_rules": sum(1 for _, adrg in scheme.rows() if not adrg.fallback),
        "drg": len({drg.code for adrg in rows for drg in adrg.drgs}),
        "qy": len({adrg.result.drg for _, adrg in scheme.rows() if adrg.is_ambiguous}),
        "valid_px": next((len(scheme.sets[name].rows) for name in _VALID_SETS if name in scheme.sets), 0),
        "mcc": len(scheme.mcc.tables),
        "cc": len(scheme.cc.tables),
        "exclusion": sum(len(tables) for tables in scheme.mcc.excluded.values()),
        "members": sum(len(members.rows) for members in scheme.sets.values()),
    }


def _check_groups(scheme: Scheme, notes: Notes) -> None:
    for _, adrg in scheme.rows():
        if not adrg.drgs and not adrg.is_ambiguous:
            notes.warn("adrg_without_drg", adrg.rule.where, adrg=adrg.key)


def _check_reach(scheme: Scheme, notes: Notes) -> None:
    """Warn of groups behind a rule that always holds and always leads to a result."""
    _after(notes, "mdc", ((mdc.code, mdc.rule, not scheme.falls_through) for mdc in scheme.mdcs))
    for mdc in scheme.mdcs:
        _after(notes, "adrg", ((adrg.key, adrg.rule, _is_final(adrg)) for adrg in mdc.adrgs))
        for adrg in mdc.adrgs:
            _after(notes, "drg", ((drg.code, drg.rule, True) for drg in adrg.drgs))


def _is_final(adrg: Adrg) -> bool:
    return adrg.on_miss is not OnMiss.NEXT or any(_always(drg.rule) for drg in adrg.drgs)


def _always(rule: Rule) -> bool:
    return isinstance(rule.node, Const) and rule.node.value


def _after(notes: Notes, level: str, groups: Iterable[tuple[str, Rule, bool]]) -> None:
    blocker = ""
    for code, rule, final in groups:
        if blocker:
            notes.warn("unreachable", rule.where, level=level.upper(), code=code, blocker=blocker)
        elif final and _always(rule):
            blocker = code


def _check_severity(scheme: Scheme, notes: Notes) -> None:
    both = sorted(scheme.mcc.tables.keys() & scheme.cc.tables.keys())
    if both:
        where = Where(scheme.mcc.file, scheme.mcc.sheet, scheme.mcc.rows.get(both[0], 0))
        notes.warn("mcc_and_cc", where, count=len(both), codes=_some(both))
    defined = {table for tables in scheme.mcc.excluded.values() for table in tables}
    for level in (scheme.mcc, scheme.cc):
        missing: dict[str, str] = {}
        for code, tables in level.tables.items():
            for table in tables - defined:
                missing.setdefault(table, code)
        for table, code in sorted(missing.items()):
            where = Where(level.file, level.sheet, level.rows.get(code, 0))
            notes.warn("exclusion_missing", where, table=table, code=code)


def _check_kinds(scheme: Scheme, notes: Notes) -> None:
    """Warn of rules that look for diagnoses in a list of procedures or the other way round: they never hold."""
    for rule in all_rules(scheme):
        for node in walk(rule.node):
            if isinstance(node, In):
                _check_kind(node, rule, notes)


def _check_kind(node: In, rule: Rule, notes: Notes) -> None:
    kinds = {which.kind for which in node.codes}
    for members in node.sets:
        kind = CodeKind.DX if isinstance(members, Severity) else members.kind
        if kind is not None and kind not in kinds:
            notes.warn("kind", rule.where, name=members.name, rule=rule.text)


def all_rules(scheme: Scheme) -> Iterable[Rule]:
    """Yield the rules of all MDCs, ADRGs and DRGs."""
    for mdc in scheme.mdcs:
        yield mdc.rule
    for _, adrg in scheme.rows():
        yield adrg.rule
        for drg in adrg.drgs:
            yield drg.rule


def _check_known(scheme: Scheme, notes: Notes, known: Container[str]) -> None:
    unknown: dict[str, Where] = {}
    for members in scheme.sets.values():
        for code, row in members.rows.items():
            if code not in known:
                unknown.setdefault(code, Where(members.file, members.sheet, row))
    for level in (scheme.mcc, scheme.cc):
        for code in level.tables:
            if code not in known:
                unknown.setdefault(code, Where(level.file, level.sheet, level.rows.get(code, 0)))
    if unknown:
        codes = sorted(unknown)
        notes.warn("unknown_codes", unknown[codes[0]], count=len(codes), codes=_some(codes))


def _some(codes: list[str]) -> str:
    return text("drg.list_join").join(codes[:SHOWN]) + (text("drg.and_more") if len(codes) > SHOWN else "")
