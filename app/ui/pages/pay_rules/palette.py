"""The page of payment rules in the command palette, wherever the user is."""

from __future__ import annotations

from functools import partial

from app.common.texts import text
from app.services.pay_rule_texts import PARAMETERS
from app.ui.page import Place, Shell
from app.ui.shell.palette_model import PaletteGroup, PaletteItem
from app.ui.shell.pinyin import found_at

TITLE = "支付参数"


class PayRulesProvider:
    """Finds 支付参数 and each rule by its label."""

    label = TITLE
    prefix = ">"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def search(self, query: str, limit: int) -> PaletteGroup:
        """Return the page and the rules whose words hold the query, nothing for an empty one."""
        found = [(TITLE, "", "医院级别、系数、倍率、预警级别等，每项都记入审计。")]
        found += [
            (text(f"payment.parameter.{key}.label"), key, text(f"payment.parameter.{key}.help")) for key in PARAMETERS
        ]
        items = []
        for title, key, note in found:
            span = found_at(query, title) if query else None
            if span:
                items.append(PaletteItem(title, partial(self._go, key), "thresholds", note=note, spans=(span,)))
        return PaletteGroup(items[:limit], len(items))

    def _go(self, key: str) -> None:
        self._shell.go(Place("pay_rules", {"rule": key} if key else {}))
