"""The rule that is being written: its value, whether it was tried since the last change, what a step back restores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.common.errors import UserProblem
from app.qc.faults import RuleFault
from app.qc.parser import parse
from app.qc.rule import Rule
from app.qc.syntax import Node
from app.services.rule_types import Trial
from app.services.rule_writing import entry_of, rule_of
from app.ui.ports import JsonValue, PlaceStore

_KEY: Final = "rules.work."
_STEPS: Final = 50


@dataclass(frozen=True, slots=True)
class Work:
    """``kept`` is the rule as the library has it (None: not yet), ``rule`` as it is written now.

    ``own`` False: a rule of the base, which is only looked at. ``trial`` belongs to exactly this ``rule``.
    """

    rule: Rule
    kept: Rule | None = None
    own: bool = True
    trial: Trial | None = None
    before: tuple[Rule, ...] = ()

    @property
    def is_changed(self) -> bool:
        """True when the library does not have what is written."""
        return self.own and self.rule != self.kept

    @property
    def tree(self) -> Node | None:
        """The condition as a tree, None while its text cannot be read."""
        try:
            return parse(self.rule.when)
        except RuleFault:
            return None

    def become(self, rule: Rule) -> Work:
        """Return the work after a change; a trial counts for the rule it was made with, examples and words apart."""
        if rule == self.rule:
            return self
        same = (rule.when, dict(rule.params)) == (self.rule.when, dict(self.rule.params))
        return replace(self, rule=rule, trial=self.trial if same else None, before=(*self.before, self.rule)[-_STEPS:])

    def back(self) -> Work:
        """Return the work before its latest change."""
        if not self.before:
            return self
        return replace(self.become(self.before[-1]), before=self.before[:-1])


class Desk:
    """Keeps what is being written from one start to the next, until it is saved as a draft or given up."""

    def __init__(self, places: PlaceStore) -> None:
        self._places = places

    def keep(self, work: Work) -> None:
        """Keep a rule that the library does not have like this; forget it when it has."""
        entry: JsonValue = _json(entry_of(work.rule)) if work.is_changed else None
        self._places.put(f"{_KEY}{work.rule.id}", entry)
        if entry is not None or work.kept is None:
            self._name(work.rule.id, present=work.is_changed)

    def forget(self, rule_id: str) -> None:
        """Forget what was kept of a rule."""
        self._places.put(f"{_KEY}{rule_id}", None)
        self._name(rule_id, present=False)

    def find(self, rule_id: str) -> Rule | None:
        """Return what was kept of a rule, None when nothing was."""
        entry = self._places.get(f"{_KEY}{rule_id}")
        try:
            return rule_of(entry) if isinstance(entry, Mapping) else None
        except UserProblem:
            return None

    def names(self) -> tuple[str, ...]:
        """Return the ids of the rules kept."""
        kept = self._places.get(f"{_KEY}ids")
        return tuple(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else ()

    def _name(self, rule_id: str, *, present: bool) -> None:
        names = [name for name in self.names() if name != rule_id]
        self._places.put(f"{_KEY}ids", [*names, rule_id] if present else [*names])


def _json(value: object) -> JsonValue:
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
