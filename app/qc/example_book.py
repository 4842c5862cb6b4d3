"""The code book of an example: ``@book`` lists its codes, or gives each its name; ``@levels`` their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.codebook.codes import asterisk, category3, kind_of
from app.domain.coding import CodeKind


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An entry of an example's code book, which says nothing of synonyms and the kind of operation."""

    code: str
    kind: CodeKind
    name: str = ""
    level: str = ""
    op_kind: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExampleBook:
    """A code book that knows some codes; ``names`` and ``levels`` by code."""

    codes: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    edition: str = "example"

    def get(self, code: str) -> BookEntry | None:
        """Return the entry of exactly this code."""
        if code not in self.codes:
            return None
        kind = kind_of(code) or CodeKind.DX
        return BookEntry(code, kind, self.names.get(code, ""), self.levels.get(code, ""))

    def by_prefix(self, prefix: str, kind: CodeKind) -> Sequence[BookEntry]:
        """Return the entries of a kind whose code begins so."""
        entries = (self.get(code) for code in sorted(self.codes) if code.startswith(prefix))
        return [entry for entry in entries if entry is not None and entry.kind is kind]

    def daggers(self, star: str) -> frozenset[str]:
        """Return the categories of the dagger codes that are joined to an asterisk category."""
        return frozenset(category3(code) for code in self.codes if asterisk(code)[:3] == star)


def book_of(example: Mapping[str, object]) -> ExampleBook | None:
    """Return the code book of an example, None when it has none."""
    known, levels = example.get("@book"), example.get("@levels")
    if isinstance(known, Mapping):
        names = {str(code): str(name) for code, name in known.items()}
    elif isinstance(known, list):
        names = {str(code): "" for code in known}
    else:
        return None
    marked = {str(code): str(level) for code, level in levels.items()} if isinstance(levels, Mapping) else {}
    return ExampleBook(frozenset(names), names, marked)
