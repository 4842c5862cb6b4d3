"""An explanation as sentences for the user: why this group and no other, or why none and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from app.common.texts import text
from app.domain.grouping import Because, Explanation, GroupStatus

MISSED_TOLD = 2  # groups that were not entered; the path shows all


def sentence(explanation: Explanation) -> str:
    """Return one paragraph: the group with what decided, then the nearest groups missed with what is lacking.

    For a case without a normal group it is the cause and what to do.
    """
    if explanation.result.status is not GroupStatus.GROUPED:
        return detail(explanation) + remedy(explanation)
    entered = [clause for clause in explanation.because if clause.entered]
    parts = [text("drg.sentence.entered", group=explanation.result.drg, why=_joined(entered))] if entered else []
    if not parts:
        parts = [text("drg.sentence.entered_only", group=explanation.result.drg)]
    missed = groupby((clause for clause in explanation.because if not clause.entered), key=lambda one: one.group)
    for group, clauses in list((group, list(clauses)) for group, clauses in missed)[:MISSED_TOLD]:
        parts.append(text("drg.sentence.missed", group=group, why=_joined(clauses)))
    return text("drg.sentence.join").join(parts) + text("drg.sentence.end")


def detail(explanation: Explanation) -> str:
    """Return the cause of a result that is no normal group, '' when the case is grouped."""
    return text(explanation.detail, **dict(explanation.detail_args)) if explanation.detail else ""


def remedy(explanation: Explanation) -> str:
    """Return what to do about a result that is no normal group, '' when the case is grouped."""
    key = explanation.detail.replace("drg.detail.", "drg.remedy.", 1)
    return text(key, **dict(explanation.detail_args)) if key else ""


def _joined(clauses: Iterable[Because]) -> str:
    told = list(dict.fromkeys(text(clause.key, **dict(clause.args)) for clause in clauses))
    if len(told) == 1:
        return told[0]
    blank = " " if told[-1][0].isascii() else ""
    return text("drg.sentence.and", first=text("drg.sentence.comma").join(told[:-1]), last=blank + told[-1])
