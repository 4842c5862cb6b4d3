"""What the page reads in the background. Runs in a job, touches no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.common.progress import Progress
from app.services.qc_batch_types import HitKey, Leaving, LineDetail, Overview, ScopeKind
from app.ui.models.qc_lines import is_ready
from app.ui.pages.qc_batch.memory import Round

if TYPE_CHECKING:
    from app.services.composition import Services


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of a round, and who leaves soon where the round is about them. ``number`` tells the latest reading."""

    number: int
    overview: Overview
    leaving: tuple[Leaving, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """The lines of a group, those that can be written at once, and of how many cases both are."""

    number: int = 0
    keys: Sequence[HitKey] = ()
    ready: Sequence[HitKey] = ()
    cases: int = 0
    ready_cases: int = 0


@dataclass(frozen=True, slots=True)
class CountRound:
    """The work of a job: count a round."""

    services: Services
    number: int
    wanted: Round

    def __call__(self, progress: Progress) -> Counted:
        """Return the counts."""
        overview = self.services.qc_batch.overview(self.wanted.scope, self.wanted.segment)
        if self.wanted.scope.kind is not ScopeKind.LEAVING:
            return Counted(self.number, overview)
        return Counted(self.number, overview, self.services.leaving.with_multiples(progress))


@dataclass(frozen=True, slots=True)
class ListGroup:
    """The work of a job: find the lines of the group of a round."""

    services: Services
    number: int
    wanted: Round

    def __call__(self, _progress: Progress) -> Listed:
        """Return case and rule of each line."""
        group = self.wanted.group
        found = self.services.qc_batch.keys(self.wanted.scope, group, self.wanted.segment) if group else ()
        ready = [key for key in found if is_ready(key)]
        cases, ready_cases = (len({key.case_id for key in some}) for some in (found, ready))
        return Listed(self.number, found, ready, cases, ready_cases)


@dataclass(frozen=True, slots=True)
class ReadDetail:
    """The work of a job: work one line out in full."""

    services: Services
    key: HitKey

    def __call__(self, _progress: Progress) -> LineDetail | None:
        """Return it, None when it is gone."""
        return self.services.qc_batch.detail(self.key)
