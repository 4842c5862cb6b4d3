"""The rules as the manager lists them: layers joined with versions, hits and judgements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.common.texts import text
from app.qc.layers import Effective, Layer, OverrideKind, RuleStatus
from app.qc.rule import Rule
from app.services.rule_types import RuleLine
from app.services.rules import base_version, shipped_rules
from app.storage.rules import Judged, StoredOverride, StoredRule


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything the list is made of, read in one go. ``effective`` is what holds today for the whole hospital."""

    effective: Effective
    stored: Sequence[StoredRule]
    overrides: Sequence[StoredOverride]
    hits: Mapping[str, int]
    judged: Mapping[str, Judged]
    today: date

    def lines(self) -> tuple[RuleLine, ...]:
        """Return all rules, the base in the order of its files, then the hospital's by id."""
        base = [self._base(compiled.rule) for compiled in shipped_rules().rules]
        return (*base, *(self._own(rule_id) for rule_id in sorted({one.rule_id for one in self.stored})))

    def line(self, rule_id: str) -> RuleLine:
        """Return one rule. Raises ``KeyError`` for an unknown id."""
        if any(one.rule_id == rule_id for one in self.stored):
            return self._own(rule_id)
        return self._base(shipped_rules().rule(rule_id).rule)

    def versions(self, rule_id: str) -> list[StoredRule]:
        """Return the stored versions of a rule, newest first; () for the base."""
        return sorted((one for one in self.stored if one.rule_id == rule_id), key=lambda one: -one.version)

    def draft(self, rule_id: str) -> StoredRule | None:
        """Return the draft of a rule, None without one."""
        return next((one for one in self.versions(rule_id) if one.is_draft), None)

    def present(self, rule_id: str) -> StoredRule | None:
        """Return the version that counts today: the highest that has begun, else the next one to begin."""
        put = [one for one in self.versions(rule_id) if not one.is_draft]
        return next((one for one in put if _has_begun(one, self.today)), put[-1] if put else None)

    def rule(self, rule_id: str) -> Rule:
        """Return a rule as it stands today, as last put in force, or as drafted. Raises ``KeyError``."""
        try:
            return self.effective.rules.rule(rule_id).rule
        except KeyError:
            stored = self.present(rule_id) or self.draft(rule_id)
            return Rule.read(stored.data, draft=True) if stored else shipped_rules().rule(rule_id).rule

    def words_on(self, rule_id: str) -> list[StoredOverride]:
        """Return the overrides of a rule and of its own parameters, newest first."""
        mine = [one for one in self.overrides if one.target == rule_id or one.target.startswith(f"{rule_id}.")]
        return mine[::-1]

    def _base(self, rule: Rule) -> RuleLine:
        return self._line(rule.id, Layer.BASE, self.rule(rule.id), base_version(), (None, None))

    def _own(self, rule_id: str) -> RuleLine:
        stored = self.present(rule_id) or self.draft(rule_id)
        assert stored is not None  # noqa: S101 - it is called for ids with a stored version
        days = stored.valid_from, stored.valid_to
        return self._line(rule_id, Layer.HOSPITAL, self.rule(rule_id), str(stored.version), days)

    def _line(
        self, rule_id: str, layer: Layer, rule: Rule, version: str, days: tuple[date | None, date | None]
    ) -> RuleLine:
        status = self.effective.status(rule_id)
        present = self.present(rule_id)
        if status is RuleStatus.DRAFT and present is not None:
            status = RuleStatus.OFF
        judged = self.judged.get(rule_id, Judged())
        words = self.words_on(rule_id)
        return RuleLine(
            id=rule_id,
            layer=layer,
            category=rule.category,
            severity=rule.severity,
            message=rule.message,
            status=status,
            version=version,
            valid_from=days[0],
            valid_to=days[1],
            why_off=self._why_off(rule_id, status, days),
            hits_month=self.hits.get(rule_id, 0),
            false_alarms=judged.false,
            judged=judged.false + judged.true,
            departments=_departments(words),
            changed=layer is Layer.BASE and any(is_held(one, self.effective) for one in words),
            has_draft=self.draft(rule_id) is not None,
        )

    def _why_off(self, rule_id: str, status: RuleStatus, days: tuple[date | None, date | None]) -> str:
        match status:
            case RuleStatus.BROKEN:
                return self.effective.broken[rule_id]
            case RuleStatus.EXPIRED:
                return text("rules.expired", day=days[1])
            case RuleStatus.OFF:
                return self._off(rule_id) or text("rules.not_yet", day=days[0])
            case _:
                return ""

    def _off(self, rule_id: str) -> str:
        try:
            return self.effective.rules.rule(rule_id).off
        except KeyError:
            return ""


def is_held(override: StoredOverride, effective: Effective) -> bool:
    """Tell whether an override is the one that holds for what ``effective`` was made for."""
    held = effective.held.get((OverrideKind(override.kind), override.target))
    return held is not None and held.id == override.id


def _departments(words: Iterable[StoredOverride]) -> tuple[str, ...]:
    """Return the departments whose newest word on something is not taken back."""
    newest: dict[tuple[str, str, str], StoredOverride] = {}
    for one in sorted(words, key=lambda word: word.id):
        newest[one.kind, one.target, one.department] = one
    return tuple(sorted({one.department for one in newest.values() if one.department and one.value is not None}))


def _has_begun(stored: StoredRule, day: date) -> bool:
    return stored.valid_from is None or stored.valid_from <= day
