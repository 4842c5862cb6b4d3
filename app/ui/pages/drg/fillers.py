"""What the services answer, made ready for a what-if table: rows, the change each stands for, words about each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.grouping import GroupStatus
from app.services.types import CaseView
from app.services.whatif_values import Change, Effect, WhatIf
from app.ui.pages.drg import tables
from app.ui.pages.drg.notes import NoteLine, finding_line
from app.ui.widgets import Cell

Note = tuple[str, list[NoteLine]]
_NOTHING_NEW: Final = NoteLine("没有规则因此新报问题。是否作主要诊断，仍以病历和主要诊断选择原则为准。", "ph.info")
_DOCUMENTED: Final = NoteLine("有病历记载才可补录；没有记载的不得增加或改动。", "ph.info")


def _silent(_at: int) -> Note:
    return "", []


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows of one table. ``empty`` (what it is, what to do) stands in their place when there are none.

    ``whats`` and ``paths`` may be shorter than ``rows``: the last ones then stand for no change or no field.
    """

    empty: tuple[str, str]
    keys: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    whats: Sequence[WhatIf] = ()
    paths: Sequence[str] = ()
    note: Callable[[int], Note] = _silent
    start: int = 0


def secondaries(services: Any, view: CaseView) -> Filled:
    """Return the secondary diagnoses, the one that carries the group chosen, and last all of them at once."""
    lines, carrying = services.whatif.secondaries(view.case_id), services.whatif.carrying(view.case_id)
    empty = ("没有参加分组的其他诊断。", "编码后在这里看每一条是否计入并发症或合并症。")
    explanation = view.grouping.explanation
    if explanation is None or explanation.result.status is GroupStatus.UNGROUPED:
        return Filled(("本例没有进入正常分组。", "请先按上方的原因处理；“逐一作主要诊断”中可看其他诊断能否入组。"))
    if not lines:
        return Filled(empty)

    def note(at: int) -> Note:
        if at >= len(lines):
            return carrying.sentence, []
        line = lines[at]
        found = [finding_line(one) for one in view.report.findings if f"dx[{line.index}].code" in one.paths]
        needs = [
            NoteLine(f"{one.what}：{one.shown}", "passed", "ok") if one.shown else NoteLine(one.what, "ph.circle")
            for one in services.whatif.documents(view.case_id, line.index)
        ]
        return carrying.sentence, [*found, NoteLine(f"{line.code} 需要的病历依据"), *needs]

    several = len(lines) > 1
    carriers = [at for at, line in enumerate(lines) if line.without]
    return Filled(
        empty,
        [*(_key(line.what) for line in lines), *([tables.ALL_ROWS] if several else [])],
        [*map(tables.secondary_cells, lines), *([tables.all_cells(carrying, len(lines))] if several else [])],
        [*(line.what for line in lines), *([tables.REMOVE_ALL] if several else [])],
        [f"dx[{line.index}].code" for line in lines],
        note,
        carriers[0] if carriers else 0,
    )


def principals(services: Any, view: CaseView) -> Filled:
    """Return each secondary diagnosis as the principal one."""
    lines = services.whatif.principals(view.case_id)

    def note(at: int) -> Note:
        line = lines[at]
        leads = f"为 {_named(line.effect)}" if line.effect.changed else "组不变"
        return f"{line.code} 作主要诊断，{leads}。", [finding_line(one) for one in line.findings] or [_NOTHING_NEW]

    return Filled(
        ("没有可作主要诊断的其他诊断。", "编码后在这里看每一条作主要诊断时进入哪一组、哪条规则反对。"),
        [_key(line.what) for line in lines],
        [tables.principal_cells(line) for line in lines],
        [line.what for line in lines],
        [f"dx[{line.index}].code" for line in lines],
        note,
    )


def neighbours(services: Any, view: CaseView) -> Filled:
    """Return the groups next to the one reached."""
    lines = services.whatif.neighbours(view.case_id)

    def note(at: int) -> Note:
        line = lines[at]
        needs = [NoteLine(f"需要：{'；'.join(line.wanted)}"), NoteLine(f"现在：{'；'.join(line.now)}")]
        return f"{line.code} {line.name}".strip(), [*needs, _DOCUMENTED]

    return Filled(
        ("附近没有别的组。", "其他组与本例相差两个以上的条件，或本例尚未通过校验。"),
        [line.code for line in lines],
        [tables.neighbour_cells(line) for line in lines],
        note=note,
    )


def operations(services: Any, view: CaseView) -> Filled:
    """Return each procedure left out or put first."""
    lines = services.whatif.operations(view.case_id)

    def note(at: int) -> Note:
        line = lines[at]
        what = "去掉" if line.what.change is Change.REMOVE else "作主要手术"
        return f"{line.code} {line.name} {what}：{_named(line.effect) if line.effect.changed else '组不变'}。", []

    return Filled(
        ("没有已编码的手术操作。", "编码后在这里看去掉或换作主要手术会进入哪一组。"),
        [_key(line.what) for line in lines],
        [tables.operation_cells(line) for line in lines],
        [line.what for line in lines],
        [f"op[{line.index}].code" for line in lines],
        note,
    )


def history(services: Any, view: CaseView) -> Filled:
    """Return what was done to the case, latest first."""
    steps = services.history.timeline(view.case_id)

    def note(at: int) -> Note:
        step = steps[at]
        return f"{step.at:%Y-%m-%d %H:%M} {step.who} {step.what}", [NoteLine(words) for words in step.changes]

    return Filled(
        ("还没有改动。", "每一次修改、采用与撤销都会记在这里。"),
        [str(step.op_id) for step in steps],
        [tables.history_cells(step) for step in steps],
        note=note,
    )


def _key(what: WhatIf) -> str:
    return f"{what.change}:{what.row_id}"


def _named(effect: Effect) -> str:
    return f"{tables.group_words(effect)} {effect.name}".strip()
