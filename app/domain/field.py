"""What a field of the front page is. The entries stand in :mod:`app.domain.fields`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FieldType(StrEnum):
    """How a value is stored. MONEY is an integer in fen; LIST is a tuple of strings."""

    TEXT = "text"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    DICT = "dict"
    DX_CODE = "dx_code"
    PX_CODE = "px_code"
    MORPHOLOGY_CODE = "morphology_code"
    LIST = "list"


class TextForm(StrEnum):
    """How text is cleaned: PROSE folds full-width digits and letters; NUMBER folds everything and drops spaces;
    VERBATIM (what physicians wrote) keeps all but control characters, line breaks included."""

    PROSE = "prose"
    NUMBER = "number"
    VERBATIM = "verbatim"


class Requirement(StrEnum):
    """domain.md 2.1: R! may be neither blank nor dash, R may be a dash."""

    MUST = "R!"
    REQUIRED = "R"
    CONDITIONAL = "C"
    OPTIONAL = "O"


class Group(StrEnum):
    """Where a field lives: once per case, or in one of the repeating groups (domain.md 2.1)."""

    CASE = "case"
    DX = "dx"
    OP = "op"
    PATH = "path"
    EXT = "ext"
    NB_WEIGHT = "nb_weight"
    ICU = "icu"
    BLOOD = "blood"
    SETL_FEE = "setl_fee"


class Section(StrEnum):
    """Sections of the sheet in paper order."""

    PATIENT = "patient"
    STAY = "stay"
    DIAGNOSIS = "diagnosis"
    OPERATION = "operation"
    OTHER_CARE = "other_care"
    DISCHARGE = "discharge"
    STAFF = "staff"
    FEE = "fee"
    SETTLEMENT = "settlement"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field: identifier, Chinese label, type, columns in the exchange layouts, place on the sheet.

    ``id`` is unique within its group. ``length`` is the largest number of characters, 0 for no limit.
    ``parent`` names the fee that contains this one. ``table`` is the storage table. ``computed`` values are
    worked out by the program and read-only. ``span`` counts columns of a 12-column sheet row. ``form`` is how the
    text of a TEXT field is cleaned.

    Headings by layout: ``csv`` (L1), ``p`` (L2), ``jx`` (L3), ``headings`` (L4, beside ``label``), ``setl`` (L5
    interface names). Several headings of a layout are alternatives; when a file has more than one of them the
    first that is filled counts. ``parts`` are columns that hold a part of the value: texts are joined in this
    order, money is added, an hour completes the date.

    In a repeating group ``{n}`` is the row's number from 1 and ``{k}`` its number among the rows after the first
    (``{k:02d}`` with two digits; such a heading does not exist for the first row). ``csv_main``, ``jx_main`` and
    ``headings_main`` are further headings of the first row. ``p`` lists the headings of the rows in their order,
    because that layout has no rule. :mod:`app.domain.headings` expands all this.
    """

    id: str
    label: str
    type: FieldType
    section: Section
    table: str
    group: Group = Group.CASE
    length: int = 0
    dictionary: str = ""
    form: TextForm = TextForm.PROSE
    required: Requirement = Requirement.OPTIONAL
    csv: tuple[str, ...] = ()
    p: tuple[str, ...] = ()
    jx: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    setl: tuple[str, ...] = ()
    csv_main: tuple[str, ...] = ()
    jx_main: tuple[str, ...] = ()
    headings_main: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    unit: str = ""
    parent: str = ""
    computed: bool = False
    span: int = 3

    @property
    def path(self) -> str:
        """The identifier of domain.md: ``sex``, or ``dx[].code`` in a repeating group."""
        return self.id if self.group is Group.CASE else f"{self.group}[].{self.id}"
