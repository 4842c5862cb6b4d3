"""What F1 says about a field or a cell: findings, where a proposal comes from, why a comorbidity counts, changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.domain.field import Group
from app.domain.fields import field
from app.services.types import CaseView, HistoryEntry
from app.ui.masking import masking
from app.ui.page import VersionNote
from app.ui.pages.case.grid_cells import secondary_note
from app.ui.pages.case.grid_columns import COLUMNS
from app.ui.pages.case.looks import marks_of
from app.ui.pages.wording import joined, short_date

_SHOWN: Final = 3


def history_words(entries: Sequence[HistoryEntry], now: datetime) -> str:
    """Return the last changes: 由“12”改为“11”，林若溪 10:31."""
    last = entries[:_SHOWN]
    told = (f"由“{entry.old}”改为“{entry.new}”，{entry.who} {_when(entry.at, now)}" for entry in last)
    return masking().words("\n".join(told))


def _when(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{short_date(at, now.year)} {at:%H:%M}"


def cell_words(view: CaseView, group: Group, index: int, key: str, history: str) -> str:
    """Return what there is to say about a cell."""
    rows = view.record.rows(group)
    title = next(column.title for column in COLUMNS[group] if column.key == key)
    if not 0 <= index < len(rows):
        return f"{title}\n空行：直接输入即增加一行"
    row = rows[index]
    unread = f"未能识别，按原文保留：{row.raw[key]}" if key in row.raw else ""
    proposal = view.proposal(group, index)
    proposed = ""
    if proposal and key in ("code", "name", "status"):
        proposed = f"提议 {proposal.code} {proposal.name}，把握 {proposal.score:.0%}：{proposal.reason}"
    parts = (
        title,
        _findings(view, group, index, key),
        unread,
        proposed,
        _level(view, index, key),
        history,
        view.sealed,
    )
    return joined(*parts, sign="\n")


def _findings(view: CaseView, group: Group, index: int, key: str) -> str:
    """Return the findings on the cell; on the state, those of the whole row."""
    prefix = f"{group}[{index}]."
    marks = {path: said for path, (_, said) in marks_of(view).items() if path.startswith(prefix)}
    said = marks.values() if key == "status" else [words for path, words in marks.items() if path == f"{prefix}{key}"]
    return "\n".join(dict.fromkeys(said))


def _level(view: CaseView, index: int, key: str) -> str:
    """Return why a secondary diagnosis counts as MCC or CC, or does not."""
    note = secondary_note(view, index) if key == "cc" else None
    if note is None or not note.level:
        return "不是 MCC 或 CC" if key == "cc" and index else ""
    level = note.level.upper()
    return f"{level}，被排除表 {note.excluded_by} 排除，不计入" if note.excluded_by else f"{level}，未被排除，计入分组"


def versions_of(edition: str, view: CaseView) -> tuple[VersionNote, ...]:
    """Return the code book and the scheme that a case is shown with, for the status bar."""
    return (
        VersionNote(f"编码：{edition}", "当前启用的编码库"),
        VersionNote(f"分组：{view.grouping.scheme_title}", "当前启用的分组方案，按出院日期选用"),
    )


def is_field(path: str) -> bool:
    """True for the path of a field that is stored, not of a column that is only shown."""
    try:
        field(path)
    except KeyError:
        return False
    return True
