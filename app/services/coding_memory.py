"""The hospital's memory of confirmed codes: shown, revoked, brought in from files, and given to the matcher at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.coding import CodeKind
from app.domain.past import JOIN, Confirmed
from app.exchange.streams import write_csv
from app.matching.contract import PastCoding
from app.matching.first import FirstMatcher
from app.matching.pinyin import PinyinIndex
from app.matching.readings import readings_of
from app.services.coding_memory_import import PastPreview, PastProblem, read_preview
from app.services.export_note import note_export
from app.services.permits import DESK, free, needs
from app.services.session import Session
from app.storage.coding_memory import (
    MemoryLine,
    MemoryQuery,
    MemoryState,
    MemoryStats,
    MemoryStep,
    MemoryUse,
    PastImport,
)
from app.storage.ops import Op

__all__ = [
    "CodingMemoryService",
    "MemoryQuery",
    "MemoryRow",
    "MemoryState",
    "MemoryStats",
    "MemoryStep",
    "MemoryUse",
    "PastImport",
    "PastPreview",
    "PastProblem",
]

_AT_ONCE: Final = 100
"""Confirmed codings that the matcher takes in one by one; above, it is told everything anew."""
_BEHIND: Final = 200
"""Remembered codings from which telling everything anew happens in a thread of its own."""
_CHUNK: Final = 400
_DAY: Final = 10
_COLUMNS: Final = ("kind", "text", "code", "name", "times", "last", "by", "source", "state")


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A remembered coding as the page shows it: names of the codes in the active book, source and state in words.

    ``is_offered`` is False for a revoked one and for a code that the active book does not have.
    """

    line: MemoryLine
    name: str
    source: str
    state: str
    is_offered: bool

    @property
    def codes(self) -> str:
        """The codes as one text."""
        return " + ".join(self.line.codes)


