"""The left column: layers, classes and states of rules with their counts. ↑↓ choose, and the list follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal

from app.qc.layers import Layer, RuleStatus
from app.services.rule_types import RuleLine
from app.ui.widgets import SideLine, SideList

LAYERS: Final = (("base", "国家与行业基础"), ("hospital", "本院规则"), ("department", "科室例外"))
DATA: Final = "data:all"
"""The branch of lists and parameters."""
STATES: Final = (
    ("draft", "草稿"),
    ("off", "已停用"),
    ("expired", "已过期"),
    ("broken", "无法运行"),
    ("changed", "本院改过"),
)


def branches(lines: Sequence[RuleLine], data: int) -> tuple[str | SideLine, ...]:
    """Return the lines of the column; states that no rule has are left out, but drafts. ``data``: lists, parameters.

    Keys are ``layer:base``, ``class:逻辑``, ``state:draft``.
    """
    found: list[str | SideLine] = ["层级"]
    found += [_branch(lines, f"layer:{key}", label) for key, label in LAYERS]
    found.append("分类")
    found += [_branch(lines, f"class:{name}", name) for name in dict.fromkeys(line.category for line in lines)]
    states = [_branch(lines, f"state:{key}", label) for key, label in STATES]
    found += ["状态", *(state for state in states if state.count or state.key == "state:draft")]
    return (*found, "数据", SideLine(DATA, "名单与参数", count=data))


def _branch(lines: Sequence[RuleLine], key: str, label: str) -> SideLine:
    return SideLine(key, label, count=_count(lines, key))


def belongs(line: RuleLine, key: str) -> bool:
    """Tell whether a rule belongs to a line of the column."""
    kind, _, name = key.partition(":")
    if kind == "layer":
        return bool(line.departments) if name == Layer.DEPARTMENT else line.layer == name
    if kind == "class":
        return line.category == name
    if name == "draft":
        return line.has_draft or line.status is RuleStatus.DRAFT
    return line.changed if name == "changed" else line.status == name


def _count(lines: Sequence[RuleLine], key: str) -> int:
    return sum(belongs(line, key) for line in lines)


class RuleTree(SideList):
    """The column. ``chosen(key)`` when another branch is chosen by key or mouse; ``entered`` on Enter."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__("规则的层级、分类与状态", "rule_tree")
        self.stepped.connect(self._on_stepped)

    @property
    def current(self) -> str:
        """The key of the chosen branch, '' before there are any."""
        return self.line.key if isinstance(self.line, SideLine) else ""

    @property
    def label(self) -> str:
        """The words of the chosen branch."""
        return self.line.label if isinstance(self.line, SideLine) else ""

    def show_lines(self, lines: Sequence[RuleLine], data: int, current: str) -> str:
        """Show the counts and choose a branch, silently; return the one that is chosen."""
        shown = branches(lines, data)
        self.side.show(shown)
        keys = [branch.key if isinstance(branch, SideLine) else "" for branch in shown]
        at = keys.index(current) if current in keys else 1
        self.choose_silently(at)
        return keys[at]

    def _on_stepped(self, line: SideLine) -> None:
        self.chosen.emit(line.key)
