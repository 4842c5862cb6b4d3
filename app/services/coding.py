"""Codes: the tabular list around a code, what a code does to the group, whole batches at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from app.codebook.entry import CodeEntry
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.changes import Changes
from app.domain.coding import Band, Candidate, CodeKind, MatchKind, MatchResult, Proposal, Reason
from app.domain.field import Group
from app.domain.states import LOCKED
from app.matching.contract import Matcher
from app.services.bands import read_limits
from app.services.permits import DESK, free, needs
from app.services.session import Session
from app.services.types import AutoCodeReport, ContextNode, RowKey
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

GROUP_OF: Final = {CodeKind.DX: Group.DX, CodeKind.PX: Group.OP}
KIND_OF: Final = {group: kind for kind, group in GROUP_OF.items()}
_BATCH: Final = 100
_DIGITS: Final = re.compile(r"\D")
_OFFERED: Final = 4


class CodingService:
    """Reads are instant; batches report progress and write in transactions of a hundred cases."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._writes = 0
        self._last: tuple[int, int, StoredCase] | None = None
        session.db.tell(self._note)

    @free
    def warm(self) -> None:
        """Build now what the first code shown among its neighbours would build."""
        self._session.engines.codebook.children("")

    @free
    def edition_title(self) -> str:
        """Return the title of the active code book."""
        return self._session.engines.codebook.title

    @free
    def size(self, kind: CodeKind) -> int:
        """Return how many codes of a kind can be chosen."""
        return len(self._session.engines.codebook.leaves(kind))

    @free
    def candidate(self, code: str) -> Candidate:
        """Return a code of the book as a candidate (chosen in the tabular list)."""
        return Candidate(code, self._session.engines.codebook.name_of(code), 1.0, MatchKind.CODE)

    @free
    def reason_line(self, candidate: Candidate) -> str:
        """Return why the candidate is offered, as one line."""
        return text("coding.join").join(reason_text(reason) for reason in candidate.reasons)

    @free
    def conflict_line(self, candidate: Candidate) -> str:
        """Return what must not be overlooked: two meanings, retired or grey, what the text says otherwise."""
        is_double = self._session.engines.editions.second_meaning(candidate.code) is not None
        told = [text("coding.mark.second")] if is_double else []
        said = (reason_text(reason) for reason in candidate.conflicts)
        return text("coding.join").join([*told, *self.limits(candidate.code), *said])

    @free
    def limits(self, code: str) -> tuple[str, ...]:
        """Return why a code of the book cannot be used today: retired, not yet in force, grey; () when it can."""
        entry = self._session.engines.codebook.get(code)
        return limits_of(entry, self._session.clock.now().date()) if entry else ()

    @needs(*DESK)
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

    @needs(*DESK)
    def inside(self, code: str) -> tuple[ContextNode, ...]:
        """Return the tabular list with what stands under a heading; around the code when it is no heading."""
        below = self._session.engines.codebook.children(code)
        return self.context(below[0].code if below else code)

    @needs(*DESK)
    def effect(self, case_id: int, group: Group, index: int, code: str) -> str:
        """Return what taking a code does to the group: unchanged, or the new group."""
        return self.effects(case_id, group, index, (code,)).get(code, "")

    @needs(*DESK)
    def effects(self, case_id: int, group: Group, index: int, codes: Sequence[str]) -> Mapping[str, str]:
        """Return :meth:`effect` for several codes of one row. Weights and amounts are never part of it."""
        engines = self._session.engines
        stored = self._stored(case_id)
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

    def _stored(self, case_id: int) -> StoredCase:
        """Return a case, the same one as before while nothing is written: effects are asked for with every key."""
        writes, last = self._writes, self._last
        if last is not None and last[:2] == (case_id, writes):
            return last[2]
        with self._session.db.read() as reader:
            stored = reader.load_case(case_id)
        self._last = case_id, writes, stored
        return stored

    def _note(self, _changes: Changes) -> None:
        self._writes += 1

    @needs("coder")
    def auto_code(self, case_ids: Sequence[int], progress: Progress | None = None) -> AutoCodeReport:
        """Propose codes for every uncoded row of the cases.

        Exact and unique matches are written as codes (domain.md 2.11.7) and stay marked as proposed until a coder
        finishes the case; likely ones are noted as proposals, the rest left. Every hundred cases are one undoable
        operation; cancelling keeps what has been written.
        """
        progress = progress or NoProgress()
        total = AutoCodeReport()
        for start in range(0, len(case_ids), _BATCH):
            progress.step(start, len(case_ids))
            part = case_ids[start : start + _BATCH]
            total = _add(total, self._auto_code(part, Part(progress, start, len(part), len(case_ids))))
        progress.step(len(case_ids), len(case_ids))
        return total

    def _auto_code(self, case_ids: Sequence[int], progress: Progress) -> AutoCodeReport:
        with self._session.db.read() as reader:
            stored = [case for case in reader.load_cases(case_ids) if case.state not in LOCKED]
        wanted = [(case, key, row_text) for case in stored for key, row_text in open_rows(case)]
        texts = [(key[0], row_text) for _, key, row_text in wanted]
        results = match_rows(self._session.engines.matcher, texts, progress)
        limits = read_limits(self._session)
        report = AutoCodeReport(cases=len(stored), rows=len(wanted))
        with self._session.db.operation(Op.AUTO_CODE, by=self._session.actor) as tx:
            for (case, key, _), result in zip(wanted, results, strict=True):
                report = self._write(tx, case.case_id, key, limits.banded(result), report)
        return report

    def _write(
        self, tx: Transaction, case_id: int, key: RowKey, result: MatchResult, report: AutoCodeReport
    ) -> AutoCodeReport:
        best = result.best
        if best is None or result.band is Band.SEARCH:
            return replace(report, left=report.left + 1)
        is_exact = result.band is Band.ACCEPT and best.kind is MatchKind.EXACT and not self.limits(best.code)
        if is_exact:
            tx.set_code(case_id, *key, best.code, best.name)
        tx.set_proposal(case_id, *key, proposal_of(best, self.reason_line(best)))
        if is_exact:
            return replace(report, accepted=report.accepted + 1)
        return replace(report, proposed=report.proposed + 1)


def limits_of(entry: CodeEntry, on: date) -> tuple[str, ...]:
    """Return in words why a code cannot be used on a day: retired, not yet in force, grey."""
    told = []
    if "" < _day(entry.valid_to) < f"{on:%Y%m%d}":
        told.append(text("coding.mark.retired", day=entry.valid_to))
    if _day(entry.valid_from) > f"{on:%Y%m%d}":
        told.append(text("coding.mark.future", day=entry.valid_from))
    if entry.grey:
        told.append(text("coding.mark.grey"))
    return tuple(told)


def _day(written: str) -> str:
    """Return a date of a table as eight digits, '' for none."""
    digits = _DIGITS.sub("", written)[:8]
    return digits if len(digits) == len("20260101") else ""


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
        group: matcher.match_many([row_text for where, row_text in rows if where is group], kind, 1, progress)
        for group, kind in KIND_OF.items()
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
