"""The indicators of the report: for each its numerator, denominator, who is asked and who is left out (domain.md 4.6).

Names and definitions stand in ``resources/texts/reports.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.domain.grouping import GroupStatus
from app.services.report_frame import Flow, Frame
from app.services.report_types import Form, Series
from app.storage.case_columns import NONE, Flags, Ints, TextColumn
from app.storage.report_rows import READMITTED_DAYS, Floats

_LEAST_OF_GROUP: Final = 30
"""Stays of a group from which its mortality says something (domain.md 4.9)."""


@dataclass(frozen=True, slots=True, repr=False)
class Material:
    """What indicators are counted from. ``found`` gives the cases with a finding of each rule; ``today`` is a day.

    ``parameters`` are those of the hospital.
    """

    frame: Frame
    flow: Flow
    found: Mapping[str, Flags]
    parameters: Mapping[str, float]
    today: int
    captured: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spec:
    """An indicator: how it is written, what it is counted from, its target and which side of it is good.

    ``lacks`` when the library has no field to count it from: it is named and said why.
    """

    key: str
    form: Form
    make: Callable[[Material], Series]
    target: float | None = None
    good: int = 0
    money: bool = False
    lacks: bool = False


def _share(asked: Flags, base: Flags, held: Flags) -> Series:
    """Return the share of ``held`` in ``base``; the number opens those that it holds for."""
    hit = base & held
    return Series(asked, base, hit.astype(np.float64), np.ones(len(base)), hit)


def _mean(asked: Flags, base: Flags, num: Floats | Ints) -> Series:
    return Series(asked, base, _decimals(num), np.ones(len(base)), base)


def _ratio(asked: Flags, base: Flags, num: Floats | Ints, den: Floats | Ints) -> Series:
    return Series(asked, base, _decimals(num), _decimals(den), base)


def _total(asked: Flags, base: Flags, num: Floats | Ints) -> Series:
    return Series(asked, base, _decimals(num), None, base)


def _count(held: Flags) -> Series:
    return Series(held, held, np.ones(len(held)), None, held)


def _decimals(numbers: Floats | Ints) -> Floats:
    return numbers.astype(np.float64)


def _all(like: Flags) -> Flags:
    return np.ones(len(like), np.bool_)


def _status(it: Material) -> Flags:
    return it.frame.stays.texts["status"].where(bool)


def _grouped_rate(it: Material) -> Series:
    known = _status(it)
    return _share(_all(known), known, it.frame.grouped)


def _weighed(it: Material) -> tuple[Flags, Floats]:
    weight = it.frame.stays.decimals["rw"]
    return it.frame.grouped & (weight > 0), weight


def _cmi(it: Material) -> Series:
    base, weight = _weighed(it)
    return _mean(it.frame.grouped, base, weight)


def _weights(it: Material) -> Series:
    base, weight = _weighed(it)
    return _total(it.frame.grouped, base, weight)


def _groups(it: Material) -> Series:
    grouped = it.frame.grouped
    codes = it.frame.stays.texts["drg"].codes.astype(np.int64)
    return Series(grouped, grouped, np.ones(len(grouped)), None, grouped, codes)


def _ambiguous(it: Material) -> Series:
    return _share(_all(it.frame.grouped), _status(it), _with_status(it, GroupStatus.AMBIGUOUS))


def _ungrouped(it: Material) -> Series:
    return _share(_all(it.frame.grouped), _status(it), _with_status(it, GroupStatus.UNGROUPED))


def _with_status(it: Material, status: GroupStatus) -> Flags:
    return it.frame.stays.texts["status"].where(lambda one: one == status)


def _captured(it: Material) -> Series:
    marks = it.frame.stays.texts["drg"].mapped(it.captured)
    return _share(it.frame.grouped, it.frame.grouped & (marks > 0), marks > 1)


def _mapped(it: Material) -> Series:
    numbers = it.frame.stays.numbers
    found = _ratio(_all(it.frame.grouped), numbers["total"] > 0, numbers["coded"], numbers["total"])
    return replace(found, opens=found.base & (numbers["coded"] < numbers["total"]))


def _disputes(it: Material) -> Series:
    frame, answers = it.frame, it.flow.insurer
    base = frame.flags(np.fromiter(answers, np.int64, len(answers)))
    differing = [case for case, differs in answers.items() if differs]
    return _share(_all(base), base, frame.flags(np.array(differing, np.int64)))


def _mean_cost(it: Material) -> Series:
    return _mean(_all(it.frame.has_amount), it.frame.has_amount, it.frame.amount)


def _cost(it: Material) -> Series:
    return _total(_all(it.frame.has_amount), it.frame.has_amount, it.frame.amount)


def _priced(it: Material) -> Flags:
    found: Flags = it.frame.has_amount & (it.frame.standard != NONE)
    return found


def _standard(it: Material) -> Series:
    return _total(it.frame.grouped, _priced(it), it.frame.standard)


def _priced_cost(it: Material) -> Series:
    return _total(it.frame.grouped, _priced(it), it.frame.amount)


def _deviation(it: Material) -> Series:
    return _ratio(it.frame.grouped, _priced(it), it.frame.amount - it.frame.standard, it.frame.standard)


def _paid(it: Material) -> Flags:
    found: Flags = it.frame.has_amount & (it.frame.settled != NONE)
    return found


def _surplus(it: Material) -> Series:
    return _total(_all(it.frame.grouped), _paid(it), it.frame.settled - it.frame.amount)


def _surplus_rate(it: Material) -> Series:
    return _ratio(_all(it.frame.grouped), _paid(it), it.frame.settled - it.frame.amount, it.frame.settled)


def _of_standard(held: Callable[[Frame], Flags]) -> Callable[[Material], Series]:
    def make(it: Material) -> Series:
        return _share(it.frame.grouped, _priced(it), held(it.frame))

    return make


def _part(name: str) -> Callable[[Material], Series]:
    def make(it: Material) -> Series:
        frame = it.frame
        return _ratio(_all(frame.has_amount), frame.has_amount, frame.stays.numbers[name], frame.amount)

    return make


def _stay(it: Material) -> Series:
    known = it.frame.los != NONE
    return _mean(_all(known), known, it.frame.los)


def _time_index(it: Material) -> Series:
    frame = it.frame
    base = frame.grouped & (frame.los != NONE) & (frame.region_los > 0)
    return _mean(frame.grouped, base, frame.los / np.where(frame.region_los > 0, frame.region_los, 1.0))


def _cost_index(it: Material) -> Series:
    frame = it.frame
    base = frame.grouped & frame.has_amount & (frame.region_fen > 0)
    return _mean(frame.grouped, base, frame.amount / np.where(frame.region_fen > 0, frame.region_fen, 1.0))


def _finding(*rules: str) -> Callable[[Material], Series]:
    def make(it: Material) -> Series:
        checked = it.frame.stays.numbers["checked"] > 0
        held = np.zeros(len(checked), np.bool_)
        for rule, flags in it.found.items():
            if rule.startswith(rules):
                held |= flags
        return _share(_all(checked), checked, held)

    return make


def _readmitted(it: Material) -> Series:
    frame = it.frame
    over = frame.stays.numbers["left"] + READMITTED_DAYS < it.today
    return _share(_all(over), over & ~frame.dead, frame.stays.again)


def _mortality(it: Material) -> Series:
    return _share(_all(it.frame.dead), _all(it.frame.dead), it.frame.dead)


def _low_risk(it: Material) -> Series:
    frame = it.frame
    return _share(frame.grouped, low_risk(frame.stays.texts["drg"], frame.grouped, frame.dead), frame.dead)


def low_risk(groups: TextColumn, grouped: Flags, dead: Flags) -> Flags:
    """Return the stays in groups of low risk.

    The usual way of DRG evaluation: ln of a group's mortality, below the mean of all groups but not by more than one
    standard deviation. Here out of the library's own groups with at least 30 stays of which some died.
    """
    codes = groups.codes
    counts = np.bincount(codes[grouped], minlength=1)
    deaths = np.bincount(codes[grouped & dead], minlength=len(counts))
    told = (counts >= _LEAST_OF_GROUP) & (deaths > 0)
    logs = np.full(len(counts), np.nan)
    logs[told] = np.log(deaths[told] / counts[told])
    if np.count_nonzero(told) < 2:
        return np.zeros(len(codes), np.bool_)
    mean, spread = float(np.mean(logs[told])), float(np.std(logs[told]))
    low = told & (logs < mean) & (logs >= mean - spread)
    at = np.minimum(codes, len(counts) - 1)
    found: Flags = grouped & (codes < len(counts)) & low[at]
    return found


def _cases(ids: Callable[[Flow], Ints]) -> Callable[[Material], Series]:
    def make(it: Material) -> Series:
        return _count(it.frame.flags(ids(it.flow)))

    return make


def _changed(ids: Callable[[Flow], Ints]) -> Callable[[Material], Series]:
    def make(it: Material) -> Series:
        sent = it.frame.flags(it.flow.sent)
        return _share(_all(sent), sent, it.frame.flags(ids(it.flow)))

    return make


def _objection_days(it: Material) -> Series:
    num, base = _by_case(it.frame, it.flow.objection_days)
    return _mean(it.frame.flags(it.flow.objected), base, num)


def _nothing(it: Material) -> Series:
    none = np.zeros(len(it.frame), np.bool_)
    return _share(none, none, none)


def _early(it: Material) -> Series:
    numbers = it.frame.stays.numbers
    every = _all(it.frame.grouped)
    return _share(every, every, (numbers["early"] > 0) & (numbers["checked"] > 0))


def _by_case(frame: Frame, values: Mapping[int, float]) -> tuple[Floats, Flags]:
    """Return values of cases as a column, and which stays have one."""
    known = frame.flags(np.fromiter(values, np.int64, len(values)))
    found = np.zeros(len(frame))
    found[known] = [values[one] for one in frame.ids[known].tolist()]
    return found, known


def _good(it: Material) -> Series:
    scores, checked = it.frame.stays.decimals["score"], _scored(it)
    return _share(_all(checked), checked, scores >= it.parameters["grade_a"])


def _scored(it: Material) -> Flags:
    return (it.frame.stays.decimals["score"] >= 0) & (it.frame.stays.numbers["checked"] > 0)


def _score(it: Material) -> Series:
    checked = _scored(it)
    return _mean(_all(checked), checked, it.frame.stays.decimals["score"])


def _checked(it: Material) -> Series:
    every = _all(it.frame.grouped)
    return _share(every, every, it.frame.stays.numbers["checked"] > 0)


def _first_pass(it: Material) -> Series:
    frame, flow = it.frame, it.flow
    sent = frame.flags(flow.sent)
    return _share(_all(sent), sent & (frame.passed | frame.flags(flow.came_back)), ~frame.flags(flow.came_back))


def _final_pass(it: Material) -> Series:
    sent = it.frame.flags(it.flow.sent) | it.frame.passed
    return _share(_all(sent), sent, it.frame.passed)


def _clean(it: Material) -> Series:
    numbers = it.frame.stays.numbers
    checked = numbers["checked"] > 0
    return _share(_all(checked), checked, numbers["errors"] == 0)


def _answer_hours(it: Material) -> Series:
    frame, hours = it.frame, it.flow.hours
    asked = frame.flags(it.flow.asked)
    at = np.array([hours.get(one, np.nan) for one in frame.ids[asked].tolist()], np.float64)
    num = np.zeros(len(frame))
    num[asked] = np.nan_to_num(at)
    base = asked.copy()
    base[asked] = ~np.isnan(at)
    return _mean(asked, base, num)


def _pass_days(it: Material) -> Series:
    num, base = _by_case(it.frame, it.flow.pass_days)
    return _mean(it.frame.passed | base, base, num)


GROUPING: Final = (
    Spec("grouped_rate", Form.SHARE, _grouped_rate, 0.95, 1),
    Spec("cmi", Form.INDEX, _cmi),
    Spec("weights", Form.INDEX, _weights),
    Spec("groups", Form.COUNT, _groups),
    Spec("ambiguous", Form.SHARE, _ambiguous, good=-1),
    Spec("ungrouped", Form.SHARE, _ungrouped, good=-1),
    Spec("captured", Form.SHARE, _captured),
    Spec("mapped", Form.SHARE, _mapped, 0.98, 1),
    Spec("main_changed", Form.SHARE, _changed(lambda flow: flow.main_changed), good=-1),
    Spec("tier_changed", Form.SHARE, _changed(lambda flow: flow.tier_changed), good=-1),
    Spec("disputes", Form.SHARE, _disputes, good=-1),
    Spec("objected", Form.COUNT, _cases(lambda flow: flow.objected), good=-1),
    Spec("objection_days", Form.DAYS, _objection_days, good=-1),
)
COST: Final = (
    Spec("mean_cost", Form.YUAN, _mean_cost, money=True),
    Spec("stay", Form.DAYS, _stay, good=-1),
    Spec("time_index", Form.INDEX, _time_index, 1.0, -1),
    Spec("cost_index", Form.INDEX, _cost_index, 1.0, -1),
    Spec("cost", Form.YUAN, _cost, money=True),
    Spec("priced_cost", Form.YUAN, _priced_cost, money=True),
    Spec("standard", Form.YUAN, _standard, money=True),
    Spec("deviation", Form.SHARE, _deviation, money=True),
    Spec("surplus", Form.YUAN, _surplus, money=True),
    Spec("surplus_rate", Form.SHARE, _surplus_rate, money=True),
    Spec("high", Form.SHARE, _of_standard(lambda frame: frame.high)),
    Spec("low", Form.SHARE, _of_standard(lambda frame: frame.low)),
    Spec("over_first", Form.SHARE, _of_standard(lambda frame: frame.over[0])),
    Spec("over_second", Form.SHARE, _of_standard(lambda frame: frame.over[1]), good=-1),
    Spec("over_third", Form.SHARE, _of_standard(lambda frame: frame.over[2]), good=-1),
    Spec("drugs", Form.SHARE, _part("drugs"), good=-1),
    Spec("material", Form.SHARE, _part("material"), good=-1),
    Spec("exams", Form.SHARE, _part("exams"), good=-1),
    Spec("material_gap", Form.YUAN, _nothing, money=True, lacks=True),
)
COMPLIANCE: Final = (
    Spec("upcoding", Form.SHARE, _finding("DG-012", "DG-013", "DG-014", "DG-015", "DG-016"), good=-1),
    Spec("split", Form.SHARE, _finding("DG-009", "DG-011"), good=-1),
    Spec("low_standard", Form.SHARE, _finding("DG-017"), good=-1),
    Spec("reduced", Form.SHARE, _finding("DG-028"), good=-1),
    Spec("drg_findings", Form.SHARE, _finding("DG-"), good=-1),
    Spec("readmitted", Form.SHARE, _readmitted, good=-1),
    Spec("low_risk_death", Form.SHARE, _low_risk, good=-1),
    Spec("mortality", Form.SHARE, _mortality),
    Spec("asked", Form.COUNT, _cases(lambda flow: flow.asked)),
    Spec("overdue", Form.COUNT, _cases(lambda flow: flow.overdue), good=-1),
    Spec("unlocked", Form.COUNT, _cases(lambda flow: flow.unlocked), good=-1),
    Spec("excepted", Form.COUNT, _cases(lambda flow: flow.excepted), good=-1),
)
QUALITY: Final = (
    Spec("good_rate", Form.SHARE, _good, 0.9, 1),
    Spec("mean_score", Form.SCORE, _score, good=1),
    Spec("clean", Form.SHARE, _clean, good=1),
    Spec("first_pass", Form.SHARE, _first_pass, good=1),
    Spec("final_pass", Form.SHARE, _final_pass, good=1),
    Spec("recoded", Form.SHARE, _changed(lambda flow: flow.recoded), good=-1),
    Spec("checked", Form.SHARE, _checked, 1.0, 1),
    Spec("early", Form.SHARE, _early, good=1),
    Spec("answer_hours", Form.HOURS, _answer_hours, 24.0, -1),
    Spec("pass_days", Form.DAYS, _pass_days, 7.0, -1),
)
DIMENSIONS: Final[Mapping[str, tuple[Spec, ...]]] = {
    "grouping": GROUPING,
    "cost": COST,
    "compliance": COMPLIANCE,
    "quality": QUALITY,
}
