"""The keys that the status bar names, by part of the case page."""

from __future__ import annotations

from typing import Final

from app.ui.page import KeyHint

NEXT: Final = (KeyHint("F6", "下一问题"), KeyHint("Ctrl+Enter", "完成并下一份"))
FIELD: Final = (KeyHint("Enter", "下一项"), KeyHint("-", "无内容"), KeyHint("Ctrl+;", "今天"), *NEXT)
GRID: Final = (
    KeyHint("Ctrl+1–3", "采用候选"),
    KeyHint("Enter", "下一格"),
    KeyHint("F4", "检索"),
    KeyHint("F6", "下一问题"),
    KeyHint("Alt+↑↓", "调序"),
    KeyHint("F2", "看原文"),
)
DOCK: Final = (
    KeyHint("↑↓", "选择"),
    KeyHint("1–9", "回答追问"),
    KeyHint("Alt+Enter", "按建议修改"),
    KeyHint("Alt+C", "确认"),
    KeyHint("R", "问医师"),
    KeyHint("F1", "规则全文"),
)
SCORE: Final = (KeyHint("↑↓", "选择"), KeyHint("Enter", "跳到字段"), KeyHint("Esc", "返回"))
EDIT: Final = (KeyHint("↑↓", "选择"), KeyHint("Enter", "采用"), KeyHint("Esc", "恢复原值"))
FEES: Final = (KeyHint("Enter", "下一项"), KeyHint("Ctrl+Shift+F", "收起"), *NEXT)
_LIST: Final = (KeyHint("↑↓", "选择"), KeyHint("Enter", "跳到字段"))
READING: Final = {
    "history": (*_LIST, KeyHint("V", "当时的病案"), KeyHint("F", "只看本项")),
    "notes": (
        *_LIST,
        KeyHint("D", "办结"),
        KeyHint("E", "改写"),
        KeyHint("P", "共享或私人"),
        KeyHint("Alt+N", "写便签"),
    ),
    "three": (*_LIST, KeyHint("D", "只看不同")),
    "papers": (KeyHint("F3", "下一处依据"), KeyHint("Ctrl+→", "下一份"), KeyHint("Ctrl+Shift+V", "粘贴文书")),
}
"""The tabs of the dock beside the findings."""
