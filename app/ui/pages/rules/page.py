"""质控规则: a rule is written, tried on stored cases, judged, put in force and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.qc.rule import Rule
from app.services.rule_types import PackPreview, Sample, Trial
from app.ui.page import Place
from app.ui.pages.files import ask_open, ask_save
from app.ui.pages.leaving import field_takes_escape
from app.ui.pages.rules.cards import CaseCard, PackCard, ReasonCard
from app.ui.pages.rules.data import Wanted
from app.ui.pages.rules.reading import try_rule
from app.ui.pages.rules.settings import Saying
from app.ui.pages.rules.telling import line_of
from app.ui.pages.rules.tree import DATA
from app.ui.pages.rules.view import RulesView
from app.ui.pages.rules.work import Work
from app.ui.pages.rules.writes import read_pack, write_data, write_pack, write_saying

_PACKS: Final = "规则包 (*.bgrules)"


class RulesPage(RulesView):
    """What the user does: every deed is an action of the table."""

    def build_steps(self) -> Iterator[None]:
        """Make the view and listen to its panels."""
        yield from super().build_steps()
        self.settings.overrides.said.connect(self._on_said)
        self.trial.opened.connect(self._open_sample)
        self.trial.stopped.connect(self._stop)
        self.data.wanted.connect(self._on_wanted)

    def focus_query(self) -> None:
        """Put the cursor into the search box."""
        target = self.data.query if self._branch == DATA else self.list.query
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        target.selectAll()

    def new(self) -> None:
        """Begin a rule from nothing."""
        self._begin(self._services.rule_writing.blank(self._free_id(), self._category()))

    def copy(self) -> None:
        """Begin a rule of the hospital like the one shown; the case whose finding led here becomes an example."""
        if self._work is None:
            return
        rule = replace(self._work.rule, id=self._free_id(), enabled=True, why_off="")
        if self._case:
            example = self._services.rule_writing.example_of(rule, self._case)
            rule = replace(rule, fires=(*rule.fires, example))
        self._begin(rule)

    def toggle_formula(self) -> None:
        """Show the text of the condition and go there, or hide it."""
        shown = not self.editor.shows_formula
        self.editor.show_formula(shown=shown)
        target = self.editor.formula if shown else self.editor.sentence
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_versions(self) -> None:
        """Go to the versions."""
        self.tabs.set_current("versions")
        self.versions.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def save(self) -> bool:
        """Keep what is written as a draft; return whether that is done."""
        self.editor.flush()
        work = self._work
        if work is None or not self.can_save:
            return False
        return self._write(
            lambda: self._services.rules.save_draft(work.rule), f"已存草稿 {work.rule.id}。", self._saved
        )

    def drop_draft(self) -> None:
        """Give up what is not in force."""
        work = self._work
        if work is None:
            return
        self._forget(work.rule.id)
        if self._kept_draft is not None:
            self._write(lambda: self._services.rules.drop_draft(work.rule.id), f"已放弃草稿 {work.rule.id}。")
        else:
            self._rule = work.rule.id if self._one is not None else ""
            self._read()

    def step_back(self) -> None:
        """Take the latest change of what is written back."""
        if self._work is not None and self._work.before:
            self._show(self._work.back())

    def run_trial(self) -> None:
        """Try the rule on the stored cases, of a period if one is asked for; nothing is written."""
        self.editor.flush()
        work = self._work
        if work is None or not self.can_try:
            return
        self.tabs.set_current("trial")
        try:
            scope = self.trial.scope()
        except ValueError:
            self.trial.show_wrong_days()
            return
        self.trial.show_progress(0.0)
        job = self._start("trial", partial(try_rule, self._services, work.rule, scope), label=f"试运行 {work.rule.id}")
        job.progress.connect(self._on_trial_progress)
        job.done.connect(partial(self._on_trial, work.rule))

    def judge_true(self) -> None:
        """Call the chosen sample a true alarm and go on."""
        self._say_judged(true_alarm=True)

    def judge_false(self) -> None:
        """Call the chosen sample a false alarm and go on."""
        self._say_judged(true_alarm=False)

    def enable(self) -> None:
        """Ask from when and why, then put the draft in force."""
        work = self._work
        if work is None or not self.can_enable:
            return
        told = f"由 {self._services.user.name} 签署，写入审计。启用后所有病例重新检查。"
        today = self._services.today_text()
        ReasonCard(
            self.window(), f"启用 {work.rule.id}：{work.rule.message}", told, "签署并启用", self._enable,
            dated=True, today=today,
        )  # fmt: skip

    def roll_back(self) -> None:
        """Ask why, then put the chosen earlier version in force again."""
        chosen = self.versions.chosen
        if chosen is not None:
            title = f"恢复 {chosen.rule.id} 第 {chosen.version} 版"
            told = "作为新的一版启用，旧版都保留。"
            ReasonCard(self.window(), title, told, "恢复此版", partial(self._roll_back, chosen.rule.id, chosen.version))

    def undo_step(self) -> None:
        """Take the chosen change of the hospital back."""
        step = self.versions.step
        if step is not None and step.can_undo:
            self._write(lambda: self._services.rules.undo(step.op_id), f"已撤销：{step.what}。")

    def example_from_case(self) -> None:
        """Ask for a record number and begin an example with the fields of that case that the rule reads."""
        sample, case = self.trial.chosen, self._case
        number = sample.record_no if sample else self._services.worklist.rows([case])[0].record_no if case else ""
        self.tabs.set_current("examples")
        CaseCard(self.window(), number, self._example_from)

    def drop_example(self) -> None:
        """Take the chosen example away."""
        self.examples.drop()

    def drop_override(self) -> None:
        """Ask why, then take the chosen word of the hospital back."""
        chosen = self.settings.overrides.chosen
        if chosen is not None:
            ReasonCard(
                self.window(), "撤回本院规定", "之前的规定重新有效。", "撤回", partial(self._drop_override, chosen.id)
            )

    def import_pack(self) -> None:
        """Ask for a pack, show what it brings, and take it when that is confirmed."""
        ask_open(self, self.shell.places, "导入规则包", self.read_pack, filters=_PACKS)

    def read_pack(self, path: Path) -> None:
        """Read a pack; nothing is written before it is confirmed."""
        job = self._start("pack", partial(read_pack, self._services, path), label=f"读取 {path.name}")
        job.done.connect(self._on_pack)

    def export_pack(self) -> None:
        """Write the hospital's rules, lists and parameters as a signed pack."""
        ask_save(self, self.shell.places, "导出规则包", self.write_pack, name="本院规则.bgrules", filters=_PACKS)

    def write_pack(self, path: Path) -> None:
        """Write the pack."""
        job = self._start("export", partial(write_pack, self._services, path), label=f"导出 {path.name}")
        job.done.connect(partial(self._on_exported, path))

    def show_data(self) -> None:
        """Go to lists and parameters."""
        self._on_branch(DATA)
        self._read()
        self.data.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> None:
        """Leave the token, the field, the editor, the search, then the page."""
        if self.editor.box_is_open:
            self.editor.close_box()
        elif field_takes_escape():
            return
        elif self.examples.is_editing and self.examples.line.hasFocus():
            self.examples.end()
            self.examples.table.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.list.query.hasFocus() and self.list.query.text():
            self.list.query.clear()
        elif self._is_in_columns():
            self.shell.back()
        else:
            self.editor.flush()
            self._keep()
            self._focus_list()

    def _begin(self, rule: Rule) -> None:
        self._keep()
        self._one, self._rule = None, rule.id
        work = Work(rule)
        self._desk.keep(work)
        self._shown = replace(self._shown, lines=(*self._shown.lines, line_of(rule)))
        count = len(self._shown.lists) + len(self._shown.parameters)
        self._branch = self.tree.show_lines(self._shown.lines, count, "layer:hospital")
        self._places.setCurrentWidget(self._rules)
        self.list.query.clear()
        self._work = None
        self._show_list()
        self.place_changed.emit()
        self._focus_editor()

    def _free_id(self) -> str:
        """Return an id that neither the library nor anything begun has."""
        found = self._services.rules.new_id()
        taken = set(self._desk.names())
        while found in taken:
            stem, _, number = found.rpartition("-")
            found = f"{stem}-{int(number) + 1:0{len(number)}}"
        return found

    def _category(self) -> str:
        kind, _, name = self._branch.partition(":")
        return name if kind == "class" else "逻辑"

    def _saved(self) -> None:
        if self._work is not None:
            self._forget(self._work.rule.id)

    def _enable(self, reason: str, first: date | None, last: date | None) -> None:
        work, rules = self._work, self._services.rules
        if work is None:
            return
        if work.is_changed:
            self.shell.publish(rules.save_draft(work.rule))
        today = self._services.session.clock.now().date()
        begins = None if first is not None and first <= today else first
        changes = rules.enable(work.rule.id, reason, begins, last)
        self._saved()
        self._after(changes, f"已启用 {work.rule.id}，病例将重新检查。")

    def _roll_back(self, rule_id: str, version: int, reason: str, _first: date | None, _last: date | None) -> None:
        self._forget(rule_id)
        self._after(self._services.rules.roll_back(rule_id, version, reason), f"已恢复 {rule_id} 第 {version} 版。")

    def _drop_override(self, override_id: int, reason: str, _first: date | None, _last: date | None) -> None:
        self._after(self._services.rules.drop_override(override_id, reason), "已撤回这项规定。")

    def _example_from(self, record_no: str) -> None:
        work = self._work
        found = self._services.worklist.ids("all", record_no)
        if not record_no or not found:
            raise UserProblem("rules.no_case", remedy="rules.remedy.no_case", given=record_no)
        if work is not None:
            self.examples.begin(self._services.rule_writing.example_of(work.rule, int(found[0])))

    def _on_said(self, saying: Saying) -> None:
        panel = self.settings.overrides
        try:
            changes = write_saying(self._services.rules, self._rule, saying)
        except UserProblem as problem:
            panel.show_problem(problem)
            return
        panel.end()
        self._after(changes, f"已写入：{self._rule}。")

    def _on_wanted(self, wanted: Wanted) -> None:
        try:
            changes = write_data(self._services.rules, wanted)
        except UserProblem as problem:
            self.data.show_problem(problem)
            return
        self._after(changes, f"已写入 {wanted.name}。")

    def _write(self, work: Callable[[], Changes], said: str, then: Callable[[], None] | None = None) -> bool:
        try:
            changes = work()
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return False
        if then is not None:
            then()
        self._after(changes, said)
        return True

    def _after(self, changes: Changes, said: str) -> None:
        self.shell.publish(changes)
        self.shell.notices.toast(said, severity="ok")
        self._read()

    def _on_trial_progress(self, done: int, total: int, note: str) -> None:
        self.trial.show_progress(done / total if total else 0.0, note)

    def _on_trial(self, rule: Rule, trial: Trial) -> None:
        work = self._work
        if work is None or work.rule != rule:
            return
        self._show(replace(work, trial=trial))
        if trial.samples:
            self.trial.focus_samples()

    def _stop(self) -> None:
        if "trial" in self._jobs:
            self._jobs["trial"].cancel()

    def _say_judged(self, *, true_alarm: bool) -> None:
        sample = self.trial.chosen
        if sample is None:
            return
        try:
            self._services.rules.judge(self._rule, sample.case_id, true_alarm)
        except UserProblem as problem:
            self.shell.errors.show(problem)
            return
        self.trial.judge(true_alarm)
        self._show_gate()

    def _open_sample(self, sample: Sample) -> None:
        path = sample.finding.paths[0] if sample.finding.paths else ""
        self.shell.go(Place("case", {"case": sample.case_id, "field": path}))

    def _on_pack(self, preview: PackPreview) -> None:
        self.shell.notices.forget_problem()
        PackCard(self.window(), preview, partial(self._take_pack, preview))

    def _take_pack(self, preview: PackPreview, reason: str, trust: bool, enable: bool) -> None:
        changes = self._services.rule_packs.take(preview, reason, trust=trust, enable=enable)
        self._after(changes, f"已导入 {preview.path.name}，{len(preview.usable):,} 条规则。")

    def _on_exported(self, path: Path, count: int) -> None:
        self.shell.notices.toast(f"已导出 {count:,} 条规则到 {path.name}，带本院签名。", severity="ok")

    def _is_in_columns(self) -> bool:
        focus = QApplication.focusWidget()
        return focus in (None, self, self.tree, self.list.table, self.list.query, self.data.table, self.data.query)
