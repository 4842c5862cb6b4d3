"""What F1 says about a finding: the whole rule in words, where it comes from, how it stands in the hospital."""

from __future__ import annotations

from app.common.errors import UserProblem
from app.domain.findings import Finding
from app.qc.parser import parse
from app.qc.sentences import told
from app.services.composition import Services
from app.services.rule_types import OverrideLine, RuleDetail
from app.ui.pages.wording import joined

_LAYERS = {"base": "国家与行业基础", "hospital": "本院", "department": "科室例外"}
_KINDS = {"switch": "启停", "severity": "级别", "parameter": "参数", "list": "名单", "unless": "豁免"}


def rule_words(services: Services, finding: Finding) -> str:
    """Return the lines: message and remedy, condition, source, score items, layer and version, overrides, hits."""
    try:
        detail = services.rules.rule(finding.rule_id)
    except UserProblem as problem:
        return f"{finding.message}\n{problem.message}"
    return joined(finding.message, finding.remedy, *_lines(services, detail), sign="\n")


def _lines(services: Services, detail: RuleDetail) -> tuple[str, ...]:
    line, rule = detail.line, detail.rule
    items = services.session.engines.rule_sets.for_department("").rules.scorecard.items
    deducts = "、".join(item.label for item in items if item.id in rule.score)
    layer = _LAYERS.get(str(line.layer), str(line.layer))
    days = joined(f"自 {line.valid_from}" if line.valid_from else "", f"至 {line.valid_to}" if line.valid_to else "")
    judged = f"，抽查 {line.judged} 例，误报 {line.false_alarms} 例" if line.judged else ""
    return (
        f"条件：{told(parse(rule.when), services.rule_writing.words(rule))}",
        f"依据：{rule.source}",
        f"扣分项目：{deducts}" if deducts else "",
        f"层级：{layer}，版本 {line.version}{f'，{days}' if days else ''}",
        *(_override(one) for one in detail.overrides if one.in_force),
        f"近一个月命中 {line.hits_month} 份{judged}",
        "按 O 在规则管理中打开",
    )


def _override(one: OverrideLine) -> str:
    where = one.department or "全院"
    return f"{where}{_KINDS.get(one.kind, one.kind)}：{one.value}（{one.reason}，{one.who}）"
