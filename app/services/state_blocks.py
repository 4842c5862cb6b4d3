"""What stands in the way of the next step of a case, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.findings import Severity
from app.domain.states import MOVES
from app.services.state_types import Block
from app.services.types import CaseView
from app.storage.actor import Actor
from app.storage.decisions import StoredException

_CHECKED: Final = frozenset({"finish", "begin", "pass", "approve", "submit", "sign"})
"""Moves that open errors and warnings stand in the way of, at once or on the way there."""


def blocks_of(view: CaseView, key: str, waiting: Sequence[StoredException], actor: Actor) -> tuple[Block, ...]:
    """Return what is in the way of the move ``key``; exceptions in ``waiting`` lack a signature."""
    return tuple(_blocks(view, key, waiting, actor))


def _blocks(view: CaseView, key: str, waiting: Sequence[StoredException], actor: Actor) -> Iterator[Block]:
    if key in _CHECKED:
        for kind, severity in (("error", Severity.ERROR), ("warn", Severity.WARN)):
            count = view.report.count(severity)
            if count:
                yield Block(kind, text(f"states.block.{kind}", count=count))
    if key in ("submit", "pass", "finish") and view.grouping.problems:
        yield Block("group", view.grouping.sentence)
    for one in waiting:
        lacking = [role for role, (name, _) in (("head", one.head), ("insurance", one.insurance)) if not name]
        roles = text("states.and").join(text(f"exceptions.role.{role}") for role in lacking)
        yield Block("exception", text("states.block.exception", rule=one.rule_id, roles=roles))
    if view.state is CaseState.RETURNED:
        yield Block("physician", text("states.block.physician"))
    wanted = next((move.roles for move in MOVES if move.was is view.state and move.key == key), frozenset())
    if wanted and not actor.may(*wanted):
        roles = text("states.or").join(text(f"people.role.{role}") for role in sorted(wanted))
        yield Block("role", text("states.block.role", roles=roles))
