"""试运行: what the rule would do to the stored cases: figures, departments, samples that are judged true or false."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.domain.dictionaries import dictionary
from app.services.rule_types import Sample, Trial, TrialScope
from app.ui.actions import ActionTable
from app.ui.models.records import RecordModel
from app.ui.theme import theme
from app.ui.widgets import (
    ActionButton,
    Button,
    Cell,
    CellModel,
    Column,
    DataTable,
    FieldBox,
    FieldLook,
    Pane,
    ProgressLine,
    Rule,
    RuledField,
    StateStack,
    Text,
    column,
    row,
)

_SAMPLES: Final = (
    Column("record_no", "病案号", 96),
    Column("dept", "科室", 108),
    Column("discharged", "出院", 88, wide_only=True),
    Column("change", "变化", 76),
    Column("facts", "命中事实", 120, stretch=True),
    Column("judged", "抽查结论", 84),
)
_DEPARTMENTS: Final = (
    Column("name", "科室", 104, stretch=True),
    Column("share", "占本科", 94),
    Column("hits", "份", 48, "right"),
)
_FIGURES: Final = (
    ("hits", "命中"),
    ("new", "新增"),
    ("judged", "已抽查"),
    ("false", "误报率"),
    ("broken", "无法判定"),
)


class TrialPanel(Pane):
    """``opened(sample)`` on Enter in the samples; ``stopped`` when a running trial shall stop."""

    opened = Signal(object)
    stopped = Signal()

    def __init__(self, actions: ActionTable) -> None:
        super().__init__("surface")
        self._trial: Trial | None = None
        self._make_bar(actions)
        self._figures = {key: _Figure(label) for key, label in _FIGURES}
        figures = Pane("surface", "b")
        line = row(gap=0)
        for at, figure in enumerate(self._figures.values()):
            if at:
                line.addWidget(Rule(vertical=True, subtle=True))
            line.addWidget(figure, 1)
        figures.setLayout(line)
        self.table = DataTable(_SAMPLES)
        self.table.setObjectName("samples")
        self.table.setAccessibleName("命中的样本")
        self._model: RecordModel[Sample] = RecordModel(_SAMPLES, _cell)
        self._model.setParent(self.table)
        self.table.setModel(self._model)
        self.table.opened.connect(self._on_opened)
        self.departments = DataTable(_DEPARTMENTS)
        self.departments.setObjectName("trial_departments")
        self.departments.setAccessibleName("各科室命中")
        self._shares = CellModel(_DEPARTMENTS)
        self._shares.setParent(self.departments)
        self.departments.setModel(self._shares)
        self.departments.setFixedWidth(theme().px(262))
        tables = row(gap=0)
        tables.addWidget(self.table, 1)
        tables.addWidget(Rule(vertical=True))
        tables.addWidget(self.departments)
        found = QWidget()
        inside = column(figures)
        inside.addLayout(tables, 1)
        found.setLayout(inside)
        self.stack = StateStack(found)
        whole = column(self._bar)
        whole.addWidget(self.stack, 1)
        self.setLayout(whole)
        self.show_trial(None)

    def _make_bar(self, actions: ActionTable) -> None:
        self._told = Text("", "caption", "muted", elide=True)
        self._told.setObjectName("trial_told")
        self._first, self._last = _day_field("trial_first", "出院自"), _day_field("trial_last", "至")
        self._line = ProgressLine(width=120)
        self._line.setFixedWidth(theme().px(120))
        self._stop = Button("取消", small=True)
        self._stop.setObjectName("trial_stop")
        self._stop.clicked.connect(self.stopped)
        self._bar = Pane("alt", "b")
        self._bar.setFixedHeight(theme().px(40))
        inside = row(gap=8, margins=(16, 0, 12, 4))
        inside.addWidget(self._told, 1)
        for box in (self._first, self._last):
            inside.addWidget(box)
        inside.addWidget(self._line)
        inside.addWidget(self._stop)
        inside.addWidget(ActionButton(actions, "rules.try", small=True, text="试运行"))
        self._bar.setLayout(inside)
        self.show_progress(None)

    def scope(self) -> TrialScope:
        """Return the period asked for. Raises ``ValueError`` for what is no day."""
        first, last = (box.field.text().strip() for box in (self._first, self._last))
        return TrialScope(date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)

    def show_wrong_days(self) -> None:
        """Say that the period cannot be read."""
        self._told.setText("日期请写成 2026-11-01；留空为全部病例。")

    @property
    def trial(self) -> Trial | None:
        """The trial shown, with what was judged since."""
        return self._trial

    @property
    def chosen(self) -> Sample | None:
        """The chosen sample."""
        return self._model.at(self.table.current_row)

    def show_progress(self, share: float | None, note: str = "") -> None:
        """Show how far a running trial is; None when none runs."""
        running = share is not None
        self._line.setVisible(running)
        self._stop.setVisible(running)
        if running:
            self._line.set_value(share or 0.0)
            self._told.setText(note or "正在试运行，原来的规则照常检查。")

    def show_trial(self, trial: Trial | None, *, in_force: str = "") -> None:
        """Show a trial; ``in_force`` names the version it was compared with."""
        self._trial = trial
        self._in_force = in_force
        self._model.show(trial.samples if trial else ())
        self._shares.set_rows(_departments(trial) if trial else [])
        if trial is None:
            self._told.setText("试运行结果")
            self.stack.show_empty("还没有试运行。", "按 F5 在已存病例上试一遍（可限出院日期），不写入任何内容。")
            return
        whole = "已存病例" if self.scope() == TrialScope() else "这段时间出院的病例"
        self._told.setText(f"试运行结果　{whole} {trial.cases:,} 份 · 用时 {trial.seconds:.1f} s")
        self._show_figures()
        if trial.samples:
            self.stack.show_content()
            self.table.go_to(0)
        elif not trial.cases:
            told = "还没有病例。" if self.scope() == TrialScope() else "这段时间没有出院的病例。"
            self.stack.show_empty(told, "导入病例或换一段时间后再试运行；也可以先用例子检验规则。")
        elif trial.broken:
            self.stack.show_empty(f"{trial.broken:,} 份无法判定，没有命中。", trial.why_broken)
        else:
            self.stack.show_empty("没有病例命中。", _silent(trial))

    def _show_figures(self) -> None:
        trial = self._trial
        if trial is None:
            return
        figures = self._figures
        share = len(trial.hits) / trial.cases if trial.cases else 0.0
        figures["hits"].show_figure(f"{len(trial.hits):,}", f"{share:.2%}")
        title = f"比 {self._in_force} 新增" if self._in_force else "比现行新增"
        gone = f"消失 {len(trial.gone):,}" if trial.compared else "没有现行版本"
        figures["new"].show_figure(f"{len(trial.new):,}" if trial.compared else "—", gone, title)
        left = max(0, min(10, len(trial.hits)) - trial.judged)
        figures["judged"].show_figure(f"{trial.judged:,}", f"还需 {left} 份" if left else "已够")
        false = trial.false_share
        figures["false"].show_figure("—" if false is None else f"{false:.1%}", f"误报 {trial.false_alarms:,} 份")
        figures["broken"].show_figure(
            f"{trial.broken:,}",
            trial.why_broken or f"不适用 {trial.not_applicable:,}",
            tone="error" if trial.broken else "",
        )

    def judge(self, true_alarm: bool) -> Sample | None:
        """Mark the chosen sample and go on to the next that is not judged; return the one that was marked."""
        at, sample, trial = self.table.current_row, self.chosen, self._trial
        if sample is None or trial is None:
            return None
        marked = replace(sample, judged=true_alarm)
        samples = tuple(marked if one is sample else one for one in trial.samples)
        judged = trial.judged + (sample.judged is None)
        false = trial.false_alarms + (not true_alarm) - (sample.judged is False)
        self._trial = replace(trial, samples=samples, judged=judged, false_alarms=false)
        self._model.show(samples)
        after = [*range(at + 1, len(samples)), *range(at)]
        self.table.go_to(next((index for index in after if samples[index].judged is None), at))
        self._show_figures()
        return marked

    def focus_samples(self) -> None:
        """Go to the samples."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_opened(self, _at: int) -> None:
        if self.chosen is not None:
            self.opened.emit(self.chosen)


