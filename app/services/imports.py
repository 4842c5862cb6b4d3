"""Importing a batch: read and shown first, written in one transaction, taken back while nothing stands on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.files import sha256_of
from app.common.progress import NoProgress, Progress
from app.domain.case import CaseRecord, CaseState, FieldPath, Row
from app.domain.changes import Changes
from app.domain.field import Group, Section
from app.domain.fields import FIELDS, field
from app.domain.states import LOCKED
from app.domain.values import display
from app.exchange.batch import Batch, ImportedRecord, ImportSettings, read_batch, read_source
from app.exchange.decisions import Question
from app.exchange.mapping import ColumnMap, Profile, changed, profile_of, signature
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.types import Counts, DiffLine
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.reads import Reader, StoredBatch
from app.storage.transaction import NewBatch

__all__ = ["ColumnMap", "ImportOutcome", "ImportPreview", "ImportService", "Question", "StoredBatch"]

_STEP: Final = 20
_OWN: Final = ("code", "name")
"""Fields of a row that coding fills; a file without codes does not want to change them."""


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """A file that was read and compared with the library; nothing has been written.

    ``known`` maps the position of a record to the id of the stored stay, ``diffs`` are the fields that differ.
    ``filled`` is the share of values present by section (0-1).
    """

    path: Path
    batch: Batch
    counts: Counts
    known: Mapping[int, int]
    diffs: tuple[DiffLine, ...]
    filled: Mapping[Section, float]
    texts: int


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import wrote."""

    batch_id: int
    case_ids: tuple[int, ...]
    counts: Counts
    updated: int
    changes: Changes


