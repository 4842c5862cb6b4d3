"""What a page shows of the way of a case: where it stands, what comes next, what is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.case import CaseState


@dataclass(frozen=True, slots=True)
class Station:
    """A state on the usual way; ``at`` and ``who`` say when it was last reached, None and '' before that."""

    state: CaseState
    at: datetime | None = None
    who: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """What is in the way of the next step. ``kind`` is error, warn, group, exception, role or unlock."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class StateBar:
    """The way of a case. ``aside`` is its state where that is not on the usual way (退回医师, 待审批, 待解锁, 已取消).

    ``came`` says who moved it last and when; ``next_key`` names the move that leads on ('' when there is none) and
    ``next_words`` what it is; ``blocks`` stand in its way.
    """

    state: CaseState
    stations: tuple[Station, ...]
    aside: CaseState | None
    came: str
    next_key: str
    next_words: str
    blocks: tuple[Block, ...] = ()
    version: int = 0
