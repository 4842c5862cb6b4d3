"""Rules as the hospital keeps them: drafts, versions, switches, thresholds, lists; every change has a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Final

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.domain.findings import Severity
from app.qc.layers import OverrideKind, RuleStatus, compile_with, words_of
from app.qc.rule import Rule
from app.qc.ruledata import data_of
from app.services.permits import DESK, needs
from app.services.rule_checking import check_rule
from app.services.rule_history import steps_of
from app.services.rule_lines import Shelf, is_held
from app.services.rule_settings import checked_items, checked_value, list_lines, parameter_lines
from app.services.rule_store import override_line, read_layers
from app.services.rule_types import (
    ListLine,
    OverrideLine,
    ParameterLine,
    RuleDetail,
    RuleLine,
    RuleStep,
    RuleVersion,
)
from app.services.rules import shipped_rules
from app.services.session import Session
from app.storage import rule_writes
from app.storage.ops import Op
from app.storage.rule_writes import NO_BOUNDS, Days
from app.storage.rules import StoredRule
from app.storage.transaction import Transaction

MONTH: Final = timedelta(days=30)
_OWN: Final = "YN-"


class RuleAdminService:
    """Every write is a named operation; the engines check with the new rules as soon as it is stored.

    All writes raise :class:`UserProblem` without a reason, for an unknown rule and for what cannot be compiled;
    nothing is stored then.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._load()

    @needs(*DESK)
    def lines(self) -> tuple[RuleLine, ...]:
        """Return all rules, the base in the order of its files, then the hospital's."""
        return self.shelf(hits=True).lines()

    @needs(*DESK)
    def rule(self, rule_id: str) -> RuleDetail:
        """Return a rule with draft and overrides. Raises :class:`UserProblem` for an unknown id."""
        shelf = self.shelf(hits=True, rule_id=rule_id)
        self._must_exist(rule_id, shelf)
        rule, draft = shelf.rule(rule_id), shelf.draft(rule_id)
        vocabulary = shelf.effective.rules.vocabulary
        named = words_of(rule, vocabulary) & (vocabulary.lists.keys() | vocabulary.parameters.keys())
        return RuleDetail(
            line=shelf.line(rule_id),
            rule=rule,
            draft=Rule.read(draft.data, draft=True) if draft else None,
            overrides=tuple(self._override_lines(shelf, rule_id)),
            parameters=rule.params,
            used=tuple(sorted(named)),
        )

    @needs(*DESK)
    def versions(self, rule_id: str) -> tuple[RuleVersion, ...]:
        """Return the stored versions of a hospital rule, newest first; () for a rule of the base."""
        return tuple(map(_version, self.shelf().versions(rule_id)))

    @needs(*DESK)
    def new_id(self, taken: Iterable[str] = ()) -> str:
        """Return the next free id of a hospital rule (YN-001, YN-002 …), beside ids that are about to be ``taken``."""
        with self._session.db.read() as reader:
            known = {one.rule_id for one in reader.stored_rules()}.union(taken)
        numbers = [int(number) for one in known if (number := one.removeprefix(_OWN)).isdecimal() and one != number]
        return f"{_OWN}{max(numbers, default=0) + 1:03}"

    @needs("qc", "admin")
    def save_draft(self, rule: Rule, note: str = "") -> Changes:
        """Keep a rule as draft, whatever its state; it runs nowhere. Raises :class:`UserProblem` for a base id."""
        if _is_base(rule.id):
            raise UserProblem("rules.base_stays", remedy="rules.remedy.base_stays", id=rule.id)
        shelf = self.shelf()
        draft = shelf.draft(rule.id)
        with self._session.db.operation(Op.SAVE_RULE, by=self._session.actor, note=note.strip()) as tx:
            if draft is not None:
                rule_writes.change_draft(tx, draft.id, data_of(rule), note.strip())
            else:
                rule_writes.add_version(tx, data_of(rule), _next(shelf, rule.id), draft=True, note=note.strip())
        return tx.changes

    @needs("qc", "admin")
    def drop_draft(self, rule_id: str) -> Changes:
        """Forget a draft; versions stay."""
        draft = self._draft(self.shelf(), rule_id)
        with self._session.db.operation(Op.DROP_DRAFT, by=self._session.actor) as tx:
            rule_writes.drop_draft(tx, draft.id)
        return tx.changes

    @needs("qc", "admin")
    def enable(
        self, rule_id: str, reason: str, valid_from: date | None = None, valid_to: date | None = None
    ) -> Changes:
        """Make the draft the version in force from ``valid_from`` (None: at once) to ``valid_to`` (None: for good).

        Raises :class:`UserProblem` when an example fails; a base rule that is off is switched on.
        """
        if _is_base(rule_id):
            return self.switch(rule_id, True, reason, valid_from=valid_from, valid_to=valid_to)
        why = _reason(reason)
        shelf = self.shelf()
        draft = self._draft(shelf, rule_id)
        check_rule(Rule.read(draft.data, draft=True), shelf.effective.rules)
        days = _days(valid_from, valid_to)
        with self._operation(Op.ENABLE_RULE, why) as tx:
            rule_writes.put_in_force(tx, draft.id, _next(shelf, rule_id, draft), why, days)
            if shelf.effective.held.get((OverrideKind.SWITCH, rule_id)):
                rule_writes.add_override(tx, OverrideKind.SWITCH, rule_id, None, why)
        return self._done(tx)

    @needs("qc", "admin")
    def switch(
        self,
        rule_id: str,
        on: bool,
        reason: str,
        department: str = "",
        *,
        valid_from: date | None = None,
        valid_to: date | None = None,
    ) -> Changes:
        """Switch any rule on or off, for all or for a department, between two days."""
        return self._say(OverrideKind.SWITCH, rule_id, on, reason, department, _days(valid_from, valid_to))

    @needs("qc", "admin")
    def set_severity(
        self, rule_id: str, severity: Severity, reason: str, department: str = "", *, days: Days = NO_BOUNDS
    ) -> Changes:
        """Give a rule another severity, for all or for a department, between two ``days`` (None: no bound)."""
        return self._say(OverrideKind.SEVERITY, rule_id, severity.value, reason, department, _days(*days))

    @needs("qc", "admin")
    def set_parameter(
        self, name: str, value: float | None, reason: str, department: str = "", *, days: Days = NO_BOUNDS
    ) -> Changes:
        """Set a parameter of the hospital (``split_days``) or of a rule (``LJ-037.days``); None: as shipped."""
        why, _, bounds = _reason(reason), _department(department), _days(*days)
        number = checked_value(self.shelf().effective, name, value)
        with self._operation(Op.OVERRIDE_RULE, why) as tx:
            rule_writes.add_override(tx, OverrideKind.PARAMETER, name, number, why, department, bounds)
        return self._done(tx)

    @needs("qc", "admin")
    def exempt(
        self, rule_id: str, unless: str, reason: str, department: str = "", *, days: Days = NO_BOUNDS
    ) -> Changes:
        """Let a rule be silent where an expression is true (a group, a drug class); '' ends the exemption."""
        shelf = self.shelf()
        self._must_exist(rule_id, shelf)
        if unless.strip():
            compile_with(shelf.rule(rule_id), shelf.effective.rules.vocabulary, unless.strip())
        return self._say(OverrideKind.UNLESS, rule_id, unless.strip() or None, reason, department, _days(*days))

    @needs("qc", "admin")
    def drop_override(self, override_id: int, reason: str) -> Changes:
        """Take an override back; what was said before it holds again."""
        why = _reason(reason)
        if all(one.id != override_id for one in self.shelf().overrides):
            raise UserProblem("rules.no_override", remedy="rules.remedy.no_override")
        with self._operation(Op.OVERRIDE_RULE, why) as tx:
            rule_writes.drop_override(tx, override_id)
        return self._done(tx)

    @needs("qc", "admin")
    def roll_back(self, rule_id: str, version: int, reason: str) -> Changes:
        """Put an earlier version in force again, as a new version."""
        why = _reason(reason)
        shelf = self.shelf()
        stored = next((one for one in shelf.versions(rule_id) if one.version == version and not one.is_draft), None)
        if stored is None:
            raise UserProblem("rules.no_version", remedy="rules.remedy.no_version", id=rule_id, version=version)
        check_rule(Rule.read(stored.data, draft=True), shelf.effective.rules)
        with self._operation(Op.ROLL_BACK_RULE, why) as tx:
            rule_writes.add_version(tx, stored.data, _next(shelf, rule_id), draft=False, note=why, origin=stored.origin)
        return self._done(tx)

    @needs("qc", "admin")
    def judge(self, rule_id: str, case_id: int, true_alarm: bool, note: str = "") -> Changes:
        """Note whether a rule was right about a case; a second word replaces the first."""
        with self._session.db.operation(Op.JUDGE_RULE, by=self._session.actor, note=rule_id) as tx:
            rule_writes.judge(tx, rule_id, case_id, true_alarm, note.strip())
            tx.record_event("rule_judged", {"rule": rule_id}, case_id)
        return tx.changes

    @needs(*DESK)
    def parameters(self) -> tuple[ParameterLine, ...]:
        """Return the parameters of the hospital, then those of rules."""
        shelf = self.shelf()
        return parameter_lines(shelf.effective, shelf.overrides)

    @needs(*DESK)
    def lists(self) -> tuple[ListLine, ...]:
        """Return the lookup lists."""
        return list_lines(self.shelf().effective)

    @needs("qc", "admin")
    def set_list(self, name: str, items: Sequence[str], reason: str) -> Changes:
        """Replace the entries of a list; an empty one switches the rules off that use it."""
        why, cleaned = _reason(reason), checked_items(name, items)
        with self._operation(Op.OVERRIDE_RULE, why) as tx:
            rule_writes.add_override(tx, OverrideKind.LIST, name, cleaned, why)
        return self._done(tx)

    @needs(*DESK)
    def overrides(self, target: str = "") -> tuple[OverrideLine, ...]:
        """Return the words of the hospital on a rule, parameter or list ('' all), newest first."""
        return tuple(self._override_lines(self.shelf(), target))

    @needs(*DESK)
    def history(self, rule_id: str = "") -> tuple[RuleStep, ...]:
        """Return the changes of the rules, or of one rule, latest first."""
        with self._session.db.read() as reader:
            changes = reader.rule_changes()
            targets = {one.id: one.rule_id for one in reader.stored_rules()}
        return tuple(steps_of(changes, targets, rule_id))

    @needs("qc", "admin")
    def undo(self, op_id: int) -> Changes:
        """Take a change back. Raises :class:`UserProblem` when it was changed since."""
        changes = self._session.db.undo(op_id, by=self._session.actor)
        self._load()
        return changes

    @needs(*DESK)
    def shelf(self, *, hits: bool = False, rule_id: str = "") -> Shelf:
        """Return what is stored and holds today; with the ``hits`` of the month (of one rule), which take longer."""
        session = self._session
        today = session.clock.now().date()
        with session.db.read() as reader:
            return Shelf(
                session.engines.rule_sets.for_department(""),
                reader.stored_rules(),
                reader.stored_overrides(),
                reader.rule_hits(today - MONTH, rule_id) if hits else {},
                reader.rules_judged(),
                today,
            )

    @needs(*DESK)
    def reload(self) -> None:
        """Read the layers anew, because something else wrote them."""
        self._load()

    def _say(
        self, kind: OverrideKind, rule_id: str, value: object, reason: str, department: str, days: Days = NO_BOUNDS
    ) -> Changes:
        why, _ = _reason(reason), _department(department)
        shelf = self.shelf()
        self._must_exist(rule_id, shelf)
        if shelf.line(rule_id).status is RuleStatus.DRAFT:
            raise UserProblem("rules.only_draft", remedy="rules.remedy.only_draft", id=rule_id)
        with self._operation(Op.OVERRIDE_RULE, why) as tx:
            rule_writes.add_override(tx, kind, rule_id, value, why, department, days)
        return self._done(tx)

    def _override_lines(self, shelf: Shelf, target: str) -> list[OverrideLine]:
        words = shelf.words_on(target) if target else list(shelf.overrides)[::-1]
        held = {one.id for one in words if is_held(one, shelf.effective)}
        for department in {one.department for one in words} - {""}:
            there = self._session.engines.rule_sets.for_department(department)
            held |= {one.id for one in words if one.department == department and is_held(one, there)}
        return [override_line(one, one.id in held) for one in words]

    def _draft(self, shelf: Shelf, rule_id: str) -> StoredRule:
        draft = shelf.draft(rule_id)
        if draft is None:
            raise UserProblem("rules.no_draft", remedy="rules.remedy.no_draft", id=rule_id)
        return draft

    def _must_exist(self, rule_id: str, shelf: Shelf) -> None:
        if not _is_base(rule_id) and not shelf.versions(rule_id):
            raise UserProblem("rules.no_rule", remedy="rules.remedy.no_rule", id=rule_id)

    def _operation(self, op: Op, why: str) -> AbstractContextManager[Transaction]:
        return self._session.db.operation(op, by=self._session.actor, note=why)

    def _done(self, tx: Transaction) -> Changes:
        self._load()
        return tx.changes

    def _load(self) -> None:
        with self._session.db.read() as reader:
            self._session.engines.rule_sets.use(read_layers(reader))


