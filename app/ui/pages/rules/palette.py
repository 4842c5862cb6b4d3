"""Rules in the command palette: ``!性别``, ``!LJ-004``, by id, words or pinyin initials."""

from __future__ import annotations

from functools import partial

from app.qc.layers import RuleStatus
from app.services.rules import shipped_rules
from app.ui.page import Place, Shell
from app.ui.pages.rules.listing import STATUS, holds_words
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at


class RuleProvider:
    """Finds the rules in force and off; the choice opens one in the rule manager."""

    label = "规则"
    prefix = "!"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the rules whose id or message holds the query; nothing for an empty one."""
        words = query.strip()
        if not words or not self._shell.services.is_ready:
            return PaletteGroup((), 0)
        rules = self._shell.services.session.engines.rule_sets.for_department("").rules.rules
        found = [one for one in rules if holds_words(words, one.rule.id, one.rule.message)]
        items = []
        for compiled in found[:limit]:
            rule = compiled.rule
            span = found_at(words, rule.message)
            state = STATUS[RuleStatus.OFF if compiled.off else RuleStatus.ON]
            note = f"{rule.category} · {state}" if rule.id in _shipped() else f"本院 · {state}"
            spans = (span,) if span else ()
            items.append(PaletteItem(rule.message, partial(self._go, rule.id), "rules", rule.id, note, spans=spans))
        return PaletteGroup(items, len(found))

    def _go(self, rule_id: str) -> None:
        self._shell.go(Place("rules", {"rule": rule_id}))


def _shipped() -> frozenset[str]:
    return frozenset(compiled.rule.id for compiled in shipped_rules().rules)
