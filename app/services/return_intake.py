"""Answers from outside, judged one by one against what is stored, shown first, then taken in one operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from app.common.errors import UserProblem, Where
from app.domain.changes import Changes
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnStatus
from app.services.checking import CheckingService
from app.services.return_answers import must_be_whole, write_answers
from app.services.return_places import place_name, value_text
from app.services.return_types import ReturnRow, StoredReturn
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.reads import Reader
from app.storage.returns import ReturnFilter


class Intake(StrEnum):
    """What an answer from outside is: to be taken, blank, known already, to a value that changed, not acceptable."""

    NEW = "new"
    BLANK = "blank"
    SAME = "same"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, repr=False)
class Given:
    """An answer as it came: where, key of the question, the field's value as the physician saw it, what is answered.

    ``answer`` None: nothing was filled in. ``problem`` is why it cannot be read at all, '' otherwise.
    """

    where: Where
    uid: str
    seen: str
    answer: ReturnAnswer | None
    problem: str = ""

    def __repr__(self) -> str:
        return f"Given({self.where}, ‹redacted›)"


@dataclass(frozen=True, slots=True, repr=False)
class IntakeLine:
    """An answer beside what is stored. ``row`` is None for a question that is not here; ``now`` the field today."""

    given: Given
    kind: Intake
    row: ReturnRow | None
    place: str
    now: str
    problem: str

    def __repr__(self) -> str:
        return f"IntakeLine({self.given.where}, {self.kind})"


def judge(reader: Reader, given: Sequence[Given]) -> tuple[IntakeLine, ...]:
    """Return what each answer is, in the order given; a second answer to one question is refused."""
    ids = reader.return_uids([one.uid for one in given])
    found = reader.return_rows(ReturnFilter(item_ids=frozenset(ids.values()))) if ids else []
    rows = {row.item.uid: row for row in found}
    cases = {one.case_id: one for one in reader.load_cases({row.item.case_id for row in found})}
    answered: set[str] = set()
    lines = []
    for one in given:
        line = _judge(one, rows.get(one.uid), cases, twice=one.uid in answered)
        if one.answer is not None:
            answered.add(one.uid)
        lines.append(line)
    return tuple(lines)


def take(
    session: Session, lines: Iterable[IntakeLine], who: str, source: str, *, conflicts: bool = False
) -> tuple[Changes, int]:
    """Store new answers, with ``conflicts`` also those to a value that changed; return how many.

    Raises :class:`UserProblem` without the physician's name. Taking a file twice stores nothing the second time.
    """
    if not who.strip():
        raise UserProblem("returns.no_name", remedy="returns.remedy.no_name")
    kinds = {Intake.NEW, Intake.CONFLICT} if conflicts else {Intake.NEW}
    given = [line.given for line in lines if line.kind in kinds]
    with session.db.read() as reader:
        fresh = [(line.row, line.given.answer) for line in judge(reader, given) if line.kind in kinds]
    usable = sorted(((row, answer) for row, answer in fresh if row is not None and answer is not None), key=_case)
    if not usable:
        return Changes(), 0
    with session.db.operation(Op.TAKE_ANSWERS, by=session.actor, note=f"{source} {who.strip()}") as tx:
        for case_id, group in groupby(usable, key=_case):
            of_case = list(group)
            answers = [(row.item, answer) for row, answer in of_case]
            write_answers(tx, case_id, of_case[0][0].state, answers, who.strip(), source)
        tx.record_event("answers_taken", {"file": source, "answers": len(usable)})
    cases = sorted({row.item.case_id for row, _ in usable})
    return tx.changes | CheckingService(session).run(cases), len(usable)


def _judge(given: Given, row: ReturnRow | None, cases: dict[int, StoredCase], *, twice: bool) -> IntakeLine:
    if row is None:
        return IntakeLine(given, Intake.REFUSED, None, "", "", given.problem or "returns.intake.unknown")
    item = row.item
    now = value_text(cases[item.case_id].record, item.path, item.row_id)
    place = place_name(item.path)
    kind, problem = _kind(given, item, now, twice=twice)
    return IntakeLine(given, kind, row, place, now, problem)


def _kind(given: Given, item: StoredReturn, now: str, *, twice: bool) -> tuple[Intake, str]:
    """Return what an answer is, and the key or words of what is wrong with it."""
    if given.problem or given.answer is None:
        return (Intake.REFUSED, given.problem) if given.problem else (Intake.BLANK, "")
    if twice:
        return Intake.REFUSED, "returns.intake.twice"
    if item.status is not ReturnStatus.OUTSTANDING:
        same = item.answer == given.answer
        return (Intake.SAME, "") if same else (Intake.REFUSED, "returns.intake.answered_already")
    try:
        must_be_whole(item, given.answer)
    except UserProblem as problem:
        return Intake.REFUSED, f"{problem.message}{problem.advice}"
    if given.answer.kind is AnswerKind.CHANGED and now != given.seen:
        return Intake.CONFLICT, "returns.intake.changed"
    return Intake.NEW, ""


def _case(pair: tuple[ReturnRow, ReturnAnswer]) -> int:
    return pair[0].item.case_id
