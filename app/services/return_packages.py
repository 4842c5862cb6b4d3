"""Signed packages for other PCs: questions out, answers back, nothing taken that was altered on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.returning import ReturnAnswer, ReturnStatus
from app.exchange.return_package import SignedPackage, read_package, write_package
from app.services.fix_list import FixPreview, masked
from app.services.pack_keys import PackKey, is_signed
from app.services.package_data import answers_data, questions_data, read_answer, read_answers, read_questions
from app.services.permits import DESK, EVERYONE, needs
from app.services.return_answers import min_due, must_be_whole
from app.services.return_intake import Given, judge, take
from app.services.return_places import place_name, spec_at
from app.services.return_types import ReturnRow, Sheet, SheetDraft, SheetItem, SheetLine, StoredReturn, Submitted
from app.services.session import Session
from app.storage.location import refuse_network
from app.storage.ops import Op
from app.storage.returns import ReturnFilter

QUESTIONS: Final = "questions"
ANSWERS: Final = "answers"
SUFFIX: Final = ".bgreturn"
_ENTRY: Final = "items.json"
_ORIGIN: Final = "origin.zip"
_KEPT: Final = "package."


class ReturnPackageService:
    """Writes packages of outstanding questions with the key of this home folder, and takes answers to them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._key = PackKey(session.db.path.parent)

    @needs(*DESK)
    def write(
        self, path: Path, case_ids: Iterable[int] = (), *, mask: bool = False, progress: Progress | None = None
    ) -> int:
        """Write the outstanding questions of some cases, or of all, and return how many.

        Raises :class:`UserProblem` when there is none, on a network share, and when the file cannot be written.
        """
        refuse_share(path)
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(frozenset({ReturnStatus.OUTSTANDING}), case_ids=frozenset(case_ids)))
        if not rows:
            raise UserProblem("returns.nothing_to_write", remedy="returns.remedy.nothing_to_write")
        (progress or NoProgress()).step(1, 2)
        names = {row.item.case_id: masked(row.patient_name) if mask else row.patient_name for row in rows}
        made_at = f"{self._session.clock.now():%Y-%m-%d %H:%M}"
        facts = {"made_by": self._session.actor.name, "made_at": made_at}
        _write(path, QUESTIONS, facts, {_ENTRY: questions_data(rows, names)}, self._key)
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": path.name, "rows": len(rows)})
        return len(rows)

    @needs("coder", "qc")
    def preview(self, path: Path) -> FixPreview:
        """Read a package of answers and judge each.

        Raises :class:`UserProblem` for a file that is none, was altered, or answers questions of another library.
        """
        where = Where(path.name)
        package = _read(path, ANSWERS)
        origin = _opened(BytesIO(package.entries.get(_ORIGIN, b"")), path.name, QUESTIONS)
        if origin.public != self._key.public():
            raise UserProblem("returns.package_foreign", remedy="returns.remedy.package_foreign", where=where)
        try:
            asked = {row.item.uid: row for row in read_questions(origin.entries[_ENTRY])}
            answers = read_answers(package.entries[_ENTRY])
        except (ValueError, KeyError, RecursionError) as error:
            raise _broken(where) from error
        given = [
            Given(
                Where(path.name, "", number), uid, asked[uid].item.old_value if uid in asked else "", answers.get(uid)
            )
            for number, uid in enumerate(asked, 1)
        ]
        with self._session.db.read() as reader:
            return FixPreview(path, package.digest, judge(reader, given))

    @needs("coder", "qc")
    def take(self, preview: FixPreview, who: str, *, conflicts: bool = False) -> tuple[Changes, int]:
        """Store what a package answers, for the physician named. Raises :class:`UserProblem` without a name."""
        return take(self._session, preview.lines, who, preview.path.name, conflicts=conflicts)

    @needs(*EVERYONE)
    def open(self, path: Path) -> PackageDesk:
        """Open a package of questions to answer it here, without any case in the own library.

        Raises :class:`UserProblem` for a file that is none or was altered, and on a network share.
        """
        package = _read(path, QUESTIONS)
        try:
            rows = read_questions(package.entries[_ENTRY])
        except (ValueError, KeyError, RecursionError) as error:
            raise _broken(Where(path.name)) from error
        return PackageDesk(self._session, path.read_bytes(), package, rows, self._key)


