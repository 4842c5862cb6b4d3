"""What a write touched. Pages look at it and refresh only what they show."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.past import Confirmed


@dataclass(frozen=True, slots=True)
class Changes:
    """The answer of every write: the operation's id, the cases and field paths it touched.

    ``paths`` are generic (``sex``, ``dx[].code``); ``listing`` is True when cases came, went or changed state, so that
    counts of lists are stale; ``assets`` when code books, schemes or prices changed. ``confirmed`` are codings that the
    hospital's memory has won; ``memory`` is True when it won or lost something, ``forgot`` when winning those is not
    all that happened to it. ``rules`` is True when rules of quality control changed: every case is to be checked again.
    """

    op_id: int = 0
    cases: frozenset[int] = frozenset()
    paths: frozenset[str] = frozenset()
    listing: bool = False
    assets: bool = False
    confirmed: tuple[Confirmed, ...] = ()
    memory: bool = False
    forgot: bool = False
    rules: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            max(self.op_id, other.op_id),
            self.cases | other.cases,
            self.paths | other.paths,
            self.listing or other.listing,
            self.assets or other.assets,
            (*self.confirmed, *other.confirmed),
            self.memory or other.memory,
            self.forgot or other.forgot,
            self.rules or other.rules,
        )
