"""Everything that domain.md 4.6 and 7.1-7.3 name is in the reports; what has no field says so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from app.common.texts import text
from app.services.report_groups import LEVELS, MEASURES
from app.services.report_listings import LISTINGS
from app.services.report_specs import DIMENSIONS
from app.services.report_types import CoderLine, MonthReport, ReportScope

DOMAIN: Final = Path(__file__).parents[3] / "shared" / "design" / "domain.md"
FORMULAS: Final = {
    "入组率": "grouped_rate",
    "CMI": "cmi returned",
    "总权重 CM": "weights",
    "DRG 组数": "groups",
    "时间消耗指数": "time_index",
    "费用消耗指数": "cost_index",
    "低风险组死亡率": "low_risk_death",
    "高/低倍率率": "high low",
    "费用偏差": "deviation",
    "病种结余率": "surplus_rate",
    "标准病例差异": "material_gap",
}
NAMED: Final = {
    "trend": "MonthReport.months",
    "top 10 causes and case list": "MonthReport.dimensions",
    "入组率": "grouped_rate",
    "QY and 0000 with cause": "ambiguous ungrouped",
    "main-diagnosis changes after QC": "main_changed",
    "CC/MCC changed": "tier_changed captured",
    "mapping rate of codes": "mapped",
    "disputes": "disputes",
    "count": "objected",
    "days to close": "objection_days",
    "Σ cost vs Σ standard": "priced_cost standard",
    "surplus/deficit by DRG": "MonthReport.diseases surplus",
    "high/low multiple counts": "high low",
    "drug and material share": "drugs material",
    "exam share": "exams",
    "mean cost": "mean_cost",
    "mean LOS": "stay",
    "time and cost index": "time_index cost_index",
    "cases over 80/110/130 %": "over_first over_second over_third",
    "findings of DG class": "drg_findings",
    "高编高套": "upcoding",
    "分解住院": "split",
    "低标准入院": "low_standard",
    "推诿/减少服务": "reduced",
    "overdue returns": "overdue asked",
    "unlocks": "unlocked",
    "exceptions": "excepted",
    "科室": "dept",
    "医生组": "doctor",
    "病种": "drg",
    "术式": "op",
    "cases": "MonthReport.cases",
    "RW": "weights",
    "cost": "cost",
    "standard": "standard",
    "surplus": "surplus",
    "LOS": "stay",
    "drug share": "drugs",
    "material share": "material",
    "complication rate": "complications",
    "mortality": "mortality",
    "31-day readmission": "readmitted",
    "Compare surgeons doing the same operation on LOS": "surgeons surgeons.stay",
    "material cost": "surgeons.material_cost",
    "complications": "surgeons.complications",
    "manage each disease group by its quadrant": "MonthReport.diseases",
    "drugs vs examination vs material vs LOS": "MonthReport.dimensions",
    "cases coded": "CoderLine.finished",
    "per day and per month": "CoderLine.per_day CoderLine.per_month",
    "mean minutes": "CoderLine.minutes",
    "returns caused": "CoderLine.corrected",
    "corrections after QC": "CoderLine.recoded recoded",
    "375 overload": "MonthReport.work_note",
    "first pass": "first_pass",
    "final": "final_pass",
    "甲级率": "good_rate",
    "mean score": "mean_score",
    "score by section": "sections",
    "top rules": "MonthReport.dimensions",
    "error by department/doctor": "dept_quality doctor_quality",
    "time in each state": "states",
    "return turnaround": "answer_hours pass_days",
    "share checked before discharge": "early checked",
    "drug share and mean cost": "GroupRow.marks drugs mean_cost",
    "flag a department's item cost up ≥ 30 % against the previous period": "watch watch.change",
    "rule version": "rules.version",
    "date in force": "rules.in_force",
    "days needed": "rules.days",
    "filter by period": "ReportScope.first",
    "department": "ReportScope.dept",
    "insurance": "ReportScope.insurance",
    "hospital level": "ReportScope.level",
}
"""What part 7 names, and where it is: indicators, measures, levels, listings (with a measure), fields of a value."""
LACKING: Final = {
    "date of policy": "reports.rules_note",
    "and a drug or antibiotic up ≥ 200 %": "reports.watch_note",
    "标准病例差异": "reports.lacks.material_gap",
}
"""What the library has no field for, wholly or in part: the text that says so."""
ABOUT: Final = frozenset(
    """Three dimensions|each with numbers|12 months|Dimension|Content|---|分组准确性|82 %|98 % in SEED1|费用合理性
合规性|SEED2 "两不当"|医院|DRG/ADRG|SEED1 five levels|SEED1 complaint|only three were usual|Measures|CMI
any `adm_cond`=4 diagnosis|≥ 10 cases|otherwise hidden|Quadrant view|Super-cost cause split|- Coder workload
SEED1 benchmark 200 cases per person-month reasonable|- QC|pass rate|- Monthly department ranking
the last three are invited to talk|- Surveillance cycle|monthly monitoring|quarterly analysis|yearly evaluation
- Rule maintenance|45|3 days|Each report|export XLSX and print|SEED0|SEED1|SEED2|SEED3
the definition of every indicator and number of excluded cases is shown""".replace("\n", "|").split("|")
)
"""What is no figure of its own."""


@pytest.fixture(scope="module")
def domain() -> str:
    if not DOMAIN.is_file():
        pytest.skip("the domain specification (../shared/design) does not lie beside this checkout")
    return DOMAIN.read_text(encoding="utf-8")


def _built() -> set[str]:
    built = {spec.key for specs in DIMENSIONS.values() for spec in specs} | set(MEASURES) | set(LEVELS)
    built |= {f"{key}.{name}" for key, names in LISTINGS.items() for name in names} | set(LISTINGS)
    for kind in (CoderLine, MonthReport, ReportScope):
        built |= {f"{kind.__name__}.{name}" for name in dir(kind)}
    return built | {"GroupRow.marks"}


def test_every_indicator_of_the_domain_is_built(domain: str) -> None:
    part = domain[domain.index("## 4.6") : domain.index("## 4.7")]
    named = {line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")} - {"Indicator"}
    assert named == set(FORMULAS)
    assert {key for keys in FORMULAS.values() for key in keys.split()} <= _built()


def test_every_figure_of_the_reports_of_the_domain_is_built(domain: str) -> None:
    part = domain[domain.index("## 7.1") : domain.index("# 8. Trace")]
    lines = "\n".join(line for line in part.splitlines() if not line.startswith("##"))
    pieces = {piece.strip(" .") for piece in re.split(r"[,;:|\n→×()]|\. | - ", lines)} - {""}
    assert pieces - ABOUT - NAMED.keys() - LACKING.keys() == set()
    assert {key for keys in NAMED.values() for key in keys.split()} <= _built()


def test_what_has_no_field_says_so() -> None:
    for key in LACKING.values():
        assert "资料不足" in text(key)


def test_every_figure_stands_in_the_catalogue() -> None:
    told = {key for keys in (*FORMULAS.values(), *NAMED.values()) for key in keys.split()}
    shown = {spec.key for specs in DIMENSIONS.values() for spec in specs}
    assert shown - told <= {"clean"}
