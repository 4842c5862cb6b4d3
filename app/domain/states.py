"""Where a case may go from where it stands, and who moves it there: the table of domain.md 5.2, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.domain.case import CaseState

_S = CaseState


@dataclass(frozen=True, slots=True)
class Move:
    """One legal step. ``key`` names it below the texts ``states.move``; one of ``roles`` (domain.md 5.1) is asked."""

    was: CaseState
    to: CaseState
    key: str
    roles: frozenset[str]


def _moves(key: str, roles: str, *pairs: tuple[CaseState, CaseState]) -> tuple[Move, ...]:
    return tuple(Move(was, to, key, frozenset(roles.split())) for was, to in pairs)


MOVES: Final[tuple[Move, ...]] = (
    *_moves("arrive", "coder admin", (_S.INPATIENT, _S.TO_CODE)),
    *_moves("begin", "coder", (_S.TO_CODE, _S.CODING)),
    *_moves("finish", "coder", (_S.CODING, _S.TO_QC)),
    *_moves("take", "qc", (_S.TO_QC, _S.QC)),
    *_moves("pass", "qc", (_S.QC, _S.PASSED)),
    *_moves("submit", "coder insurance", (_S.PASSED, _S.SUBMITTED)),
    *_moves("archive", "insurance", (_S.SUBMITTED, _S.ARCHIVED)),
    *_moves("send_back", "qc", (_S.QC, _S.CODING)),
    *_moves("except", "coder qc insurance", (_S.QC, _S.APPROVAL)),
    *_moves("approve", "head insurance", (_S.APPROVAL, _S.PASSED)),
    *_moves("reject", "head insurance coder", (_S.APPROVAL, _S.CODING)),
    *_moves("reopen", "qc coder", (_S.PASSED, _S.QC)),
    *_moves(
        "return",
        "coder qc",
        (_S.INPATIENT, _S.RETURNED),
        (_S.TO_CODE, _S.RETURNED),
        (_S.CODING, _S.RETURNED),
        (_S.QC, _S.RETURNED),
    ),
    *_moves(
        "answered",
        "physician coder qc",
        (_S.RETURNED, _S.INPATIENT),
        (_S.RETURNED, _S.TO_CODE),
        (_S.RETURNED, _S.CODING),
        (_S.RETURNED, _S.TO_QC),
    ),
    *_moves("lay_aside", "coder", (_S.CODING, _S.TO_CODE)),
    *_moves("cancel", "coder admin", (_S.INPATIENT, _S.CANCELLED), (_S.TO_CODE, _S.CANCELLED)),
    *_moves("ask_unlock", "coder", (_S.SUBMITTED, _S.UNLOCK_REQUESTED), (_S.ARCHIVED, _S.UNLOCK_REQUESTED)),
    *_moves("unlock", "insurance", (_S.UNLOCK_REQUESTED, _S.CODING)),
    *_moves("keep", "insurance admin", (_S.UNLOCK_REQUESTED, _S.SUBMITTED)),
)
"""Every legal move; where several begin at one state, the one that leads on stands first."""
_BY_ENDS: Final = {(move.was, move.to): move for move in MOVES}
LEGAL: Final[Mapping[CaseState, tuple[CaseState, ...]]] = MappingProxyType(
    {state: tuple(move.to for move in MOVES if move.was is state) for state in CaseState}
)
"""Where a case may go in one step."""
FOLLOWS: Final[Mapping[CaseState, CaseState]] = MappingProxyType({_S.TO_CODE: _S.CODING, _S.PASSED: _S.QC})
"""Where the first edit of a case leads."""
LOCKED: Final = (_S.SUBMITTED, _S.UNLOCK_REQUESTED, _S.ARCHIVED, _S.CANCELLED)
"""States in which nothing of the record may change."""
_BETWEEN: Final[Mapping[tuple[CaseState, CaseState], CaseState]] = MappingProxyType(
    {(_S.TO_CODE, _S.TO_QC): _S.CODING, (_S.TO_QC, _S.PASSED): _S.QC, (_S.TO_QC, _S.CODING): _S.QC}
)
"""Two steps that one key may take: coding begins unseen, and a reviewer takes a case by judging it."""


def move_between(was: CaseState, to: CaseState) -> Move | None:
    """Return the step from one state to another, None when there is none."""
    return _BY_ENDS.get((was, to))


def way(was: CaseState, to: CaseState) -> tuple[Move, ...]:
    """Return the steps that one key takes from a state to another, () when they are not legal."""
    between = _BETWEEN.get((was, to))
    ends = ((was, to),) if between is None else ((was, between), (between, to))
    return tuple(_BY_ENDS[pair] for pair in ends) if all(pair in _BY_ENDS for pair in ends) else ()


def back_from_return(before: CaseState | None) -> CaseState:
    """Return where an answered case goes: to where it was; from 质控中 and the unknown to 待质控 and 编码中."""
    if before is _S.QC:
        return _S.TO_QC
    return before if before is not None and (_S.RETURNED, before) in _BY_ENDS else _S.CODING
