"""Past codings of a file made ready: codes spelt otherwise, of the clinical edition, and names become codes in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from app.codebook.book import Codebook
from app.codebook.codes import fold_code, with_dot
from app.codebook.entry import CodeEntry
from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.coding import CodeKind
from app.domain.past import PastLine, text_key
from app.exchange.limits import Part
from app.exchange.past_codings import PastFile, PastRow, read_past
from app.storage.past import MOST_LINES

_STEP = 511
_READING = 0.6
"""Share of the work that reading the file takes."""


@dataclass(frozen=True, slots=True)
class PastProblem:
    """A row that cannot be used: where, and why in words."""

    where: Where
    message: str

    def __str__(self) -> str:
        return f"{self.where}\uff1a{self.message}"


@dataclass(frozen=True, slots=True)
class PastPreview:
    """A file of past codings that was read; nothing has been stored.

    ``lines`` are ready to be remembered, ``problems`` the rows that are not. ``converted`` counts rows whose code of
    the clinical edition was exchanged, ``named`` those whose code was found by its name. ``columns`` are the headings
    that were taken, by what they hold.
    """

    path: Path
    sha256: str
    lines: tuple[PastLine, ...]
    problems: tuple[PastProblem, ...]
    converted: int
    named: int
    columns: Mapping[str, str]

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return len(self.lines) + len(self.problems)


def read_preview(
    path: Path, book: Codebook, conversion: Mapping[str, str], progress: Progress | None = None
) -> PastPreview:
    """Read a file and look every code up.

    Raises :class:`UserProblem` for a file that cannot be used at all, ``Cancelled`` when the user stops.
    """
    progress = progress or NoProgress()
    digest = sha256_of(path) if path.is_file() else ""
    file = read_past(path, Part(progress, 0, _READING))
    if len(file.rows) >= MOST_LINES:
        raise UserProblem("memory.too_many", remedy="memory.remedy.too_many", where=Where(path.name), limit=MOST_LINES)
    return _Finder(book, conversion).preview(path, digest, file, Part(progress, _READING, 1))


class _UnusableError(Exception):
    """A row cannot be used; the text says why."""


class _Finder:
    """Finds the codes of rows in the book."""

    def __init__(self, book: Codebook, conversion: Mapping[str, str]) -> None:
        self._book = book
        self._conversion = conversion
        self._converted = 0
        self._named = 0

    def preview(self, path: Path, digest: str, file: PastFile, progress: Progress) -> PastPreview:
        lines: list[PastLine] = []
        problems: list[PastProblem] = []
        for number, row in enumerate(file.rows):
            if not number & _STEP:
                progress.step(number, len(file.rows))
            try:
                lines.append(self._line(row))
            except _UnusableError as why:
                column = file.columns.get("code" if row.codes else "name", "")
                where = row.where if row.problem else replace(row.where, column=column)
                problems.append(PastProblem(where, str(why)))
        return PastPreview(path, digest, tuple(lines), tuple(problems), self._converted, self._named, file.columns)

    def _line(self, row: PastRow) -> PastLine:
        if row.problem:
            raise _UnusableError(row.problem)
        found = [self._of_code(code) for code in row.codes] or [self._of_name(name) for name in row.names]
        kinds = {kind for _, kind, _ in found}
        if len(kinds) > 1:
            raise _UnusableError(text("memory.mixed_kinds"))
        self._converted += any(is_converted for _, _, is_converted in found)
        self._named += not row.codes
        codes = tuple(dict.fromkeys(code for code, _, _ in found))
        return PastLine(kinds.pop(), row.text, codes, row.times, row.last, row.by)

    def _of_code(self, typed: str) -> tuple[str, CodeKind, bool]:
        """Return the code in use for a code as written, its kind, and whether it is of the clinical edition."""
        code = self._book.find(typed)
        is_converted = False
        if code is None:
            target = self._conversion.get(with_dot(fold_code(typed)))
            if target == "":
                raise _UnusableError(text("memory.no_conversion", code=typed))
            code = self._book.find(target) if target else None
            is_converted = True
        entry = self._book.get(code) if code else None
        if entry is None:
            raise _UnusableError(text("memory.unknown_code", code=typed))
        if not entry.is_leaf:
            raise _UnusableError(text("memory.heading_code", code=typed))
        return entry.code, entry.kind, is_converted

    def _of_name(self, name: str) -> tuple[str, CodeKind, bool]:
        found = self._names.get(text_key(name))
        if found is None:
            raise _UnusableError(text("memory.unknown_name", name=name))
        return found.code, found.kind, False

    @cached_property
    def _names(self) -> Mapping[str, CodeEntry]:
        names: dict[str, CodeEntry] = {}
        for kind in CodeKind:
            for entry in self._book.leaves(kind):
                names.setdefault(text_key(entry.name), entry)
        return names
