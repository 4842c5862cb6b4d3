"""The trainings of the hospital's own model with their figures before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from app.services.retraining import Training, kind_name, report_figures
from app.ui.theme import theme
from app.ui.widgets import Button, Card, Cell, CellModel, Column, DataTable, Text, row

_COLUMNS: Final = (
    Column("at", "时间", 134),
    Column("kind", "模型", 70),
    Column("who", "经手人", 76),
    Column("pairs", "学习", 58, "right"),
    Column("held_out", "留出", 52, "right"),
    Column("first", "首选正确 %", 106, "right"),
    Column("five", "前五含正确 %", 106, "right"),
    Column("whole", "整组正确 %", 106, "right"),
    Column("sure", "可直接采用 %", 106, "right"),
    Column("result", "结果", 76, stretch=True),
)
_WIDTH: Final = 980
_HEIGHT: Final = 300
_MINUTES: Final = len("2026-11-23 09:00")


class TrainingsCard(Card):
    """A table of trainings, the latest first; Esc closes it."""

    def __init__(self, window: QWidget, trainings: Sequence[Training]) -> None:
        super().__init__(window, _WIDTH)
        self.table = DataTable(_COLUMNS)
        self.table.setObjectName("trainings")
        self.table.setAccessibleName("训练记录")
        self.table.setFixedHeight(theme().px(_HEIGHT))
        model = CellModel(_COLUMNS)
        model.setParent(self.table)
        self.table.setModel(model)
        model.set_rows([_cells(one) for one in sorted(trainings, key=lambda one: one.at, reverse=True)])
        if trainings:
            self.table.go_to(0)
        close = Button("关闭", keys="Esc")
        close.clicked.connect(self.close_card)
        self.box.addWidget(Text("训练记录", "title"))
        self.box.addWidget(
            Text(
                "以没有学过的那十分之一考核：前为当时使用的匹配，后为新训练的模型。“可直接采用”是按把握从高到低取，"
                "首选正确率仍有 97 % 的最大份额。",
                tone="secondary",
                wrap=True,
            )
        )
        self.box.addWidget(self.table)
        self.box.addLayout(row(None, close))


def _cells(training: Training) -> list[Cell]:
    figures = [Cell(f"{old} → {new}", right=True) for old, new in report_figures(training)]
    return [
        Cell(training.at[:_MINUTES], "fg_secondary", code=True),
        Cell(kind_name(training.kind)),
        Cell(training.who, "fg_secondary"),
        Cell(f"{training.pairs:,}"),
        Cell(f"{training.held_out:,}"),
        *figures,
        Cell("已采用", "ok", "passed") if training.is_adopted else Cell("未采用", "fg_secondary"),
    ]
