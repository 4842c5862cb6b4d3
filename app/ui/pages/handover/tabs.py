"""The lists of a hand-over, in their order."""

from __future__ import annotations

from typing import Final

TABS: Final = (("ready", "可写出"), ("refused", "不能写出"), ("register", "交付登记"))
