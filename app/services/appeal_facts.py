"""The front page in an appeal pack: who, which stay, all diagnoses and operations, fees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord, Row, Value
from app.domain.derived import age_days, age_years, los_days
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS, field, fields_of
from app.domain.grouping import SecondaryNote
from app.domain.report import ReportSection
from app.domain.values import display
from app.services.appeal_parts import PackSource, or_dash, section, table

_PATIENT: Final = (
    "org_name",
    "org_code",
    "record_no",
    "admission_count",
    "patient_name",
    "sex",
    "birth_date",
    "age_years",
    "age_days",
    "nb_admit_weight",
    "id_no",
    "insurance_card_no",
    "pay_method",
)
_STAY: Final = (
    "admit_route",
    "admit_time",
    "admit_dept",
    "transfer_depts",
    "discharge_time",
    "discharge_dept",
    "los_days",
    "discharge_way",
    "is_day_surgery",
    "treat_type",
    "outp_dx_code",
    "outp_dx_name",
    "admit_dx_name",
    "confirm_date",
    "rescue_count",
    "rescue_ok",
    "vent_hours",
)
_COMPUTED: Final = {"age_years": age_years, "age_days": age_days, "los_days": los_days}
_OTHER_ROWS: Final = (Group.PATH, Group.EXT, Group.NB_WEIGHT, Group.ICU, Group.BLOOD)
_FEES: Final = tuple(spec for spec in FIELDS if spec.type is FieldType.MONEY and spec.group is Group.CASE)
_PAIR: Final = (("item", 22), ("value", 70))
_DX: Final = (
    ("no", 4),
    ("source_text", 26),
    ("code", 14),
    ("name", 26),
    ("adm_cond", 12),
    ("level", 9),
    ("counts", 16),
)
_OP: Final = (
    ("no", 4),
    ("source_text", 26),
    ("code", 14),
    ("name", 26),
    ("op_date", 17),
    ("op_level", 10),
    ("surgeon", 12),
    ("anes", 14),
)


def facts(source: PackSource) -> ReportSection:
    """Return the facts and the snapshot of the front page; what is blank there is left out."""
    record = source.record
    tables = [
        table("patient", _PAIR, _pairs(record, _PATIENT)),
        table("stay", _PAIR, _pairs(record, _STAY)),
        table("dx", _DX, _diagnoses(source), strong=[0]),
        table("op", _OP, _operations(source)),
        table("rows", _PAIR, _others(record)),
        table("fees", (("item", 36), ("amount", 20)), _amounts(record)),
    ]
    open_codes = source.grouping.unconfirmed
    unconfirmed = text("appeal.facts.unconfirmed", count=open_codes) if open_codes else ""
    return section(
        "facts",
        tuple(one for one in tables if one.rows),
        count=source.stored.version,
        lacks=open_codes,
        paragraphs=[unconfirmed],
        notes=[text("appeal.facts.minimal")],
    )


def _pairs(record: CaseRecord, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        spec = field(name)
        value = _COMPUTED[name](record) if name in _COMPUTED else record.value(name)
        words = _words(spec, record.head, value)
        if words:
            yield spec.label, words


def _words(spec: FieldSpec, row: Row, value: Value) -> str:
    """Return a value as the page shows it: with its unit, unread text as typed, a dash as a dash."""
    if spec.id in row.raw:
        return text("cases.unread", raw=row.raw[spec.id])
    if spec.id in row.dashes:
        return "-"
    shown = display(spec, value)
    return f"{shown} {spec.unit}" if shown and spec.unit and spec.type is not FieldType.MONEY else shown


def _cell(group: Group, row: Row, name: str) -> str:
    spec = field(f"{group}[].{name}")
    return _words(spec, row, row.get(name))


def _code(source: PackSource, group: Group, row: Row) -> str:
    is_proposed = row.get("code") and (group, row.id) in source.stored.proposals
    return text("appeal.facts.proposed", code=row.text("code")) if is_proposed else row.text("code")


def _diagnoses(source: PackSource) -> Iterator[tuple[str, ...]]:
    explanation = source.grouping.explanation
    notes = iter(explanation.secondaries if explanation else ())
    for at, row in enumerate(source.record.rows(Group.DX)):
        note = next(notes, None) if at and row.get("code") else None
        level, counts = _judged(note) if at else (text("appeal.level.main"), text("appeal.dash"))
        yield (
            str(at + 1),
            row.text("source_text"),
            _code(source, Group.DX, row),
            row.text("name"),
            _cell(Group.DX, row, "adm_cond"),
            level,
            counts,
        )


def _judged(note: SecondaryNote | None) -> tuple[str, str]:
    """Return the level of a secondary diagnosis and whether it counted."""
    if note is None or not note.level:
        return text("appeal.level.none"), text("appeal.facts.not_counted")
    level = text(f"appeal.level.{note.level}")
    if note.counts:
        return level, text("appeal.facts.counts")
    return level, text("appeal.facts.excluded", table=note.excluded_by)


def _operations(source: PackSource) -> Iterator[tuple[str, ...]]:
    for at, row in enumerate(source.record.rows(Group.OP)):
        own = (_cell(Group.OP, row, name) for name in ("date", "level", "surgeon", "anes_method"))
        yield str(at + 1), row.text("source_text"), _code(source, Group.OP, row), row.text("name"), *own


def _others(record: CaseRecord) -> Iterator[tuple[str, str]]:
    for group in _OTHER_ROWS:
        for at, row in enumerate(record.rows(group)):
            cells = [_words(spec, row, row.get(spec.id)) for spec in fields_of(group)]
            words = text("appeal.comma").join(filter(None, cells))
            if words:
                yield text(f"history.row.{group}", number=at + 1), words


def _amounts(record: CaseRecord) -> Iterator[tuple[str, str]]:
    for spec in _FEES:
        value = record.value(spec.id)
        if value:
            yield spec.label, or_dash(display(spec, value))