def _day_field(name: str, label: str) -> FieldBox:
    field = RuledField()
    field.setObjectName(name)
    field.show_value("", FieldLook(code=True, hint="不限"))
    box = FieldBox(label, field)
    box.setFixedWidth(box.label_width() + theme().px(92))
    return box


class _Figure(QWidget):
    """A label, a number, a muted line."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = Text(label, "caption", "muted", elide=True)
        self._number = Text("", "figure")
        self._note = Text("", "caption", "secondary", elide=True)
        self.setLayout(column(self._label, self._number, self._note, gap=0, margins=(14, 6, 8, 6)))

    def show_figure(self, number: str, note: str, label: str = "", tone: str = "") -> None:
        """Show a number with its note."""
        self._number.setText(number)
        self._number.set_tone(tone or "fg")
        self._note.setText(note)
        if label:
            self._label.setText(label)


def _silent(trial: Trial) -> str:
    parts: Mapping[str, int] = {"不适用": trial.not_applicable, "通过": trial.cases - trial.not_applicable}
    gone = f"；比现行版本消失 {len(trial.gone):,} 份" if trial.gone else ""
    return "；".join(f"{name} {count:,} 份" for name, count in parts.items()) + f"{gone}。"


def _departments(trial: Trial) -> list[list[Cell]]:
    most = max((hits for _, _, hits, _ in trial.by_department), default=0)
    return [
        [
            Cell(name or code or "未填科室", "fg_secondary"),
            Cell(f"{hits / cases:.1%}" if cases else "", "fg_secondary", fill=hits / most, fill_role="chart_1"),
            Cell(f"{hits:,}", right=True),
        ]
        for code, name, hits, cases in trial.by_department
        if hits
    ]


def _cell(key: str, sample: Sample) -> Cell:
    match key:
        case "record_no":
            return Cell(sample.record_no or f"第 {sample.case_id} 份", code=True)
        case "dept":
            return Cell(dictionary("D-DEPT").label(sample.dept) or sample.dept or "—", "fg_secondary")
        case "discharged":
            return Cell(f"{sample.discharged:%Y-%m-%d}" if sample.discharged else "在院", "fg_secondary", code=True)
        case "change":
            return Cell("新增命中", "fg", bold=True) if sample.is_new else Cell("命中")
        case "facts":
            said = "；".join(f"{fact.label} {fact.value or '空白'}" for fact in sample.facts)
            return Cell(said or sample.finding.message, "fg_secondary")
        case _:
            return _verdict(sample)


def _verdict(sample: Sample) -> Cell:
    if sample.judged is None:
        return Cell("—", "fg_muted")
    return Cell("真实", "ok", "passed") if sample.judged else Cell("误报", "warn", "failed")
