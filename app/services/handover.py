"""Hand-over: files for the health commission and the insurance, checked first, written whole, kept in a register."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.changes import Changes
from app.exchange.export import write_tables
from app.exchange.settlement import Document, document, table_sheets, write_json
from app.exchange.settlement_names import NO_NAMES, InterfaceName, Names, chosen, interface_names, renamed
from app.exchange.upload_template import Template, read_template
from app.services.checking import CheckingService
from app.services.exports import ExportService
from app.services.handover_check import (
    NAMES_SETTING,
    Judge,
    Looked,
    edition_key,
    name_state,
    numbered,
    settlement_names,
    stored_edition,
)
from app.services.handover_types import (
    Edition,
    HandoverCase,
    HandoverKind,
    HandoverRefusal,
    HandoverReport,
    HandoverScope,
    Judgement,
    StoredHandover,
    Verified,
    Wanted,
)
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.submission import SubmissionService
from app.services.submission_types import ReceiptKind
from app.storage.handover import HandoverFile, add_file
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.reads import Reader
from app.storage.worklist import Filter, Test, WorklistQuery

_CHUNK: Final = 50
_MONTH: Final = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_NAMES: Final = 6
_STATES: Final = (CaseState.PASSED.value, CaseState.SUBMITTED.value, CaseState.ARCHIVED.value)
_T = TypeVar("_T")


class HandoverService:
    """Looks at cases, writes files, keeps who wrote what where, and verifies a file against that."""

    def __init__(
        self, session: Session, checking: CheckingService, submissions: SubmissionService, exports: ExportService
    ) -> None:
        self._session = session
        self._checking = checking
        self._submissions = submissions
        self._exports = exports

    @needs(*DESK)
    def template(self, path: Path, progress: Progress | None = None) -> Template:
        """Read a template of the performance upload. Raises :class:`UserProblem` for a file that is none."""
        return read_template(path, progress)

    @needs(*DESK)
    def edition(self) -> Edition:
        """Return of which edition the stored codes are."""
        with self._session.db.read() as reader:
            return stored_edition(reader)

    @needs("coder", "insurance", "admin")
    def set_edition(self, edition: Edition) -> Changes:
        """Store of which edition the codes are that the hospital stores."""
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor) as tx:
            tx.set_setting(edition_key(), edition.value)
        return tx.changes

    @needs(*DESK)
    def names(self) -> tuple[InterfaceName, ...]:
        """Return the interface names of the settlement list, as the hospital's platform wants them."""
        with self._session.db.read() as reader:
            return tuple(interface_names(settlement_names(reader)))

    @needs("insurance", "admin")
    def set_name(self, key: str, name: str) -> Changes:
        """Store a name for an item or node; '' takes the built-in one. Raises :class:`UserProblem` for a bad name."""
        with self._session.db.read() as reader:
            names = chosen(settlement_names(reader), key, name)
        with self._session.db.operation(Op.SET_SETTING, by=self._session.actor, note=f"{key} {name.strip()}") as tx:
            tx.set_setting(NAMES_SETTING, names)
        return tx.changes

    @needs(*DESK)
    def months(self) -> tuple[tuple[str, int], ...]:
        """Return the months of discharge of cases that went through quality control, with their number."""
        with self._session.db.read() as reader:
            return tuple(reader.handovers.months(_STATES))

    @needs("coder", "insurance")
    def check(self, wanted: Wanted, progress: Progress | None = None) -> HandoverReport:
        """Look at every case that is meant; nothing but summaries is written. For a job.

        Raises :class:`UserProblem` where a batch or a template is missing.
        """
        _must_fit(wanted)
        progress = progress or NoProgress()
        title, ids = self._title(wanted.scope), self._ids(wanted)
        ready: list[HandoverCase] = []
        refused: list[HandoverRefusal] = []
        warned = 0
        if wanted.kind.is_list:
            self._checking.run(ids, Part(progress, 0, 60, 100))
        done = Part(progress, 60 if wanted.kind.is_list else 0, 40 if wanted.kind.is_list else 100, 100)
        with self._session.db.read() as reader:
            judge = Judge(self._session, reader, wanted)
            for number, case in enumerate(reader.load_cases(ids)):
                if number % _CHUNK == 0:
                    done.step(number, len(ids))
                if wanted.kind is HandoverKind.BATCH:
                    ready.append(judge.case_of(case))
                    continue
                looked = judge.look(case)
                if looked.reasons:
                    refused.append(judge.refusal(case, looked))
                else:
                    ready.append(judge.case_of(case))
                    warned += bool(looked.warns)
        progress.step(100, 100)
        notes = tuple(_notes(wanted, judge, warned))
        return HandoverReport(wanted, title, tuple(ready), tuple(refused), notes)

    @needs("coder", "insurance")
    def write(self, report: HandoverReport, path: Path, progress: Progress | None = None) -> StoredHandover:
        """Write the cases that may go, compare the file, and return its entry in the register.

        A file for a submission is noted there too. Raises :class:`UserProblem` when nothing may go, when a case or
        the template was changed since the check, and when the file cannot be written; an older file stays then.
        """
        wanted = report.wanted
        if not report.ready:
            raise UserProblem("handover.nothing", remedy="handover.remedy.nothing")
        progress = progress or NoProgress()
        if wanted.kind is HandoverKind.BATCH:
            made = self._exports.batch(wanted.scope.batch_id, path, progress, masked=wanted.masked)
            with self._session.db.read() as reader:
                return reader.handovers.by_hash(made.sha256)[0]
        cells = self._write(report, path, progress)
        return self._note(report, path, cells)

    def _write(self, report: HandoverReport, path: Path, progress: Progress) -> int:
        wanted = report.wanted
        if wanted.template is not None and sha256_of(wanted.template.path) != wanted.template.sha256:
            where = Where(wanted.template.path.name)
            raise UserProblem("handover.template_changed", remedy="handover.remedy.template_changed", where=where)
        with self._session.db.read() as reader:
            judge = Judge(self._session, reader, wanted)
            if wanted.kind.is_list:
                lists = self._each(judge, reader, report, progress, _list_of)
                names = settlement_names(reader)
                if wanted.kind is HandoverKind.LIST_JSON:
                    return write_json((renamed(one, names) for one in lists), path)
                return write_lists(lists, path, names)
            form = judge.form
            if form is None:
                raise UserProblem("handover.no_template", remedy="handover.remedy.no_template")
            rows = self._each(judge, reader, report, progress, form.cells)
            from app.exchange.upload_file import write_l2, write_l3  # noqa: PLC0415 - slow to load, seldom needed

            if wanted.template is not None:
                return write_l3(wanted.template, rows, path)
            return write_l2(form.headings, rows, path)

    def _each(
        self,
        judge: Judge,
        reader: Reader,
        report: HandoverReport,
        progress: Progress,
        make: Callable[[CaseRecord], _T],
    ) -> Iterator[_T]:
        """Yield what is written of each case, which must still be as it was when it was looked at."""
        versions = {one.case_id: one.version for one in report.ready}
        for number, case in enumerate(reader.load_cases(versions)):
            if number % _CHUNK == 0:
                progress.step(number, len(versions))
            yield make(_unchanged(judge, case, versions).record)

    def _note(self, report: HandoverReport, path: Path, cells: int) -> StoredHandover:
        submission = report.wanted.scope.submission_id
        kind, digest = report.wanted.kind, sha256_of(path)
        ids = tuple(one.case_id for one in report.ready)
        entry = HandoverFile(kind.value, report.title, path, digest, ids, report.codes, cells, submission_id=submission)
        with self._session.db.operation(Op.EXPORT, by=self._session.actor, note=path.name) as tx:
            number = add_file(tx, entry)
            details = {"file": path.name, "sha256": digest, "rows": len(ids), "kind": kind.value}
            tx.record_event("export", details)
        if submission:
            self._submissions.attach_receipt(submission, ReceiptKind.UPLOAD, path, len(ids), kind.label)
        with self._session.db.read() as reader:
            return reader.handovers.one(number)

    @needs(*DESK)
    def register(self, words: str = "") -> tuple[StoredHandover, ...]:
        """Return what was written, latest first; ``words`` look for a file, a person, a hash or a record number."""
        wanted = words.strip().casefold()
        with self._session.db.read() as reader:
            found = reader.handovers.all()
            if not wanted:
                return tuple(found)
            ids = reader.handovers.cases_numbered(words.strip())
        return tuple(one for one in found if wanted in _searched(one) or (ids and one.holds(ids)))

    @needs(*DESK)
    def verify(self, path: Path) -> Verified:
        """Compare a file with the register: by its content, else by its name.

        Raises :class:`UserProblem` for a file that cannot be read.
        """
        now = self._session.clock.now()
        try:
            digest = sha256_of(path)
        except OSError as fault:
            problem = UserProblem(
                "handover.unknown_file", remedy="handover.remedy.unknown_file", where=Where(path.name)
            )
            raise problem from fault
        with self._session.db.read() as reader:
            same = reader.handovers.by_hash(digest)
            named = [one for one in reader.handovers.all() if one.file_name == path.name]
        if same:
            return Verified(Judgement.SAME, _verdict(Judgement.SAME, same[0]), path, same[0], now)
        if named:
            return Verified(Judgement.CHANGED, _verdict(Judgement.CHANGED, named[0]), path, named[0], now)
        return Verified(Judgement.UNKNOWN, text("handover.verified.unknown"), path, None, now)

    @needs(*DESK)
    def verify_entry(self, number: int) -> Verified:
        """Compare an entry with the file where it was put. Raises :class:`UserProblem` when there is no entry."""
        try:
            with self._session.db.read() as reader:
                entry = reader.handovers.one(number)
        except LookupError as fault:
            raise UserProblem("handover.not_found", remedy="handover.remedy.not_found") from fault
        try:
            judgement = Judgement.SAME if sha256_of(entry.path) == entry.sha256 else Judgement.CHANGED
        except OSError:
            judgement = Judgement.GONE
        return Verified(judgement, _verdict(judgement, entry), entry.path, entry, self._session.clock.now())

    def _ids(self, wanted: Wanted) -> Sequence[int]:
        scope = wanted.scope
        with self._session.db.read() as reader:
            if scope.case_ids:
                return scope.case_ids
            if scope.submission_id:
                return tuple(one.case_id for one in reader.submissions.cases_of(scope.submission_id))
            if scope.batch_id:
                return reader.case_ids(batch_id=scope.batch_id)
            filters = [Filter("state", Test.IS, _STATES)]
            if scope.month:
                first, last = _days(scope.month)
                filters += [Filter("discharge_time", Test.FROM, (first,)), Filter("discharge_time", Test.TO, (last,))]
            return reader.worklist_ids(WorklistQuery(filters=tuple(filters), sort="discharge_time"))

    def _title(self, scope: HandoverScope) -> str:
        if scope.case_ids:
            return text("handover.scope.cases", count=len(scope.case_ids))
        if scope.submission_id:
            return text("handover.scope.submission", number=scope.submission_id)
        if scope.batch_id:
            with self._session.db.read() as reader:
                name = reader.batch_titles().get(scope.batch_id)
            if name is None:
                raise UserProblem("handover.no_such_batch", remedy="handover.remedy.no_such_batch")
            return text("handover.scope.batch", name=name)
        return text("handover.scope.month", month=scope.month) if scope.month else text("handover.scope.all")


