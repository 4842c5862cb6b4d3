"""What import owes the user about a scheme: a report with places, before anything is stored."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from app.common.errors import UserProblem, Where
from app.common.texts import text
from app.domain.coding import CodeKind
from app.drg.parsing import RuleFault
from app.drg.reach import constant, signature
from app.drg.rule import In, Severity, walk
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
    """Errors refuse a file; warnings are kept with the scheme. ``counts`` are the sizes found in the file.

    ``published`` are the sizes that the publisher states, where known.
    """

    errors: tuple[LintItem, ...] = ()
    warnings: tuple[LintItem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    published: Mapping[str, int] = field(default_factory=dict)


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

    def report(self, counts: Mapping[str, int], published: Mapping[str, int] | None = None) -> LintReport:
        """Return what was collected."""
        return LintReport(tuple(self.errors), tuple(self.warnings), dict(counts), dict(published or {}))


def _item(key: str, where: Where, args: Mapping[str, object]) -> LintItem:
    return LintItem(f"drg.lint.{key}", where, tuple((name, str(value)) for name, value in args.items()))


def check_scheme(
    scheme: Scheme, notes: Notes, *, published: Mapping[str, object], known: Container[str] | None
) -> LintReport:
    """Add the warnings that need the whole scheme and return the report.

    ``published`` are the sizes the publisher states; ``known`` the codes of the active codebook, None to skip that.
    """
    counts = sizes(scheme)
    stated = {name: size for name, size in published.items() if name in counts and isinstance(size, int)}
    for name, size in stated.items():
        if counts[name] != size:
            notes.warn("count", Where(), what=text(f"drg.count.{name}"), found=counts[name], published=size)
    _check_groups(scheme, notes)
    _check_reach(scheme, notes)
    _check_severity(scheme, notes)
    _check_kinds(scheme, notes)
    if known is not None:
        _check_known(scheme, notes, known)
    return notes.report(counts, stated)


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
    _once(notes, "mdc", ((mdc.code, mdc.rule) for mdc in scheme.mdcs))
    for mdc in scheme.mdcs:
        _once(notes, "adrg", ((adrg.key, adrg.rule) for adrg in mdc.adrgs))
    for _, adrg in scheme.rows():
        _once(notes, "drg", ((drg.code, drg.rule) for drg in adrg.drgs))
        if not adrg.drgs and not adrg.is_ambiguous:
            notes.warn("adrg_without_drg", adrg.rule.where, adrg=adrg.key)


def _once(notes: Notes, level: str, groups: Iterable[tuple[str, Rule]]) -> None:
    """Warn of a group that stands twice in its scope."""
    seen: dict[str, Rule] = {}
    for code, rule in groups:
        first = seen.setdefault(code, rule)
        if first is not rule:
            notes.warn("group_twice", rule.where, level=level.upper(), code=code, first=first.source)


def _check_reach(scheme: Scheme, notes: Notes) -> None:
    """Warn of groups that no case can reach: behind a rule that takes all they could, or with one that never holds."""
    _after(notes, "mdc", ((mdc.code, mdc.rule, not scheme.falls_through) for mdc in scheme.mdcs))
    for mdc in scheme.mdcs:
        _after(notes, "adrg", ((adrg.key, adrg.rule, _is_final(adrg)) for adrg in mdc.adrgs))
        for adrg in mdc.adrgs:
            _after(notes, "drg", ((drg.code, drg.rule, True) for drg in adrg.drgs))


def _is_final(adrg: Adrg) -> bool:
    return adrg.on_miss is not OnMiss.NEXT or any(constant(drg.rule.node) for drg in adrg.drgs)


def _after(notes: Notes, level: str, groups: Iterable[tuple[str, Rule, bool]]) -> None:
    blocker = ""
    taken: dict[Hashable, str] = {}
    for code, rule, final in groups:
        always, tested = constant(rule.node), signature(rule.node)
        if blocker:
            notes.warn("unreachable", rule.where, level=level.upper(), code=code, blocker=blocker)
        elif always is False:
            notes.warn("never", rule.where, level=level.upper(), code=code, rule=rule.text)
        elif tested in taken:
            notes.warn("unreachable_same", rule.where, level=level.upper(), code=code, blocker=taken[tested])
        elif final:
            taken[tested] = code
            blocker = code if always else ""


def _check_severity(scheme: Scheme, notes: Notes) -> None:
    both = sorted(scheme.mcc.tables.keys() & scheme.cc.tables.keys())
    if both:
        where = Where(scheme.mcc.file, scheme.mcc.sheet, scheme.mcc.rows.get(both[0], 0))
        notes.warn("mcc_and_cc", where, count=len(both), codes=_some(both))
    for level in (scheme.mcc, scheme.cc):
        several = sorted(code for code, tables in level.tables.items() if len(tables) > 1)
        if several:
            where = Where(level.file, level.sheet, level.rows.get(several[0], 0))
            notes.warn("severity_twice", where, level=level.name, count=len(several), codes=_some(several))
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
    """Warn of codes that the code book lacks, once for each kind of list, with the place of the first."""
    members = (
        (code, Where(one.file, one.sheet, row)) for one in scheme.sets.values() for code, row in one.rows.items()
    )
    severe = (
        (code, Where(level.file, level.sheet, level.rows.get(code, 0)))
        for level in (scheme.mcc, scheme.cc)
        for code in level.tables
    )
    listed = ((code, Where()) for code in scheme.mcc.excluded)
    for kind, codes in (("sets", members), ("severity", severe), ("exclusion", listed)):
        unknown: dict[str, Where] = {}
        for code, where in codes:
            if code not in known:
                unknown.setdefault(code, where)
        if unknown:
            first = sorted(unknown)
            told = text(f"drg.lists.{kind}")
            notes.warn("unknown_codes", unknown[first[0]], lists=told, count=len(first), codes=_some(first))


def _some(codes: list[str]) -> str:
    return text("drg.list_join").join(codes[:SHOWN]) + (text("drg.and_more") if len(codes) > SHOWN else "")
