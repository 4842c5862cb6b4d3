"""关于与自检: versions, what the program examines of itself, licences of what it is built from."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import ActionButton, Cell, Column, DataTable, Panel, ScrollPane, StateStack, Text

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.services.examining import Fact
    from app.ui.page import Shell

_COLUMNS: Final = (Column("label", "项目", 160), Column("words", "结果", 300, stretch=True))
_PARTS: Final = (
    ("PySide6_Essentials", "Qt for Python（LGPL-3.0）"),
    ("SQLAlchemy", "SQLAlchemy（MIT）"),
    ("openpyxl", "openpyxl（MIT）"),
    ("numpy", "NumPy（BSD-3-Clause）"),
    ("scipy", "SciPy（BSD-3-Clause）"),
    ("lightgbm", "LightGBM（MIT）"),
    ("jieba", "jieba（MIT）"),
    ("pypinyin", "pypinyin（MIT）"),
    ("rapidfuzz", "RapidFuzz（MIT）"),
    ("qtawesome", "QtAwesome（MIT）、Phosphor 图标（MIT）"),
)
"""The parts that are named in the window; all licences stand in the folder LICENSES of the program."""


class AboutPanel(ScrollPane):
    """Two cards: what was examined, and what the program is built from."""

    def __init__(self, shell: Shell) -> None:
        super().__init__("canvas", margins=(12, 10, 12, 12), gap=10)
        self._shell = shell
        self.panel = Panel("自检", "编码、质控、分组、数据库、本院病案库")
        self.table = DataTable(_COLUMNS)
        self.table.setAccessibleName("自检结果")
        self.table.setObjectName("self_test")
        self.table.setMinimumHeight(theme().px(330))
        self._model: RecordModel[Fact] = RecordModel(_COLUMNS, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.stack = StateStack(self.table)
        self.panel.body.addWidget(self.stack)
        self.panel.header.addWidget(ActionButton(shell.actions, "settings.self_test", small=True))
        self.stack.show_empty("还没有自检。", "自检约需几秒，不改动病案库。")
        licences = Panel("组成与许可", "全文见程序的 LICENSES 文件夹")
        words = "\n".join(f"{label}　{_version(package)}" for package, label in _PARTS)
        text = Text(words, "body", "secondary", wrap=True)
        text.setContentsMargins(14, 8, 14, 12)
        licences.body.addWidget(text)
        self.box.addWidget(self.panel)
        self.box.addWidget(licences)
        self.box.addStretch(1)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the last examination found."""
        return tuple(self._model.values)

    def run(self) -> None:
        """Examine the program and the library beside the window."""
        job = self._shell.jobs.run(self._work, label="自检", parent=self)
        job.done.connect(self._on_done)
        self.stack.show_loading()

    def _work(self, progress: Progress) -> tuple[Fact, ...]:
        from app.services.examining import examine  # noqa: PLC0415 - it loads all that it examines

        return examine(self._shell.services.session, progress)

    def _on_done(self, facts: tuple[Fact, ...]) -> None:
        self._model.show(facts)
        self.stack.show_content()
        failed = [fact.label for fact in facts if fact.ok is False]
        said = f"自检发现问题：{'、'.join(failed)}。" if failed else "自检完成，各部分正常。"
        self._shell.notices.toast(said, severity="error" if failed else "ok")


def _cell(key: str, fact: Fact) -> Cell:
    if key == "label":
        return Cell(fact.label)
    if fact.ok is None:
        return Cell(fact.words, "fg_secondary")
    tone = "ok" if fact.ok else "error"
    icon = "passed" if fact.ok else theme().tokens.severity["error"].icon
    return Cell(fact.words, "fg" if fact.ok else "error", icon=icon, icon_tone=tone)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
