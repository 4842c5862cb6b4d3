"""The field list: every field of the front page and the settlement list, one entry each (domain.md 2.2-2.9).

Forms, storage, import, export and help are derived from it. The entries stand in the ``fields_*`` modules.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from app.domain import (
    fields_care,
    fields_clinical,
    fields_fee,
    fields_patient,
    fields_settlement,
    fields_stay,
)
from app.domain.field import FieldSpec, Group, Section

FEE_ITEMS: Final = fields_fee.FEE_ITEMS
FEE_CATEGORIES: Final = fields_fee.FEE_CATEGORIES

_SECTION_ORDER: Final = {section: order for order, section in enumerate(Section)}

FIELDS: Final[tuple[FieldSpec, ...]] = tuple(
    sorted(
        (
            *fields_patient.FIELDS,
            *fields_stay.FIELDS,
            *fields_clinical.FIELDS,
            *fields_care.FIELDS,
            *fields_fee.FIELDS,
            *fields_settlement.FIELDS,
        ),
        key=lambda spec: _SECTION_ORDER[spec.section],
    )
)
"""All fields, section by section in paper order."""

_INDEX: Final = re.compile(r"\[\d+\]")
_GROUPS: Final = MappingProxyType({group: tuple(s for s in FIELDS if s.group is group) for group in Group})
_SECTIONS: Final = MappingProxyType({part: tuple(s for s in FIELDS if s.section is part) for part in Section})
_BY_PATH: Final = {spec.path: spec for spec in FIELDS} | {"nb_weight[]": _GROUPS[Group.NB_WEIGHT][0]}


def field(path: str) -> FieldSpec:
    """Return the field at a path: ``sex``, ``dx[].code``, ``dx[3].code`` or ``nb_weight[0]``.

    Raises ``KeyError`` for a path that the list does not know.
    """
    return _BY_PATH[_INDEX.sub("[]", path)]


def fields_of(group: Group) -> tuple[FieldSpec, ...]:
    """Return the fields of a group; of the case itself for ``Group.CASE``."""
    return _GROUPS[group]


def fields_in(section: Section) -> tuple[FieldSpec, ...]:
    """Return the fields of a section of the sheet, groups included."""
    return _SECTIONS[section]
