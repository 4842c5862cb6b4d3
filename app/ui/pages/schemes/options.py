"""Settings of an official workbook: what is reported of an edition and stands nowhere in its file."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.drg.workbook import WorkbookOptions
from app.ui.widgets import Button, Card, FieldBox, FieldLook, RuledField, SegmentedControl, Text, row

_TOLD = (
    "配置信息文件里没有、但有报道的规则，未经核实，默认都不用。请以本地医保的正式文件为准；"
    "改动后，用本方案的病例重新分组，可随时改回。"
)


@dataclass(frozen=True, slots=True)
class TypedOptions:
    """The options as typed."""

    grey_px: str
    newborn_qy_days: str
    procedure_only: bool


class OptionsCard(Card):
    """Asks for the three settings; ``chosen(TypedOptions)``. What is wrong with them is told in the card."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, title: str, options: WorkbookOptions) -> None:
        super().__init__(parent.window(), width=520)
        self.setObjectName("options_card")
        self.grey = RuledField()
        self.grey.setObjectName("grey_px")
        self.grey.show_value(
            " ".join(sorted(options.grey_px)), FieldLook(code=True, hint="例如 39.6500 38.9300，可留空")
        )
        self.days = RuledField()
        self.days.setObjectName("newborn_qy_days")
        shown = "" if options.newborn_qy_days is None else str(options.newborn_qy_days)
        self.days.show_value(shown, FieldLook(code=True, hint="例如 29，不限则留空"))
        self.medical = SegmentedControl((("rules", "按规则进内科组"), ("never", "不进内科组")))
        self.medical.setAccessibleName("主要手术为有效手术的病例")
        self.medical.set_current("never" if options.procedure_only else "rules")
        self._wrong = Text("", "body", "error", wrap=True)
        self._wrong.setObjectName("options_wrong")
        self._yes = Button("保存", kind="primary")
        no = Button("取消", keys="Esc")
        self.box.addWidget(Text(f"“{title}”的方案选项", "title", wrap=True))
        self.box.addWidget(Text(_TOLD, tone="secondary", wrap=True))
        self.box.addWidget(FieldBox("灰名单手术：不参与分组", self.grey))
        self.box.addWidget(FieldBox("新生儿歧义组 PQY 要求日龄小于（天）", self.days))
        self.box.addLayout(row(Text("主要手术为有效手术的病例", "caption", "muted"), self.medical, None, gap=6))
        self.box.addWidget(self._wrong)
        self.box.addSpacing(8)
        self.box.addLayout(row(None, no, self._yes))
        no.clicked.connect(self.close_card)
        self._yes.clicked.connect(self._on_yes)
        self.open(self.grey)

    def show_problem(self, words: str) -> None:
        """Tell what is wrong and let it be mended."""
        self._wrong.setText(words)
        self._yes.setEnabled(True)

    def _on_yes(self) -> None:
        self._wrong.setText("")
        self._yes.setEnabled(False)
        self.chosen.emit(TypedOptions(self.grey.text(), self.days.text(), self.medical.current == "never"))
