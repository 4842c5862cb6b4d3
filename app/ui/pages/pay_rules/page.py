"""支付参数: hospital, rates, multiples, shares, limits, warning levels. A change holds at once and is in the audit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.drg.pay_rules import default_rules
from app.services.pay_rule_texts import typed
from app.services.pay_rules import PayRulesService, RateNote
from app.ui.page import KeyHint, Page, Place
from app.ui.pages.pay_rules.form import RulesForm
from app.ui.pages.pay_rules.levels import LevelsPanel
from app.ui.pages.pay_rules.versions import ChangesPanel, WeightsPanel
from app.ui.widgets import RuledField, ScrollPane, Splitter, column

_FIRST: Final = "city"
_LEAST: Final = 150


class PayRulesPage(Page):
    """Form at the left; levels, versions of weights and changes at the right."""

    @property
    def _rules(self) -> PayRulesService:
        rules: PayRulesService = self.shell.services.pay_rules
        return rules

    def build(self) -> None:
        """Make the form and the three panels."""
        self._wanted = _FIRST
        self.form = RulesForm()
        self.levels, self.weights, self.log = LevelsPanel(), WeightsPanel(), ChangesPanel()
        self.form.committed.connect(self._on_rule)
        self.levels.committed.connect(self._on_levels)
        self.levels.dropped.connect(self._on_dropped)
        self.weights.committed.connect(self._on_day)
        self.weights.import_wanted.connect(self.import_weights)
        self.log.undo_wanted.connect(self.undo)
        right = ScrollPane("canvas", (6, 10, 12, 12), 10, whole=True)
        for panel, share in ((self.levels, 5), (self.weights, 3), (self.log, 4)):
            panel.setMinimumHeight(self.shell.theme.px(_LEAST))
            right.box.addWidget(panel, share)
        self.parts = Splitter("pay_rules", self.shell.places, (self.form, right), (600, 0), wide=(640, 0))
        self.setLayout(column(self.parts))
        leave = KeyHint("Esc", "返回")
        choose = KeyHint("↑↓", "选择")
        self.add_region("form", self.form, (KeyHint("Enter", "保存并到下一项"), KeyHint("Ctrl+Z", "撤销修改"), leave))
        level_keys = (
            choose,
            KeyHint("Enter", "改这一行"),
            KeyHint("Insert", "新增科别"),
            KeyHint("Ctrl+Delete", "删除"),
        )
        self.add_region("levels", self.levels, (*level_keys, leave))
        self.add_region("weights", self.weights, (choose, KeyHint("Enter", "改日期"), leave))
        self.add_region("changes", self.log, (choose, KeyHint("Ctrl+Z", "撤销这次修改"), leave))

    def restore(self, place: Place) -> None:
        """Read everything; with the key of a rule go to its field."""
        self._read()
        wanted = place.args.get("rule")
        self._wanted = wanted if isinstance(wanted, str) and wanted in self.form.lines else _FIRST
        self.form.ensureWidgetVisible(self.form.lines[self._wanted])
        self.form.lines[self._wanted].field.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> Place:
        """Return the rule that has the focus."""
        line = self.form.focused
        return Place(self.key, {"rule": line.key} if line else {})

    def default_focus(self) -> QWidget:
        """Start in the field of the place, else in the first."""
        return self.form.lines[self._wanted].field

    def on_changes(self, changes: Changes) -> None:
        """Read everything anew when rules, schemes or tables changed; a hidden page reads when it is shown."""
        if changes.assets and self.isVisible():
            self._read()

    # What the user does.

    def reset(self) -> None:
        """Give the rule in the focused field its default."""
        line = self.form.focused
        if line is not None:
            self._on_rule(line.key, typed(default_rules(), line.key))

    @property
    def can_reset(self) -> bool:
        """True while a field of the form has the focus."""
        return self.form.focused is not None

    @property
    def can_undo(self) -> bool:
        """True when a change is in effect."""
        return self.log.to_undo is not None

    def undo(self) -> None:
        """Take the chosen change back, else the latest."""
        change = self.log.to_undo
        if change is not None and self._write(lambda: self._rules.take_back(change.op_id), self.shell.errors.show):
            self.shell.notices.toast(f"已撤销：{change.what} 恢复为 {change.old}。")

    def escape(self) -> None:
        """Bring back the text of the field; from the line of the levels go to their table; else leave the page."""
        focus = QApplication.focusWidget()
        if focus is not None and self.levels.is_in_line(focus):
            self.levels.give_up()
        elif not (isinstance(focus, RuledField) and focus.revert()):
            self.shell.back()

    def new_level(self) -> None:
        """Begin the levels of another department."""
        self.levels.begin_new()

    def drop_level(self) -> None:
        """Let the chosen department have the levels for all."""
        self.levels.drop()

    def import_weights(self) -> None:
        """Go to where weights are imported."""
        self.shell.go(Place("schemes", {"section": "weights"}))

    # Writing and reading.

    def _on_rule(self, key: str, given: str) -> None:
        line = self.form.lines[key]
        line.settle()
        tell = partial(line.show_problem, rules=self._rules.rules)
        if self._write(lambda: self._rules.set_text(key, given), tell):
            self._tell_saved()

    def _on_levels(self, dept: str, given: tuple[str, ...]) -> None:
        if self._write(lambda: self._rules.set_levels(dept, given), self.levels.show_problem):
            self.levels.choose(dept)
            self._tell_saved()
            self.levels.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_dropped(self, dept: str) -> None:
        if self._write(lambda: self._rules.drop_levels(dept), self.levels.show_problem):
            self._tell_saved()

    def _on_day(self, asset_id: str, given: str) -> None:
        self._write(lambda: self._rules.set_weights_from(asset_id, given), self.weights.show_problem)

    def _write(self, work: Callable[[], Changes], tell: Callable[[UserProblem], object]) -> bool:
        """Do a write; say what is wrong with it, else tell every page. Return whether anything changed."""
        try:
            changes = work()
        except UserProblem as problem:
            tell(problem)
            return False
        if changes.op_id:
            self.shell.publish(changes)
        else:
            self._read()
        return bool(changes.op_id)

    def _tell_saved(self) -> None:
        """Name the latest change, with a way back."""
        change = self.log.chosen
        if change is not None:
            said = f"{change.what}：{change.old} → {change.new}，已记入审计。"
            self.shell.notices.toast(said, undo=self.undo)

    def _read(self) -> None:
        rules = self._rules.rules
        self.form.show_rules(rules)
        self.levels.show_rules(rules)
        self.weights.show_lines(self._rules.weights())
        self.log.show_changes(self._rules.history())
        self.shell.actions.refresh()
        job = self.shell.jobs.run(lambda _progress: self._rules.rates_today(), parent=self)
        job.done.connect(self._on_today)

    def _on_today(self, note: RateNote) -> None:
        self.form.show_today(note.told, fits=note.fits)
