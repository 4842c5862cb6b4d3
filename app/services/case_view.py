"""Builds what the case page shows, and keeps the worklist's summary of a case in step with it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.field import FieldSpec, Group
from app.domain.fields import field
from app.domain.findings import QcReport
from app.domain.states import LOCKED
from app.domain.values import display
from app.qc.context import Sibling
from app.qc.engine import RuleSet
from app.services.case_time import deadline_of_case, holder_of
from app.services.documents import profile_of
from app.services.first_group import FirstGroup, first_groups
from app.services.lock_words import lock_words
from app.services.noted import noted_paths
from app.services.session import Session
from app.services.standing import read_decisions, with_standing
from app.services.types import CaseView, Grouping, Price, PriceState
from app.storage.caches import Summary
from app.storage.cells import FieldCell
from app.storage.load import StoredCase
from app.storage.problems import LibraryWriting
from app.storage.reads import Reader
from app.storage.rows import Change
from app.storage.undo import UndoItem

_KEPT: Final = 8
_NOT_GROUPED: Final = Grouping("", "", False, None, "", "", Price(PriceState.UNGROUPED))


@dataclass(frozen=True, slots=True)
class _World:
    """What a report hangs on besides the record. ``stamp`` marks rules, code book, scheme and prices."""

    state: CaseState
    siblings: tuple[Sibling, ...]
    rules: RuleSet
    first: FirstGroup | None
    profile: str
    stamp: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The last report of a case in this process: the version and the world it belongs to."""

    version: int
    world: _World
    report: QcReport


