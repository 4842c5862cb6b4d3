"""What the worklist reads in the background: ids in order, counts, names. Runs in a job, touches no widget."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from app.common.progress import Progress
from app.services.qc_batch_types import Leaving
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
    """The cases of a list in order, and how long finding and sorting took in milliseconds."""

    request: ListRequest
    ids: array[int]
    took_ms: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What stands around a list: counts of the queues and of the list, the titles of batches, who leaves soon."""

    request: ListRequest
    queues: tuple[QueueCount, ...]
    totals: ListTotals
    batches: Mapping[int, str]
    leaving: Mapping[int, Leaving]


@dataclass(frozen=True, slots=True)
class ReadList:
    """The work of a job: find and sort the cases of a list."""

    services: Services
    request: ListRequest

    def __call__(self, _progress: Progress) -> Listing:
        """Return the ids."""
        wanted = self.request
        begin = perf_counter()
        ids = self.services.worklist.ids(wanted.queue, wanted.words, wanted.sort, descending=wanted.descending)
        return Listing(wanted, ids, (perf_counter() - begin) * 1000)


@dataclass(frozen=True, slots=True)
class CountList:
    """The work of a job: count, beside :class:`ReadList`, so that the rows need not wait for it."""

    services: Services
    request: ListRequest

    def __call__(self, _progress: Progress) -> Counted:
        """Return the counts."""
        worklist, wanted = self.services.worklist, self.request
        batches = {batch.id: batch.file_name for batch in self.services.imports.batches()}
        leaving = {one.case_id: one for one in self.services.leaving.due()}
        return Counted(wanted, worklist.queues(), worklist.totals(wanted.queue, wanted.words), batches, leaving)


@dataclass(frozen=True, slots=True)
class ReadCase:
    """The work of a job: read one case for the panel at the right."""

    services: Services
    case_id: int

    def __call__(self, _progress: Progress) -> CaseView:
        """Return the view of the case."""
        return self.services.cases.view(self.case_id)