class ImportService:
    """Step by step: :meth:`preview`, :meth:`remap`, :meth:`commit`; nothing is stored before the last."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("coder")
    def preview(self, path: Path, progress: Progress | None = None) -> ImportPreview:
        """Read a file and compare it with the library.

        Raises :class:`UserProblem` for a file that is refused whole, :class:`Cancelled` when the user stops.
        """
        settings = ImportSettings(org_code=self._org_code())
        batch = read_batch(path, settings=settings, progress=progress)
        with self._session.db.read() as reader:
            remembered = reader.profile(_key(batch))
        if isinstance(remembered, Mapping):
            batch = read_batch(path, profile=_profile(remembered), settings=settings, progress=progress)
        return self._compare(path, batch)

    @needs("coder")
    def remap(self, preview: ImportPreview, column: int, path: str) -> ImportPreview:
        """Give a column another field ('' = not imported) and read the rows again."""
        old = preview.batch
        source = replace(old.source, mapping=changed(old.mapping, column, path))
        batch = read_source(source, org_code=self._org_code(), questions=old.questions, notes=old.notes)
        return self._compare(preview.path, batch)

    @needs("coder")
    def answer(
        self, preview: ImportPreview, question_id: str, option: str, progress: Progress | None = None
    ) -> ImportPreview:
        """Answer a question about a whole column (order of day and month, unit of money) and read again."""
        profile = profile_of(preview.batch.mapping, {**preview.batch.source.answers, question_id: option})
        settings = ImportSettings(org_code=self._org_code())
        batch = read_batch(preview.path, profile=profile, settings=settings, progress=progress)
        return self._compare(preview.path, batch)

    def _org_code(self) -> str:
        with self._session.db.read() as reader:
            return str(reader.setting("org_code") or "")

    @needs("coder")
    def commit(
        self, preview: ImportPreview, take: Collection[tuple[int, str]] = (), progress: Progress | None = None
    ) -> ImportOutcome:
        """Write a previewed file in one transaction.

        ``take`` are (case id, path) of differences where the file wins; all others stay as they are. Raises
        :class:`UserProblem` when the file changed since it was read, :class:`Cancelled`; then nothing was written.
        """
        progress = progress or NoProgress()
        batch, db = preview.batch, self._session.db
        if preview.path.exists() and sha256_of(preview.path) != batch.source.sha256:
            raise UserProblem("imports.file_changed", remedy="imports.remedy.file_changed", name=preview.path.name)
        wanted: dict[int, set[str]] = {}
        for case_id, path in take:
            wanted.setdefault(case_id, set()).add(path)
        case_ids: list[int] = []
        op = Op.IMPORT if len(preview.known) < len(batch.records) else Op.REIMPORT
        with db.operation(op, by=self._session.actor, note=batch.source.file) as tx:
            batch_id = tx.save_batch(_new_batch(preview))
            tx.save_profile(_key(batch), _remembered(batch))
            for position, imported in enumerate(batch.records):
                if position % _STEP == 0:
                    progress.step(position, len(batch.records))
                known = preview.known.get(position)
                if known is None:
                    state = state_of(imported.record, self._session.clock.now())
                    case_ids.append(
                        tx.insert_case(imported.record, state=state, batch_id=batch_id, source_row=imported.row)
                    )
                elif known in wanted:
                    merged = merge(tx.load_case(known).record, imported.record, wanted[known])
                    tx.update_case_from_import(known, merged)
        with db.caching() as cache:
            cache.save_place(f"batch.{batch_id}.operation", tx.changes.op_id)
        return ImportOutcome(batch_id, (*case_ids, *wanted), preview.counts, len(wanted), tx.changes)

    @needs("coder")
    def undo_batch(self, batch_id: int) -> Changes:
        """Take a whole batch back. Raises :class:`UserProblem` once a case of it has left 待编码."""
        db = self._session.db
        with db.read() as reader:
            op_id = reader.place(f"batch.{batch_id}.operation")
            states = {case.state for case in reader.load_cases(reader.case_ids(batch_id=batch_id))}
        if states - {CaseState.TO_CODE, CaseState.INPATIENT} or not isinstance(op_id, int):
            raise UserProblem("imports.batch_in_use", remedy="imports.remedy.batch_in_use")
        return db.undo(op_id, by=self._session.actor)

    @needs(*DESK)
    def batches(self) -> list[StoredBatch]:
        """Return the imported files, latest first."""
        with self._session.db.read() as reader:
            return reader.batches()

    @needs("coder")
    def marked_copy(self, preview: ImportPreview, out: Path) -> None:
        """Save a copy of the user's file with the cells in question coloured and noted."""
        from app.exchange.marked import write_marked_copy  # noqa: PLC0415 - slow to load, seldom needed

        write_marked_copy(preview.path, preview.batch, out)

    def _compare(self, path: Path, batch: Batch) -> ImportPreview:
        diffs: list[DiffLine] = []
        same = changed_count = locked = 0
        with self._session.db.read() as reader:
            keys = reader.find_by_keys(imported.record.key for imported in batch.records)
            known = {
                position: keys[imported.record.key]
                for position, imported in enumerate(batch.records)
                if imported.record.key in keys
            }
            stored = {case.case_id: case for case in reader.load_cases(known.values())}
            for position, case_id in known.items():
                lines = _diff(reader, stored[case_id], batch.records[position])
                if not lines:
                    same += 1
                elif stored[case_id].state in LOCKED:
                    locked += 1
                else:
                    changed_count += 1
                    diffs += lines
        counts = Counts(
            read=batch.read,
            new=len(batch.records) - len(known),
            same=same,
            changed=changed_count,
            locked=locked,
            rejected=len(batch.rejects),
        )
        texts = sum(_texts(imported.record) for imported in batch.records)
        return ImportPreview(path, batch, counts, known, tuple(diffs), _filled(batch), texts)


def _diff(reader: Reader, case: StoredCase, imported: ImportedRecord) -> list[DiffLine]:
    edited = reader.edited_cells(case.case_id)
    ids = {group: [row.id for row in rows] for group, rows in case.record.groups.items()}
    lines = []
    for path in differing(case.record, imported.record):
        at, spec = FieldPath.parse(path), field(path)
        row_ids = ids.get(at.group, [])
        row_id = 0 if at.group is Group.CASE else row_ids[at.index] if at.index < len(row_ids) else -1
        lines.append(
            DiffLine(
                case.case_id,
                case.record.text("record_no"),
                path,
                spec.label,
                _shown(case.record, path),
                _shown(imported.record, path),
                (at.group, row_id, at.field) in edited,
            )
        )
    return lines


