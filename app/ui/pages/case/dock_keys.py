"""The tabs of the dock, in their order."""

from __future__ import annotations

from typing import Final

QC, HISTORY, NOTES, THREE, PAPERS = "qc", "history", "notes", "three", "papers"
TABS: Final = ((QC, "质控"), (HISTORY, "历史"), (NOTES, "便签"), (THREE, "三方对照"), (PAPERS, "文书"))
