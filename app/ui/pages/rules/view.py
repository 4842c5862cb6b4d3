"""质控规则, as it is shown: layers and classes, the rules of one, and the rule itself with its four panels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.qc.layers import Layer
from app.qc.lint import Note
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_types import RuleLine
from app.ui.jobs import Job
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell
from app.ui.pages.rules.data import DataPanel
from app.ui.pages.rules.editor import RuleEditor
from app.ui.pages.rules.examples import ExamplesPanel
from app.ui.pages.rules.foot import FootBar
from app.ui.pages.rules.listing import RuleList, holds
from app.ui.pages.rules.reading import Judged, OneRule, Shown, judge, read_all, read_one
from app.ui.pages.rules.settings import SettingsPanel
from app.ui.pages.rules.telling import head_text, in_force, line_of, state_text
from app.ui.pages.rules.tree import DATA, RuleTree, belongs
from app.ui.pages.rules.trial import TrialPanel
from app.ui.pages.rules.versions import VersionsPanel
from app.ui.pages.rules.work import Desk, Work
from app.ui.ports import JsonValue
from app.ui.theme import theme
from app.ui.widgets import Pane, ScrollPane, Splitter, Tabs, column

_TABS: Final = (("trial", "试运行"), ("examples", "例子"), ("settings", "设置"), ("versions", "版本"))
_KEEP_MS: Final = 600
_JUDGE_MS: Final = 150


class RulesView(Page):
    """Tree, list, and the rule with its trial; or lists and parameters in place of both."""

    def __init__(self, shell: Shell, spec: PageSpec) -> None:
        super().__init__(shell, spec)
        self._branch = "layer:base"
        self._rule = ""
        self._shown = Shown((), (), ())
        self._one: OneRule | None = None
        self._work: Work | None = None
        self._judged: Judged | None = None
        self._jobs: dict[str, Job] = {}
        self._wants: Place | None = None
        self._case = 0

    @property
    def _services(self) -> Services:
        services: Services = self.shell.services
        return services

    def build_steps(self) -> Iterator[None]:
        """Make the three columns and the panels under the editor."""
        actions = self.shell.actions
        self._desk = Desk(self.shell.places)
        self.tree, self.list = RuleTree(), RuleList(actions)
        yield
        self.editor, self.tabs = RuleEditor(actions), Tabs(_TABS)
        self.tabs.setObjectName("rule_tabs")
        yield
        self.trial, self.examples = TrialPanel(actions), ExamplesPanel(actions)
        yield
        self.settings, self.versions = SettingsPanel(actions), VersionsPanel(actions)
        yield
        self.data, self.foot = DataPanel(), FootBar(actions)
        yield
        self._panels = QStackedWidget()
        for panel in (self.trial, self.examples, self.settings, self.versions):
            self._panels.addWidget(panel)
        self._panels.setMinimumHeight(theme().px(150))  # else the tallest panel squeezes the editor above
        right = Pane("surface")
        bar = Pane("surface", "b")
        bar.setLayout(column(self.tabs, margins=(8, 0, 8, 0)))
        rule = ScrollPane("surface", whole=True)
        rule.box.addWidget(self.editor)
        rule.box.addWidget(bar)
        rule.box.addWidget(self._panels, 1)
        whole = column()
        whole.addWidget(rule, 1)
        whole.addWidget(self.foot)
        right.setLayout(whole)
        self._rules = Splitter("rules.list", self.shell.places, (self.list, right), (300, 0), wide=(400, 0))
        self._places = QStackedWidget()
        self._places.addWidget(self._rules)
        self._places.addWidget(self.data)
        self._parts = Splitter("rules.tree", self.shell.places, (self.tree, self._places), (212, 0))
        self.setLayout(column(self._parts))
        self._keep_timer, self._judge_timer = self._timer(_KEEP_MS, self._keep), self._timer(_JUDGE_MS, self._judge)
        self._connect()
        self._name_regions()

    def _timer(self, wait_ms: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(wait_ms)
        timer.timeout.connect(run)
        return timer

    def _connect(self) -> None:
        self.tree.chosen.connect(self._on_branch)
        self.tree.entered.connect(self._focus_list)
        self.list.searched.connect(self._show_list)
        self.list.chosen.connect(self._on_rule)
        self.list.opened.connect(self._focus_editor)
        self.editor.changed.connect(self._on_changed)
        self.examples.changed.connect(self._on_changed)
        self.settings.own.changed.connect(self._on_changed)
        self.tabs.changed.connect(self._on_tab)
        self.versions.table.row_changed.connect(self._refresh_actions)
        self.trial.table.row_changed.connect(self._refresh_actions)

    def _name_regions(self) -> None:
        choose, leave, run = KeyHint("↑↓", "选择"), KeyHint("Esc", "返回"), KeyHint("F5", "试运行")
        save, find = KeyHint("Ctrl+S", "存草稿"), KeyHint("/", "查找")
        self.add_region("list", self.list.table, (choose, KeyHint("Enter", "改条件"), find, run, save))
        self.add_region("tree", self.tree, (choose, KeyHint("Enter", "到列表"), find, KeyHint("Ctrl+N", "新建")))
        self.add_region("query", self.list.query, (KeyHint("Enter", "到列表"), leave))
        token = (KeyHint("←→", "选择"), KeyHint("Enter", "改"), KeyHint("+", "加条件"), KeyHint("Delete", "去掉"))
        self.add_region("sentence", self.editor.sentence, (*token, run, save))
        self.add_region("formula", self.editor.formula, (KeyHint("F2", "收起公式"), run, save, leave))
        judging = (KeyHint("T", "判真实"), KeyHint("F", "判误报"), KeyHint("Enter", "打开病案"))
        self.add_region("samples", self.trial.table, (choose, *judging, run, save))
        example = (KeyHint("Enter", "改写"), KeyHint("Delete", "删除例子"))
        self.add_region("examples", self.examples.table, (choose, *example, run, save))
        self.add_region("settings", self.settings, (KeyHint("Tab", "下一项"), KeyHint("Enter", "写入"), save, leave))
        self.add_region("overrides", self.settings.overrides.table, (choose, KeyHint("Delete", "撤回规定"), leave))
        self.add_region("versions", self.versions, (choose, KeyHint("R", "恢复此版"), leave))
        self.add_region("data", self.data, (choose, KeyHint("Enter", "修改"), leave))

    def title_detail(self) -> str:
        """Return the words of the branch."""
        return self.tree.label

    def place(self) -> Place:
        """Return branch, rule, words searched and tab."""
        args = {"branch": self._branch, "rule": self._rule, "query": self.list.query.text(), "tab": self.tabs.current}
        return Place(self.key, args)

    def restore(self, place: Place) -> None:
        """Take a place up again; ``rule`` alone opens that rule, ``case`` is the case whose finding led here."""
        args = place.args
        branch, rule, tab = args.get("branch"), args.get("rule"), args.get("tab")
        self._branch = branch if isinstance(branch, str) else self._branch
        self._rule = rule if isinstance(rule, str) else self._rule
        if isinstance(tab, str):
            self.tabs.set_current(tab)
        query = args.get("query")
        was = self.list.query.blockSignals(True)
        self.list.query.setText(query if isinstance(query, str) else "")
        self.list.query.blockSignals(was)
        case = args.get("case")
        self._case = case if isinstance(case, int) else 0
        self._wants = place if isinstance(rule, str) and not isinstance(branch, str) else None
        self._read()

    def default_focus(self) -> QWidget:
        """Start in the list."""
        return self.data.table if self._branch == DATA else self.list.table

    def on_changes(self, changes: Changes) -> None:
        """Read anew when rules changed."""
        if changes.rules and self.isVisible():
            self.editor.flush()
            self._read()

    @property
    def work(self) -> Work | None:
        """The rule that is shown."""
        return None if self._branch == DATA else self._work

    @property
    def is_own(self) -> bool:
        """True for a rule that can be written here."""
        return self.work is not None and self.work.own and not self._read_only

    @property
    def can_save(self) -> bool:
        """True when the library does not have what is written."""
        return self.is_own and self.work is not None and self.work.is_changed

    @property
    def can_try(self) -> bool:
        """True when a rule is shown that can be read, and no trial runs."""
        return self.work is not None and self.work.tree is not None and "trial" not in self._jobs

    @property
    def has_draft(self) -> bool:
        """True when there is something written that is not in force."""
        return self.is_own and (self._kept_draft is not None or self.can_save)

    @property
    def can_enable(self) -> bool:
        """True when nothing is missing any more."""
        return self.has_draft and not self.missing()

    @property
    def can_judge(self) -> bool:
        """True while a sample is chosen."""
        return self.trial.chosen is not None and not self._read_only

    @property
    def can_roll_back(self) -> bool:
        """True when an earlier version is chosen."""
        return self.versions.can_roll_back and not self._read_only

    @property
    def _read_only(self) -> bool:
        return self._services.session.db.read_only

    @property
    def _kept_draft(self) -> Rule | None:
        return self._one.detail.draft if self._one is not None else None

    def missing(self) -> tuple[str, ...]:
        """Return what is still to do before the rule can be put in force, in words."""
        work = self._work
        if work is None:
            return ()
        trial = work.trial
        shown = self.trial.trial if trial is not None else None
        hits = len(trial.hits) if trial else 0
        judged = shown.judged if shown else 0
        notes: tuple[Note, ...] = self._judged.notes if self._judged and self._judged.rule == work.rule else ()
        return self._services.rule_writing.missing(notes, tried=trial is not None, hits=hits, judged=judged)

    def _read(self) -> None:
        if self._keep_timer.isActive():  # what is being written shall be there after reading
            self._keep_timer.stop()
            self._keep()
        if not self._shown.lines:
            self.list.stack.show_loading()
        job = self._start("list", partial(read_all, self._services))
        job.done.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _on_read(self, shown: Shown) -> None:
        self._shown = replace(shown, lines=(*shown.lines, *self._unsaved(shown)))
        if self._wants is not None:
            self._follow(self._wants.args)
        count = len(shown.lists) + len(shown.parameters)
        self._branch = self.tree.show_lines(self._shown.lines, count, self._branch)
        self.data.show_lines(shown.lists, shown.parameters)
        self._show_branch()
        self.place_changed.emit()

    def _unsaved(self, shown: Shown) -> tuple[RuleLine, ...]:
        known = {line.id for line in shown.lines}
        rules = [self._desk.find(name) for name in self._desk.names() if name not in known]
        return tuple(line_of(rule) for rule in rules if rule is not None)

    def _follow(self, args: Mapping[str, JsonValue]) -> None:
        """Show the rule that a place names."""
        self._wants = None
        line = next((one for one in self._shown.lines if one.id == args.get("rule")), None)
        if line is not None:
            self._branch, self._rule = f"layer:{line.layer}", line.id

    def _on_failed(self, problem: object) -> None:
        if isinstance(problem, UserProblem):
            self.list.stack.show_problem(problem)

    def _show_branch(self) -> None:
        self._places.setCurrentWidget(self.data if self._branch == DATA else self._rules)
        if self._branch != DATA:
            self._show_list()
        self._refresh_actions()

    def _show_list(self) -> None:
        query = self.list.query.text()
        lines = [line for line in self._shown.lines if belongs(line, self._branch) and holds(line, query)]
        if query and not lines:  # what is looked for stands elsewhere
            lines = [line for line in self._shown.lines if holds(line, query)]
        self.list.show_lines(lines, self._rule)
        if not lines:
            self._show_empty(query)
        elif self.list.current is not None:
            self._load(self.list.current.id)

    def _show_empty(self, query: str) -> None:
        if query:
            self.list.stack.show_empty("没有这样的规则。", "请换一个词，Esc 清除。")
        elif self._branch == "layer:hospital":
            hint = "按 Ctrl+N 从空白写起，或在一条基础规则上按 Ctrl+D 复制过来改。"
            self.list.stack.show_empty("还没有本院规则。", hint)
        else:
            self.list.stack.show_empty("这里没有规则。", "换一个层级或分类。")

    def _load(self, rule_id: str) -> None:
        self._rule = rule_id
        line = next((one for one in self._shown.lines if one.id == rule_id), None)
        if line is not None and self._is_only_here(rule_id):
            rule = self._desk.find(rule_id)
            if rule is not None:
                self._one = None
                self._show(Work(rule))
            return
        job = self._start("one", partial(read_one, self._services, rule_id))
        job.done.connect(self._on_one)

    def _is_only_here(self, rule_id: str) -> bool:
        """True for a rule that was begun and never saved."""
        return rule_id in self._desk.names() and any(
            line.id == rule_id and not line.version for line in self._shown.lines
        )

    def _on_one(self, one: OneRule) -> None:
        if one.detail.line.id != self._rule:
            return
        self._one = one
        own = one.detail.line.layer is not Layer.BASE
        kept = one.detail.draft or one.detail.rule
        written = self._desk.find(self._rule) if own else None
        trial = self._work.trial if self._work is not None and self._work.rule == (written or kept) else None
        self._show(Work(written or kept, kept, own, trial))

    def _show(self, work: Work) -> None:
        was, self._work = self._work, work
        words = self._services.rule_writing.words(work.rule)
        one = self._one
        version = in_force(one, self._services.today_text())
        told = head_text(one, own=work.own, version=version)
        self.editor.show_work(work, words, told=told, state=state_text(work, one))
        self.settings.show_rule(work.rule, one.detail if one else None, own=work.own)
        versions, steps = (one.versions, one.steps) if one else ((), ())
        self.versions.show_versions(versions, steps, words, version, own=work.own)
        if was is None or was.trial is not work.trial or was.rule.id != work.rule.id:
            self.trial.show_trial(work.trial, in_force=f"v{version}" if version else "")
        if was is None or was.rule.id != work.rule.id:
            self._judge()
        else:
            self._judge_timer.start()
        self._show_gate()

    def _show_gate(self) -> None:
        work = self._work
        if work is not None:
            changed = self.has_draft or self._one is None
            points = self.missing() if changed else ("先改动规则，这一版已在使用",)
            self.foot.show_gate(points, own=work.own)
        self._refresh_actions()

    def _judge(self) -> None:
        work = self._work
        if work is not None:
            job = self._start("judge", partial(judge, self._services, work.rule))
            job.done.connect(self._on_judged)

    def _on_judged(self, judged: Judged) -> None:
        work = self._work
        if work is None or judged.rule != work.rule:
            return
        self._judged = judged
        self.editor.show_notes(judged.notes, judged.counts())
        self.examples.show_examples(work.rule, judged.tried, fixed=not work.own)
        self._show_gate()

    def _keep(self) -> None:
        """Keep what is written until it is saved."""
        if self._work is not None and self._work.own and not self._read_only:
            self._desk.keep(self._work)

    def _forget(self, rule_id: str) -> None:
        """Forget what was written of a rule, because the library has it or nobody wants it."""
        self._keep_timer.stop()
        self._desk.forget(rule_id)

    def _on_changed(self, rule: Rule) -> None:
        if self._work is not None and self._work.own:
            self._show(self._work.become(rule))
            self._keep_timer.start()

    def _on_branch(self, key: str) -> None:
        self.editor.flush()
        self._branch = key
        self._show_branch()
        self.place_changed.emit()

    def _on_rule(self, rule_id: str) -> None:
        if rule_id != self._rule:
            self.editor.flush()
            self._keep()
            self._load(rule_id)

    def _on_tab(self, key: str) -> None:
        self._panels.setCurrentIndex([name for name, _ in _TABS].index(key))
        self._refresh_actions()

    def _start(self, name: str, work: Callable[..., object], label: str = "") -> Job:
        """Start a job; one of the same name that runs is given up."""
        if name in self._jobs:
            self._jobs[name].cancel()
        job = self._jobs[name] = self.shell.jobs.run(work, label=label, parent=self)
        job.ended.connect(partial(self._on_ended, name, job))
        return job

    def _on_ended(self, name: str, job: Job) -> None:
        if self._jobs.get(name) is job:
            del self._jobs[name]
            if name == "trial":
                self.trial.show_progress(None)
                if self._work is not None and self._work.trial is None:
                    self.trial.show_trial(None)
            self._refresh_actions()

    def _refresh_actions(self) -> None:
        self.shell.actions.refresh()

    def _focus_list(self) -> None:
        target = self.data.table if self._branch == DATA else self.list.table
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_editor(self) -> None:
        self.editor.sentence.setFocus(Qt.FocusReason.OtherFocusReason)
