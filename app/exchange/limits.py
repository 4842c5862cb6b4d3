"""How much a file may hold before it is refused, and what the user said about it beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app.common.errors import UserProblem, Where
from app.common.progress import Progress
from app.common.texts import text


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reliability.md C3; sizes are bytes after unpacking.

    ``rows_consented`` lifts the row limit. ``encoding`` is a codec the user chose, '' to detect it.
    """

    rows: int = 200_000
    rows_consented: bool = False
    columns: int = 16_384
    cells: int = 12_000_000
    entries: int = 2_000
    ratio: int = 100
    ratio_free_bytes: int = 1_000_000
    unpacked_bytes: int = 512_000_000
    encoding: str = ""

    def check_rows(self, count: int, where: Where) -> None:
        """Raise :class:`UserProblem` when there are more rows than allowed without consent."""
        if count > self.rows and not self.rows_consented:
            raise UserProblem("import.too_many_rows", remedy="import.remedy.consent_rows", where=where, limit=self.rows)

    def check_cells(self, count: int, where: Where) -> None:
        """Raise :class:`UserProblem` when a sheet's rectangle has more cells than fit into memory."""
        if count > self.cells:
            raise UserProblem("import.too_many_cells", remedy="import.remedy.split_file", where=where, limit=self.cells)


DEFAULT_LIMITS = Limits()
SCHEME_LIMITS = Limits(rows=2_000_000)
"""A published scheme has 107,000 members in one table; the limit of batches would stop one twice that size."""


class Part:
    """A stretch of a longer job: passes its steps on as steps of the whole, which counts to 1000."""

    def __init__(self, progress: Progress, start: float, end: float) -> None:
        self._progress = progress
        self._start = start * 1000
        self._span = (end - start) * 1000

    def step(self, done: int, total: int, note: str = "") -> None:
        """Report ``done`` of ``total`` of this stretch. Raises :class:`app.common.errors.Cancelled`."""
        share = min(done / total, 1.0) if total > 0 else 0.0
        self._progress.step(int(self._start + self._span * share), 1000, note)


@contextmanager
def broken_as_problem(where: Where, detail: str, kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn the exceptions that a reading library throws at bad input into one :class:`UserProblem`.

    ``detail`` is a key of ``import.detail``.
    """
    try:
        yield
    except kinds as fault:
        raise broken(where, detail) from fault


def broken(where: Where, detail: str) -> UserProblem:
    """Return the problem "damaged or incomplete" with a detail of ``import.detail``."""
    return UserProblem(
        "import.broken", remedy="import.remedy.export_again", where=where, detail=text(f"import.detail.{detail}")
    )
