"""What is asked for: report, part, months, department, insurance, drawing or table. Values a place can keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.common.errors import UserProblem
from app.services.compare_period import parse_period
from app.services.report_types import ReportScope
from app.ui.ports import JsonValue

REPORTS = (
    ("month", "月度结算分析", "ph.chart-line"),
    ("work", "工作量与质量", "ph.users-three"),
    ("depts", "科室对比", "ph.chart-bar"),
    ("diseases", "病种对比", "ph.squares-four"),
    ("tiers", "CC/MCC 组合", "ph.stack"),
    ("surgeons", "术者对比", "ph.scissors"),
    ("watch", "费用监测", "ph.trend-up"),
    ("rules", "规则维护", "ph.scales"),
    ("drill", "下钻", "ph.tree-structure"),
)
WORK = (
    ("quality", "质控质量"),
    ("coders", "编码工作量"),
    ("sections", "扣分构成"),
    ("dept_quality", "科室差错"),
    ("doctor_quality", "医师差错"),
    ("states", "各状态用时"),
)
"""The parts of work and quality; all but the first two are listings."""
PARTS = (("grouping", "分组准确性"), ("cost", "费用合理性"), ("compliance", "合规性"))
ALL = "全部"


@dataclass(frozen=True, slots=True)
class Wish:
    """``period`` as typed; ``dept``, ``insurance`` and ``level`` codes, '' for all; ``path`` the keys drilled down."""

    report: str = "month"
    part: str = "grouping"
    period: str = ""
    dept: str = ""
    insurance: str = ""
    level: str = ""
    work: str = "quality"
    table: bool = False
    indicator: str = ""
    path: tuple[str, ...] = ()

    def scope(self) -> ReportScope:
        """Return the scope. Raises :class:`UserProblem` for a period that is none."""
        first, last = parse_period(self.period)
        return ReportScope(first, last, self.dept, self.insurance, self.level)

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as arguments of a place."""
        return {
            "report": self.report,
            "part": self.part,
            "period": self.period,
            "dept": self.dept,
            "insurance": self.insurance,
            "level": self.level,
            "work": self.work,
            "table": self.table,
            "indicator": self.indicator,
            "path": list(self.path),
        }

    @classmethod
    def of(cls, args: Mapping[str, JsonValue], known: Wish) -> Wish:
        """Return what arguments say, the rest as it was."""
        words = {
            name: value if isinstance(value := args.get(name), str) else getattr(known, name)
            for name in ("report", "part", "period", "dept", "insurance", "level", "work", "indicator")
        }
        path, table = args.get("path"), args.get("table")
        found = cls(
            **words,
            table=table if isinstance(table, bool) else known.table,
            path=tuple(map(str, path)) if isinstance(path, list) else known.path,
        )
        return found if found.is_valid() else known

    def is_valid(self) -> bool:
        """Tell whether there is such a report and such a period."""
        try:
            self.scope()
        except UserProblem:
            return False
        return self.report in {key for key, *_ in REPORTS} and self.part in dict(PARTS) and self.work in dict(WORK)


class Options:
    """Codes with their names as a dictionary field takes them: the name stands for the code."""

    def __init__(self, *, all_of_them: bool = True) -> None:
        self._codes: dict[str, str] = {}
        self._all = all_of_them

    def show(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Offer other codes."""
        self._codes = ({ALL: ""} if self._all else {}) | {label: code for code, label in pairs}

    def name_of(self, code: str) -> str:
        """Return what stands for a code, the code itself where it is not offered."""
        return next((name for name, one in self._codes.items() if one == code), code)

    def code_of(self, name: str) -> str | None:
        """Return the code that a name stands for."""
        return self._codes.get(name)

    def label(self, code: str) -> str:
        """Return nothing behind the name in the field."""
        return ""

    def find(self, text: str) -> str | None:
        """Return the name that was typed."""
        wanted = text.strip()
        exact = next((name for name in self._codes if name == wanted), None)
        return exact or next((name for name in self._codes if wanted and wanted in name), None)

    def search(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the names that hold a text."""
        return [(name, "") for name in self._codes if text in name]
