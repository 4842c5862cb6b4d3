"""版本: every version of a rule with who, when, why and what it changed, and the changes of the hospital on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtWidgets import QWidget

from app.qc.faults import RuleFault
from app.qc.layers import RuleStatus
from app.qc.parser import parse
from app.qc.sentences import Words, told
from app.services.rule_types import RuleStep, RuleVersion
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Pane, StateStack, Text, column, row

_VERSIONS: Final = (
    Column("version", "版本", 62),
    Column("state", "状态", 74),
    Column("days", "有效", 170),
    Column("who", "经手人", 76),
    Column("at", "时间", 142, wide_only=True),
    Column("note", "原因", 160, stretch=True),
)
_STEPS: Final = (
    Column("at", "时间", 142),
    Column("who", "经手人", 76),
    Column("what", "改动", 200, stretch=True),
    Column("reason", "原因", 160, stretch=True),
)


class VersionsPanel(Pane):
    """Versions above, what the chosen one says below them, the log of changes under that."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface")
        self._words = Words()
        self._in_force = 0
        self.table = DataTable(_VERSIONS)
        self.table.setObjectName("versions")
        self.table.setAccessibleName("版本")
        self._versions: RecordModel[RuleVersion] = RecordModel(_VERSIONS, self._version_cell)
        self._versions.setParent(self.table)
        self.table.setModel(self._versions)
        self.table.row_changed.connect(self._on_row)
        self.stack = StateStack(self.table)
        self._says = Text("", "caption", "secondary", wrap=True)
        self._says.setObjectName("version_says")
        bar = Pane("alt", "t b")
        inside = row(gap=8, margins=(16, 6, 12, 6))
        inside.addWidget(self._says, 1)
        inside.addWidget(ActionButton(actions, "rules.roll_back", small=True))
        inside.addWidget(ActionButton(actions, "rules.undo_step", small=True))
        bar.setLayout(inside)
        self.log = DataTable(_STEPS)
        self.log.setObjectName("rule_log")
        self.log.setAccessibleName("修改记录")
        self._steps: RecordModel[RuleStep] = RecordModel(_STEPS, _step_cell)
        self._steps.setParent(self.log)
        self.log.setModel(self._steps)
        self._log_stack = StateStack(self.log)
        whole = column()
        whole.addWidget(self.stack, 3)
        whole.addWidget(bar)
        whole.addWidget(self._log_stack, 2)
        self.setLayout(whole)

    def show_versions(
        self, versions: Sequence[RuleVersion], steps: Sequence[RuleStep], words: Words, in_force: int, *, own: bool
    ) -> None:
        """Show the versions of a hospital rule, () for one of the base, and the changes of the hospital."""
        self._words, self._in_force = words, in_force
        self._versions.show(versions)
        self._steps.show(steps)
        if versions:
            self.stack.show_content()
            self.table.go_to(0)
        else:
            hint = "存为草稿或启用后列在这里。" if own else "基础规则只能停用、改级别或参数；要另写，请按 Ctrl+D 复制。"
            self.stack.show_empty("还没有版本。" if own else "没有本院版本。", hint)
            self._says.setText("")
        if steps:
            self._log_stack.show_content()
            self.log.go_to(0)
        else:
            self._log_stack.show_empty("还没有改动。", "启用、停用、改级别和参数都记在这里，同时记入审计。")
        self._on_row(self.table.current_row)

    @property
    def chosen(self) -> RuleVersion | None:
        """The chosen version."""
        return self._versions.at(self.table.current_row)

    @property
    def can_roll_back(self) -> bool:
        """True when the chosen version was in force once and is not now."""
        chosen = self.chosen
        return chosen is not None and chosen.status is not RuleStatus.DRAFT and chosen.version != self._in_force

    @property
    def step(self) -> RuleStep | None:
        """The chosen change."""
        return self._steps.at(self.log.current_row)

    @property
    def first(self) -> QWidget:
        """The table that takes the focus."""
        return self.table if self._versions.values else self.log

    def _on_row(self, _at: int) -> None:
        chosen = self.chosen
        if chosen is not None:
            self._says.setText(f"v{chosen.version}：当 {_condition(chosen, self._words)}　提示：{chosen.rule.message}")

    def _version_cell(self, key: str, version: RuleVersion) -> Cell:
        tone = "fg" if version.version == self._in_force else "fg_secondary"
        match key:
            case "version":
                return Cell(f"v{version.version}", tone, code=True, bold=version.version == self._in_force)
            case "state":
                draft = version.status is RuleStatus.DRAFT
                return Cell("草稿" if draft else "现行" if version.version == self._in_force else "旧版", tone)
            case "days":
                return Cell(days_text(version.valid_from, version.valid_to), tone)
            case "who":
                return Cell(version.who, "fg_secondary")
            case "at":
                return Cell(f"{version.at:%Y-%m-%d %H:%M}", "fg_secondary", code=True)
            case _:
                return Cell(version.note, "fg_secondary")


def days_text(first: date | None, last: date | None) -> str:
    """Return how long something holds: ``2026-12-01 起``, ``2026-12-01 至 2027-01-31``, ``长期``."""
    if first and last:
        return f"{first} 至 {last}"
    if last:
        return f"至 {last}"
    return f"{first} 起" if first else "长期"


def _condition(version: RuleVersion, words: Words) -> str:
    try:
        return told(parse(version.rule.when), words)
    except RuleFault:
        return version.rule.when


def _step_cell(key: str, step: RuleStep) -> Cell:
    tone = "fg" if step.can_undo else "fg_muted"
    match key:
        case "at":
            return Cell(f"{step.at:%Y-%m-%d %H:%M}", "fg_secondary", code=True)
        case "who":
            return Cell(step.who, "fg_secondary")
        case "what":
            return Cell(step.what, tone)
        case _:
            return Cell(step.reason, "fg_secondary")
