"""Answers of a file before they are taken: each row with what it is, the physician's name, and the conflicts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QLineEdit

from app.common.texts import text
from app.services.return_answers import answer_words
from app.services.return_intake import Intake, IntakeLine
from app.ui.models.records import RecordModel
from app.ui.widgets import ActionButton, Cell, CheckBox, Column, DataTable, Panel, Text, column, row

if TYPE_CHECKING:
    from app.services.fix_list import FixPreview
    from app.ui.actions import ActionTable

_COLUMNS: Final = (
    Column("kind", "结果", 96),
    Column("place", "位置", 150),
    Column("record", "病案号", 96),
    Column("field", "字段", 140),
    Column("now", "首页现在", 130),
    Column("answer", "医师答复", 160, stretch=True),
    Column("problem", "说明", 180, stretch=True),
)
_TONES: Final = {
    Intake.NEW: "ok",
    Intake.BLANK: "fg_muted",
    Intake.SAME: "fg_muted",
    Intake.CONFLICT: "warn",
    Intake.REFUSED: "error",
}


class PreviewPanel(Panel):
    """Nothing is stored before the button is pressed."""

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("读入医师答复", footer=True)
        self._told = Text("", tone="secondary", wrap=True)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("returns_preview")
        self.table.setAccessibleName("读入的答复")
        self._model: RecordModel[IntakeLine] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.who = QLineEdit()
        self.who.setObjectName("returns_who")
        self.who.setProperty("boxed", "true")
        self.who.setPlaceholderText("答复医师姓名（必填）")
        self.who.setAccessibleName("答复医师姓名")
        self.conflicts = CheckBox("连同有冲突的（逐项处理时再选择）")
        self.conflicts.setObjectName("returns_conflicts")
        self.body.addLayout(column(self._told, margins=(12, 8, 12, 8)))
        self.body.addWidget(self.table, 1)
        self.take = ActionButton(actions, "returns.take", kind="primary")
        self.footer.addLayout(row(self.who, self.conflicts, None, self.take))

    def show_preview(self, preview: FixPreview) -> None:
        """Show what a file holds."""
        self.set_title(f"读入医师答复　{preview.path.name}")
        counts = Counter(line.kind for line in preview.lines)
        said = [f"{text(f'returns.intake_kind.{kind}')} {counts[kind]}" for kind in Intake if counts[kind]]
        self._told.setText("，".join(said) + "。编码不从医师读入。尚未写入。")
        self._model.show(sorted(preview.lines, key=_order))
        self.conflicts.setChecked(False)
        self.conflicts.setVisible(bool(counts[Intake.CONFLICT]))
        self.table.go_to(0)


def _order(line: IntakeLine) -> int:
    order = (Intake.REFUSED, Intake.CONFLICT, Intake.NEW, Intake.SAME, Intake.BLANK)
    return order.index(line.kind)


def _cell(key: str, line: IntakeLine) -> Cell:
    if key == "kind":
        return Cell(text(f"returns.intake_kind.{line.kind}"), _TONES[line.kind])
    problem = text(line.problem) if line.problem.startswith("returns.") else line.problem
    where = line.given.where
    words = {
        "place": f"{where.sheet} 第 {where.row} 行" if where.sheet else f"第 {where.row} 项",
        "record": line.row.record_no if line.row else "",
        "field": line.place,
        "now": line.now,
        "answer": answer_words(line.given.answer) if line.given.answer else "",
        "problem": problem,
    }[key]
    return Cell(words, "fg" if key == "answer" else "fg_secondary", code=key == "record")
