"""Writes what can be made again or thrown away: summaries, findings, groupings, drafts, places. Not audited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from app.domain.findings import QcReport, Severity
from app.storage.cells import dump
from app.storage.jsonify import to_json
from app.storage.rows import insert_sql
from app.storage.tables import cases, draft, finding, finding_line, grouping, place


@dataclass(frozen=True, slots=True)
class Summary:
    """What the engines say about a case, for the worklist. ``rw`` is the weight, None when not grouped or unknown.

    ``initials`` are pinyin initials of the patient's name, for the search box.
    """

    errors: int = 0
    warns: int = 0
    hints: int = 0
    score: float | None = None
    drg: str = ""
    drg_name: str = ""
    rw: float | None = None
    group_status: str = ""
    initials: str = ""

    @classmethod
    def of_report(cls, report: QcReport) -> Summary:
        """Return a summary with counts and score of a report and no group yet."""
        return cls(report.count(Severity.ERROR), report.count(Severity.WARN), report.count(Severity.HINT), report.score)


def own_path(path: str, whose: str) -> str:
    """Return the name under which a person's draft of a field is kept; the local account's is the path itself."""
    return f"{whose}:{path}" if whose else path


class CacheWriter:
    """Cache writes inside a transaction. ``version`` is the case's version that the cached value was made from."""

    def __init__(self, connection: sa.Connection, at: str) -> None:
        self.connection = connection
        self.at = at
        self.summed_up: set[int] = set()
        """Cases whose line in lists is another one now."""

    def save_summary(self, case_id: int, version: int, summary: Summary) -> None:
        """Store the engines' columns of the worklist."""
        values = {**asdict(summary), "checked_version": version}
        self.connection.execute(cases.update().where(cases.c.id == case_id).values(values))
        self.summed_up.add(case_id)

    def save_findings(self, case_id: int, version: int, report: QcReport, *, stamp: str = "") -> None:
        """Store a report; ``stamp`` names rule set and code book, so that a change of them shows."""
        self._save(finding, case_id, version, stamp, to_json(report))
        self.connection.execute(finding_line.delete().where(finding_line.c.case_id == case_id))
        lines = [
            (case_id, seq, one.rule_id, one.severity.value, one.standing.value, int(one.fix is not None))
            for seq, one in enumerate(report.findings)
        ]
        if lines:
            self.connection.exec_driver_sql(insert_sql(finding_line), lines)

    def save_grouping(self, case_id: int, version: int, value: object, *, stamp: str = "") -> None:
        """Store a dataclass about the case's group; ``stamp`` names the scheme and prices."""
        self._save(grouping, case_id, version, stamp, to_json(value))

    def _save(self, table: sa.Table, case_id: int, version: int, stamp: str, data: str) -> None:
        # UPDATE, else INSERT: OR REPLACE would delete, and with recursive triggers that is an event of its own
        values = {"version": version, "stamp": stamp, "data": data}
        if not self.connection.execute(table.update().where(table.c.case_id == case_id).values(values)).rowcount:
            self.connection.execute(table.insert().values(case_id=case_id, **values))

    def save_draft(self, case_id: int, path: str, text: str, *, whose: str = "") -> None:
        """Keep half-typed text of a field for a person (:attr:`Actor.mark`); an empty text forgets it."""
        name = own_path(path, whose)
        where = sa.and_(draft.c.case_id == case_id, draft.c.path == name)
        self.connection.execute(draft.delete().where(where))
        if text:
            self.connection.execute(draft.insert().values(case_id=case_id, path=name, text=text, at=self.at))

    def clear_drafts(self, case_id: int, paths: Iterable[str] | None = None, *, whose: str = "") -> None:
        """Forget all drafts of a case, or those of a person in some fields."""
        where = draft.c.case_id == case_id
        if paths is not None:
            where = sa.and_(where, draft.c.path.in_([own_path(path, whose) for path in paths]))
        self.connection.execute(draft.delete().where(where))

    def save_place(self, key: str, value: object) -> None:
        """Remember a JSON value of the window (open case, cursor, sort order) under a key."""
        data = dump(value)
        if not self.connection.execute(place.update().where(place.c.key == key).values(value=data)).rowcount:
            self.connection.execute(place.insert().values(key=key, value=data))
