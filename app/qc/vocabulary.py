"""The names an expression may use: lists, parameters, derived values; what tables a rule set was built with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from app.qc.codepairs import CodePairs
from app.qc.codesets import CodeSet
from app.qc.codespans import CodeSpans
from app.qc.faults import RuleFault


@dataclass(frozen=True, slots=True)
class LookupList:
    """An editable list of domain.md 3.6.

    ``codes`` is set for code ranges, ``pairs`` for a table of them, ``spans`` for numbers by code; none for texts.
    """

    name: str
    items: tuple[str, ...]
    codes: CodeSet | None
    pairs: CodePairs | None = None
    spans: CodeSpans | None = None

    @classmethod
    def load(cls, name: str, data: Mapping[str, object]) -> LookupList:
        """Read ``{kind = "codes" | "pairs" | "spans" | "texts", items = [...]}``.

        Raises :class:`RuleFault` for a wrong range.
        """
        items = data.get("items", [])
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise RuleFault("list_items", args={"name": name})
        try:
            kind = data.get("kind", "codes")
            codes = CodeSet(", ".join(items)) if kind == "codes" else None
            pairs = CodePairs(items) if kind == "pairs" else None
            spans = CodeSpans(items) if kind == "spans" else None
        except ValueError as fault:
            raise RuleFault("list_range", args={"name": name, "range": str(fault)}) from fault
        return cls(name, tuple(items), codes, pairs, spans)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``lists`` by name; ``parameters`` with their defaults; ``macros``: derived values as expressions by name."""

    lists: Mapping[str, LookupList] = field(default_factory=dict)
    parameters: Mapping[str, Decimal] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        lists: Mapping[str, Mapping[str, object]],
        parameters: Mapping[str, float] | None = None,
        macros: Mapping[str, str] | None = None,
    ) -> Vocabulary:
        """Build from the tables of ``resources/rules``: lists.toml, parameters.toml and names.toml."""
        return cls(
            {name: LookupList.load(name, data) for name, data in lists.items()},
            {name: exact(value) for name, value in (parameters or {}).items()},
            dict(macros or {}),
        )

    def empty_lists(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the lists that have no entry: rules that use them are off."""
        return tuple(sorted(name for name in names if not self.lists[name].items))


NO_WORDS: Final = Vocabulary()
"""A vocabulary without lists, parameters and derived values."""


def exact(value: object) -> Decimal:
    """Return a number of a table exactly as written (0.01 is 0.01)."""
    return value if isinstance(value, Decimal) else Decimal(str(value))
