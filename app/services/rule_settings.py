"""Parameters and lookup lists of the rules, as shipped and as the hospital has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from app.common.errors import UserProblem
from app.qc.layers import Effective, OverrideKind, kind_of, words_of
from app.qc.vocabulary import LookupList
from app.services.rule_types import ListLine, ParameterLine
from app.services.rules import list_titles, parameter_words, shipped_rules
from app.storage.rules import StoredOverride


def parameter_lines(effective: Effective, overrides: Sequence[StoredOverride]) -> tuple[ParameterLine, ...]:
    """Return the parameters of the hospital, then those of rules; ``effective`` is what holds for all."""
    base, words = shipped_rules(), parameter_words()
    own = _department_values(overrides)
    lines = []
    for name, shipped in base.vocabulary.parameters.items():
        label, unit = words.get(name, (name, ""))
        value = float(effective.rules.vocabulary.parameters[name])
        lines.append(ParameterLine(name, label, unit, float(shipped), value, own.get(name, {})))
    for compiled in effective.rules.rules:
        rule = compiled.rule
        before = _shipped_params(rule.id)
        for name, value in rule.params.items():
            full = f"{rule.id}.{name}"
            lines.append(
                ParameterLine(full, rule.message, "", float(before.get(name, value)), float(value), own.get(full, {}))
            )
    return tuple(lines)


def list_lines(effective: Effective) -> tuple[ListLine, ...]:
    """Return the lookup lists as they hold for the whole hospital, each with the rules that use it."""
    base, present = shipped_rules().vocabulary, effective.rules.vocabulary
    titles = list_titles()
    users: dict[str, list[str]] = {name: [] for name in present.lists}
    for compiled in effective.rules.rules:
        for name in words_of(compiled.rule, present) & users.keys():
            users[name].append(compiled.rule.id)
    return tuple(
        ListLine(
            name, titles.get(name, name), kind_of(lookup), base.lists[name].items, lookup.items, tuple(users[name])
        )
        for name, lookup in present.lists.items()
    )


def checked_items(name: str, items: Iterable[str]) -> list[str]:
    """Return the entries of a list, trimmed, each once. Raises :class:`UserProblem` for a list or entry unknown."""
    known = shipped_rules().vocabulary.lists.get(name)
    if known is None:
        raise UserProblem("rules.no_list", remedy="rules.remedy.no_list", name=name)
    cleaned = list(dict.fromkeys(stripped for item in items if (stripped := item.strip())))
    LookupList.load(name, {"kind": kind_of(known), "items": cleaned})
    return cleaned


def checked_value(effective: Effective, name: str, value: float | None) -> float | None:
    """Return a value for a parameter. Raises :class:`UserProblem` for an unknown parameter and for no amount."""
    rule_id, dot, own = name.rpartition(".")
    params: Mapping[str, object] = effective.rules.vocabulary.parameters
    if dot:
        try:
            params = effective.rules.rule(rule_id).rule.params
        except KeyError:
            params = {}
    if own not in params:
        raise UserProblem("rules.no_parameter", remedy="rules.remedy.no_parameter", name=name)
    if value is not None and not (math.isfinite(value) and value >= 0):
        raise UserProblem("rules.bad_value", remedy="rules.remedy.bad_value", value=value)
    return value


def _shipped_params(rule_id: str) -> Mapping[str, float]:
    try:
        return shipped_rules().rule(rule_id).rule.params
    except KeyError:
        return {}


def _department_values(overrides: Sequence[StoredOverride]) -> dict[str, dict[str, float]]:
    """Return the newest value of each parameter in each department."""
    found: dict[str, dict[str, float]] = {}
    for one in overrides:
        if one.kind == OverrideKind.PARAMETER and one.department:
            values = found.setdefault(one.target, {})
            values.pop(one.department, None)
            if isinstance(one.value, int | float):
                values[one.department] = float(one.value)
    return found
