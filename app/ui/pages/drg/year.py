"""What the hospital's own stays of the group were in the last 12 months; shown where the window is wide."""

from __future__ import annotations

from functools import partial

from app.common.progress import Progress
from app.domain.derived import los_days
from app.services.types import CaseView
from app.services.whatif import FEWEST_STAYS, WhatIfService
from app.services.whatif_values import GroupYear
from app.ui.page import Shell
from app.ui.pages.drg.head import Fact
from app.ui.pages.wording import yuan
from app.ui.theme import theme
from app.ui.widgets import Panel

_FEW = f"例数不足（少于 {FEWEST_STAYS} 份）"


class YearPanel(Panel):
    """Cases, mean length of stay beside this one, mean cost. Read in the background, once for every group."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("本院近 12 个月")
        self._shell = shell
        self._view: CaseView | None = None
        self._wanted = ""
        self._cases, self._days, self._cost = Fact("病例"), Fact("平均住院日"), Fact("次均费用（元）")
        for fact in (self._cases, self._days, self._cost):
            self.body.addWidget(fact)
        self.body.addSpacing(theme().px(6))
        theme().changed.connect(self._fit)
        self.hide()

    def show_group(self, view: CaseView, drg: str) -> None:
        """Show the stays of a group, '' for a case in none."""
        self._view = view
        if drg != self._wanted:
            self._wanted = drg
            self.set_note(drg)
            for fact in (self._cases, self._days, self._cost):
                fact.tell("…")
            if drg:
                job = self._shell.jobs.run(partial(_read, self._shell.services.whatif, drg), parent=self)
                job.done.connect(self._on_read)
        self._fit()

    def _on_read(self, year: GroupYear) -> None:
        if self._view is None or year.drg != self._wanted:
            return
        own = los_days(self._view.record)
        beside = f"（本例 {own}）" if own is not None else ""
        self._cases.tell(f"{year.cases:,} 份")
        self._days.tell(_FEW if year.days is None else f"{year.days:.1f} 天{beside}")
        self._cost.tell(_FEW if year.amount_fen is None else yuan(year.amount_fen))

    def _fit(self) -> None:
        self.setVisible(theme().wide and bool(self._wanted))


def _read(whatif: WhatIfService, drg: str, _progress: Progress) -> GroupYear:
    return whatif.year(drg)
