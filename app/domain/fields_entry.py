"""How an entry of the field list is written: one call per field, headings as in the tables of domain.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

from app.domain.field import FieldSpec, FieldType, Group, Requirement, Section, TextForm


class Facts(TypedDict, total=False):
    """Further facts of a field. Headings are separated by spaces; ``main`` is ``L1 | L3`` of the first row."""

    length: int
    dictionary: str
    form: TextForm
    required: Requirement
    headings: str
    headings_main: str
    main: str
    setl: str
    parts: str
    unit: str
    parent: str
    computed: bool
    span: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Writes fields of one section, table and group."""

    section: Section
    table: str
    group: Group = Group.CASE

    def __call__(
        self, id: str, label: str, layouts: str = "", type: FieldType = FieldType.TEXT, **facts: Unpack[Facts]
    ) -> FieldSpec:
        """Return the field. ``layouts`` is ``L1 | L2 | L3`` with alternative headings separated by spaces."""
        csv, p, jx = _columns(layouts, 3)
        csv_main, jx_main = _columns(facts.get("main", ""), 2)
        return FieldSpec(
            id=id,
            label=label,
            type=FieldType.DICT if type is FieldType.TEXT and facts.get("dictionary") else type,
            section=self.section,
            table=self.table,
            group=self.group,
            length=facts.get("length", 0),
            dictionary=facts.get("dictionary", ""),
            form=facts.get("form", TextForm.PROSE),
            required=facts.get("required", Requirement.OPTIONAL),
            csv=csv,
            p=p,
            jx=jx,
            headings=tuple(facts.get("headings", "").split()),
            setl=tuple(facts.get("setl", "").split()),
            csv_main=csv_main,
            jx_main=jx_main,
            headings_main=tuple(facts.get("headings_main", "").split()),
            parts=tuple(facts.get("parts", "").split()),
            unit=facts.get("unit", ""),
            parent=facts.get("parent", ""),
            computed=facts.get("computed", False),
            span=facts.get("span", 3),
        )


def _columns(layouts: str, count: int) -> tuple[tuple[str, ...], ...]:
    cells = [tuple(cell.split()) for cell in layouts.split("|")]
    return tuple(cells + [()] * (count - len(cells)))
