"""What the answers to an open question would do to the group: for quality control, never for the physician."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.common.texts import text
from app.domain.case import CaseRecord, FieldPath
from app.domain.field import Group
from app.domain.fields import field
from app.domain.returning import AnswerKind, AnswerNeed, ReturnOption, ReturnStatus
from app.domain.values import parse
from app.services.case_view import load_case
from app.services.group_input import with_proposals
from app.services.permits import needs
from app.services.return_places import is_text, path_now
from app.services.session import Session
from app.storage.returns import StoredReturn


@dataclass(frozen=True, slots=True)
class AnswerEffect:
    """An answer with the group and weight that the case has then; ``words`` say both, or why they cannot be said."""

    label: str
    drg: str
    weight: str
    changes: bool
    words: str


class ReturnEffectService:
    """Answers from copies; the case is only read, nothing is stored and nothing is told to the physician."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs("qc")
    def effects(self, item: StoredReturn) -> tuple[AnswerEffect, ...]:
        """Return what each answer to a question that is not settled would do, in the order of the answers.

        Nothing for a settled question and one whose row is gone. Raises :class:`UserProblem` when the case is gone.
        """
        if item.status is ReturnStatus.CLOSED:
            return ()
        with self._session.db.read() as reader:
            stored = load_case(reader, item.case_id)
        at = path_now(stored.record, item.path, item.row_id) if item.path else ""
        if at is None:
            return ()
        record, _ = with_proposals(stored.record, stored.proposals)
        return tuple(self._effects(record, at, item.options))

    def _effects(self, record: CaseRecord, at: str, options: tuple[ReturnOption, ...]) -> Iterator[AnswerEffect]:
        now = self._group(record)
        for option in options:
            changed, key = _answered(record, at, option)
            if changed is None:
                yield AnswerEffect(option.label, "", "", changes=False, words=text(f"returns.effect.{key}"))
                continue
            drg, weight = self._group(changed)
            words = text(f"returns.effect.{key}", drg=drg or "—", weight=weight or "—")
            if (drg, weight) == now:
                words = text("returns.effect.same")
            yield AnswerEffect(option.label, drg, weight, (drg, weight) != now, words)

    def _group(self, record: CaseRecord) -> tuple[str, str]:
        found = self._session.engines.preview(record, {})
        result, weight = found.explanation and found.explanation.result, found.price.weight
        return result.drg if result else "", f"{weight:.4f}" if weight is not None else ""


def _answered(record: CaseRecord, at: str, option: ReturnOption) -> tuple[CaseRecord | None, str]:
    """Return the case after an answer with the text that tells it, None where the answer cannot be foreseen.

    A diagnosis or operation that is to be written anew has no code yet: it is told how the case groups without it.
    """
    if option.answer is not AnswerKind.CHANGED:
        return record, "group"
    if not at:
        return None, "open"
    place = FieldPath.parse(at)
    if is_text(at):
        if place.group not in (Group.DX, Group.OP):
            return None, "open"
        rows = record.rows(place.group)
        return record.with_rows(place.group, rows[: place.index] + rows[place.index + 1 :]), "without"
    if option.needs is AnswerNeed.VALUE or not option.value:
        return None, "open"
    return record.with_value(at, parse(field(at), option.value).value), "group"
