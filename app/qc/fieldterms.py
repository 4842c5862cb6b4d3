"""Fields as terms: values by type, the text behind them, and the rows that loops bind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from app.domain.case import Row
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import fields_of
from app.qc.scope import Scope
from app.qc.terms import Access, Kind, Read, Ref, Term

KINDS: Final = {
    FieldType.TEXT: Kind.TEXT,
    FieldType.DICT: Kind.TEXT,
    FieldType.INT: Kind.NUMBER,
    FieldType.DECIMAL: Kind.NUMBER,
    FieldType.MONEY: Kind.MONEY,
    FieldType.DATE: Kind.DATE,
    FieldType.DATETIME: Kind.TIME,
    FieldType.DX_CODE: Kind.CODE,
    FieldType.PX_CODE: Kind.CODE,
    FieldType.MORPHOLOGY_CODE: Kind.CODE,
    FieldType.LIST: Kind.WORDS,
}
SIBLING_KINDS: Final = {
    "same_stay": Kind.BOOL,
    "same_record": Kind.BOOL,
    "same_patient": Kind.BOOL,
    "same_org": Kind.BOOL,
    "other_admit_time": Kind.TIME,
    "other_discharge_time": Kind.TIME,
    "other_discharge_way": Kind.TEXT,
    "other_readmit31_plan": Kind.TEXT,
    "other_main": Kind.CODE,
}
_IDENTITY: Final = frozenset({"org_code", "record_no", "admission_count", "id_no", "birth_date", "patient_name"})
FindRow: TypeAlias = Callable[[Scope], Row | None]
_SPECS: Final = {group: {spec.id: spec for spec in fields_of(group)} for group in Group}


def spec_of(group: Group, name: str) -> FieldSpec | None:
    """Return the field of a group by its identifier, None when there is none."""
    return _SPECS[group].get(name)


def case_field(spec: FieldSpec) -> Term:
    """Return the term of a field of the case itself."""
    name = spec.id

    def read(scope: Scope) -> object:
        value = scope.head.get(name)
        return None if value == "" else value

    def row(scope: Scope) -> Row:
        return scope.record.head

    return _field_term(spec, Ref(name), read, _case_text(name), row)


def bound_field(spec: FieldSpec, slot: int) -> Term:
    """Return the term of a field of the row that a loop binds in ``slot``."""
    name = spec.id

    def read(scope: Scope) -> object:
        value = scope.rows[slot].values.get(name)
        return None if value == "" else value

    return _field_term(spec, Ref(name, spec.group, slot=slot), read, _bound_text(name, slot), _bound_row(slot))


def indexed_field(spec: FieldSpec, index: int) -> Term:
    """Return the term of a field of one fixed row: ``dx[0].code``."""
    name, group = spec.id, spec.group

    def row(scope: Scope) -> Row | None:
        rows = scope.groups.get(group, ())
        return rows[index] if index < len(rows) else None

    def read(scope: Scope) -> object:
        found = row(scope)
        value = found.values.get(name) if found else None
        return None if value == "" else value

    return _field_term(spec, Ref(name, group, index=index), read, _text_of(name, row), row)


def sibling_field(name: str, slot: int) -> Term:
    """Return the term of a field of another stay; which stays those are hangs on the identity of this one."""
    touches = _IDENTITY if SIBLING_KINDS[name] is Kind.BOOL else frozenset[str]()
    return Term(kind=SIBLING_KINDS[name], read=lambda scope: scope.rows[slot].values.get(name), touches=touches)


def word(slot: int, owner: Term) -> Term:
    """Return the term of the element of a LIST field that a loop binds in ``slot``."""

    def read(scope: Scope) -> object:
        return scope.words[slot] or None

    return Term(kind=Kind.TEXT, read=read, text=read, touches=owner.touches, needs=owner.needs, marks=owner.marks)


def _bound_row(slot: int) -> FindRow:
    return lambda scope: scope.rows[slot]


def _text_of(name: str, row: FindRow) -> Read:
    def text(scope: Scope) -> str | None:
        found = row(scope)
        return None if found is None else _shown(found, name)

    return text


def _case_text(name: str) -> Read:
    return lambda scope: _shown(scope.record.head, name)


def _bound_text(name: str, slot: int) -> Read:
    return lambda scope: _shown(scope.rows[slot], name)


def _shown(row: Row, name: str) -> str | None:
    value = row.values.get(name)
    if value is None or value == "":
        return row.raw.get(name) or None
    return value if type(value) is str else str(value)


def _field_term(spec: FieldSpec, ref: Ref, read: Read, text: Read, row: FindRow) -> Term:
    paths = frozenset({ref.pattern})
    return Term(
        kind=KINDS[spec.type],
        read=read,
        text=text,
        touches=paths,
        needs=paths,
        marks=(ref,),
        access=Access(spec, ref, row, read),
    )
