"""From the clinical edition to the insurance edition, and the codes that mean two things."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.codebook.book import Codebook
from app.codebook.codes import fold_code, kind_of, search_key, with_dot
from app.codebook.columns import locate
from app.common.errors import UserProblem
from app.domain.coding import CodeKind
from app.domain.tables import RawTable

NONE = "-"
"""What a map writes as target when the insurance edition has no equivalent."""


@dataclass(frozen=True, slots=True)
class EditionMap:
    """Clinical code → insurance code. It is applied once: targets may themselves be keys (00.6400x007)."""

    pairs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_tables(cls, tables: Sequence[RawTable]) -> EditionMap:
        """Read maps with a clinical and an insurance code column; other tables are passed over.

        Raises :class:`UserProblem` when no table has both columns.
        """
        usable = [found for table in tables if (found := locate(table, ("clinical_code", "medins_code")))]
        if not usable:
            where = tables[0].where() if tables else None
            raise UserProblem("codebook.no_map_columns", remedy="codebook.remedy.map_columns", where=where)
        pairs: dict[str, str] = {}
        for columns, rows in usable:
            source, target = columns["clinical_code"], columns["medins_code"]
            for row in rows:
                if len(row.cells) > max(source, target) and row.cells[source].strip():
                    code = with_dot(fold_code(row.cells[source]))
                    pairs.setdefault(code, with_dot(fold_code(row.cells[target])))
        return cls(pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def to_insurance(self, code: str) -> str | None:
        """Return the insurance code, None without an equivalent. Never call it with an insurance code."""
        target = self.pairs.get(code)
        return target if target and target != NONE else None

    def to_clinical(self, code: str) -> tuple[str, ...]:
        """Return the clinical codes that lead to an insurance code, in code order."""
        return tuple(sorted(source for source, target in self.pairs.items() if target == code))

    def two_meanings(self, insurance: Codebook) -> tuple[str, ...]:
        """Return codes that stand in both editions and mean different things, in code order."""
        return tuple(sorted(code for code, target in self.pairs.items() if target != code and code in insurance))


@dataclass(frozen=True, slots=True)
class TwoMeanings:
    """A code that both editions have for different things.

    In the active book it is ``name``; in the clinical edition it is what the active book has as ``other`` with
    ``other_name``, both '' when there is no equivalent.
    """

    code: str
    name: str
    other: str
    other_name: str


class EditionPairs:
    """The codes of the clinical edition beside those of the active book. Without a map there are none."""

    def __init__(self, book: Codebook, maps: EditionMap) -> None:
        self._book = book
        self._maps = maps
        self._clinical: dict[str, list[str]] = {}
        for source, target in sorted(maps.pairs.items()):
            self._clinical.setdefault(target, []).append(source)
        alone = [code for code, target in maps.pairs.items() if code not in book and target in book]
        self._alone = sorted((search_key(code), code) for code in alone)

    def clinical(self, code: str) -> tuple[str, ...]:
        """Return the codes of the clinical edition that mean what ``code`` means in the active book, in code order."""
        return tuple(self._clinical.get(code, ()))

    def second_meaning(self, code: str) -> TwoMeanings | None:
        """Return both meanings of a code that the editions use for different things, None for any other."""
        target = self._maps.pairs.get(code)
        if target is None or target == code or code not in self._book:
            return None
        other = "" if target == NONE else target
        return TwoMeanings(code, self._book.name_of(code), other, self._book.name_of(other))

    def only_clinical(self, typed: str, kind: CodeKind, top: int) -> list[tuple[str, str]]:
        """Return (clinical, own) codes of those that only the clinical edition has and that begin with what was typed.

        Dots and case do not matter.
        """
        key = search_key(fold_code(typed))
        low, high = bisect_left(self._alone, (key, "")), bisect_left(self._alone, (f"{key}\uffff", ""))
        found = [code for _, code in self._alone[low:high] if kind_of(code) is kind] if key else []
        return [(code, self._maps.pairs[code]) for code in found[:top]]
