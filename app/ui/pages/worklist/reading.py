"""What the worklist reads in the background: ids in order, counts, names. Runs in a job, touches no widget."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from app.common.progress import Progress
from app.services.types import CaseView, ListTotals, QueueCount

if TYPE_CHECKING:
    from app.services.composition import Services


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What to read. ``number`` tells the latest request from those it overtook; ``drift`` only compares."""

    number: int
    queue: str
    words: str
    sort: str
    descending: bool
    drift: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What was read, and how long finding and sorting took in milliseconds."""

    request: ListRequest
    ids: array[int]
    queues: tuple[QueueCount, ...]
    totals: ListTotals
    batches: Mapping[int, str] = field(default_factory=dict)
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadList:
    """The work of a job: read a list."""

    services: Services
    request: ListRequest

    def __call__(self, _progress: Progress) -> Listing:
        """Read ids, counts of the queues and of the list, and the titles of batches."""
        wanted, worklist = self.request, self.services.worklist
        begin = perf_counter()
        ids = worklist.ids(wanted.queue, wanted.words, wanted.sort, descending=wanted.descending)
        took = (perf_counter() - begin) * 1000
        batches = {batch.id: batch.file_name for batch in self.services.imports.batches()}
        return Listing(
            wanted, ids, worklist.queues(), worklist.totals(wanted.queue, wanted.words), batches, took_ms=took
        )


@dataclass(frozen=True, slots=True)
class ReadCase:
    """The work of a job: read one case for the panel at the right."""

    services: Services
    case_id: int

    def __call__(self, _progress: Progress) -> CaseView:
        """Return the view of the case."""
        return self.services.cases.view(self.case_id)
