"""The sum of payment standards of two schemes, only when both have own weights and rates; else why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.common.texts import text
from app.domain.case import CaseRecord
from app.domain.grouping import GroupResult
from app.drg.scheme import Scheme
from app.services.pricing import PriceTables, price_of

Priced = tuple[Scheme, PriceTables]


@dataclass(slots=True)
class Amounts:
    """Adds up while the cases go by; only cases that have a standard in both schemes count."""

    old: Priced
    new: Priced
    obstacle: str
    old_fen: int = 0
    new_fen: int = 0
    count: int = 0

    @classmethod
    def of(cls, old: Priced, new: Priced) -> Self:
        """Return sums of nothing; ``obstacle`` says at once why there will be none."""
        return cls(old, new, next((told for told in (_obstacle(*old), _obstacle(*new)) if told), ""))

    def add(self, record: CaseRecord, was: GroupResult, now: GroupResult) -> None:
        """Add the standards of a case when it has one in both schemes."""
        if self.obstacle:
            return
        before = price_of(self.old[0], was, record, self.old[1]).standard_fen
        after = price_of(self.new[0], now, record, self.new[1]).standard_fen
        if before is not None and after is not None:
            self.old_fen += before
            self.new_fen += after
            self.count += 1

    def sums(self) -> tuple[int | None, int | None]:
        """Return both sums in fen, None when they are not to be shown."""
        return (self.old_fen, self.new_fen) if self.count else (None, None)

    def note(self) -> str:
        """Return why there is no sum, or over how many cases it is."""
        if self.obstacle:
            return self.obstacle
        return text("compare.amount.some", count=f"{self.count:,}") if self.count else text("compare.amount.none")


def _obstacle(scheme: Scheme, tables: PriceTables) -> str:
    """Return why a scheme has no amounts, '' when it has its own weights and there are rates."""
    if tables.invented or scheme.trial:
        return text("compare.amount.trial", scheme=scheme.title)
    if not tables.weights and tables.foreign is not None:
        found = tables.foreign.differences(scheme)
        return text("compare.amount.foreign", scheme=scheme.title, count=len(found.unknown) + len(found.missing))
    if not tables.weights:
        return text("compare.amount.no_weights", scheme=scheme.title)
    return "" if tables.rates else text("compare.amount.no_rates")
