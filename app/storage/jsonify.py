"""Frozen dataclasses of the domain to JSON and back, for the caches of findings and groupings."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: object) -> str:
    """Return JSON text of a dataclass; sets are sorted."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], data: str) -> T:
    """Return the dataclass ``kind`` that :func:`to_json` wrote. Raises ``TypeError`` or ``ValueError`` otherwise."""
    value = _build(kind, json.loads(data))
    if not isinstance(value, kind):
        raise TypeError(f"not a {kind.__name__}")
    return value


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@cache
def _hints(kind: type) -> Mapping[str, object]:
    return get_type_hints(kind)


def _build(kind: object, data: object) -> object:
    origin = get_origin(kind)
    if origin is types.UnionType:
        inner = [arg for arg in get_args(kind) if arg is not type(None)]
        return None if data is None else _build(inner[0], data)
    if isinstance(data, list):
        return _collection(origin, get_args(kind), data)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(data, dict):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], item) for name, item in data.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return Decimal(str(data)) if kind is Decimal else data


def _collection(origin: object, args: tuple[object, ...], data: list[object]) -> object:
    if origin is frozenset:
        return frozenset(_build(args[0], item) for item in data)
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_build(args[0], item) for item in data)
    return tuple(_build(arg, item) for arg, item in zip(args, data, strict=True))
