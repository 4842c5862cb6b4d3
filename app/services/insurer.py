"""The insurer's returned groups: taken over whole or not at all, each difference with its cause, then archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import sha256_of
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.drg.returned import Theirs
from app.exchange.insurer_file import ReturnRow, headings_of, lacking_role, read_returns, signature_of
from app.exchange.limits import Part
from app.services.case_view import load_case
from app.services.checking import CheckingService
from app.services.insurer_match import matched
from app.services.insurer_types import InsurerPreview, Prepared, ReturnDetail, ReturnedCase
from app.services.insurer_verdict import Judge
from app.services.moves import steps_to, take_steps
from app.services.permits import DESK, needs
from app.services.session import Session
from app.storage import insurer
from app.storage.insurer import ReturnFile, ReturnLine, StoredReturn
from app.storage.ops import Op

_STEP: Final = 20
_READING: Final = 0.2
"""Share of the work that reading a file takes."""


class InsurerService:
    """Feeds the comparison on the DRG page and the three columns of a case."""

    def __init__(self, session: Session, checking: CheckingService) -> None:
        self._session = session
        self._checking = checking

    @needs("coder", "insurance")
    def preview(
        self, path: Path, mapping: Mapping[str, str] | None = None, progress: Progress | None = None
    ) -> InsurerPreview:
        """Read a file and judge every line; nothing is stored. ``mapping`` names headings, None: as remembered.

        Raises :class:`UserProblem` for a file that cannot be used at all or was taken over before.
        """
        progress = progress or NoProgress()
        digest = sha256_of(path) if path.is_file() else ""
        with self._session.db.read() as reader:
            if digest and reader.insurer.knows(digest):
                raise UserProblem("insurer.known", remedy="insurer.remedy.known", where=Where(path.name))
        known = self._remembered(path) if mapping is None else dict(mapping)
        table = read_returns(path, known, Part(progress, 0, _READING))
        lines, problems = self._judged(table.rows, Part(progress, _READING, 1))
        return InsurerPreview(path, digest, table.signature, table.columns, table.headings, lines, problems)

    @needs("coder", "insurance")
    def headings(self, path: Path) -> tuple[str, ...]:
        """Return the headings of a file. Raises :class:`UserProblem` for one that cannot be read."""
        return headings_of(path)

    @needs("coder", "insurance")
    def lacking(self, path: Path, mapping: Mapping[str, str] | None = None) -> str:
        """Return the role of a column that has to be named before the file can be used, '' when none has."""
        return lacking_role(path, self._remembered(path) if mapping is None else mapping)

    def _remembered(self, path: Path) -> dict[str, str]:
        with self._session.db.read() as reader:
            kept = reader.profile(signature_of(headings_of(path)))
        return {str(role): str(heading) for role, heading in kept.items()} if isinstance(kept, Mapping) else {}

    def _judged(self, rows: Sequence[ReturnRow], progress: Progress) -> tuple[tuple[Prepared, ...], tuple[str, ...]]:
        judge = Judge(self._session)
        lines: list[Prepared] = []
        problems: list[str] = []
        with self._session.db.read() as reader:
            pairs = list(matched(reader, rows))
            versions = reader.submissions.last_versions([case_id for _, case_id, _ in pairs if case_id])
            for number, (row, case_id, why) in enumerate(pairs):
                if number % _STEP == 0:
                    progress.step(number, len(pairs))
                if not case_id:
                    problems.append(text("insurer.row.told", where=row.where, why=why))
                    continue
                stored = reader.load_case(case_id)
                verdict = judge.verdict(stored, Theirs(row.drg, row.scheme, row.dx, row.px))
                version = versions[case_id].version if case_id in versions else 0
                name = stored.record.text("patient_name")
                lines.append(Prepared(_line(row, case_id), verdict, version, row.record_no, name))
        return tuple(lines), tuple(problems)

    @needs("insurance")
    def commit(self, preview: InsurerPreview) -> Changes:
        """Take a file over as one operation. Raises :class:`UserProblem` when it changed or holds nothing of ours."""
        if not preview.lines:
            raise UserProblem("insurer.nothing", remedy="insurer.remedy.nothing", where=Where(preview.path.name))
        if not preview.path.is_file() or sha256_of(preview.path) != preview.sha256:
            raise UserProblem("imports.file_changed", remedy="imports.remedy.file_changed", name=preview.path.name)
        schemes = text("memory.list").join(dict.fromkeys(one.line.scheme for one in preview.lines if one.line.scheme))
        with self._session.db.operation(Op.IMPORT_RETURNS, by=self._session.actor, note=preview.path.name) as tx:
            number = insurer.add_import(
                tx, preview.path.name, preview.sha256, preview.columns, schemes, len(preview.lines)
            )
            insurer.add_lines(tx, number, [(one.line, one.verdict, one.version) for one in preview.lines])
            tx.save_profile(preview.signature, preview.columns)
        with self._session.db.caching() as cache:
            cache.save_place(f"insurer.{number}.operation", tx.changes.op_id)
        return replace(tx.changes, cases=frozenset(one.line.case_id for one in preview.lines))

    @needs("insurance")
    def take_back(self, import_id: int) -> Changes:
        """Take a file back as it came. Raises :class:`UserProblem` when it is not known how."""
        with self._session.db.read() as reader:
            op_id = reader.place(f"insurer.{import_id}.operation")
        if not isinstance(op_id, int):
            raise UserProblem("insurer.unknown", remedy="insurer.remedy.unknown")
        return self._session.db.undo(op_id, by=self._session.actor)

    @needs(*DESK)
    def files(self) -> tuple[ReturnFile, ...]:
        """Return the files that were taken over, latest first."""
        with self._session.db.read() as reader:
            return tuple(reader.insurer.files())

    @needs(*DESK)
    def lines(self, import_id: int) -> tuple[ReturnedCase, ...]:
        """Return the lines of a file with what is known of their cases."""
        with self._session.db.read() as reader:
            stored = reader.insurer.lines(import_id)
            rows = {row.case_id: row for row in reader.worklist_rows([one.line.case_id for one in stored])}
        departments = dictionary("D-DEPT")
        return tuple(
            ReturnedCase(one, row.record_no, row.patient_name, departments.label(row.dept) or row.dept, str(row.state))
            for one in stored
            if (row := rows.get(one.line.case_id)) is not None
        )

    @needs(*DESK)
    def returned(self, case_id: int) -> tuple[StoredReturn, ...]:
        """Return what the insurer said of a case, latest first."""
        with self._session.db.read() as reader:
            return tuple(reader.insurer.of_case(case_id))

    @needs(*DESK)
    def detail(self, one: StoredReturn) -> ReturnDetail:
        """Return both paths of a case as it stands. Raises :class:`UserProblem` when it is gone."""
        with self._session.db.read() as reader:
            stored = load_case(reader, one.line.case_id)
        return Judge(self._session).detail(stored, one)

    @needs("insurance")
    def archive(self, case_ids: Sequence[int]) -> Changes:
        """Archive submitted cases that the insurer has settled, as one operation.

        Raises :class:`UserProblem` when one has no answer of the insurer or is not submitted; none is archived then.
        """
        with self._session.db.read() as reader:
            stored = [load_case(reader, case_id) for case_id in case_ids]
            unanswered = sum(1 for one in stored if not reader.insurer.of_case(one.case_id))
        if unanswered or not stored:
            raise UserProblem("insurer.unanswered", remedy="insurer.remedy.unanswered", count=unanswered)
        steps = {one.case_id: steps_to(self._session, one.state, CaseState.ARCHIVED) for one in stored}
        with self._session.db.operation(Op.ARCHIVE, by=self._session.actor) as tx:
            for case_id in case_ids:
                take_steps(tx, case_id, steps[case_id])
        return tx.changes | self._checking.run(case_ids)


def _line(row: ReturnRow, case_id: int) -> ReturnLine:
    return ReturnLine(
        case_id=case_id,
        drg=row.drg,
        drg_name=row.drg_name,
        rw=row.rw,
        amount_fen=row.amount_fen,
        status=row.status,
        level=row.level,
        scheme=row.scheme,
        settlement_no=row.settlement_no,
    )
