"""The checklist of documents in an appeal pack, for what decides the group as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from app.common.texts import text
from app.domain.field import Group
from app.domain.report import ReportSection
from app.drg.engine import group
from app.services.appeal_parts import PackSource, or_dash, section, table
from app.services.evidence import evidence_for

_COLUMNS: Final = (("subject", 28), ("document", 34), ("state", 15), ("shown", 30), ("note", 26))


def evidence(source: PackSource) -> ReportSection:
    """Return the documents for the principal diagnosis, what carries the group, and the main operation.

    What the front page does not show is counted as open and listed like the rest.
    """
    carriers = _carriers(source)
    rows: list[tuple[str, ...]] = []
    still_open = 0
    for whole_group, index, subject in _subjects(source, carriers):
        for one in evidence_for(source.record, whole_group, index):
            still_open += not one.shown
            state = text("appeal.evidence.shown" if one.shown else "appeal.evidence.open")
            rows.append((subject, one.what, state, or_dash(one.shown), one.source))
    words = "nothing" if not rows else "carriers" if carriers else "no_carrier"
    return section(
        "evidence",
        (table("evidence", _COLUMNS, rows),) if rows else (),
        count=len(rows),
        lacks=still_open if rows else 1,
        paragraphs=[text(f"appeal.evidence.{words}")],
        notes=[text("appeal.evidence.note") if rows else "", text("appeal.evidence.neutral")],
    )


def _subjects(source: PackSource, carriers: Mapping[int, str]) -> Iterator[tuple[Group, int, str]]:
    """Yield what needs evidence, in page order: group of rows, index, and what it is called."""
    explanation = source.grouping.explanation
    notes = explanation.secondaries if explanation else ()
    if source.main_dx:
        yield Group.DX, 0, text("appeal.evidence.main", code=source.main_dx, name=source.record.text("dx[0].name"))
    for note, (index, code, name) in zip(notes, source.secondaries(), strict=False):
        if index in carriers:
            key = "carrier" if carriers[index] else "secondary"
            level = text(f"appeal.level.{note.level or 'none'}")
            yield (
                Group.DX,
                index,
                text(f"appeal.evidence.{key}", code=code, name=name, level=level, without=carriers[index]),
            )
    code, name = source.record.text("op[0].code"), source.record.text("op[0].name")
    if code:
        yield Group.OP, 0, text("appeal.evidence.op", code=code, name=name)


def _carriers(source: PackSource) -> Mapping[int, str]:
    """Return the secondary diagnoses that decide the group, by index, with the group without each of them.

    Where several decide it together and none alone, they are those that count, with ''.
    """
    explanation = source.grouping.explanation
    case = source.grouping.case
    if explanation is None or case is None or not source.main_dx:
        return {}
    whole = explanation.result
    indexes = [index for index, _, _ in source.secondaries()]
    without = {
        index: group(source.scheme, replace(case, dx=case.dx[:at] + case.dx[at + 1 :]))
        for at, index in enumerate(indexes, 1)
    }
    alone = {index: result.drg for index, result in without.items() if result != whole}
    if alone or not indexes or group(source.scheme, replace(case, dx=case.dx[:1])) == whole:
        return alone
    counted = zip(indexes, explanation.secondaries, strict=True)
    return {index: "" for index, note in counted if note.counts}
