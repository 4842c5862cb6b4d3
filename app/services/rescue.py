"""A backup in the place of a library that cannot be opened: no session, nobody signed in, nothing read from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.common.clock import Clock, SystemClock
from app.common.errors import UserProblem
from app.common.progress import Progress
from app.services.backup import of_backup, reason_of
from app.storage.backup import backup_folder, backups
from app.storage.heads import HeadStore
from app.storage.restoring import damaged_path, rescue, sound_head


@dataclass(frozen=True, slots=True)
class RescueLine:
    """A backup in words; ``size`` is in bytes."""

    path: Path
    at: datetime
    reason: str
    size: int


class Rescue:
    """Lists and checks the backups beside a library that cannot be opened, and lets one take its place.

    ``heads`` is where heads of the audit are kept outside the library: they tell how much a backup lacks.
    """

    def __init__(self, library: Path, clock: Clock | None = None, heads: HeadStore | None = None) -> None:
        self.library = library
        self._clock = clock or SystemClock()
        self._heads = heads

    @property
    def folder(self) -> Path:
        """The folder beside the library; another one may be in its settings, which nobody can read now."""
        return backup_folder(self.library)

    def lines(self, folder: Path | None = None) -> tuple[RescueLine, ...]:
        """Return the backups of a folder (None: the one beside the library), newest first."""
        return tuple(RescueLine(one.path, one.at, reason_of(one), one.size) for one in backups(folder or self.folder))

    def check(self, line: RescueLine) -> int | None:
        """Return how many operations a sound backup lacks, None where nothing outside the library tells.

        Raises :class:`UserProblem` for a file that cannot take the place of the library.
        """
        try:
            head, _ = sound_head(line.path)
        except UserProblem as problem:
            raise of_backup(problem, line.path) from problem
        known = self._known()
        return known - head if known is not None and known >= head else None

    def kept_as(self) -> str:
        """Return the name the damaged file would get now."""
        return damaged_path(self.library, self._clock.now()).name

    def restore(self, line: RescueLine, progress: Progress) -> None:
        """Let a backup take the place of the library, which can be opened then; the damaged file stays beside it.

        Raises :class:`UserProblem`, and ``Cancelled`` through ``progress``; every file is where it was then.
        """
        try:
            rescue(self.library, line.path, self._clock, progress)
        except UserProblem as problem:
            raise of_backup(problem, line.path) from problem

    def _known(self) -> int | None:
        """Return the last operation of the library that was noted outside it."""
        try:
            kept = self._heads.kept(self.library) if self._heads is not None else None
        except UserProblem:
            return None
        return kept.head.op_id if kept is not None else None
