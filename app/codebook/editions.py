"""From the clinical edition to the insurance edition, and the codes that mean two things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.codebook.book import Codebook
from app.codebook.codes import fold_code, with_dot
from app.codebook.columns import locate
from app.common.errors import UserProblem
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
