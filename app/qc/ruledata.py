"""Rules as plain data: for the library, for rule files and packs, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Final

from app.qc.rule import FixPlan, Rule

_BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def data_of(rule: Rule) -> dict[str, object]:
    """Return a rule as it stands in a rule file, entries with their default left out."""
    data: dict[str, object] = {}
    for entry in fields(rule):
        value = getattr(rule, entry.name)
        default = entry.default_factory() if entry.default_factory is not MISSING else entry.default
        if value != default:
            data[entry.name] = _plain(value)
    return data


def toml_of(rules: Iterable[Rule]) -> str:
    """Return rules as the text of a rule file."""
    return "\n".join(
        "[[rule]]\n" + "".join(_line(name, value) for name, value in data_of(rule).items()) for rule in rules
    )


def _plain(value: object) -> object:
    match value:
        case FixPlan():
            return {"path": value.path, "value": value.value, "label": value.label}
        case StrEnum():
            return value.value
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case _:
            return value


def _line(name: str, value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        inner = "".join(f"  {_written(item)},\n" for item in value)
        return f"{name} = [\n{inner}]\n"
    return f"{name} = {_written(value)}\n"


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]"
        case Mapping():
            inner = ", ".join(f"{_key(str(name))} = {_written(item)}" for name, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def _key(name: str) -> str:
    return name if name and _BARE.issuperset(name) else json.dumps(name, ensure_ascii=False)
