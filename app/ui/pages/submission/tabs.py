"""The lists of a submission, in their order."""

from __future__ import annotations

from typing import Final

TABS: Final = (("ready", "可提交"), ("refused", "被拦下"), ("register", "提交登记"), ("unlock", "解锁申请"))
