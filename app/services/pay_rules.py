"""The payment rules of the hospital: read from the library, changed one at a time, every change in the audit."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.drg.pay_rules import Levels, PayRules, default_rules, words
from app.drg.rates import RateWanted, find_rate, levels_there, years_there
from app.drg.tariffs import named
from app.services.asset_store import WEIGHTS
from app.services.pay_rule_texts import CHOICES, PARAMETERS, changed, levels_text, parse_levels, typed
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.types import AssetLine
from app.storage.history import SettingChange
from app.storage.ops import Op

_PREFIX: Final = "pay."
_LEVELS: Final = "warnings"
_KEPT: Final = 200
"""Changes shown in the list; the audit has them all."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of one rule in words: when, who, what, from, to; whether it is in effect and may be taken back."""

    op_id: int
    at: datetime
    who: str
    what: str
    old: str
    new: str
    can_undo: bool


@dataclass(frozen=True, slots=True)
class RateNote:
    """Which rates hold today. ``fits`` is False when a case discharged today could not be priced."""

    told: str
    fits: bool


class PayRulesService:
    """Keeps the rules in the library and hands them to the engines. A change shows in the next preview."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._load()

    @property
    @needs(*DESK)
    def rules(self) -> PayRules:
        """The rules in force."""
        return self._session.engines.rules

    @needs("insurance", "admin")
    def set_text(self, key: str, given: str) -> Changes:
        """Change one rule as typed. Raises :class:`UserProblem` that says what is wrong; nothing is stored then."""
        rules = changed(self.rules, key, given)
        return self._save({key: typed(rules, key)}, text(f"payment.parameter.{key}.label"))

    @needs("insurance", "admin")
    def set_levels(self, dept: str, given: Sequence[str]) -> Changes:
        """Set the warning levels of a department in percent, '' for all that have none of their own.

        Raises :class:`UserProblem` for a department that is not in the dictionary and for levels that do not rise.
        """
        if dept and dept not in dictionary("D-DEPT"):
            raise UserProblem("payment.no_dept", remedy="payment.remedy.dept", given=dept)
        return self._save({_key_of(dept): levels_text(parse_levels(given))}, dept_name(dept))

    @needs("insurance", "admin")
    def drop_levels(self, dept: str) -> Changes:
        """Let a department have the levels that hold for all."""
        return self._save({_key_of(dept): ""}, dept_name(dept))

    @needs("insurance", "admin")
    def take_back(self, op_id: int) -> Changes:
        """Undo a change as a new operation. Raises :class:`UserProblem` when the rule was changed again since."""
        changes = self._session.db.undo(op_id, by=self._session.actor)
        self._load()
        return replace(changes, assets=True)

    @needs(*DESK)
    def history(self) -> tuple[RuleChange, ...]:
        """Return the changes of the rules, latest first."""
        with self._session.db.read() as reader:
            steps = reader.setting_changes(_PREFIX)[:_KEPT]
        undone = {step.operation.undo_of for step in steps if step.operation.op is Op.UNDO}
        return tuple(_told(step, undone) for step in steps)

    @needs(*DESK)
    def rates_today(self) -> RateNote:
        """Say what a case discharged today is priced with, or why it cannot be."""
        engines, today = self._session.engines, self._session.clock.now().date()
        scheme = engines.assets.scheme(today)
        tables = engines.prices(scheme)
        if scheme.trial:
            return RateNote(text("payment.today.trial"), fits=False)
        if not tables.rates:
            return RateNote(text("payment.today.no_rates"), fits=False)
        rules = tables.rules
        kinds = dict.fromkeys(str(kind) for kind in words()["insurance"].values())
        wanted = [RateWanted(scheme.id, rules.city, str(today.year), rules.level, kind, today) for kind in kinds]
        found = [(one.insurance, find_rate(tables.rates, one)) for one in wanted]
        told = [text("payment.today.rate", insurance=kind, rate=f"{rate.yuan:,.2f}") for kind, rate in found if rate]
        if told:
            return RateNote(text("payment.today.rates", year=today.year, rates=named(told)), fits=True)
        years = sorted({year for one in wanted for year in years_there(tables.rates, one)})
        key = "payment.today.no_year" if years else "payment.today.no_level"
        there = named(years or levels_there(tables.rates))
        return RateNote(text(key, year=today.year, there=there, level=rules.level or text("payment.none")), fits=False)

    @needs(*DESK)
    def weights(self) -> tuple[AssetLine, ...]:
        """Return the imported versions of weight tables; ``active`` says that it holds for a discharge today."""
        assets, today = self._session.engines.assets, self._session.clock.now().date()
        current = assets.current(WEIGHTS, today)
        return tuple(replace(line, active=line.id == current) for line in assets.lines(WEIGHTS) if not line.builtin)

    @needs("insurance", "admin")
    def set_weights_from(self, asset_id: str, valid_from: str) -> Changes:
        """Say from which discharge day a version of the weights holds, '' for the default of its scheme.

        Raises :class:`UserProblem` for what is no date.
        """
        assets = self._session.engines.assets
        line = next(one for one in assets.lines(WEIGHTS) if one.id == asset_id)
        before = dict(line.facts).get("valid_from", "")
        if before == valid_from:
            return Changes()
        assets.set_valid_from(asset_id, valid_from, kind=WEIGHTS)
        self._session.engines.forget_prices()
        return Changes(assets=True)

    def _save(self, values: Mapping[str, str], note: str) -> Changes:
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=note) as tx:
            for key, value in values.items():
                tx.set_setting(f"{_PREFIX}{key}", value)
            tx.assets_changed()
        self._load()
        return tx.changes

    def _load(self) -> None:
        with self._session.db.read() as reader:
            stored = reader.settings(_PREFIX)
        self._session.engines.use_rules(_rules_of({key.removeprefix(_PREFIX): str(v) for key, v in stored.items()}))


def _rules_of(stored: Mapping[str, str]) -> PayRules:
    """Return the rules of stored texts; what was never set is the default."""
    rules = default_rules()
    for key in PARAMETERS:
        if key in stored:
            rules = changed(rules, key, stored[key], alone=False)
    own = {key.removeprefix(f"{_LEVELS}."): _levels(value) for key, value in stored.items() if _is_own(key) and value}
    warnings = _levels(stored[_LEVELS]) if stored.get(_LEVELS) else rules.warnings
    return replace(rules, warnings=warnings, dept_warnings=MappingProxyType(own))


def _levels(stored: str) -> Levels:
    return parse_levels(stored.split())


def _key_of(dept: str) -> str:
    return f"{_LEVELS}.{dept}" if dept else _LEVELS


def _is_own(key: str) -> bool:
    return key.startswith(f"{_LEVELS}.")


def dept_name(dept: str) -> str:
    """Return the name of a department, the words for all departments for ''."""
    return (dictionary("D-DEPT").label(dept) or dept) if dept else text("payment.every_dept")


def _told(step: SettingChange, undone: Container[int | None]) -> RuleChange:
    key = step.key.removeprefix(_PREFIX)
    if key == _LEVELS or _is_own(key):
        what = text("payment.levels_of", dept=dept_name(key.removeprefix(_LEVELS).removeprefix(".")))
    else:
        what = text(f"payment.parameter.{key}.label")
    sides = [
        text("payment.not_set") if value in (None, "") else _shown(key, str(value))
        for value in (step.before, step.after)
    ]
    operation = step.operation
    can_undo = operation.op is Op.SET_SETTING and operation.id not in undone
    return RuleChange(operation.id, operation.at, operation.actor_name, what, sides[0], sides[1], can_undo)


def _shown(key: str, value: str) -> str:
    return text(f"payment.{key}.{value}") if key in CHOICES else value
