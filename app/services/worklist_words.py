"""The filter box in words: ``科室:骨科 出院:本周 强制>0 逾期`` becomes conditions, half a word becomes suggestions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from app.common.paths import data
from app.common.pinyin import initials
from app.common.texts import text
from app.domain.case import CaseState
from app.domain.dictionaries import dictionary
from app.services.priority import CODING, REVIEWING, Weights, last_day_due
from app.storage.worklist import ANSWERED, FOLLOW_UP, LOS_DAYS, Filter, Test

_TOKEN: Final = re.compile(r"^(?P<field>[^:：<>=≥≤＜＞＝]+)[:：](?P<value>.+)$")
_NUMBER: Final = re.compile(r"^(?P<field>[^:：<>=≥≤＜＞＝]+)(?P<sign>>=|<=|[<>=≥≤＜＞＝])(?P<value>\d{1,9})$")
_DAYS: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[~\u2026\u81f3](\d{4}-\d{2}-\d{2}))?$")
_MOST: Final = 12
_NUMBERS: Final[Mapping[str, str]] = {
    "error": "errors",
    "warn": "warns",
    "hint": "hints",
    "age": "age_years",
    "los": LOS_DAYS,
    "proposal": "proposals",
}
NOTHING: Final = Filter("id", Test.IS, ())
Conditions = tuple[Filter, ...]


def states(*wanted: CaseState) -> Filter:
    """Return the condition that a case is in one of some states."""
    return Filter("state", Test.IS, tuple(str(state) for state in wanted))


@dataclass(frozen=True, slots=True)
class Known:
    """What the words mean here and now: the moment, the person, the weights, values of columns, batches by number.

    ``people`` are names by id.
    """

    now: datetime
    me: str
    weights: Weights
    people: Callable[[], Mapping[str, str]]
    counted: Callable[[str], Sequence[str]]
    batches: Callable[[], Mapping[int, str]]


class Words:
    """Understands the filter box."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def parse(self, words: str) -> tuple[str, Conditions]:
        """Return what is searched as text, and the conditions; what is no condition is text."""
        plain: list[str] = []
        filters: list[Filter] = []
        for word in words.split():
            condition = self.condition(word)
            if condition is None:
                plain.append(word)
            else:
                filters += condition
        return " ".join(plain), tuple(filters)

    def condition(self, word: str) -> Conditions | None:
        """Return the conditions of one word, None for plain text."""
        if flag := _name_of("flag", word):
            return self.flag(flag)
        if compared := _NUMBER.match(word):
            return _compared(_name_of("number", compared["field"]), compared["sign"], int(compared["value"]))
        matched = _TOKEN.match(word)
        return self._of_field(_name_of("field", matched["field"]), matched["value"]) if matched else None

    def flag(self, flag: str) -> Conditions:
        """Return the conditions of a word that stands alone; also what queues of the same name show."""
        known, open_ = self._known, (*CODING, *REVIEWING)
        mine = Filter("claimed_by", Test.IS, (known.me,))
        tomorrow = known.now.date() + timedelta(days=1)
        made: Mapping[str, Callable[[], Conditions]] = {
            "overdue": lambda: (states(*CODING), *self._due(known.now)),
            "today": lambda: (
                states(CaseState.TO_CODE, CaseState.CODING),
                *self._due(datetime(tomorrow.year, tomorrow.month, tomorrow.day)),
                Filter("claimed_by", Test.IS, ("", known.me)),
                Filter(FOLLOW_UP, Test.BEFORE, (tomorrow,)),
            ),
            "unclaimed": lambda: (states(*CODING), Filter("claimed_by", Test.IS, ("",))),
            "mine": lambda: (states(*CODING), mine),
            "unsubmitted": lambda: (states(*open_, CaseState.INPATIENT),),
            "answered": lambda: (Filter(ANSWERED, Test.FROM, (1,)),),
            "follow_up": lambda: (Filter(FOLLOW_UP, Test.FROM, (date.min,)),),
            "proposals": lambda: (Filter("proposals", Test.FROM, (1,)),),
        }
        return made[flag]()

    def _due(self, by: datetime) -> Conditions:
        last = last_day_due(by, self._known.weights.code_days)
        return (Filter("discharge_time", Test.TO, (last,)),) if last else (NOTHING,)

    def complete(self, typed: str) -> tuple[str, ...]:
        """Return conditions that a half-typed word may become; pinyin initials do as well."""
        if not typed:
            return ()
        matched = _TOKEN.match(typed) or re.match(r"^(?P<field>[^:：]+)[:：](?P<value>)$", typed)
        if matched:
            values = self._values(_name_of("field", matched["field"]))
            return tuple(f"{matched['field']}:{one}" for one in values if _sounds(one, matched["value"]))[:_MOST]
        fields = [f"{names[0]}:" for names in _names("field").values() if _begins(names, typed)]
        flags = [names[0] for names in _names("flag").values() if _begins(names, typed)]
        numbers = [f"{names[0]}>" for names in _names("number").values() if _begins(names, typed)]
        return tuple([*fields, *flags, *numbers])[:_MOST]

    def _values(self, field: str) -> Sequence[str]:
        known = self._known
        fixed = {
            "state": [text(f"cases.state.{state}") for state in CaseState],
            "severity": [text(f"worklist.severity.{key}") for key in ("error", "warn", "hint", "none")],
            "discharge": [text(f"worklist.day.{key}") for key in ("today", "yesterday", "week", "month", "last_month")],
            "follow": [text(f"worklist.day.{key}") for key in ("due", "today", "late", "week")],
        }
        if field == "dept":
            return [dictionary("D-DEPT").label(code) or code for code in known.counted("dept")]
        if field == "coder":
            return [text("worklist.me"), *dict.fromkeys(known.people().values())]
        if field == "batch":
            return list(dict.fromkeys(title.split()[0] for title in known.batches().values() if title.strip()))
        return known.counted("drg") if field == "drg" else fixed.get(field, [])

    def _of_field(self, field: str, value: str) -> Conditions | None:
        simple: Mapping[str, Callable[[], Conditions | None]] = {
            "drg": lambda: (Filter("drg", Test.CONTAINS, (value,)),),
            "record": lambda: (Filter("record_no", Test.CONTAINS, (value,)),),
            "coder": lambda: (Filter("claimed_by", Test.IS, self._coders(value)),),
            "dept": lambda: (Filter("dept", Test.IS, _departments(value)),),
            "state": lambda: (Filter("state", Test.IS, _states(value)),),
            "severity": lambda: _by_severity(value),
            "batch": lambda: (Filter("batch_id", Test.IS, self._batch_ids(value)),),
            "discharge": lambda: self._by_day("discharge_time", value),
            "follow": lambda: self._by_day(FOLLOW_UP, value),
        }
        make = simple.get(field)
        return make() if make else None

    def _coders(self, value: str) -> tuple[str, ...]:
        if value == text("worklist.me"):
            return (self._known.me,)
        return tuple(one for one, name in self._known.people().items() if _sounds(name, value)) or (value,)

    def _batch_ids(self, value: str) -> tuple[int, ...]:
        """Return the batches a value names: ``#12`` that one, other words every file whose name holds them."""
        if value.startswith("#") and value[1:].isdecimal():
            return (int(value[1:]),)
        return tuple(number for number, title in self._known.batches().items() if value in title) or (-1,)

    def _by_day(self, column: str, value: str) -> Conditions | None:
        spans = {text(f"worklist.day.{key}"): span for key, span in _spans(self._known.now.date()).items()}
        found = next((span for name, span in spans.items() if _same(name, value)), None)
        found = found or _written_days(value)
        return found and (Filter(column, Test.FROM, found[:1]), Filter(column, Test.TO, found[1:]))


