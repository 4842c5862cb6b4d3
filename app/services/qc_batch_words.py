"""Lines of a round in words: what stands in a case now, what is suggested, how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.common.texts import text
from app.domain.case import FieldPath
from app.domain.dictionaries import dictionary
from app.domain.field import FieldType, Group, Section
from app.domain.fields import field
from app.domain.findings import Finding, Standing
from app.domain.values import parse
from app.services.case_view import change_text
from app.services.qc_batch_types import Before, HitKey, LineStatus, QcLine, Segment
from app.storage.cells import FieldCell
from app.storage.worklist import WorklistRow

SHOWN_FIELDS: Final = 3
"""Fields of a line that the list shows the values of."""
_PEOPLE: Final = (Section.PATIENT, Section.STAFF)
_Values = Mapping[tuple[int, str], FieldCell]
_DECIDED: Final = {Standing.SUPPRESSED: LineStatus.SUPPRESSED, Standing.EXCEPTED: LineStatus.EXCEPTED}


def paths_of(findings: Sequence[Finding], most: int = SHOWN_FIELDS) -> list[str]:
    """Return the first paths that findings point at: those that would be written first, each once."""
    fixed = [one.fix.path for one in findings if one.fix and one.is_open]
    return list(dict.fromkeys([*fixed, *(path for one in findings for path in one.paths)]))[:most]


def make_line(key: HitKey, row: WorklistRow, findings: Sequence[Finding], values: _Values) -> QcLine:
    """Return a line; ``values`` holds the cells at :func:`paths_of`."""
    status = _status(key, findings)
    return QcLine(key, row, tuple(findings), _current(key.case_id, findings, values), _suggestion(findings), status)


def _status(key: HitKey, findings: Sequence[Finding]) -> LineStatus:
    decided = next((_DECIDED[one.standing] for one in findings if one.standing in _DECIDED), None)
    if key.segment is Segment.DONE:
        return decided or LineStatus.PASSED
    if key.segment is Segment.RETURNED:
        return LineStatus.RETURNED
    still_open = [one for one in findings if one.is_open]
    return LineStatus.READY if still_open and all(one.fix for one in still_open) else LineStatus.JUDGE


def _current(case_id: int, findings: Sequence[Finding], values: _Values) -> str:
    """Return the values that would be written over, else those that the findings point at."""
    over = list(dict.fromkeys(one.fix.path for one in findings if one.fix and one.is_open))[:SHOWN_FIELDS]
    words = [_named(path, values[case_id, path]) for path in over or paths_of(findings) if (case_id, path) in values]
    return text("qc_batch.join").join(words)


def _named(path: str, cell: FieldCell) -> str:
    """Return ``主 K80.501`` for the code of a row, else the field's label and its value."""
    at, spec = FieldPath.parse(path), field(path)
    value = change_text(spec, cell)
    if at.field == "code":
        return text("qc_batch.in_row", row=_row_name(at), value=value)
    label = spec.label if at.group is Group.CASE else text("qc_batch.in_row", row=_row_name(at), value=spec.label)
    return text("qc_batch.field", label=label, value=value)


def _row_name(at: FieldPath) -> str:
    number = text("qc_batch.main") if at.index == 0 else str(at.index + 1)
    return number if at.group is Group.DX else text("qc_batch.row", group=text(f"cases.group.{at.group}"), row=number)


def _suggestion(findings: Sequence[Finding]) -> str:
    words = dict.fromkeys(one.fix.label if one.fix else one.remedy for one in findings if one.is_open)
    return text("qc_batch.join").join(words) or text("qc_batch.nothing")


def compared(case_id: int, findings: Sequence[Finding], values: _Values) -> tuple[Before, ...]:
    """Return the fields of a line as they are and, where that can be written, as they would be."""
    after = {one.fix.path: one.fix.value for one in findings if one.fix and one.is_open}
    return tuple(
        Before(_label(path), change_text(field(path), values[case_id, path]), _written(path, after.get(path)))
        for path in paths_of(findings, most=8)
        if (case_id, path) in values
    )


def _label(path: str) -> str:
    at, spec = FieldPath.parse(path), field(path)
    if at.group is Group.CASE:
        return spec.label
    return text("qc_batch.in_row", row=_row_name(at), value="" if at.field == "code" else spec.label).strip()


def _written(path: str, value: str | None) -> str | None:
    if value is None:
        return None
    spec = field(path)
    parsed = parse(spec, value)
    return change_text(spec, FieldCell(parsed.value, parsed.raw, parsed.dash))


def is_personal(findings: Sequence[Finding]) -> bool:
    """Tell whether findings point at what identifies somebody: names, numbers, addresses of patients and staff."""
    specs = [field(path) for path in paths_of(findings, most=99) if _is_field(path)]
    return any(one.section in _PEOPLE and one.type is FieldType.TEXT and one.id != "record_no" for one in specs)


def _is_field(path: str) -> bool:
    try:
        return bool(field(path))
    except KeyError:
        return False


def dept_name(code: str) -> str:
    """Return the name of a department, its code where the dictionary has none."""
    return dictionary("D-DEPT").label(code) or code or text("qc_batch.no_dept")


def rule_title(message: str) -> str:
    """Return the message of a rule as its name: without the places that a record fills."""
    parts = message.split("{")
    return text("qc_batch.blank").join([parts[0], *(part.partition("}")[2] for part in parts[1:])])
