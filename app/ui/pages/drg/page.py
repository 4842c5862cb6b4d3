"""The DRG page: head card, path, what the group hangs on, payment. Everything is read; nothing is written."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.grouping import GroupStatus
from app.services.types import CaseView, Grouping
from app.services.whatif import SecondaryLine
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.pages.drg.path import StepList, key_steps
from app.ui.pages.drg.payment import PaymentCard
from app.ui.pages.wording import sex_text
from app.ui.widgets import (
    Button,
    Cell,
    CellModel,
    Chip,
    Column,
    DataTable,
    IconLabel,
    Pane,
    Panel,
    Rule,
    SegmentedControl,
    StatePill,
    StateStack,
    Text,
    column,
    row,
)

_NOTE = "仅供核对，不得作为高套依据。列表按诊断顺序，不按金额排列；这里不改动病案。"
_COLUMNS = (
    Column("index", "序", 34),
    Column("code", "编码", 100),
    Column("name", "名称", 110, stretch=True),
    Column("level", "级别", 56),
    Column("excluded", "排除表", 96),
    Column("counts", "计入", 52),
    Column("without", "若去掉", 104),
)


class DrgPage(Page):
    """One case and its group. Opened by F9 from the case; Esc goes back to the very cell."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._view: CaseView | None = None
        self._lines: tuple[SecondaryLine, ...] = ()
        self._awaited: int | None = None

    @property
    def has_case(self) -> bool:
        """True when a case is shown."""
        return self._view is not None

    def build(self) -> None:
        """Make strip, head card, path, secondaries and payment."""
        whole = QWidget()
        box = column(self._make_strip())
        inner = column(self._make_head(), gap=10, margins=(12, 10, 12, 10))
        columns = row(gap=10)
        columns.addWidget(self._make_path(), 33)
        columns.addWidget(self._make_secondaries(), 49)
        columns.addWidget(self._make_payment(), 24)
        inner.addLayout(columns, 1)
        box.addLayout(inner, 1)
        whole.setLayout(box)
        self.stack = StateStack(whole)
        self.setLayout(column(self.stack))
        leave = KeyHint("Esc", "返回首页")
        self.add_region("path", self.steps, (KeyHint("↑↓", "逐步"), KeyHint("A", "关键/全部"), leave))
        self.add_region("secondaries", self.table, (KeyHint("↑↓", "选择"), KeyHint("Enter", "到这条诊断"), leave))
        self._show_nothing()

    def _make_strip(self) -> QWidget:
        strip = Pane("surface", "b")
        self._name = Text("", "title")
        self._who = Text("", "body", "secondary")
        self._record = Text("", "code")
        self._state = StatePill("to_code", bold=True)
        self._scheme = Text("", "caption", "muted", elide=True)
        back = Button("返回首页", keys="Esc")
        back.clicked.connect(self.to_case)
        line = row(
            self._name, self._who, Rule(vertical=True), Text("病案号", "body", "secondary"), self._record, gap=10
        )
        line.setContentsMargins(self.shell.theme.px(12), 0, self.shell.theme.px(12), 0)
        line.addWidget(Rule(vertical=True))
        line.addWidget(self._state)
        line.addWidget(self._scheme, 1)
        line.addWidget(back)
        strip.setLayout(line)
        strip.setFixedHeight(self.shell.theme.size("case_strip"))
        return strip

    def _make_head(self) -> QWidget:
        card = Panel()
        self._code = Text("", "code_display")
        self._title = Text("", "title", elide=True)
        self._trial = Chip("试用方案", "warn")
        self._sentence = Text("", "body", "secondary", wrap=True)
        self._weight, self._multiple = Text("", "figure"), Text("", "figure")
        self._status = Text("", "body", "ok")
        self._mark = IconLabel("passed", "ok", 14)
        title = row(self._trial, gap=8)
        title.insertWidget(0, self._title, 1)
        words = column(title, self._sentence, gap=2)
        figures = row(gap=24)
        for label, widget in (("权重 RW", self._weight), ("倍率", self._multiple)):
            figures.addLayout(column(Text(label, "caption", "muted"), widget, gap=2))
        status = row(self._mark, self._status, gap=4)
        figures.addLayout(column(Text("状态", "caption", "muted"), status, gap=2))
        line = row(self._code, gap=16, margins=(14, 10, 14, 10))
        line.addLayout(words, 1)
        line.addLayout(figures)
        card.body.addLayout(line)
        return card

    def _make_path(self) -> QWidget:
        panel = Panel("分组路径", "按判定顺序", footer=True)
        self.mode = SegmentedControl((("key", "关键步骤"), ("all", "全部")))
        self.mode.changed.connect(self._on_mode)
        panel.header.addWidget(self.mode)
        self.steps = StepList()
        self.steps.selectionModel().currentChanged.connect(self._on_step)
        panel.body.addWidget(self.steps, 1)
        self._rule = Text("", "code", "secondary", elide=True)
        panel.footer.addWidget(self._rule, 1)
        return panel

    def _make_secondaries(self) -> QWidget:
        panel = Panel("其他诊断：去掉后会怎样", footer=True)
        self._model = CellModel(_COLUMNS)
        self.table = DataTable(_COLUMNS)
        self.table.setModel(self._model)
        self.table.setAccessibleName("其他诊断")
        self._no_secondaries = StateStack(self.table)
        panel.body.addWidget(self._no_secondaries, 1)
        self._change = Text("", "body", "secondary", wrap=True)
        self._change.setContentsMargins(*(self.shell.theme.px(n) for n in (12, 8, 12, 8)))
        panel.body.addWidget(self._change)
        panel.footer.addWidget(IconLabel("ph.info", "fg_muted", 14))
        panel.footer.addWidget(Text(_NOTE, "caption", "muted", elide=True), 1)
        return panel

    def _make_payment(self) -> QWidget:
        self.payment = PaymentCard()
        return self.payment

    def title_detail(self) -> str:
        """Return whose group it is."""
        return self._view.record.text("patient_name") if self._view else ""

    def place(self) -> Place:
        """Return the case shown."""
        return Place(self.key, {"case": self._view.case_id, "mode": self.mode.current} if self._view else {})

    def restore(self, place: Place) -> None:
        """Show the case of a place; without one the case that was open last."""
        case_id = place.args.get("case")
        if isinstance(place.args.get("mode"), str):
            self.mode.set_current(str(place.args["mode"]))
        if isinstance(case_id, int):
            self.shell.places.put("drg.case", case_id)
        else:
            case_id = self.shell.places.get("drg.case")
        if isinstance(case_id, int):
            self._open(case_id)

    def on_changes(self, changes: Changes) -> None:
        """Read the case anew when it was written or the scheme changed."""
        if self._view and (changes.assets or self._view.case_id in changes.cases):
            self._open(self._view.case_id)

    def default_focus(self) -> QWidget | None:
        """Start in the path."""
        return self.steps if self._view else None

    def to_case(self) -> None:
        """Go back to the case."""
        if self._view:
            self.shell.go(Place("case", {"case": self._view.case_id}))
        else:
            self.shell.back()

    def open_diagnosis(self) -> None:
        """Go to the case with the cursor on the chosen diagnosis."""
        at = self.table.current_row
        if self._view and 0 <= at < len(self._lines):
            path = f"dx[{self._lines[at].index}].code"
            self.shell.go(Place("case", {"case": self._view.case_id, "field": path}))

    def toggle_steps(self) -> None:
        """Switch between key steps and all."""
        self.mode.set_current("all" if self.mode.current == "key" else "key")

    def _open(self, case_id: int) -> None:
        services = self.shell.services
        if not services.is_ready:
            self._awaited = case_id
            self.stack.show_loading()
            job = self.shell.jobs.run(services.warm_up, label="载入编码库与分组方案", parent=self)
            job.done.connect(self._on_ready)
            return
        try:
            self._view = services.cases.view(case_id)
            self._lines = services.whatif.secondaries(case_id)
        except UserProblem as problem:
            self.stack.show_problem(problem)
            return
        self._show(self._view)
        self.place_changed.emit()

    def _on_ready(self) -> None:
        if self._awaited is not None and self.shell.services.is_ready:
            case_id, self._awaited = self._awaited, None
            self._open(case_id)

    def _show_nothing(self) -> None:
        self.stack.show_empty("没有要看的病案。", "在病案首页按 F9，看这一份的分组路径。", "到病例列表", self._to_list)

    def _to_list(self) -> None:
        self.shell.go(Place("worklist"))

    def _show(self, view: CaseView) -> None:
        record, grouping = view.record, view.grouping
        self.stack.show_content()
        self._name.setText(record.text("patient_name"))
        age = record.text("age_years")
        self._who.setText(f"{sex_text(record.text('sex'))} {f'{age} 岁' if age else ''}".strip())
        self._record.setText(record.text("record_no"))
        self._state.set_state(str(view.state))
        self._scheme.setText(f"方案：{grouping.scheme_title}")
        self._show_head(grouping)
        self._show_steps()
        self._show_lines(grouping)
        self.payment.show_price(grouping.price, trial=grouping.trial)
        self.shell.set_versions((VersionNote(f"分组：{grouping.scheme_title}", "按出院日期选用"),))

    def _show_head(self, grouping: Grouping) -> None:
        explanation, price = grouping.explanation, grouping.price
        self._code.setText(explanation.result.drg if explanation else "—")
        self._title.setText(explanation.name or "未进入正常分组" if explanation else "信息校验不通过")
        self._trial.setVisible(grouping.trial)
        self._sentence.setText(grouping.sentence)
        self._weight.setText(f"{price.weight:.4f}" if price.weight is not None else "—")
        self._multiple.setText(f"{price.multiple:.2f}" if price.multiple is not None else "—")
        grouped = explanation is not None and explanation.result.status is GroupStatus.GROUPED
        self._status.setText(str(explanation.result.status) if explanation else "校验不通过")
        self._status.set_tone("ok" if grouped else "warn")
        self._mark.set_icon("passed" if grouped else "ph.warning", "ok" if grouped else "warn")

    def _show_steps(self) -> None:
        explanation = self._view.grouping.explanation if self._view else None
        steps = explanation.steps if explanation else ()
        self.mode.set_count("all", len(steps))
        self.steps.show_steps(steps if self.mode.current == "all" else key_steps(steps))

    def _show_lines(self, grouping: Grouping) -> None:
        self._model.set_rows([_cells(line) for line in self._lines])
        if self._lines:
            self._no_secondaries.show_content()
            carriers = [at for at, line in enumerate(self._lines) if line.without]
            self.table.go_to(carriers[0] if carriers else 0)
        else:
            self._no_secondaries.show_empty("没有已编码的其他诊断。", "编码后在这里看每一条是否计入并发症或合并症。")
        self._change.setText(grouping.would_change or "没有哪一条其他诊断单独决定分组。")

    def _on_mode(self, _mode: str) -> None:
        self._show_steps()

    def _on_step(self) -> None:
        step = self.steps.current()
        self._rule.setText(f"{step.rule}　{step.source}" if step else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the table out anew."""
        super().resizeEvent(event)
        if self.built:
            self.table.fit()


def _cells(line: SecondaryLine) -> list[Cell]:
    note = line.note
    carries = bool(line.without)
    return [
        Cell(str(line.index + 1), "fg_secondary"),
        Cell(line.code, code=True, proposed=line.proposed),
        Cell(line.name, bold=carries, proposed=line.proposed),
        Cell(note.level.upper() or "—", "fg" if note.level else "fg_muted", bold=note.level == "mcc"),
        Cell(f"表{note.excluded_by} 含主诊" if note.excluded_by else "不含" if note.level else "—", "fg_secondary"),
        Cell("计入" if note.counts else "不计", "fg" if note.counts else "fg_muted", bold=carries),
        Cell(f"落入 {line.without}", "fg", "falls_to", bold=True) if carries else Cell("组不变", "fg_muted"),
    ]
