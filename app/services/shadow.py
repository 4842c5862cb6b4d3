"""A case as it stands with its open proposals, as a copy to try things on. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from app.codebook.book import Codebook
from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.domain.grouping import GroupInput, GroupResult
from app.drg.engine import group
from app.drg.scheme import Scheme
from app.drg.whatif import Trial, removals
from app.qc.context import QcContext, Sibling
from app.services.case_view import load_case
from app.services.group_input import group_input, invalid, with_proposals
from app.services.session import Session
from app.services.whatif_values import Change, Effect, WhatIf
from app.storage.load import StoredCase


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A row that has a code, its own or a proposed one. ``index`` is its row on the page, ``position`` among the coded.

    ``proposed``: the code is not confirmed yet.
    """

    index: int
    position: int
    row: Row
    proposed: bool

    @property
    def code(self) -> str:
        """The code that takes part in grouping."""
        return self.row.text("code")

    @property
    def name(self) -> str:
        """The name beside the code."""
        return self.row.text("name")


class Shadow:
    """The copy of one case. Raises :class:`UserProblem` when the case does not exist."""

    def __init__(self, session: Session, case_id: int) -> None:
        engines = session.engines
        with session.db.read() as reader:
            self.stored: StoredCase = load_case(reader, case_id)
            others = reader.same_patient(case_id)
            self._head = reader.audit_head()
        self.record, self.unconfirmed = with_proposals(self.stored.record, self.stored.proposals)
        self.book: Codebook = engines.codebook
        self.scheme: Scheme = engines.scheme_for(self.record)
        self.conversion: Mapping[str, str] = engines.conversion
        self.case: GroupInput = group_input(self.record, self.conversion)
        self.is_valid = not invalid(self.record, self.conversion)
        self._rules = engines.rule_sets.for_record(self.stored.record)
        self._siblings = tuple(Sibling.of(other, self.stored.record) for other in others)
        self._make_context = engines.context

    def is_current(self, session: Session, case_id: int) -> bool:
        """Return whether it is still what a new copy of the case would be: nothing was written, nothing loaded anew."""
        engines = session.engines
        if case_id != self.stored.case_id or engines.codebook is not self.book:
            return False
        with session.db.read() as reader:
            return reader.audit_head() == self._head and engines.scheme_for(self.record) is self.scheme

    @cached_property
    def result(self) -> GroupResult:
        """The group as the case stands."""
        return group(self.scheme, self.case)

    def coded(self, of: Group) -> tuple[CodedRow, ...]:
        """Return the rows that take part in grouping, in page order."""
        raw = self.stored.record.rows(of)
        rows = [(index, row) for index, row in enumerate(self.record.rows(of)) if row.get("code")]
        return tuple(
            CodedRow(index, position, row, not raw[index].get("code")) for position, (index, row) in enumerate(rows)
        )

    def find(self, what: WhatIf) -> CodedRow | None:
        """Return the row that a change is about, None when there is none (any more)."""
        return next((one for one in self.coded(what.group) if one.row.id == what.row_id), None)

    @cached_property
    def removals(self) -> tuple[Trial, ...]:
        """The case without each secondary diagnosis, and last without all of them."""
        return removals(self.scheme, self.case)

    def effect_of(self, result: GroupResult) -> Effect:
        """Return a result as compared with the group now."""
        return Effect(result, self.scheme.names.get(result.drg, ""), result != self.result)

    # Rows and rules.

    def changed(self, record: CaseRecord, what: WhatIf) -> CaseRecord:
        """Return a record of the case with a change made to its rows."""
        rows = record.rows(what.group)
        chosen = tuple(row for row in rows if row.id == what.row_id)
        rest = tuple(row for row in rows if row.id != what.row_id)
        match what.change:
            case Change.REMOVE:
                rows = rest
            case Change.REMOVE_ALL:
                rows = rows[:1]
            case Change.FIRST:
                rows = chosen + rest
            case Change.ADD:
                rows = (*rows, Row({"code": what.code, "name": self.book.name_of(what.code)}))
        return record.with_rows(what.group, rows)

    def new_findings(self, what: WhatIf) -> tuple[Finding, ...]:
        """Return the rule findings that a change brings: those of a rule on rows where it did not fire before."""
        record = self.changed(self.record, what)
        found = self._rules.findings_about(record, [what.group], self._context(record))
        new = [finding for finding in found if _place(record, finding) not in self._known]
        if what.change is Change.ADD:  # a row that is only tried has nothing but its code
            new = [finding for finding in new if any(path.endswith(".code") for path in finding.paths)]
        return tuple(sorted(new, key=lambda finding: list(Severity).index(finding.severity)))

    @cached_property
    def _known(self) -> frozenset[_Place]:
        found = self._rules.findings_about(self.record, [Group.DX, Group.OP], self._context(self.record))
        return frozenset(_place(self.record, finding) for finding in found)

    def _context(self, record: CaseRecord) -> QcContext:
        return self._make_context(record, self.stored.state, self._siblings)


_Place = tuple[str, frozenset[tuple[str, int, str]]]
"""A finding as rule and stored rows, which stay the same when rows move."""


def _place(record: CaseRecord, finding: Finding) -> _Place:
    return finding.rule_id, frozenset(_spot(record, path) for path in finding.paths)


def _spot(record: CaseRecord, path: str) -> tuple[str, int, str]:
    at = FieldPath.parse(path)
    rows = record.rows(at.group) if at.group is not Group.CASE else ()
    return str(at.group), rows[at.index].id if at.index < len(rows) else 0, at.field