def _spans(today: date) -> Mapping[str, tuple[date, date]]:
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "late": (date.min, today - timedelta(days=1)),
        "due": (date.min, today),
        "week": (today - timedelta(days=today.weekday()), today + timedelta(days=6 - today.weekday())),
        "month": (month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)),
        "last_month": (before.replace(day=1), before),
    }


def _written_days(value: str) -> tuple[date, date] | None:
    matched = _DAYS.match(value)
    try:
        return (date.fromisoformat(matched[1]), date.fromisoformat(matched[2] or matched[1])) if matched else None
    except ValueError:
        return None


def _compared(name: str, sign: str, value: int) -> Conditions | None:
    column = _NUMBERS.get(name)
    if column is None:
        return None
    sign = {"≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "＝": "="}.get(sign, sign)
    low, high = Filter(column, Test.FROM, (value + (sign == ">"),)), Filter(column, Test.TO, (value - (sign == "<"),))
    return (low, high) if sign == "=" else (low,) if sign.startswith(">") else (high,)


def _departments(value: str) -> tuple[str, ...]:
    departments = dictionary("D-DEPT")
    named = tuple(one.code for one in departments.entries if value in one.label or value == one.code)
    sounding = departments.search(value) if value.isascii() and not named else ()
    return named or tuple(code for code, _ in sounding) or (value,)


def _states(value: str) -> tuple[str, ...]:
    return tuple(str(state) for state in CaseState if _sounds(text(f"cases.state.{state}"), value)) or ("",)


def _by_severity(value: str) -> Conditions | None:
    columns = {text(f"worklist.severity.{key}"): f"{key}s" for key in ("error", "warn", "hint")}
    if _same(text("worklist.severity.none"), value):
        return tuple(Filter(column, Test.TO, (0,)) for column in columns.values())
    found = next((column for name, column in columns.items() if _same(name, value)), None)
    return (Filter(found, Test.FROM, (1,)),) if found else None


def _sounds(words: str, typed: str) -> bool:
    """Tell whether words hold what was typed, or their pinyin initials do."""
    return typed in words or (typed.isascii() and typed.lower() in initials(words))


def _same(words: str, typed: str) -> bool:
    return typed == words or (typed.isascii() and typed.lower() == initials(words))


def _begins(names: Sequence[str], typed: str) -> bool:
    return any(one.startswith(typed) or (typed.isascii() and initials(one).startswith(typed.lower())) for one in names)


@cache
def _names(kind: str) -> Mapping[str, Sequence[str]]:
    with (data("resources") / "texts" / "worklist.toml").open("rb") as handle:
        found: Mapping[str, Sequence[str]] = tomllib.load(handle)[kind]
    return found


def _name_of(kind: str, name: str) -> str:
    return next((one for one, names in _names(kind).items() if name in names), "")
