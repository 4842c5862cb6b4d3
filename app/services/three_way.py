"""One case three times: as the physician handed it in, as the coder has it, as the insurer returned it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath, Row
from app.domain.field import Group, Section
from app.services.case_history import record_after
from app.services.history_words import row_name
from app.services.insurer_types import cause_word, detail_words
from app.services.pairs import pairs
from app.services.permits import DESK, needs
from app.storage.ops import Op
from app.storage.rows import ROW, Change

if TYPE_CHECKING:
    from app.services.session import Session
    from app.services.types import CaseView
    from app.storage.audit import Operation

_CODED: Final = {Group.DX: Section.DIAGNOSIS, Group.OP: Section.OPERATION}


@dataclass(frozen=True, slots=True, repr=False)
class Returned:
    """What the insurer answered: group and weight ('' for none), why it is not ours ('' when it is), and when."""

    group: str
    weight: str
    cause: str
    at: datetime


class Insurer(Protocol):
    """Knows the insurer's answers."""

    def latest(self, case_id: int) -> Returned | None:
        """Return the latest answer about a case, None while there is none."""


class StoredInsurer:
    """The answers that were taken over from the insurer's files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def latest(self, case_id: int) -> Returned | None:
        """Return the latest answer about a case, None while there is none."""
        with self._session.db.read() as reader:
            found = reader.insurer.of_case(case_id)
        if not found:
            return None
        line = found[0].line
        why = detail_words(found[0].verdict) or cause_word(found[0].verdict.cause) if found[0].verdict.cause else ""
        return Returned(line.drg, line.rw, why, found[0].at)


class Standing(StrEnum):
    """How the coder's side relates to the physician's."""

    SAME = "same"
    CODED = "coded"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    OPEN = "open"


@dataclass(frozen=True, slots=True, repr=False)
class ThreeLine:
    """One line of the three columns. ``insurer`` None: the insurer says nothing about such a thing."""

    label: str
    physician: str
    coder: str
    insurer: str | None
    standing: Standing
    path: str = ""

    @property
    def is_changed(self) -> bool:
        """True when the coder's side says another thing than the physician's."""
        return self.standing in (Standing.CHANGED, Standing.ADDED, Standing.REMOVED)

    @property
    def is_disputed(self) -> bool:
        """True when the insurer says another thing than the coder."""
        return self.insurer is not None and self.insurer.rstrip("0") != self.coder.partition(" ")[0].rstrip("0")


@dataclass(frozen=True, slots=True, repr=False)
class ThreeGroup:
    """The lines of a part of the front page."""

    title: str
    lines: tuple[ThreeLine, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ThreeWay:
    """All three sides of a case; ``returned_at`` is None while the insurer has not answered."""

    groups: tuple[ThreeGroup, ...]
    returned_at: datetime | None

    @property
    def changed(self) -> int:
        """How many lines the coder changed."""
        return sum(line.is_changed for group in self.groups for line in group.lines)

    @property
    def disputed(self) -> int:
        """In how many lines the insurer says another thing."""
        return sum(line.is_disputed for group in self.groups for line in group.lines)


class ThreeWayService:
    """Reads only."""

    def __init__(self, session: Session, insurer: Insurer) -> None:
        self._session = session
        self._insurer = insurer

    @needs(*DESK)
    def of(self, view: CaseView) -> ThreeWay:
        """Return the three sides of a case as it stands."""
        with self._session.db.read() as reader:
            came = _as_it_came(reader.case_history(view.case_id))
        answer = self._insurer.latest(view.case_id)
        groups = [ThreeGroup(text("three_way.group"), tuple(self._group_lines(view, came, answer)))]
        groups += [ThreeGroup(text(f"three_way.{group}"), tuple(_coded_lines(group, came, view))) for group in _CODED]
        rest = tuple(_other_lines(came, view.record))
        groups += [ThreeGroup(text("three_way.fields"), rest)] if rest else []
        return ThreeWay(tuple(groups), answer.at if answer else None)

    @needs(*DESK)
    def before(self, view: CaseView) -> Mapping[str, str]:
        """Return what the import had said at every place that people changed since."""
        with self._session.db.read() as reader:
            came = _as_it_came(reader.case_history(view.case_id))
        return {pair.path: pair.then for pair in pairs(came, view.record) if pair.differs and pair.path}

    def _group_lines(self, view: CaseView, came: CaseRecord, answer: Returned | None) -> Iterator[ThreeLine]:
        then = self._session.engines.preview(came, {}).explanation if came.text("dx[0].code") else None
        now = view.grouping.explanation
        before = then.result.drg if then else text("three_way.no_code")
        after = f"{now.result.drg} {now.name}" if now else text("three_way.no_group")
        coded = now is not None and then is not None and now.result.drg != then.result.drg
        standing = Standing.CHANGED if coded else Standing.SAME if then else Standing.CODED
        yield ThreeLine(text("three_way.drg"), before, after, answer.group if answer else None, standing)
        if answer and answer.weight:
            weight = view.grouping.price.weight
            ours = "" if weight is None else f"{weight:f}"
            yield ThreeLine(text("three_way.weight"), "", ours, answer.weight, Standing.SAME)
        if answer and answer.cause:
            yield ThreeLine(text("three_way.cause"), "", "", answer.cause, Standing.SAME)


def _as_it_came(history: Iterable[tuple[Operation, Change]]) -> CaseRecord:
    """Return the record as its first operation, the import, brought it."""
    changes = list(history)
    came = next((one.id for one, change in changes if one.op is Op.IMPORT and change.field == ROW), 0)
    return record_after(changes, came)


def _coded_lines(group: Group, came: CaseRecord, view: CaseView) -> Iterator[ThreeLine]:
    before = {row.id: row for row in came.rows(group)}
    here = {row.id for row in view.record.rows(group)}
    for at, row in enumerate(view.record.rows(group)):
        old, path = before.get(row.id), str(FieldPath(group, at, "code"))
        yield ThreeLine(row_name(group, at), _told(old), _coded(row), None, _standing(old, row), path)
    for at, row in enumerate(came.rows(group)):
        if row.id not in here:
            yield ThreeLine(row_name(group, at), _told(row), "", None, Standing.REMOVED)


def _told(row: Row | None) -> str:
    """Return the physician's words with the code that came along."""
    if row is None:
        return ""
    said = " ".join((row.text("source_text") or row.text("name")).split())
    return f"{said} {row.text('code')}".strip()


def _coded(row: Row) -> str:
    return f"{row.text('code')} {row.text('name')}".strip() if row.text("code") else ""


def _standing(old: Row | None, row: Row) -> Standing:
    if old is None:
        return Standing.ADDED
    if not row.text("code"):
        return Standing.OPEN
    if not old.text("code"):
        return Standing.CODED
    return Standing.SAME if old.text("code") == row.text("code") else Standing.CHANGED


def _other_lines(came: CaseRecord, now: CaseRecord) -> Iterator[ThreeLine]:
    """Yield the places outside the codes that differ from what came; the insurer's answer holds none of them."""
    for pair in pairs(came, now):
        group = FieldPath.parse(pair.path).group if pair.path else None
        if pair.differs and group is not None and not (group in _CODED and pair.path.endswith((".code", ".name"))):
            yield ThreeLine(pair.label, pair.then, pair.now, None, Standing.CHANGED, pair.path)
