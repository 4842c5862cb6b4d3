"""What the head of a rule says: which version is in force, since when, what is written and not saved."""

from __future__ import annotations

from app.qc.layers import Layer, RuleStatus
from app.qc.rule import Rule
from app.services.rule_types import RuleLine
from app.ui.pages.rules.listing import status_text
from app.ui.pages.rules.reading import OneRule
from app.ui.pages.rules.versions import days_text
from app.ui.pages.rules.work import Work


def in_force(one: OneRule | None, today: str) -> int:
    """Return the number of the hospital's version in force, 0 without one."""
    if one is None or one.detail.line.status is not RuleStatus.ON:
        return 0
    begun = [
        version.version
        for version in one.versions
        if version.status is not RuleStatus.DRAFT and (not version.valid_from or str(version.valid_from) <= today)
    ]
    return max(begun, default=0)


def head_text(one: OneRule | None, *, own: bool, version: int) -> str:
    """Return the line under the title."""
    if one is None:
        return "新规则，还没有存为草稿；内容随时自动保留。"
    line = one.detail.line
    if not own:
        off = f"停用：{line.why_off}" if line.why_off else ""
        return _joined(f"依据 {one.detail.rule.source}", status_text(line), _alarms(line), off)
    replaced = f"启用后替换 v{version}" if version and one.detail.draft else ""
    days = f"有效 {days_text(line.valid_from, line.valid_to)}" if version else "还没有启用"
    return _joined(replaced, days, line.why_off, status_text(line), _alarms(line))


def state_text(work: Work, one: OneRule | None) -> str:
    """Return the word of the chip at the right."""
    if not work.own:
        return "基础规则"
    if work.is_changed:
        return "未存的改动"
    if one is None or one.detail.draft is not None:
        return "草稿"
    return status_text(one.detail.line).partition(" · ")[0]


def line_of(rule: Rule) -> RuleLine:
    """Return the line of a rule that was begun and never saved."""
    return RuleLine(
        rule.id, Layer.HOSPITAL, rule.category, rule.severity, rule.message or "（还没有提示信息）",
        RuleStatus.DRAFT, "", None, None, "", 0, 0, has_draft=True,
    )  # fmt: skip


def _alarms(line: RuleLine) -> str:
    """Return how often the rule was called wrong, '' when nobody has looked."""
    if not line.judged:
        return ""
    return f"误报 {line.false_alarms / line.judged:.1%}（抽查 {line.judged:,} 份）"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
