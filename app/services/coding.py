"""Codes: the search box, the tabular list around a code, what a code does to the group, whole batches at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.coding import Band, Candidate, CodeKind, MatchKind, MatchResult, Proposal, Reason
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.matching.confidence import ACCEPT, CONFIRM
from app.matching.contract import Matcher
from app.services.case_view import LOCKED
from app.services.session import Session
from app.services.types import AutoCodeReport, ContextNode, RowKey, TextGroup
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

GROUP_OF: Final = {CodeKind.DX: Group.DX, CodeKind.PX: Group.OP}
_KIND_OF: Final = {group: kind for kind, group in GROUP_OF.items()}
_BATCH: Final = 100
_OFFERED: Final = 4


class CodingService:
    """Reads are instant; batches report progress and write in transactions of a hundred cases."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def edition_title(self) -> str:
        """Return the title of the active code book."""
        return self._session.engines.codebook.title

    def size(self, kind: CodeKind) -> int:
        """Return how many codes of a kind can be chosen."""
        return len(self._session.engines.codebook.leaves(kind))

    def search(self, query: str, kind: CodeKind, top: int = 20) -> tuple[Candidate, ...]:
        """Return what matches a query: Chinese in any order, code prefix, pinyin."""
        return self._session.engines.matcher.search(query, kind, top)

    def candidate(self, code: str) -> Candidate:
        """Return a code of the book as a candidate (chosen in the tabular list)."""
        return Candidate(code, self._session.engines.codebook.name_of(code), 1.0, MatchKind.CODE)

    def reason_line(self, candidate: Candidate) -> str:
        """Return why the candidate is offered, as one line."""
        return text("coding.join").join(reason_text(reason) for reason in candidate.reasons)

    def conflict_line(self, candidate: Candidate) -> str:
        """Return what the text says otherwise, '' when nothing does."""
        return text("coding.join").join(reason_text(reason) for reason in candidate.conflicts)

    def context(self, code: str) -> tuple[ContextNode, ...]:
        """Return the tabular list around a code: chapter, headings above, the codes beside it."""
        book = self._session.engines.codebook
        chapter, parents = book.chapter(code), book.parents(code)
        nodes = [ContextNode(chapter.span, chapter.title, 0, False, False)] if chapter else []
        nodes += [ContextNode(p.code, p.name, depth, p.is_leaf, False) for depth, p in enumerate(parents, len(nodes))]
        depth = len(nodes)
        nodes += [
            ContextNode(entry.code, entry.name, depth, entry.is_leaf, entry.code == code)
            for entry in book.neighbours(code)
        ]
        return tuple(nodes)

    def inside(self, code: str) -> tuple[ContextNode, ...]:
        """Return the tabular list with what stands under a heading; around the code when it is no heading."""
        below = self._session.engines.codebook.children(code)
        return self.context(below[0].code if below else code)

    def effect(self, case_id: int, group: Group, index: int, code: str) -> str:
        """Return what taking a code does to the group: unchanged, or the new group."""
        return self.effects(case_id, group, index, (code,)).get(code, "")

    def effects(self, case_id: int, group: Group, index: int, codes: Sequence[str]) -> Mapping[str, str]:
        """Return :meth:`effect` for several codes of one row. Weights and amounts are never part of it."""
        engines = self._session.engines
        with self._session.db.read() as reader:
            stored = reader.load_case(case_id)
        now = engines.group(stored.record, stored.proposals)
        rows = stored.record.rows(group)
        if index >= len(rows):
            return {}
        told = {}
        for code in codes:
            trial = stored.record.with_value(f"{group}[{index}].code", code)
            result = engines.group(trial, stored.proposals)
            told[code] = text("coding.same_group") if result == now else text("coding.other_group", group=result.drg)
        return told

    def auto_code(self, case_ids: Sequence[int], progress: Progress | None = None) -> AutoCodeReport:
        """Propose codes for every uncoded row of the cases.

        Exact and unique matches are accepted (domain.md 2.11.7), likely ones noted as proposals, the rest left.
        Every hundred cases are one undoable operation; cancelling keeps what has been written.
        """
        progress = progress or NoProgress()
        total = AutoCodeReport()
        for start in range(0, len(case_ids), _BATCH):
            progress.step(start, len(case_ids))
            total = _add(total, self._auto_code(case_ids[start : start + _BATCH]))
        progress.step(len(case_ids), len(case_ids))
        return total

    def _auto_code(self, case_ids: Sequence[int]) -> AutoCodeReport:
        with self._session.db.read() as reader:
            stored = [case for case in reader.load_cases(case_ids) if case.state not in LOCKED]
        wanted = [(case, key, row_text) for case in stored for key, row_text in open_rows(case)]
        results = match_rows(self._session.engines.matcher, [(key[0], row_text) for _, key, row_text in wanted])
        report = AutoCodeReport(cases=len(stored), rows=len(wanted))
        with self._session.db.operation(Op.AUTO_CODE, by=self._session.actor) as tx:
            for (case, key, _), result in zip(wanted, results, strict=True):
                report = self._write(tx, case.case_id, key, result, report)
        return report

    def _write(
        self, tx: Transaction, case_id: int, key: RowKey, result: MatchResult, report: AutoCodeReport
    ) -> AutoCodeReport:
        best = result.best
        if best is None or result.band is Band.SEARCH:
            return replace(report, left=report.left + 1)
        if result.band is Band.ACCEPT:
            tx.set_code(case_id, *key, best.code, best.name)
            return replace(report, accepted=report.accepted + 1)
        tx.set_proposal(case_id, *key, proposal_of(best, self.reason_line(best)))
        return replace(report, proposed=report.proposed + 1)

    def thresholds(self) -> tuple[float, float]:
        """Return from which confidence on a first candidate is offered, and what an exact, unique one is worth."""
        return CONFIRM, ACCEPT

    def review(self, case_ids: Sequence[int], progress: Progress | None = None) -> tuple[TextGroup, ...]:
        """Return the uncoded texts of the cases, equal texts as one row, the most frequent first.

        Cases that can no longer be changed are left out.
        """
        progress = progress or NoProgress()
        where: dict[tuple[CodeKind, str], list[tuple[int, str]]] = {}
        with self._session.db.read() as reader:
            for case in reader.load_cases(case_ids):
                progress.step(0, 0)
                if case.state not in LOCKED:
                    for (group, _), row_text in open_rows(case):
                        where.setdefault((_KIND_OF[group], row_text), []).append((case.case_id, _department(case)))
        keys = sorted(where, key=lambda key: (-len(where[key]), key))
        wanted = [(GROUP_OF[kind], row_text) for kind, row_text in keys]
        results = match_rows(self._session.engines.matcher, wanted, progress)
        return tuple(
            self._group(kind, row_text, where[kind, row_text], result)
            for (kind, row_text), result in zip(keys, results, strict=True)
        )

    def _group(self, kind: CodeKind, row_text: str, rows: list[tuple[int, str]], result: MatchResult) -> TextGroup:
        best = result.best
        return TextGroup(
            kind,
            row_text,
            len(rows),
            tuple(dict.fromkeys(case_id for case_id, _ in rows)),
            str(result.band),
            best.code if best else "",
            best.name if best else "",
            best.score if best else 0.0,
            self.reason_line(best) if best else "",
            self.conflict_line(best) if best else "",
            result.candidates[:_OFFERED],
            tuple(Counter(department for _, department in rows).most_common()),
        )

    def take(self, group: TextGroup, code: str) -> Changes:
        """Accept one code for every row that has this text, as one undoable operation."""
        return self.take_all([(group, code)])

    def take_all(self, picks: Sequence[tuple[TextGroup, str]], progress: Progress | None = None) -> Changes:
        """Accept a code for every row of several texts, as one undoable operation; cancelling writes nothing.

        A row that got a code or a case that was closed meanwhile is left alone. Raises :class:`UserProblem` for a code
        that is not in the book.
        """
        progress = progress or NoProgress()
        names = {code: self._name_of(code) for _, code in picks}
        codes = {(GROUP_OF[group.kind], group.text): code for group, code in picks}
        case_ids = list(dict.fromkeys(case_id for group, _ in picks for case_id in group.case_ids))
        with self._session.db.read() as reader:
            stored = [case for case in reader.load_cases(case_ids) if case.state not in LOCKED]
        with self._session.db.operation(Op.SET_CODE, by=self._session.actor) as tx:
            for number, case in enumerate(stored):
                progress.step(number, len(stored))
                for key, row_text in open_rows(case):
                    code = codes.get((key[0], row_text))
                    if code:
                        tx.set_code(case.case_id, *key, code, names[code])
        return tx.changes

    def undo(self, changes: Changes) -> Changes:
        """Take back what :meth:`take` or :meth:`take_all` wrote; nothing to do when it wrote nothing.

        Raises :class:`UserProblem` when something of it was changed since.
        """
        return self._session.db.undo(changes.op_id, by=self._session.actor) if changes.cases else changes

    def _name_of(self, code: str) -> str:
        name = self._session.engines.codebook.name_of(code)
        if not name:
            raise UserProblem("coding.unknown_code", remedy="coding.remedy.unknown_code", code=code)
        return name


