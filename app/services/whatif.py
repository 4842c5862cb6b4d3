"""What a group hangs on and what stands next to it: tried on a copy, never sorted by weight or money, never stored.

What a person adopts is written by :meth:`app.services.cases.CaseService.adopt`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.grouping import GroupStatus, SecondaryNote, Step
from app.drg.explaining import secondary_notes
from app.drg.neighbours import neighbours
from app.drg.rule import CodeSet, Count, In, Severity, walk
from app.drg.scheme import Rule
from app.drg.whatif import EditKind, principals, procedures
from app.services.evidence import Evidence, evidence_for
from app.services.group_input import group_input
from app.services.hospital_figures import PERIOD
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.shadow import CodedRow, Shadow
from app.services.types import Price
from app.services.whatif_values import (
    Carrying,
    Change,
    Effect,
    GroupYear,
    Member,
    NeighbourLine,
    OperationLine,
    PrincipalLine,
    RuleList,
    SecondaryLine,
    Trial,
    WhatIf,
)

FEWEST_STAYS: Final = 10
"""Stays of a group from which a mean is told; below, single stays could be read from it."""
_FIRST_MEMBERS: Final = 12
_KIND_OF: Final = {CodeKind.DX: Group.DX, CodeKind.PX: Group.OP}


class WhatIfService:
    """Answers from a copy; the case is only read. Everything raises :class:`UserProblem` for a case that is gone."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: Shadow | None = None

    @needs(*DESK)
    def secondaries(self, case_id: int) -> tuple[SecondaryLine, ...]:
        """Return the coded secondary diagnoses of a case with what leaving each out does to the group.

        Nothing for a case that is in no group.
        """
        copy = self._copy(case_id)
        if not copy.is_valid or copy.result.status is GroupStatus.UNGROUPED:
            return ()
        told = zip(copy.coded(Group.DX)[1:], secondary_notes(copy.scheme, copy.case), copy.removals, strict=False)
        return tuple(_secondary(one, note, copy.effect_of(trial.result)) for one, note, trial in told)

    @needs(*DESK)
    def carrying(self, case_id: int) -> Carrying:
        """Return which secondary diagnoses decide the group, and the group without all of them."""
        lines = self.secondaries(case_id)
        if not lines:
            return Carrying((), None, "")
        copy = self._copy(case_id)
        without_all = copy.effect_of(copy.removals[-1].result)
        codes = tuple(line.code for line in lines if line.without)
        return Carrying(codes, without_all, _carried(codes, without_all))

    @needs(*DESK)
    def documents(self, case_id: int, index: int) -> tuple[Evidence, ...]:
        """Return the documents that the diagnosis in row ``index`` needs, with what the front page shows of each."""
        copy = self._copy(case_id)
        return evidence_for(copy.record, Group.DX, index) if index < len(copy.record.rows(Group.DX)) else ()

    @needs(*DESK)
    def year(self, drg: str) -> GroupYear:
        """Return the hospital's own stays of a group in the last 12 months; for a job, it reads the library."""
        today = self._session.clock.now().date()
        with self._session.db.read() as reader:
            found = reader.group_figures(drg, today - PERIOD, today)
        enough = found.cases >= FEWEST_STAYS
        days, amount = (found.days, found.amount_fen) if enough else (None, None)
        return GroupYear(drg, found.cases, days, None if amount is None else round(amount))

    @needs(*DESK)
    def principals(self, case_id: int) -> tuple[PrincipalLine, ...]:
        """Return each secondary diagnosis as the principal one, with the rules that forbid or question it."""
        copy = self._copy(case_id)
        if not copy.is_valid:
            return ()
        tried = zip(copy.coded(Group.DX)[1:], principals(copy.scheme, copy.case), strict=True)
        return tuple(_principal(copy, one, copy.effect_of(trial.result)) for one, trial in tried)

    @needs(*DESK)
    def operations(self, case_id: int) -> tuple[OperationLine, ...]:
        """Return each procedure left out, and each further one as the main one."""
        copy = self._copy(case_id)
        if not copy.is_valid:
            return ()
        rows = copy.coded(Group.OP)
        return tuple(
            _operation(rows[trial.edit.position], trial.edit.kind, copy.effect_of(trial.result))
            for trial in procedures(copy.scheme, copy.case)
        )

    @needs(*DESK)
    def neighbours(self, case_id: int) -> tuple[NeighbourLine, ...]:
        """Return the nearest other groups in the order of the scheme, each with what it would need."""
        copy = self._copy(case_id)
        if not copy.is_valid:
            return ()
        return tuple(
            NeighbourLine(near.code, near.name, *(_told(words) for words in zip(*pairs, strict=True)))
            for near in neighbours(copy.scheme, copy.case)
            if (pairs := [(lack.wanted, lack.now) for lack in near.lacks])
        )

    @needs(*DESK)
    def try_out(self, case_id: int, what: WhatIf) -> Trial:
        """Return the case with one change made to a copy of it.

        Raises :class:`UserProblem` when the row is no longer there.
        """
        copy = self._copy(case_id)
        at = copy.find(what)
        if at is None and what.change in (Change.REMOVE, Change.FIRST):
            raise UserProblem("whatif.gone", remedy="whatif.remedy.gone")
        engines, stored = self._session.engines, copy.stored
        now = engines.preview(stored.record, stored.proposals)
        then = engines.preview(copy.changed(stored.record, what), stored.proposals)
        is_principal = what.change is Change.FIRST and what.group is Group.DX
        return Trial(
            what,
            _words(copy, what, at),
            then,
            now.explanation.result.drg if now.explanation else "",
            copy.new_findings(what),
            _rise(now.price, then.price) if is_principal else None,
        )

    @needs(*DESK)
    def addition(self, typed: str) -> WhatIf | None:
        """Return the change that adds a code as typed, None when the code book does not know it."""
        book = self._session.engines.codebook
        code = book.find(typed.strip())
        entry = book.get(code) if code else None
        return WhatIf(Change.ADD, _KIND_OF[entry.kind], code=entry.code) if entry else None

    @needs(*DESK)
    def lists_of(self, case_id: int, step: Step, what: WhatIf | None = None) -> tuple[RuleList, ...]:
        """Return the code lists that the rule of a step names, with the members that the case has, or its copy."""
        copy = self._copy(case_id)
        rule = next((rule for level, code, rule in _rules(copy) if _is(step, level, code, rule)), None)
        sets = [one for node in (walk(rule.node) if rule else ()) if isinstance(node, In | Count) for one in node.sets]
        case = group_input(copy.changed(copy.record, what), copy.conversion) if what else copy.case
        return tuple(_list(copy, one, (*case.dx, *case.px)) for one in dict.fromkeys(sets))

    def _copy(self, case_id: int) -> Shadow:
        """Return the copy of a case as it stands; the last one is kept, with what it worked out, while it is true."""
        if self._kept is None or not self._kept.is_current(self._session, case_id):
            self._kept = Shadow(self._session, case_id)
        return self._kept


