"""The path as rows: steps in the order of trial, long runs folded into one, unfolded rule texts and code lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from app.domain.grouping import GroupResult, Step, StepOutcome
from app.services.whatif_values import RuleList

OUTCOME: Final = {StepOutcome.HIT: "满足", StepOutcome.MISS: "未满足", StepOutcome.NOT_TESTED: "未判定"}
_ALWAYS: Final = ("", "1", "always")
_DEPTH: Final = {"mdc": 0, "adrg": 1, "drg": 2}
_RUN: Final = 2
"""Misses in a row that are still told one by one."""
_NAMED: Final = 4
"""Groups of a folded run that are named from its start."""
_FACTS: Final = 3


class RowKind(StrEnum):
    """What a row is: a step, a folded run of them, a rule text, or a code list that a rule names."""

    STEP = "step"
    FOLD = "fold"
    RULE = "rule"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class PathRow:
    """One row. ``steps`` are those it stands for; ``on_path``: the result was reached through it."""

    kind: RowKind
    steps: tuple[Step, ...]
    title: str
    lower: str
    on_path: bool = False

    @property
    def step(self) -> Step:
        """The step, of a folded run the first."""
        return self.steps[0]

    @property
    def depth(self) -> int:
        """How far it is indented: 0 MDC, 1 ADRG, 2 DRG."""
        return _DEPTH.get(self.step.level, 0)

    def text(self) -> str:
        """Return the row as a screen reader says it and the clipboard gets it."""
        if self.kind in (RowKind.RULE, RowKind.LIST):
            return f"{self.title}\n{self.lower}".strip()
        mark = OUTCOME[self.step.outcome]
        rule = f"\n规则 {self.step.rule}（{self.step.source}）" if self.kind is RowKind.STEP else ""
        return f"{mark} {self.title}\n{self.lower}{rule}".strip()


def path_rows(steps: Sequence[Step], result: GroupResult, *, whole: bool) -> list[PathRow]:
    """Return the rows of a path: every step, or the key ones with long runs of misses folded."""
    if whole:
        return [step_row(step, result) for step in steps]
    rows: list[PathRow] = []
    for (outcome, level), run in groupby(steps, key=lambda step: (step.outcome, step.level)):
        listed = tuple(run)
        if outcome is StepOutcome.HIT or level == "drg" or len(listed) <= _RUN:
            rows += [step_row(step, result) for step in listed]
        else:
            rows.append(PathRow(RowKind.FOLD, listed, _run_title(listed), _run_words(listed)))
    return rows


def step_row(step: Step, result: GroupResult) -> PathRow:
    """Return the row of a step."""
    reached = {"mdc": result.mdc, "adrg": result.adrg, "drg": result.drg}.get(step.level, "")
    code = step.code[: len(reached)] if step.level == "adrg" else step.code
    on_path = step.outcome is StepOutcome.HIT and bool(reached) and code == reached
    return PathRow(RowKind.STEP, (step,), f"{step.code} {step.name}".strip(), _second_line(step), on_path)


def rule_row(step: Step) -> PathRow:
    """Return the unfolded rule text of a step with its place in the scheme's file."""
    place = f"出处：{step.source}" if step.source else ""
    return PathRow(RowKind.RULE, (step,), step.rule.strip() or "（无条件）", place)


def list_rows(step: Step, lists: Sequence[RuleList]) -> Iterator[PathRow]:
    """Yield a row for each code list that the rule of a step names."""
    for one in lists:
        yield PathRow(RowKind.LIST, (step,), f"{one.name}　共 {one.count:,} 个编码", "\n".join(_member_lines(one)))
    if not lists:
        yield PathRow(RowKind.LIST, (step,), "这条规则不看编码集合。", "")


def _member_lines(one: RuleList) -> Iterator[str]:
    for member in one.of_case:
        yield f"✓ {member.code} {member.name}（{member.place}）"
    if not one.of_case:
        yield "本例没有其中的编码"
    shown = len(one.of_case) + len(one.first)
    listed = "、".join(f"{member.code} {member.name}".strip() for member in one.first)
    if listed:
        yield f"{'其余' if one.of_case else '例如'} {listed}{' 等' if shown < one.count else ''}"


def _second_line(step: Step) -> str:
    """Return the facts that decided, else the rule as written."""
    if step.facts:
        more = " 等" if len(step.facts) > _FACTS else ""
        return "；".join(step.facts[:_FACTS]) + more
    if step.rule.strip() in _ALWAYS:
        return "排在前面的组之后，不再判定" if step.outcome is StepOutcome.NOT_TESTED else "前面各组都不满足时进入"
    return step.rule


def _run_title(steps: Sequence[Step]) -> str:
    codes = [step.code for step in steps]
    if len(codes) > _NAMED + 1:
        codes = [*codes[:_NAMED], f"… {codes[-1]}"]
    return "、".join(codes).replace("、…", " …")


def _run_words(steps: Sequence[Step]) -> str:
    if steps[0].outcome is StepOutcome.NOT_TESTED:
        return f"排在后面的 {len(steps)} 组，没有再判定"
    return f"{len(steps)} 组均未满足"