def _department(case: StoredCase) -> str:
    code = case.record.text("discharge_dept") or case.record.text("admit_dept")
    return dictionary("D-DEPT").label(code) or code


def open_rows(case: StoredCase) -> Iterable[tuple[RowKey, str]]:
    """Yield the rows of a case that have a text but no code, with that text."""
    for group in (Group.DX, Group.OP):
        for row in case.record.rows(group):
            row_text = row.text("source_text") or row.text("name")
            if row_text and not row.get("code") and case.state is not CaseState.CANCELLED:
                yield (group, row.id), row_text


def match_rows(
    matcher: Matcher, rows: Sequence[tuple[Group, str]], progress: Progress | None = None
) -> list[MatchResult]:
    """Return the match of each (group, text), equal texts worked out once."""
    found = {
        group: matcher.match_many([row_text for where, row_text in rows if where is group], kind, 10, progress)
        for group, kind in _KIND_OF.items()
    }
    return [found[group][row_text] for group, row_text in rows]


def proposal_of(candidate: Candidate, reason: str) -> Proposal:
    """Return a candidate as a proposal with its reason in words."""
    return Proposal(candidate.code, candidate.name, candidate.score, candidate.kind, reason)


def reason_text(reason: Reason) -> str:
    """Return a reason in words."""
    return text(reason.key, **dict(reason.args))


def _add(first: AutoCodeReport, second: AutoCodeReport) -> AutoCodeReport:
    return AutoCodeReport(
        first.cases + second.cases,
        first.rows + second.rows,
        first.accepted + second.accepted,
        first.proposed + second.proposed,
        first.left + second.left,
    )
