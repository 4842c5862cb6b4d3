"""The worklist: queues with counts, the filter box in words, ids first and rows for what is on the screen."""

from __future__ import annotations

import re
import tomllib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from app.common.paths import data
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.domain.grouping import GroupStatus
from app.services.leaving import leaving_ids
from app.services.permits import DESK, needs
from app.services.session import Session
from app.services.types import ListTotals, QueueCount
from app.storage.worklist import Filter, Test, WorklistQuery, WorklistRow

__all__ = ["WorklistRow", "WorklistService"]

_S = CaseState
_OPEN: Final = (_S.TO_CODE, _S.CODING, _S.RETURNED)
_TOKEN: Final = re.compile(r"^(?P<field>[^:：<>=]+)[:：](?P<value>.+)$")
_DAYS: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[~\u2026\u81f3](\d{4}-\d{2}-\d{2}))?$")
_SECTIONS: Final = {
    "queue": ("to_code", "coding", "returned", "inpatient", "leaving", "unclaimed", "mine"),
    "quality": ("errors", "odd_group", "proposals"),
    "all": ("to_qc", "passed", "submitted", "all"),
}
_ICONS: Final = {
    "to_code": "ph.circle-dashed",
    "coding": "ph.circle-half",
    "returned": "ph.arrow-bend-up-left",
    "inpatient": "ph.bed",
    "leaving": "ph.calendar-blank",
    "unclaimed": "ph.tray",
    "mine": "ph.pencil-simple",
    "errors": "ph.warning-octagon",
    "odd_group": "ph.question",
    "proposals": "ph.sparkle",
    "to_qc": "ph.shield-check",
    "passed": "ph.check-circle",
    "submitted": "ph.lock-simple",
    "all": "ph.archive",
}


