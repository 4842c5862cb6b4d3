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
from app.services.worklist import CaseReasons
from app.ui.pages.worklist.views import SavedView

if TYPE_CHECKING:
    from app.services.composition import Services


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What to read. ``number`` tells the latest request from those it overtook; ``before`` only compares with a list.

    ``key`` is what is marked at the left: a queue or a view of one's own.
    """

    number: int
    key: str
    queue: str
    words: str
    sort: str
    descending: bool
    before: array[int] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The cases of a list in order, and how long finding and sorting took in milliseconds.

    Of a comparison, ``gone`` are the cases that left the list before and ``came`` is the number of new ones.
    """

    request: ListRequest
    ids: array[int]
    took_ms: float
    gone: frozenset[int] = frozenset()
    came: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What stands around a list: counts of queues, views and of the list, names of people and batches, who leaves soon.

    ``finished`` of ``wanted`` cases are done today.
    """

    request: ListRequest
    queues: tuple[QueueCount, ...]
    views: Mapping[str, int]
    totals: ListTotals
    batches: Mapping[int, str]
    people: Mapping[str, str]
    leaving: Mapping[int, Leaving]
    finished: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Peeked:
    """A case for the panel at the right, and why it stands where it does (None: it is gone from the list)."""

    view: CaseView
    reasons: CaseReasons | None


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
        took_ms = (perf_counter() - begin) * 1000
        if wanted.before is None:
            return Listing(wanted, ids, took_ms)
        before, now = set(wanted.before), set(ids)
        return Listing(wanted, ids, took_ms, frozenset(before - now), len(now - before))


@dataclass(frozen=True, slots=True)
class CountList:
    """The work of a job: count, after :class:`ReadList`, so that the rows need not wait for it.

    ``leaving``: who leaves soon is wanted too, which takes a look at every stay.
    """

    services: Services
    request: ListRequest
    views: tuple[SavedView, ...]
    leaving: bool

    def __call__(self, _progress: Progress) -> Counted:
        """Return the counts."""
        worklist, wanted = self.services.worklist, self.request
        leaving = {one.case_id: one for one in self.services.leaving.due()} if self.leaving else {}
        finished, to_do = self.services.desk.today()
        return Counted(
            wanted,
            worklist.queues(),
            worklist.counts({view.key: (view.queue, view.words) for view in self.views}),
            worklist.totals(wanted.queue, wanted.words),
            worklist.batches(),
            worklist.people(),
            leaving,
            finished,
            to_do,
        )


@dataclass(frozen=True, slots=True)
class ReadCase:
    """The work of a job: read one case for the panel at the right."""

    services: Services
    case_id: int
    queue: str

    def __call__(self, _progress: Progress) -> Peeked:
        """Return the case and its reasons."""
        return Peeked(self.services.cases.view(self.case_id), self.services.worklist.reasons(self.case_id, self.queue))
