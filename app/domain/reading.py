"""What reading one cell gives: a value, the repairs made on the way, or the problem that stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.case import Value


class RepairKind(StrEnum):
    """What was changed beyond trimming (domain.md 6.3). The strings are stable: reports and audit keep them.

    Their wording is ``resources/texts/values.toml``, ``repair.<kind>``.
    """

    CONTROL = "control"
    WIDTH = "width"
    SPACES = "spaces"
    PLACEHOLDER = "placeholder"
    DATE_FORM = "date_form"
    DAY_MONTH = "day_month"
    EXCEL_DATE = "excel_date"
    EMPTY_DATE = "empty_date"
    TIME_DROPPED = "time_dropped"
    NUMBER_FORM = "number_form"
    MONEY_FORM = "money_form"
    ROUNDED = "rounded"
    UNIT = "unit"
    KILOGRAM = "kilogram"
    FEN = "fen"
    AGE_TEXT = "age_text"
    DASH_IS_ZERO = "dash_is_zero"
    LABEL = "label"
    LEADING_ZERO = "leading_zero"
    JOINT = "joint"
    PROVINCE = "province"
    LIST_FORM = "list_form"
    CODE_FORM = "code_form"


class ProblemKind(StrEnum):
    """Why a cell could not be read, or (from ID_ROUNDED on) why its value is in doubt.

    Their wording is ``resources/texts/values.toml``, ``problem.<kind>``.
    """

    NOT_A_DATE = "not_a_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    NOT_A_NUMBER = "not_a_number"
    NOT_IN_DICTIONARY = "not_in_dictionary"
    NOT_A_CODE = "not_a_code"
    SCIENTIFIC = "scientific"
    ID_ROUNDED = "id_rounded"
    NUMERIC_CODE = "numeric_code"


@dataclass(frozen=True, slots=True)
class Repair:
    """One recorded change. ``repr`` shows no text of the record."""

    kind: RepairKind
    before: str
    after: str

    def __repr__(self) -> str:
        return f"Repair({self.kind}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class ParseHints:
    """What is known of a column beyond its cells.

    ``day_first`` settles ``05/06/2024`` (None: ask). ``dash_is_zero`` and ``fen`` are for money. ``joint`` columns
    hold incision class and healing grade in one cell. ``numeric`` cells were numbers in the spreadsheet.
    """

    day_first: bool | None = None
    dash_is_zero: bool = False
    fen: bool = False
    joint: bool = False
    numeric: bool = False


NO_HINTS = ParseHints()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of a cleaned text; no value and no problem means blank."""

    value: Value = None
    repairs: tuple[Repair, ...] = ()
    problem: ProblemKind | None = None

    def __repr__(self) -> str:
        return f"Reading({self.problem}, repairs={len(self.repairs)}, ‹redacted›)"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A cell that was read.

    ``raw`` keeps the text of a cell that could not be read (its value is None) and is '' otherwise. ``dash`` is
    True where the form says "nothing to enter". A ``problem`` beside a value is a doubt about it.
    """

    value: Value = None
    raw: str = ""
    dash: bool = False
    repairs: tuple[Repair, ...] = ()
    problem: ProblemKind | None = None

    def __repr__(self) -> str:
        return f"Parsed(dash={self.dash}, {self.problem}, repairs={len(self.repairs)}, ‹redacted›)"