class WorklistService:
    """Filters and sorts in SQL; the caller keeps ids and asks for the rows it shows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @needs(*DESK)
    def queues(self) -> tuple[QueueCount, ...]:
        """Return every queue with its count, in the order of the left column."""
        with self._session.db.read() as reader:
            counts = reader.counts({key: self._queue(key) for key in _ICONS})
        return tuple(
            QueueCount(
                key, text(f"worklist.queue.{key}"), counts[key], _ICONS[key], text(f"worklist.section.{section}")
            )
            for section, keys in _SECTIONS.items()
            for key in keys
        )

    @needs(*DESK)
    def ids(self, queue: str = "all", words: str = "", sort: str = "", *, descending: bool = False) -> array[int]:
        """Return the ids that a queue and the filter box show, in order.

        ``words`` are typed: plain words are searched in name, number and main diagnosis; ``科室:骨科`` and the like
        are conditions. What is not understood is searched as text.
        """
        whole = replace(self.query(queue, words), sort=sort, descending=descending)
        with self._session.db.read() as reader:
            return reader.worklist_ids(whole)

    @needs(*DESK)
    def query(self, queue: str = "all", words: str = "") -> WorklistQuery:
        """Return the cases that a queue and the filter box show, without an order."""
        query = self._queue(queue)
        plain, filters = self._parse(words)
        return replace(query, text=plain, filters=(*query.filters, *filters))

    @needs(*DESK)
    def rows(self, ids: Sequence[int]) -> list[WorklistRow]:
        """Return the lines of some ids, in their order."""
        with self._session.db.read() as reader:
            return reader.worklist_rows(ids)

    @needs(*DESK)
    def totals(self, queue: str = "all", words: str = "") -> ListTotals:
        """Return how many of the cases that :meth:`ids` shows for the same words have errors or open proposals."""
        whole = self.query(queue, words)
        wanted = {
            "errors": replace(whole, filters=(*whole.filters, Filter("errors", Test.FROM, (1,)))),
            "proposals": replace(whole, filters=(*whole.filters, Filter("proposals", Test.FROM, (1,)))),
        }
        with self._session.db.read() as reader:
            return ListTotals(**reader.counts(wanted))

    @needs(*DESK)
    def understands(self, word: str) -> bool:
        """Return whether a word of the filter box is a condition; others are searched as text."""
        return bool(self._parse(word)[1])

    @needs(*DESK)
    def complete(self, typed: str) -> tuple[str, ...]:
        """Return conditions that a half-typed word may become."""
        found = [f"{names[0]}:" for names in _fields().values() if any(name.startswith(typed) for name in names)]
        matched = _TOKEN.match(typed)
        if matched:
            field, value = _field(matched["field"]), matched["value"]
            found = [f"{matched['field']}:{word}" for word in self._values(field) if value in word]
        elif typed.endswith((":", "：")):
            field = _field(typed[:-1])
            found = [f"{typed[:-1]}:{word}" for word in self._values(field)]
        return tuple(found[:12])

    def _values(self, field: str) -> Sequence[str]:
        fixed = {
            "state": [text(f"cases.state.{state}") for state in CaseState],
            "severity": [text(f"worklist.severity.{key}") for key in ("error", "warn", "hint", "none")],
            "discharge": [text(f"worklist.day.{key}") for key in ("today", "week", "month")],
        }
        if field == "dept":
            return [dictionary("D-DEPT").label(code) or code for code in self._counted("dept")]
        if field == "batch":
            return list(dict.fromkeys(title.split()[0] for title in self._batches().values() if title.strip()))
        return self._counted("drg") if field == "drg" else fixed.get(field, [])

    def _batches(self) -> Mapping[int, str]:
        with self._session.db.read() as reader:
            return {batch.id: batch.file_name for batch in reader.batches()}

    def _counted(self, column: str) -> list[str]:
        with self._session.db.read() as reader:
            return list(reader.value_counts(column))

    def _queue(self, key: str) -> WorklistQuery:
        def states(*wanted: CaseState) -> Filter:
            return Filter("state", Test.IS, tuple(str(state) for state in wanted))

        filters: Mapping[str, tuple[Filter, ...]] = {
            "to_code": (states(_S.TO_CODE),),
            "coding": (states(_S.CODING),),
            "returned": (states(_S.RETURNED),),
            "inpatient": (states(_S.INPATIENT),),
            "leaving": (Filter("id", Test.IS, leaving_ids(self._session) if key == "leaving" else ()),),
            "unclaimed": (states(*_OPEN), Filter("claimed_by", Test.IS, ("",))),
            "mine": (states(*_OPEN), Filter("claimed_by", Test.IS, (self._session.actor.id,))),
            "errors": (states(*_OPEN, _S.TO_QC, _S.QC), Filter("errors", Test.FROM, (1,))),
            "odd_group": (Filter("group_status", Test.IS, (str(GroupStatus.AMBIGUOUS), str(GroupStatus.UNGROUPED))),),
            "proposals": (Filter("proposals", Test.FROM, (1,)),),
            "to_qc": (states(_S.TO_QC, _S.QC),),
            "passed": (states(_S.PASSED, _S.APPROVAL),),
            "submitted": (states(_S.SUBMITTED, _S.UNLOCK_REQUESTED, _S.ARCHIVED),),
        }
        return WorklistQuery(filters=filters.get(key, ()))

    def _parse(self, words: str) -> tuple[str, tuple[Filter, ...]]:
        plain: list[str] = []
        filters: list[Filter] = []
        for word in words.split():
            matched = _TOKEN.match(word)
            condition = self._condition(_field(matched["field"]), matched["value"]) if matched else None
            if condition is None:
                plain.append(word)
            else:
                filters += condition
        return " ".join(plain), tuple(filters)

    def _condition(self, field: str, value: str) -> list[Filter] | None:
        simple: Mapping[str, Filter] = {
            "drg": Filter("drg", Test.CONTAINS, (value,)),
            "record": Filter("record_no", Test.CONTAINS, (value,)),
            "coder": Filter("claimed_by", Test.IS, (self._session.actor.id,)),
            "dept": Filter("dept", Test.IS, _departments(value)),
            "state": Filter("state", Test.IS, _states(value)),
        }
        if field in simple:
            return [simple[field]]
        if field == "severity":
            return _by_severity(value)
        if field == "batch":
            return [Filter("batch_id", Test.IS, self._batch_ids(value))]
        return self._by_day(value) if field == "discharge" else None

    def _batch_ids(self, value: str) -> tuple[int, ...]:
        """Return the batches a value names: ``#12`` that one, other words every file whose name holds them."""
        if value.startswith("#") and value[1:].isdecimal():
            return (int(value[1:]),)
        return tuple(number for number, title in self._batches().items() if value in title) or (-1,)

    def _by_day(self, value: str) -> list[Filter] | None:
        today = self._session.clock.now().date()
        starts = {
            text("worklist.day.today"): today,
            text("worklist.day.week"): today - timedelta(days=today.weekday()),
            text("worklist.day.month"): today.replace(day=1),
        }
        if value in starts:
            return [Filter("discharge_time", Test.FROM, (starts[value],)), Filter("discharge_time", Test.TO, (today,))]
        matched = _DAYS.match(value)
        if not matched:
            return None
        try:
            first = date.fromisoformat(matched[1])
            last = date.fromisoformat(matched[2] or matched[1])
        except ValueError:
            return None
        return [Filter("discharge_time", Test.FROM, (first,)), Filter("discharge_time", Test.TO, (last,))]


def _departments(value: str) -> tuple[str, ...]:
    found = dictionary("D-DEPT").search(value)
    return tuple(code for code, label in found if value in label or value == code) or (value,)


def _states(value: str) -> tuple[str, ...]:
    return tuple(str(state) for state in CaseState if value in text(f"cases.state.{state}")) or ("",)


def _by_severity(value: str) -> list[Filter] | None:
    columns = {text(f"worklist.severity.{key}"): f"{key}s" for key in ("error", "warn", "hint")}
    if value == text("worklist.severity.none"):
        return [Filter(column, Test.TO, (0,)) for column in columns.values()]
    return [Filter(columns[value], Test.FROM, (1,))] if value in columns else None


@cache
def _fields() -> Mapping[str, Sequence[str]]:
    with (data("resources") / "texts" / "worklist.toml").open("rb") as handle:
        fields: Mapping[str, Sequence[str]] = tomllib.load(handle)["field"]
    return fields


def _field(name: str) -> str:
    return next((field for field, names in _fields().items() if name in names), "")