def _is_base(rule_id: str) -> bool:
    try:
        shipped_rules().rule(rule_id)
    except KeyError:
        return False
    return True


def _next(shelf: Shelf, rule_id: str, own: StoredRule | None = None) -> int:
    """Return the number above all other versions of a rule."""
    return max((one.version for one in shelf.versions(rule_id) if one is not own), default=0) + 1


def _version(stored: StoredRule) -> RuleVersion:
    return RuleVersion(
        id=stored.id,
        rule=Rule.read(stored.data, draft=True),
        version=stored.version,
        status=RuleStatus.DRAFT if stored.is_draft else RuleStatus.ON,
        valid_from=stored.valid_from,
        valid_to=stored.valid_to,
        note=stored.note,
        who=stored.who,
        at=stored.at,
        origin=stored.origin,
    )


def _reason(given: str) -> str:
    if not given.strip():
        raise UserProblem("rules.no_reason", remedy="rules.remedy.no_reason")
    return given.strip()


def _department(given: str) -> str:
    if given and given not in dictionary("D-DEPT"):
        raise UserProblem("rules.no_department", remedy="rules.remedy.no_department", given=given)
    return given


def _days(first: date | None, last: date | None) -> Days:
    if first is not None and last is not None and last < first:
        raise UserProblem("rules.days", remedy="rules.remedy.days")
    return first, last
