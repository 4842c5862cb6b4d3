"""Signed and sealed packages for other PCs: questions out, answers back, nothing taken that was altered on the way.

Questions are sealed by a pass phrase, which is told to the physician by another way; answers to the key of the folder
that asked, so that nobody types anything to read them. Packages of earlier versions, which were only signed, are read.
"""

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
from app.services.passwords import must_be_good, new_recovery_key
from app.services.permits import DESK, EVERYONE, free, needs
from app.services.return_answers import min_due, must_be_whole
from app.services.return_intake import Given, judge, take
from app.services.return_places import place_name, spec_at
from app.services.return_types import ReturnRow, Sheet, SheetDraft, SheetItem, SheetLine, StoredReturn, Submitted
from app.services.sealing import CannotOpen, is_by_key, is_by_phrase, open_by_phrase, open_with, seal_by_phrase, seal_to
from app.services.session import Session
from app.storage.location import refuse_network
from app.storage.ops import Op
from app.storage.returns import ReturnFilter

QUESTIONS: Final = "questions"
ANSWERS: Final = "answers"
SUFFIX: Final = ".bgreturn"
_ENTRY: Final = "items.json"
_ORIGIN: Final = "origin.zip"
_REPLY: Final = "reply_to"
_HEAD: Final = 8
_PHRASE_GROUPS: Final = 3
_MOST_BYTES: Final = 80_000_000
"""More than the largest package; what is cut here opens as no package."""
_KEPT: Final = "package."


class ReturnPackageService:
    """Writes packages of outstanding questions with the key of this home folder, and takes answers to them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._key = PackKey(session.db.path.parent)

    @free
    def new_phrase(self) -> str:
        """Return a pass phrase that nobody guesses: three groups of letters that are not read as others."""
        return "-".join(new_recovery_key().split("-")[:_PHRASE_GROUPS])

    @needs(*DESK)
    def write(
        self,
        path: Path,
        case_ids: Iterable[int] = (),
        *,
        phrase: str,
        mask: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Write the outstanding questions of some cases, or of all, sealed by a pass phrase, and return how many.

        Raises :class:`UserProblem` when there is none, for a weak phrase, on a network share, and when the file cannot
        be written.
        """
        refuse_share(path)
        must_be_good(phrase.strip())
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(frozenset({ReturnStatus.OUTSTANDING}), case_ids=frozenset(case_ids)))
        if not rows:
            raise UserProblem("returns.nothing_to_write", remedy="returns.remedy.nothing_to_write")
        (progress or NoProgress()).step(1, 2)
        names = {row.item.case_id: masked(row.patient_name) if mask else row.patient_name for row in rows}
        made_at = f"{self._session.clock.now():%Y-%m-%d %H:%M}"
        reply = self._key.reply_key().public_key().public_bytes_raw().hex()
        facts = {"made_by": self._session.actor.name, "made_at": made_at, _REPLY: reply}
        made = _made(QUESTIONS, facts, {_ENTRY: questions_data(rows, names)}, self._key)
        _store(path, seal_by_phrase(made, phrase))
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
        data = _bytes(path)
        if is_by_phrase(data):
            raise _other_kind(where, ANSWERS)
        if is_by_key(data):
            try:
                data = open_with(data, self._key.reply_key())
            except CannotOpen as error:
                raise UserProblem(
                    "returns.package_foreign", remedy="returns.remedy.package_foreign", where=where
                ) from error
        package = _opened(data, path.name, ANSWERS)
        origin = _opened(package.entries.get(_ORIGIN, b""), path.name, QUESTIONS)
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
    def wants_phrase(self, path: Path) -> bool:
        """Tell whether a file is opened by a pass phrase. Raises :class:`UserProblem` for one that cannot be read."""
        return is_by_phrase(_bytes(path, most=_HEAD))

    @needs(*EVERYONE)
    def open(self, path: Path, phrase: str = "") -> PackageDesk:
        """Open a package of questions to answer it here, without any case in the own library.

        Raises :class:`UserProblem` for a file that is none or was altered, for a wrong phrase, and on a network share.
        """
        data, where = _bytes(path), Where(path.name)
        if is_by_key(data):
            raise _other_kind(where, QUESTIONS)
        if is_by_phrase(data):
            try:
                data = open_by_phrase(data, phrase)
            except CannotOpen as error:
                raise UserProblem("returns.wrong_phrase", remedy="returns.remedy.wrong_phrase", where=where) from error
        package = _opened(data, path.name, QUESTIONS)
        try:
            rows = read_questions(package.entries[_ENTRY])
        except (ValueError, KeyError, RecursionError) as error:
            raise _broken(where) from error
        return PackageDesk(self._session, data, package, rows, self._key)


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
        made = _made(ANSWERS, facts, {_ENTRY: answers_data(answers), _ORIGIN: self._origin}, self._key)
        reply = self._package.facts.get(_REPLY, "")
        try:
            _store(path, seal_to(made, bytes.fromhex(reply)) if reply else made)
        except ValueError as error:
            raise _broken(Where(path.name)) from error
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


def _made(kind: str, facts: Mapping[str, str], entries: Mapping[str, bytes], key: PackKey) -> bytes:
    out = BytesIO()
    write_package(out, kind, facts, entries, key.public(), key.sign)
    return out.getvalue()


def _store(path: Path, data: bytes) -> None:
    try:
        with write_atomic(path) as out:
            out.write(data)
    except OSError as fault:
        where = Where(path.name)
        raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault


def _bytes(path: Path, most: int = _MOST_BYTES) -> bytes:
    """Return the content of a file, or its first bytes."""
    refuse_share(path)
    try:
        with path.open("rb") as handle:
            return handle.read(most)
    except OSError as error:
        raise _broken(Where(path.name)) from error


def _opened(data: bytes, name: str, kind: str) -> SignedPackage:
    package = read_package(BytesIO(data), name, is_signed)
    if package.kind != kind:
        raise _other_kind(Where(name), kind)
    return package


def _item(item: StoredReturn, draft: SheetDraft | None) -> SheetItem:
    spec = spec_at(item.path)
    return SheetItem(item, place_name(item.path), spec.label if spec is not None else "", draft)


def _case(row: ReturnRow) -> int:
    return row.item.case_id


def _other_kind(where: Where, kind: str) -> UserProblem:
    wanted = text(f"returns.package.{kind}")
    return UserProblem("returns.package_kind", remedy="returns.remedy.package_kind", where=where, wanted=wanted)


def _broken(where: Where) -> UserProblem:
    return UserProblem("returns.package_broken", remedy="returns.remedy.package_broken", where=where)