class CodingMemoryService:
    """Keeps the matcher in step with the library: every operation that touches the memory reaches it at once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._turn = threading.Lock()
        self._version = 0
        self._telling = False
        self._behind: threading.Thread | None = None
        self._read: tuple[tuple[object, ...], Sequence[int], PinyinIndex] | None = None
        session.engines.use_history(self._remembered)
        session.db.tell(self._on_changes)

    @needs(*DESK)
    def history(self) -> list[PastCoding]:
        """Return everything that is remembered and not revoked, for the matcher."""
        return self._remembered()

    def _remembered(self) -> list[PastCoding]:
        """Answer the matcher, which works for everybody: what it was told it shows to nobody."""
        with self._session.db.read() as reader:
            lines = [line for kind in CodeKind for line in reader.past_codings(kind)]
        return [PastCoding(one.text, one.kind, one.codes, one.times, one.last[:_DAY], one.by) for one in lines]

    @needs(*DESK)
    def stats(self) -> MemoryStats:
        """Return how much is remembered."""
        with self._session.db.read() as reader:
            return reader.memory_stats()

    @needs(*DESK)
    def refs(self, query: MemoryQuery) -> Sequence[int]:
        """Return references of what a query shows, in its order; latin letters are also read as pinyin."""
        with self._session.db.read() as reader:
            found = reader.memory_refs(query)
            if not (query.text.isascii() and query.text.isalpha()):
                return found
            mark = (reader.audit_head().op_id, query.kind, query.state)
            if self._read is None or self._read[0] != mark:
                texts = [(ref, " ".join(one.split())) for ref, one in reader.memory_texts(query)]
                readings = readings_of({sign for _, one in texts for sign in one})
                self._read = mark, [ref for ref, _ in texts], PinyinIndex([one for _, one in texts], readings)
            everything = reader.memory_refs(
                MemoryQuery("", query.kind, query.state, query.sort, descending=query.descending)
            )
        _, refs, index = self._read
        wanted = {*found, *(refs[heard.number] for heard in index.find(query.text, enough=1))}
        return [ref for ref in everything if ref in wanted]

    @needs(*DESK)
    def rows(self, refs: Sequence[int]) -> list[MemoryRow]:
        """Return remembered codings by reference, in that order; those that are gone are left out."""
        with self._session.db.read() as reader:
            return [self._row(line) for line in reader.memory_lines(refs)]

    @needs(*DESK)
    def uses(self, row: MemoryRow) -> list[MemoryUse]:
        """Return where a coding was used, latest first."""
        with self._session.db.read() as reader:
            return reader.memory_uses(row.line)

    @needs(*DESK)
    def imports(self) -> list[PastImport]:
        """Return the imported files of past codings, latest first."""
        with self._session.db.read() as reader:
            return reader.past_imports()

    @needs("coder", "admin")
    def revoke(self, row: MemoryRow, why: str) -> Changes:
        """Offer a coding no longer; what it rests on stays visible.

        Raises :class:`UserProblem` without a reason and for a coding that is revoked already.
        """
        if not why.strip():
            raise UserProblem("memory.no_reason", remedy="memory.remedy.no_reason")
        if self._now(row).revoked is not None:
            raise UserProblem("memory.already_revoked", remedy="memory.remedy.already_revoked")
        line = row.line
        with self._session.db.operation(Op.REVOKE_CODING, by=self._session.actor, note=why.strip()) as tx:
            tx.revoke_coding(line.kind, line.text, JOIN.join(line.codes), why.strip())
        return tx.changes

    @needs("coder", "admin")
    def restore(self, row: MemoryRow) -> Changes:
        """Offer a revoked coding again. Raises :class:`UserProblem` when it is not revoked."""
        revoked = self._now(row).revoked
        if revoked is None:
            raise UserProblem("memory.not_revoked", remedy="memory.remedy.not_revoked")
        with self._session.db.operation(Op.RESTORE_CODING, by=self._session.actor) as tx:
            tx.restore_coding(revoked.id)
        return tx.changes

    @needs(*DESK)
    def last_step(self) -> MemoryStep | None:
        """Return the user's latest import, revocation or restoration that is in effect, None without one."""
        with self._session.db.read() as reader:
            return reader.memory_step(self._session.actor.id)

    @needs("coder", "admin")
    def undo(self, op_id: int) -> Changes:
        """Take an import, a revocation or a restoration back. Raises :class:`UserProblem` when it was changed since."""
        return self._session.db.undo(op_id, by=self._session.actor)

    @needs("coder", "admin")
    def preview(self, path: Path, progress: Progress | None = None) -> PastPreview:
        """Read a file of past codings and look every code up; nothing is stored.

        Raises :class:`UserProblem` for a file that cannot be used or was imported before, ``Cancelled``.
        """
        engines = self._session.engines
        preview = read_preview(path, engines.codebook, engines.conversion, progress)
        known = next((one for one in self.imports() if one.sha256 == preview.sha256), None)
        if known is not None:
            at = f"{known.at:%Y-%m-%d %H:%M}"
            where = Where(path.name)
            raise UserProblem(
                "memory.already_imported", remedy="memory.remedy.already_imported", where=where, at=at, who=known.who
            )
        return preview

    @needs("coder", "admin")
    def commit(self, preview: PastPreview, *, skip_problems: bool = False) -> Changes:
        """Remember a previewed file as one operation that can be undone.

        Raises :class:`UserProblem` for rows that cannot be used unless they are skipped, and when the file changed.
        """
        name = preview.path.name
        if preview.problems and not skip_problems:
            count = len(preview.problems)
            raise UserProblem("memory.unusable_rows", remedy="memory.remedy.unusable_rows", count=count)
        if not preview.lines:
            raise UserProblem("memory.nothing_usable", remedy="memory.remedy.nothing_usable", where=Where(name))
        if not preview.path.is_file() or sha256_of(preview.path) != preview.sha256:
            raise UserProblem("memory.file_changed", remedy="memory.remedy.file_changed", name=name)
        with self._session.db.operation(Op.IMPORT_PAST, by=self._session.actor, note=name) as tx:
            tx.import_past(name, preview.sha256, preview.lines)
        return tx.changes

    @needs("coder", "admin")
    def export(self, path: Path, query: MemoryQuery, progress: Progress | None = None) -> int:
        """Write what a query shows as CSV, which :meth:`preview` reads again, and return the number of lines."""
        header = [text(f"memory.export.{name}") for name in _COLUMNS]
        lines = write_csv(path, header, self._exported(self.refs(query), progress or NoProgress()), for_people=True)
        note_export(self._session, path, lines)
        return lines

    @free
    def wait(self) -> None:
        """Wait until the matcher knows everything."""
        if self._behind is not None:
            self._behind.join()

    @free
    def close(self) -> None:
        """Let the matcher forget: it may serve another library next."""
        self.wait()
        self._session.engines.use_history(tuple)

    def _exported(self, refs: Sequence[int], progress: Progress) -> Iterator[Sequence[object]]:
        for start in range(0, len(refs), _CHUNK):
            progress.step(start, len(refs))
            for row in self.rows(refs[start : start + _CHUNK]):
                line = row.line
                kind = text(f"memory.kind.{line.kind}")
                codes, day = JOIN.join(line.codes), line.last[:_DAY]
                yield kind, line.text, codes, row.name, line.times, day, line.by, row.source, row.state

    def _now(self, row: MemoryRow) -> MemoryLine:
        """Return a coding as it stands. Raises :class:`UserProblem` when it is gone."""
        with self._session.db.read() as reader:
            found = reader.memory_lines([row.line.ref])
        if not found:
            raise UserProblem("memory.gone", remedy="memory.remedy.gone")
        return found[0]

    def _row(self, line: MemoryLine) -> MemoryRow:
        book = self._session.engines.codebook
        is_known = all(code in book for code in line.codes)
        name = " + ".join(book.name_of(code) for code in line.codes if code in book)
        source = "from_both" if line.on_cases and line.in_files else "from_case" if line.on_cases else "from_file"
        state = "state_revoked" if line.revoked else "state_offered" if is_known else "state_unknown"
        return MemoryRow(
            line, name, text(f"memory.{source}"), text(f"memory.{state}"), is_known and line.revoked is None
        )

    def _on_changes(self, changes: Changes) -> None:
        """Tell the matcher what an operation did to the memory."""
        matcher = self._session.engines.loaded_matcher
        if not changes.memory or matcher is None:
            return
        with self._turn:
            self._version += 1
            if self._telling:  # it will notice, and must not be waited for
                return
            self._telling = changes.forgot or len(changes.confirmed) > _AT_ONCE
        if not self._telling:
            matcher.confirm(_summed(changes.confirmed))
        elif self.stats().lines < _BEHIND:
            self._tell_anew(matcher)
        else:
            self._behind = threading.Thread(target=self._tell_anew, args=(matcher,), name="bingan-memory", daemon=True)
            self._behind.start()

    def _tell_anew(self, matcher: FirstMatcher) -> None:
        """Give the matcher the whole memory, again if it changed meanwhile."""
        try:
            while self._telling:
                version = self._version
                matcher.relearn(self._remembered())
                with self._turn:
                    self._telling = version != self._version
        finally:
            self._telling = False


def _summed(confirmed: Sequence[Confirmed]) -> list[PastCoding]:
    times = Counter((one.kind, one.text, one.codes) for one in confirmed)
    latest = {(one.kind, one.text, one.codes): one for one in confirmed}
    return [PastCoding(one.text, one.kind, one.codes, times[key], one.at[:_DAY], one.by) for key, one in latest.items()]
