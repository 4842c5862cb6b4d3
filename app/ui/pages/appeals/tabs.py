"""The lists of the register, in their order."""

from __future__ import annotations

from typing import Final

TABS: Final = (("open", "待答复"), ("answered", "等结果"), ("over", "已办结"))