def write_lists(lists: Iterable[Document], path: Path, names: Names = NO_NAMES) -> int:
    """Write settlement lists as a workbook and return how many cells were compared. Raises :class:`UserProblem`."""
    mapping = [(one.part, one.label, one.chosen, name_state(one)) for one in interface_names(names)]
    return write_tables(table_sheets(lists, [text(f"handover.list.{name}") for name in _MAPPING], mapping), path)


_MAPPING: Final = ("mapping", "part", "label", "name", "checked")


def _must_fit(wanted: Wanted) -> None:
    kind = wanted.kind.label
    if wanted.kind is HandoverKind.L3 and wanted.template is None:
        raise UserProblem("handover.no_template", remedy="handover.remedy.no_template")
    if wanted.kind is HandoverKind.BATCH and not wanted.scope.batch_id:
        raise UserProblem("handover.no_batch", remedy="handover.remedy.no_batch", kind=kind)
    if wanted.masked and wanted.kind.is_official:
        raise UserProblem("handover.no_masking", remedy="handover.remedy.no_masking", kind=kind)


def _unchanged(judge: Judge, case: StoredCase, versions: dict[int, int]) -> Looked:
    looked = judge.look(case)
    if case.version != versions[case.case_id] or looked.reasons:
        number = case.record.text("record_no")
        raise UserProblem("handover.changed", remedy="handover.remedy.changed", number=number)
    return looked


