"""The lists of a comparison, in their order."""

from __future__ import annotations

from typing import Final

TABS: Final = (("cases", "逐例"), ("groups", "按 DRG"), ("depts", "按科室"), ("schemes", "方案差异"))