class ViewBuilder:
    """Reads cases; re-runs only the rules that an edit touched."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: OrderedDict[int, _Known] = OrderedDict()

    def view(self, case_id: int) -> CaseView:
        """Return the case as it stands. Raises :class:`UserProblem` when it does not exist."""
        return self._build(case_id, None, save=False)

    def glance(self, case_id: int) -> CaseView:
        """Return the case without asking an engine: its last stored report, no group. For the moments at the start."""
        with self._session.db.read() as reader:
            stored = load_case(reader, case_id)
            kept = reader.findings(case_id)
            return CaseView(
                case_id=case_id,
                record=stored.record,
                state=stored.state,
                version=stored.version,
                locked=self._locked(stored),
                proposals=stored.proposals,
                accepted=stored.accepted,
                changed=_changed(stored.record, reader.edited_cells(case_id)),
                report=kept.value if kept is not None and kept.version == stored.version else QcReport(),
                grouping=_NOT_GROUPED,
                drafts=reader.drafts(case_id, self._session.actor.mark),
                undo_name="",
                redo_name="",
                saved_at=stored.updated,
                claimed_by=stored.claimed_by,
                reading=self._reading(),
            )

    def after(self, case_id: int, touched: Iterable[str] | None) -> CaseView:
        """Return the case after a write; ``touched`` paths (None: everything) are checked anew and summed up."""
        return self._build(case_id, None if touched is None else tuple(touched), save=True)

    def _build(self, case_id: int, touched: tuple[str, ...] | None, *, save: bool) -> CaseView:
        session = self._session
        with session.db.read() as reader:
            stored = load_case(reader, case_id)
            edited = reader.edited_cells(case_id)
            undoable = reader.undoable(session.actor.id, case_id, limit=1)
            redoable = reader.redoable(session.actor.id, case_id, limit=1)
            drafts = reader.drafts(case_id, session.actor.mark)
            batch = reader.batch_title(stored.batch_id) if stored.batch_id else ""
            siblings = tuple(Sibling.of(other, stored.record) for other in reader.same_patient(case_id))
            decisions = read_decisions(reader, case_id)
            noted = noted_paths(reader, stored, session.actor.id)
            first = self._first(reader, stored)
            due, held = deadline_of_case(reader, stored), holder_of(reader, stored, session.actor)
        rules, stamp = session.engines.rule_sets.for_record(stored.record), session.engines.stamp
        world = _World(stored.state, siblings, rules, first, profile_of(stored.record), stamp)
        report = self._report(stored, world, touched)
        report = with_standing(report, stored.record, rules, decisions, session.clock.now().date(), siblings)
        grouping = session.engines.preview(stored.record, stored.proposals)
        if save and not session.db.read_only:
            self._save(stored, report, grouping)
        return CaseView(
            case_id=case_id,
            record=stored.record,
            state=stored.state,
            version=stored.version,
            locked=self._locked(stored) or held,
            proposals=stored.proposals,
            accepted=stored.accepted,
            changed=_changed(stored.record, edited),
            report=report,
            grouping=grouping,
            drafts=drafts,
            undo_name=undo_name(undoable, stored.record),
            redo_name=undo_name(redoable, stored.record),
            saved_at=stored.updated,
            claimed_by=stored.claimed_by,
            batch_title=batch,
            deadline=due,
            held=held,
            noted=noted,
            reading=self._reading(),
        )

    def _first(self, reader: Reader, stored: StoredCase) -> FirstGroup | None:
        """The first grouping, as far as it matters: not before the main diagnosis has a code.

        Once there it stays: the audit only grows, and replaying it takes longer than an edit.
        """
        case_id, engines = stored.case_id, self._session.engines
        if not stored.record.text("dx[0].code"):
            return None
        known = self._known.get(case_id)
        if known is not None and known.world.first is not None and known.world.stamp == engines.stamp:
            return known.world.first
        return first_groups(reader, [case_id], engines.world).get(case_id)

    def _locked(self, stored: StoredCase) -> str:
        """Return why the case cannot be changed, '' when it can."""
        if stored.state in LOCKED:
            with self._session.db.read() as reader:
                return lock_words(reader, stored)
        if not self._session.actor.may("coder", "qc"):
            return text("cases.no_coder_note")
        return text("cases.read_only_note") if self._session.db.read_only else ""

    def _reading(self) -> str:
        """Return why this person changes no field of a case that is open, '' for a coder (domain.md 5.1)."""
        return "" if self._session.actor.may("coder") else text("cases.reviewer_note")

    def _report(self, stored: StoredCase, world: _World, touched: tuple[str, ...] | None) -> QcReport:
        context = self._session.engines.context(
            stored.record, stored.state, world.siblings, stored.proposals, world.first
        )
        known = self._known.get(stored.case_id)
        fresh = known is not None and known.world == world
        if known is not None and fresh and known.version == stored.version:
            return known.report
        if known is not None and fresh and touched is not None and known.version == stored.version - 1:
            report = world.rules.check_fields(stored.record, known.report, touched, context)
        else:
            report = world.rules.check(stored.record, context)
        self._known[stored.case_id] = _Known(stored.version, world, report)
        self._known.move_to_end(stored.case_id)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return report

    def _save(self, stored: StoredCase, report: QcReport, grouping: Grouping) -> None:
        with suppress(LibraryWriting), self._session.db.caching() as tx:  # can be worked out again: it is then stale
            tx.save_summary(stored.case_id, stored.version, summary_of(report, grouping))
            tx.save_findings(stored.case_id, stored.version, report, stamp=self._session.engines.stamp)


def summary_of(report: QcReport, grouping: Grouping) -> Summary:
    """Return what the worklist keeps of a report and a grouping."""
    base = Summary.of_report(report)
    explanation = grouping.explanation
    weight = grouping.price.weight
    return Summary(
        errors=base.errors,
        warns=base.warns,
        hints=base.hints,
        score=base.score,
        drg=explanation.result.drg if explanation else "",
        drg_name=explanation.name if explanation else "",
        rw=float(weight) if weight is not None else None,
        group_status=str(explanation.result.status) if explanation else "",
    )


def refuse_locked(stored: StoredCase) -> None:
    """Raise :class:`UserProblem` for a case that was submitted, archived or cancelled."""
    if stored.state in LOCKED:
        raise UserProblem("cases.locked", remedy="cases.remedy.locked", state=text(f"cases.state.{stored.state}"))


def load_case(reader: Reader, case_id: int) -> StoredCase:
    """Return a stored case. Raises :class:`UserProblem` when it does not exist."""
    try:
        return reader.load_case(case_id)
    except LookupError as error:
        raise UserProblem("cases.not_found", remedy="cases.remedy.not_found") from error


def _changed(record: CaseRecord, edited: Iterable[tuple[Group, int, str]]) -> dict[str, tuple[str, ...]]:
    """Return the paths of fields that a person changed since the import."""
    places = {(group, row.id): index for group, rows in record.groups.items() for index, row in enumerate(rows)}
    changed: dict[str, tuple[str, ...]] = {}
    for group, row_id, name in edited:
        if group is Group.CASE:
            changed[name] = ()
        elif (group, row_id) in places:
            changed[f"{group}[{places[group, row_id]}].{name}"] = ()
    return changed


def undo_name(items: Iterable[UndoItem], record: CaseRecord | None = None) -> str:
    """Name what an undo would take back: the code and its change, the field, or the operation.

    With the ``record`` as it stands a row is called by its place: 主要诊断, 第 2 诊断.
    """
    item = next(iter(items), None)
    if item is None:
        return ""
    codes = [change for change in item.changes if change.field == "code"]
    if codes:
        label = _row_label(codes[0], record)
        return text("cases.named_code", label=label, before=_word(codes[0].before), after=_word(codes[0].after))
    fields = [change for change in item.changes if change.field and _spec(change.entity, change.field)]
    spec = _spec(fields[0].entity, fields[0].field) if len(fields) == 1 else None
    return text("cases.named_field", label=spec.label) if spec else item.op.label


def _row_label(change: Change, record: CaseRecord | None) -> str:
    rows = record.rows(Group(change.entity)) if record is not None else ()
    index = next((at for at, row in enumerate(rows) if row.id == change.row_id), -1)
    if index < 0:
        return text(f"cases.group.{change.entity}")
    if index == 0 and change.entity in (Group.DX, Group.OP):
        return text(f"history.row.{change.entity}_main")
    return text(f"history.row.{change.entity}", number=index + 1)


def _spec(entity: str, name: str) -> FieldSpec | None:
    try:
        return field(name if entity == Group.CASE else f"{entity}[].{name}")
    except KeyError:
        return None


def _word(cell: object) -> str:
    return cell if isinstance(cell, str) and cell else text("cases.blank")


def change_text(spec: FieldSpec, cell: FieldCell) -> str:
    """Return a side of a change for the history list."""
    if cell.raw:
        return text("cases.unread", raw=cell.raw)
    if cell.dash:
        return "-"
    return display(spec, cell.value) or text("cases.blank")
