"""The steps of an import, in their order."""

from __future__ import annotations

from typing import Final

STEPS: Final = ("选择文件", "列对应", "核对与修复", "导入")
CHOOSE, MAP, CHECK, DONE = range(4)