def _list_of(record: CaseRecord) -> Document:
    return numbered(document(record))


def _notes(wanted: Wanted, judge: Judge, warned: int) -> Iterator[str]:
    if wanted.kind is HandoverKind.L3 and judge.form is not None:
        unknown, lacking = judge.form.unknown, judge.form.without_column
        if unknown:
            names = " ".join(unknown[:_NAMES])
            yield text("handover.note.unknown_columns", count=len(unknown), names=names)
        if lacking:
            yield text("handover.note.no_columns", names=" ".join(lacking))
    if warned:
        yield text("handover.note.warns", count=warned)
    if wanted.masked:
        yield text("handover.note.masked")


def _searched(one: StoredHandover) -> str:
    title = HandoverKind(one.kind).label
    return " ".join((one.file_name, one.folder, one.who, one.sha256, one.scope, title, f"{one.at:%Y-%m-%d}")).casefold()


def _verdict(judgement: Judgement, entry: StoredHandover) -> str:
    words = {"at": f"{entry.at:%Y-%m-%d %H:%M}", "who": entry.who, "cases": entry.cases, "folder": entry.folder}
    return text(f"handover.verified.{judgement}", **words)


def _days(month: str) -> tuple[date, date]:
    found = _MONTH.fullmatch(month)
    if not found:
        raise UserProblem("handover.bad_month", remedy="handover.remedy.bad_month", month=month)
    year, number = int(found[1]), int(found[2])
    after = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), date.fromordinal(after.toordinal() - 1)
