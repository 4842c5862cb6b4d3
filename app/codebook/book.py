"""A code table of one edition in memory: look-up by any spelling, prefix, parents and neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

from app.codebook.codes import (
    CodeRanges,
    asterisk,
    category3,
    confusions,
    dagger,
    fold_code,
    kind_of,
    same_code_key,
    search_key,
    with_dot,
)
from app.codebook.entry import CodeEntry
from app.codebook.outline import Block, Outline, standard_outline
from app.codebook.prefixes import Prefixes
from app.domain.coding import CodeKind


class Codebook:
    """Diagnoses and procedures of one edition. Codes are unique; entries are kept in code order.

    ``outline`` is another book whose headings name the categories that this one leaves out (the insurance edition
    has no line for K80): they are met as parents only and are no codes of this book. ``placed`` entries come from a
    book: in order, each with its parent.
    """

    def __init__(
        self,
        edition: str,
        title: str,
        entries: Iterable[CodeEntry],
        outline: Codebook | None = None,
        *,
        placed: bool = False,
    ) -> None:
        self.edition = edition
        self.title = title
        self._outline = outline
        ordered = entries if placed else sorted(entries, key=lambda entry: (entry.kind, entry.code))
        self._by_code = {entry.code: entry for entry in ordered}
        if not placed:
            self._by_code = {code: self._placed(entry) for code, entry in self._by_code.items()}

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[CodeEntry]:
        return iter(self._by_code.values())

    def __repr__(self) -> str:
        return f"Codebook({self.edition!r}, entries={len(self)})"

    def warm(self) -> None:
        """Build now what the first search would build: a tenth of a second for a full edition."""
        for kind in CodeKind:
            self.by_prefix("0", kind)
            self.leaves(kind)
        self.find("a00.0x")

    def get(self, code: str) -> CodeEntry | None:
        """Return the entry of exactly this code."""
        return self._by_code.get(code)

    def name_of(self, code: str) -> str:
        """Return the title of a code, '' when it is not in the book."""
        entry = self._by_code.get(code)
        return entry.name if entry else ""

    def find(self, text: str) -> str | None:
        """Return the table's code for a spelling of it: ``k80.200X003``, ``I219``, ``51.23``, ``0.66``.

        A dagger code given alone finds the combined one when it is the only one. Never guesses a digit.
        """
        if text in self._by_code:
            return text
        folded = with_dot(fold_code(text))
        if folded in self._by_code:
            return folded
        kind = kind_of(folded)
        at = self._keys.first(same_code_key(folded)) if kind is not None else None
        code = None if at is None else self._codes[at]
        if code is None and kind is CodeKind.DX and "+" not in folded:
            pairs = self._daggers.get(same_code_key(folded), ())
            code = pairs[0] if len(pairs) == 1 else None
        return code

    def propose(self, text: str) -> str | None:
        """Return :meth:`find`, or the one code that an exchange of O/0 or l, I/1 gives; None when it is not one."""
        code = self.find(text)
        if code is not None:
            return code
        hits = {hit for hit in map(self.find, confusions(text)) if hit is not None}
        return hits.pop() if len(hits) == 1 else None

    def heading(self, code: str) -> CodeEntry | None:
        """Return the heading of exactly this code, None when it is a code proper or missing."""
        entry = self._by_code.get(code)
        return entry if entry is not None and not entry.is_leaf else None

    def entries(self, kind: CodeKind) -> tuple[CodeEntry, ...]:
        """Return all entries of a kind in code order, headings too."""
        return self._of_kind[kind]

    def leaves(self, kind: CodeKind) -> tuple[CodeEntry, ...]:
        """Return the codes of a kind that may be proposed, in code order."""
        return self._leaves[kind]

    def by_prefix(self, prefix: str, kind: CodeKind) -> tuple[CodeEntry, ...]:
        """Return entries whose code starts with ``prefix``; dots and case do not matter (``k803``, ``5123``)."""
        key = search_key(fold_code(prefix))
        entries = self._of_kind[kind]
        return tuple(entries[number] for number in self._search_keys[kind].numbers(key)) if key else ()

    def expand_prefixes(self, prefixes: Iterable[str], kind: CodeKind) -> set[str]:
        """Return the codes that start with one of the prefixes (``K80.3``) or lie in a range (``C00-C97``)."""
        found: set[str] = set()
        spans: list[str] = []
        for prefix in prefixes:
            if "-" in prefix:
                spans.append(prefix)
            else:
                found.update(entry.code for entry in self.by_prefix(prefix, kind))
        if spans:
            ranges = CodeRanges.parse(spans)
            found.update(entry.code for entry in self._of_kind[kind] if ranges.contains(entry.code))
        return found

    def chapter(self, code: str) -> Block | None:
        """Return the chapter of a code, whether or not the book has it."""
        return self.chapters.chapter(code)

    @property
    def chapters(self) -> Outline:
        """The chapters and blocks of both classifications."""
        return standard_outline()

    def parents(self, code: str) -> tuple[CodeEntry, ...]:
        """Return the headings above a code, the widest first; some may stand in the outline book only."""
        chain: list[CodeEntry] = []
        above = self._above(fold_code(code))
        while above is not None and len(chain) < 8:
            chain.append(above)
            above = self._above(above.code)
        return tuple(reversed(chain))

    def children(self, code: str) -> tuple[CodeEntry, ...]:
        """Return the entries right below a code or heading, in code order."""
        return tuple(self._by_code[child] for child in self._children.get(code, ()))

    def neighbours(self, code: str) -> tuple[CodeEntry, ...]:
        """Return the entries that share the code's parent, itself among them; its category when it has no parent."""
        entry = self._by_code.get(code)
        if entry is None:
            return ()
        if entry.parent:
            return self.children(entry.parent)
        return tuple(other for other in self.by_prefix(category3(code), entry.kind) if not other.parent)

    @cached_property
    def counts(self) -> Counter[CodeKind]:
        """How many entries of each kind."""
        return Counter(entry.kind for entry in self)

    def daggers(self, star: str) -> frozenset[str]:
        """Return the categories of the dagger codes that the book joins to an asterisk category: ``E11`` for N08."""
        return self._star_categories.get(star, frozenset())

    @cached_property
    def _star_categories(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for code in self._by_code:
            if asterisk(code):
                found.setdefault(asterisk(code)[:3], set()).add(category3(code))
        return {star: frozenset(categories) for star, categories in found.items()}

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    @cached_property
    def _keys(self) -> Prefixes:
        return Prefixes(map(same_code_key, self._codes))

    @cached_property
    def _of_kind(self) -> dict[CodeKind, tuple[CodeEntry, ...]]:
        return {kind: tuple(entry for entry in self if entry.kind is kind) for kind in CodeKind}

    @cached_property
    def _leaves(self) -> dict[CodeKind, tuple[CodeEntry, ...]]:
        return {kind: tuple(entry for entry in self._of_kind[kind] if entry.is_leaf) for kind in CodeKind}

    @cached_property
    def _search_keys(self) -> dict[CodeKind, Prefixes]:
        return {kind: Prefixes(search_key(entry.code) for entry in found) for kind, found in self._of_kind.items()}

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self:
            if entry.parent:
                found.setdefault(entry.parent, []).append(entry.code)
        return found

    @cached_property
    def _daggers(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code in self._by_code:
            if asterisk(code):
                found.setdefault(same_code_key(dagger(code)), []).append(code)
        return found

    def _placed(self, entry: CodeEntry) -> CodeEntry:
        if entry.parent:
            return entry
        above = self._above(entry.code)
        return replace(entry, parent=above.code) if above else entry

    def _above(self, code: str) -> CodeEntry | None:
        for step in _above_codes(dagger(code).rstrip("*")):
            if step != code:
                found = self._by_code.get(step) or (self._outline.heading(step) if self._outline else None)
                if found is not None:
                    return found
        return None


def _above_codes(code: str) -> Iterator[str]:
    """Codes that may stand above, nearest first: without extension, the ``00`` title, subcategory, category."""
    if len(code) > 7:
        yield code[:7]
    if len(code) > 5:
        yield f"{code[:5]}00"
        yield code[:5]
    bare = code[:3] if code[0].isalpha() else code[:4]
    if code != bare:
        yield f"{bare}.x00" if code[0].isalpha() else f"{bare}x00"
    yield bare
    if code[0].isdigit():
        yield code[:2]