class PackageDesk:
    """The list of a package, answered like the physician's own: begun answers and those handed in are kept."""

    def __init__(
        self,
        session: Session,
        origin: bytes,
        package: SignedPackage,
        rows: tuple[ReturnRow, ...],
        key: PackKey,
    ) -> None:
        self._session = session
        self._origin = origin
        self._package = package
        self._rows = rows
        self._key = key

    @property
    def made_by(self) -> str:
        """Who made the package, and when."""
        facts = self._package.facts
        return f"{facts.get('made_by', '')} {facts.get('made_at', '')}".strip()

    @needs(*EVERYONE)
    def waiting(self) -> tuple[SheetLine, ...]:
        """Return the cases that are not answered whole."""
        done = self._answers()
        return tuple(line for line in self._lines(done) if line.outstanding)

    @needs(*EVERYONE)
    def answered(self) -> tuple[SheetLine, ...]:
        """Return the cases that were handed in."""
        done = self._answers()
        return tuple(line for line in self._lines(done) if not line.outstanding)

    @needs(*EVERYONE)
    def of_department(self) -> tuple[SheetLine, ...]:
        """Return every case of the package."""
        return self._lines(self._answers())

    @needs(*EVERYONE)
    def sheet(self, case_id: int) -> Sheet:
        """Return the questions about a case. Raises :class:`UserProblem` for one that is not in the package."""
        rows = [row for row in self._rows if row.item.case_id == case_id]
        if not rows:
            raise UserProblem("returns.gone", remedy="returns.remedy.gone")
        items = tuple(_item(row.item, self._draft(row.item)) for row in rows)
        return Sheet(rows[0], rows[0].item.sent_by, min_due(row.item for row in rows), items)

    @needs(*EVERYONE)
    def save_draft(self, item: StoredReturn, draft: SheetDraft) -> None:
        """Keep what was chosen and typed."""
        self._keep(f"draft.{item.uid}", asdict(draft))

    @needs(*EVERYONE)
    def submit(self, case_id: int, answers: Mapping[int, ReturnAnswer]) -> Submitted:
        """Hand in the answers about a case; they wait here for :meth:`write`. Raises :class:`UserProblem`."""
        rows = [row for row in self._rows if row.item.case_id == case_id]
        missing = [row for row in rows if row.item.id not in answers]
        if missing:
            raise UserProblem("returns.unanswered", remedy="returns.remedy.unanswered", count=len(missing))
        for row in rows:
            must_be_whole(row.item, answers[row.item.id])
        whole = self._answers() | {row.item.uid: answers[row.item.id] for row in rows}
        self._keep(f"answers.{self._package.digest}", {uid: asdict(one) for uid, one in whole.items()})
        return Submitted(Changes(), len(self.waiting()))

    @needs(*EVERYONE)
    def write(self, path: Path) -> int:
        """Write the answers as a signed package and return how many.

        Raises :class:`UserProblem` while a case is not answered, on a network share, and when it cannot be written.
        """
        refuse_share(path)
        left = len(self.waiting())
        if left:
            raise UserProblem("returns.package_open", remedy="returns.remedy.package_open", count=left)
        answers = self._answers()
        facts = {
            "made_by": self._session.actor.name,
            "made_at": f"{self._session.clock.now():%Y-%m-%d %H:%M}",
            "answers_to": self._package.digest,
        }
        _write(path, ANSWERS, facts, {_ENTRY: answers_data(answers), _ORIGIN: self._origin}, self._key)
        return len(answers)

    def _lines(self, done: Mapping[str, ReturnAnswer]) -> tuple[SheetLine, ...]:
        now, found = self._session.clock.now(), []
        for _, group in groupby(sorted(self._rows, key=_case), key=_case):
            rows = list(group)
            open_ = [row.item for row in rows if row.item.uid not in done]
            due = min_due(open_)
            is_late = due is not None and due < now
            found.append(SheetLine(rows[0], len(open_), len(rows) - len(open_), due, is_late))
        return tuple(found)

    def _answers(self) -> dict[str, ReturnAnswer]:
        with self._session.db.read() as reader:
            stored = reader.place(f"{_KEPT}answers.{self._package.digest}")
        return {str(uid): read_answer(one) for uid, one in stored.items()} if isinstance(stored, Mapping) else {}

    def _draft(self, item: StoredReturn) -> SheetDraft | None:
        with self._session.db.read() as reader:
            stored = reader.place(f"{_KEPT}draft.{item.uid}")
        if not isinstance(stored, Mapping):
            return None
        option, words = stored.get("option"), stored.get("words")
        return SheetDraft(option if isinstance(option, int) else -1, stored.get("is_appeal") is True, str(words or ""))

    def _keep(self, key: str, value: object) -> None:
        if not self._session.db.read_only:
            with self._session.db.caching() as cache:
                cache.save_place(f"{_KEPT}{key}", value)


def refuse_share(path: Path) -> None:
    """Raise :class:`UserProblem` for a place on a network share."""
    try:
        refuse_network(path)
    except UserProblem as problem:
        raise UserProblem("returns.network", remedy="returns.remedy.network", where=Where(path.name)) from problem


def _write(path: Path, kind: str, facts: Mapping[str, str], entries: Mapping[str, bytes], key: PackKey) -> None:
    try:
        with write_atomic(path) as out:
            write_package(out, kind, facts, entries, key.public(), key.sign)
    except OSError as fault:
        where = Where(path.name)
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault


def _read(path: Path, kind: str) -> SignedPackage:
    refuse_share(path)
    return _opened(path, path.name, kind)


def _opened(file: Path | BytesIO, name: str, kind: str) -> SignedPackage:
    package = read_package(file, name, is_signed)
    if package.kind != kind:
        wanted = text(f"returns.package.{kind}")
        raise UserProblem(
            "returns.package_kind", remedy="returns.remedy.package_kind", where=Where(name), wanted=wanted
        )
    return package


def _item(item: StoredReturn, draft: SheetDraft | None) -> SheetItem:
    spec = spec_at(item.path)
    return SheetItem(item, place_name(item.path), spec.label if spec is not None else "", draft)


def _case(row: ReturnRow) -> int:
    return row.item.case_id


def _broken(where: Where) -> UserProblem:
    return UserProblem("returns.package_broken", remedy="returns.remedy.package_broken", where=where)