def state_of(record: CaseRecord, now: datetime | None = None) -> CaseState:
    """Return the state in which an imported stay begins: in hospital while it has no discharge time or a later day's.

    One that cannot be read is a discharge all the same; without ``now`` every day has come.
    """
    left = record.value("discharge_time")
    if isinstance(left, datetime) and now is not None and left.date() > now.date():
        return CaseState.INPATIENT
    return CaseState.TO_CODE if left or "discharge_time" in record.head.raw else CaseState.INPATIENT


def differing(ours: CaseRecord, theirs: CaseRecord) -> list[str]:
    """Return the paths where a file has another value than the library, of the columns that the file has."""
    paths = []
    for spec in FIELDS:
        if theirs.columns is not None and spec.path not in theirs.columns:
            continue
        count = 1 if spec.group is Group.CASE else max(len(ours.rows(spec.group)), len(theirs.rows(spec.group)))
        for index in range(count):
            path = spec.id if spec.group is Group.CASE else f"{spec.group}[{index}].{spec.id}"
            if (
                spec.group in (Group.DX, Group.OP)
                and spec.id in _OWN
                and not theirs.value(path.replace(".name", ".code"))
            ):
                continue
            if _key_of(ours, path) != _key_of(theirs, path):
                paths.append(path)
    return paths


def merge(ours: CaseRecord, theirs: CaseRecord, paths: Collection[str]) -> CaseRecord:
    """Return the stored record with the file's values at ``paths``; a row that the library lacks is appended."""
    merged = ours
    for path in sorted(paths, key=lambda one: (FieldPath.parse(one).group, FieldPath.parse(one).index)):
        at = FieldPath.parse(path)
        rows = merged.rows(at.group)
        if at.group is not Group.CASE and at.index >= len(rows):
            incoming = theirs.rows(at.group)[at.index]
            merged = merged.with_rows(at.group, (*rows, replace(incoming, id=0)))
        else:
            merged = merged.with_value(path, theirs.value(path))
    return merged


def _key_of(record: CaseRecord, path: str) -> tuple[object, str, bool]:
    at = FieldPath.parse(path)
    rows = (record.head,) if at.group is Group.CASE else record.rows(at.group)
    row = rows[at.index] if at.index < len(rows) else Row()
    return row.get(at.field) or None, row.raw.get(at.field, ""), at.field in row.dashes


def _shown(record: CaseRecord, path: str) -> str:
    value, raw, dash = _key_of(record, path)
    if raw or dash:
        return raw or "-"
    return display(field(path), record.value(path)) if value is not None else ""


def _texts(record: CaseRecord) -> int:
    return sum(1 for group in (Group.DX, Group.OP) for row in record.rows(group) if row.text("source_text"))


def _filled(batch: Batch) -> dict[Section, float]:
    """Return the share of values present by section, over the case fields that the file has."""
    columns = batch.columns
    shares: dict[Section, float] = {}
    for section in Section:
        specs = [s for s in FIELDS if s.section is section and s.group is Group.CASE and s.path in columns]
        cells = len(specs) * len(batch.records)
        if cells:
            present = sum(
                1
                for spec in specs
                for one in batch.records
                if spec.id in one.record.head.dashes or one.record.value(spec.id) is not None
            )
            shares[section] = present / cells
    return shares


def _key(batch: Batch) -> str:
    return json.dumps(signature(batch.source.header), ensure_ascii=False)


def _profile(remembered: Mapping[str, object]) -> Profile:
    paths, answers = remembered.get("paths"), remembered.get("answers")
    return Profile(
        {str(k): str(v) for k, v in paths.items()} if isinstance(paths, Mapping) else {},
        {str(k): str(v) for k, v in answers.items()} if isinstance(answers, Mapping) else {},
    )


def _remembered(batch: Batch) -> dict[str, object]:
    profile = profile_of(batch.mapping, batch.source.answers)
    return {"paths": dict(profile.paths), "answers": dict(profile.answers)}


def _new_batch(preview: ImportPreview) -> NewBatch:
    counts = preview.counts
    report = {
        "read": counts.read,
        "imported": counts.new,
        "updated": counts.changed,
        "same": counts.same,
        "rejected": counts.rejected,
        "repaired": sum(len(one.repairs) for one in preview.batch.records),
        "rejects": [str(reject.problem) for reject in preview.batch.rejects[:200]],
    }
    source = preview.batch.source
    return NewBatch(source.file, source.sha256, source.layout, source.to_json().encode(), report)