def _secondary(one: CodedRow, note: SecondaryNote, effect: Effect) -> SecondaryLine:
    what = WhatIf(Change.REMOVE, Group.DX, one.row.id)
    without = effect.result.drg if effect.changed else ""
    return SecondaryLine(one.index, one.code, one.name, note, without, one.proposed, what)


def _principal(copy: Shadow, one: CodedRow, effect: Effect) -> PrincipalLine:
    what = WhatIf(Change.FIRST, Group.DX, one.row.id)
    return PrincipalLine(one.index, one.code, one.name, effect, copy.new_findings(what), one.proposed, what)


def _operation(one: CodedRow, kind: EditKind, effect: Effect) -> OperationLine:
    change = Change.FIRST if kind is EditKind.MAIN_PX else Change.REMOVE
    return OperationLine(one.index, one.code, one.name, effect, one.proposed, WhatIf(change, Group.OP, one.row.id))


def _carried(codes: tuple[str, ...], without_all: Effect) -> str:
    if len(codes) == 1:
        return text("whatif.carry.one", code=codes[0])
    if codes:
        return text("whatif.carry.several", codes=text("whatif.join").join(codes))
    if without_all.changed:
        return text("whatif.carry.none_together", group=without_all.result.drg)
    return text("whatif.carry.none") + text("whatif.carry.none_all")


def _words(copy: Shadow, what: WhatIf, at: CodedRow | None) -> str:
    key = f"{what.change}_{what.group}" if what.change is not Change.REMOVE_ALL else str(what.change)
    code, name = (at.code, at.name) if at else (what.code, copy.book.name_of(what.code))
    return text(f"whatif.trial.{key}", number=at.index + 1 if at else 0, named=f"{code} {name}".strip())


def _rise(now: Price, then: Price) -> Decimal | None:
    if not now.weight or then.weight is None:
        return None
    return then.weight / now.weight - 1


def _told(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _rules(copy: Shadow) -> Iterator[tuple[str, str, Rule]]:
    for mdc in copy.scheme.mdcs:
        yield "mdc", mdc.code, mdc.rule
        for adrg in mdc.adrgs:
            yield "adrg", adrg.key, adrg.rule
            for drg in adrg.drgs:
                yield "drg", drg.code, drg.rule


def _is(step: Step, level: str, code: str, rule: Rule) -> bool:
    return (step.level, step.code, step.source) == (level, code, rule.source)


def _list(copy: Shadow, one: CodeSet | Severity, codes: tuple[str, ...]) -> RuleList:
    members = one.tables if isinstance(one, Severity) else one.rows
    mine = [code for code in dict.fromkeys(codes) if code in members]
    others = [code for code in members if code not in mine][:_FIRST_MEMBERS]
    told = [tuple(Member(code, copy.book.name_of(code), one.place(code)) for code in part) for part in (mine, others)]
    return RuleList(one.name, len(members), told[0], told[1])
