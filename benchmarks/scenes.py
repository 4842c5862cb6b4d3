"""What the pictures of :mod:`benchmarks.screens` show. A page adds its scenes to ``SCENES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.ports import JsonValue
from benchmarks import desk_plays, login_scenes
from benchmarks import scene_plays as plays
from benchmarks.return_plays import (
    answer_one,
    ask_phrase,
    end_review,
    has_begun,
    open_card,
    open_templates,
    review,
)


def _true(_window: MainWindow) -> bool:
    return True


def _nothing(_window: MainWindow) -> None:
    """Leave the window as it is."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture. ``page`` must be registered, else the scene is left out.

    The window goes to the page with ``args``, then ``play`` sets the scene (opens a popup, types). The picture is taken
    when no job runs and ``ready`` holds; ``leave`` clears up.
    """

    name: str
    page: str
    args: dict[str, JsonValue] = field(default_factory=dict)
    play: Callable[[MainWindow], None] = _nothing
    ready: Callable[[MainWindow], bool] = _true
    leave: Callable[[MainWindow], None] = _nothing

    def show(self, window: MainWindow) -> None:
        """Go to the page and set the scene."""
        window.go(Place(self.page, self.args))
        self.play(window)


SCENES: tuple[Scene, ...] = (
    Scene("worklist", "worklist", {"queue": "coding"}, ready=plays.peeked),
    Scene("desk", "desk", play=plays.load_desk),
    Scene("worklist-bulk", "worklist", {"queue": "all"}, ready=plays.bulk, leave=plays.escape),
    Scene(
        "worklist-follow-up",
        "worklist",
        {"queue": "all"},
        play=plays.follow_up,
        ready=plays.peeked,
        leave=plays.close_cards,
    ),
    Scene(
        "worklist-columns",
        "worklist",
        {"queue": "all"},
        play=plays.choose_columns,
        ready=plays.peeked,
        leave=plays.escape,
    ),
    Scene("worklist-filter", "worklist", {"queue": "all"}, play=plays.complete, leave=plays.leave_filter),
    Scene("worklist-none", "worklist", {"queue": "all", "text": "没有这样的病例"}, leave=plays.leave_filter),
    Scene("import", "import"),
    Scene("import-columns", "import", play=plays.read_batch, ready=plays.columns_read, leave=plays.leave_import),
    Scene("import-check", "import", play=plays.read_batch, ready=plays.lines_read, leave=plays.leave_import),
    Scene("palette", "worklist", play=plays.palette, leave=plays.close_palette),
    Scene("help", "help"),
    Scene("autocode", "autocode", {"queue": "all"}, play=plays.review, ready=plays.reviewed),
    Scene(
        "autocode-band",
        "autocode",
        {"queue": "all"},
        play=plays.take_band,
        ready=plays.reviewed,
        leave=plays.close_cards,
    ),
    Scene(
        "autocode-limits",
        "autocode",
        {"queue": "all"},
        play=plays.limits,
        ready=plays.reviewed,
        leave=plays.close_cards,
    ),
    Scene("autocode-search", "autocode", {"queue": "all", "band": "search"}, play=plays.find, leave=plays.close_cards),
    Scene("codes", "codes", {"query": "胆总管结石", "kind": "dx"}, ready=plays.found),
    Scene("codes-shelf", "codes", play=desk_plays.show_shelf),
    Scene("codes-wishes", "codes", {"query": "K80.3"}, play=desk_plays.show_wish_list, leave=plays.close_cards),
    Scene("today", "today", play=desk_plays.show_day),
    Scene("case-held", "case", play=desk_plays.show_held, ready=plays.shown),
    Scene("case-clash", "case", {"case": 1}, play=desk_plays.show_clash, ready=plays.shown, leave=plays.close_cards),
    Scene("memory", "memory"),
    Scene("audit", "audit"),
    Scene("audit-edits", "audit", {"kind": "edit"}),
    Scene("qc-batch", "qc", {"scope": "all", "segment": "open", "by": "rule", "key": "WZ-034"}, ready=plays.explained),
    Scene("qc-batch-dept", "qc", {"scope": "all", "segment": "all", "by": "dept", "key": "03.04"}),
    Scene("rules", "rules", {"rule": "WZ-034", "branch": "layer:base", "tab": "trial"}, ready=plays.tried),
    Scene("rules-new", "rules", {"rule": "LJ-026"}, play=plays.show_examples, ready=plays.written),
    Scene("rules-token", "rules", {"branch": "layer:hospital"}, ready=plays.token_open, leave=plays.leave_token),
    Scene("rules-settings", "rules", {"rule": "LJ-037", "branch": "class:逻辑", "tab": "settings"}),
    Scene("rules-versions", "rules", {"branch": "layer:hospital", "tab": "versions"}),
    Scene("rules-data", "rules", {"branch": "data:all"}),
    Scene("case", "case", {"case": 1}, play=plays.asked_case, ready=plays.shown),
    Scene(
        "case-search",
        "case",
        {"case": 1},
        play=desk_plays.search_code,
        ready=plays.shown,
        leave=desk_plays.leave_search,
    ),
    Scene("case-questions", "case", {"case": 1}, play=plays.ask_questions, ready=plays.shown),
    Scene("case-score", "case", {"case": 1}, play=plays.show_score, ready=plays.shown, leave=plays.toggle_score),
    Scene("case-reason", "case", {"case": 1}, play=plays.give_reason, ready=plays.shown, leave=plays.close_cards),
    Scene("questions", "questions"),
    Scene("physician", "physician", ready=has_begun),
    Scene("physician-list", "physician", {"list": "department", "case": 0}),
    Scene("returns", "returns", {"scope": "outstanding"}),
    Scene("returns-answers", "returns", {"scope": "answered"}, play=answer_one),
    Scene("returns-package", "returns", play=ask_phrase, leave=plays.close_cards),
    Scene("case-review", "case", play=review, ready=plays.shown, leave=end_review),
    Scene("returns-templates", "returns", play=open_templates, leave=plays.close_cards),
    Scene("case-ask", "case", {"case": 1}, play=open_card, ready=plays.shown, leave=plays.close_cards),
    Scene(
        "case-history", "case", play=partial(plays.in_tab, "history"), ready=plays.shown, leave=plays.back_to_findings
    ),
    Scene("case-notes", "case", play=partial(plays.in_tab, "notes"), ready=plays.shown, leave=plays.back_to_findings),
    Scene("case-three", "case", play=partial(plays.in_tab, "three"), ready=plays.shown, leave=plays.back_to_findings),
    Scene("case-papers", "case", play=plays.see_evidence, ready=plays.shown, leave=plays.back_to_findings),
    Scene("case-moment", "case", play=plays.see_moment, ready=plays.shown, leave=plays.back_to_findings),
    Scene("case-print", "case", play=plays.preview, ready=plays.shown, leave=plays.back_to_findings),
    Scene("case-revision", "case", play=plays.revise, ready=plays.shown, leave=plays.toggle_revision),
    Scene("drg", "drg", {"case": 1}, play=plays.first_grouped, ready=plays.grouped),
    Scene("drg-trial", "drg", {"case": 1}, play=plays.try_removal, ready=plays.grouped, leave=plays.leave_trial),
    Scene("pay-rules", "pay_rules", {"rule": "coefficient"}),
    Scene("schemes", "schemes", {"section": "scheme"}, ready=plays.checked),
    Scene(
        "schemes-refused",
        "schemes",
        {"section": "scheme"},
        play=plays.refuse,
        ready=plays.checked,
        leave=plays.choose_book,
    ),
    Scene(
        "schemes-check",
        "schemes",
        {"section": "scheme"},
        play=plays.check_file,
        ready=plays.check_shown,
        leave=plays.drop_check,
    ),
    Scene("submission", "submission"),
    Scene("submission-register", "submission", {"tab": "register"}),
    Scene("submission-unlock", "submission", {"tab": "unlock"}),
    Scene("handover", "handover", {"kind": "l2"}, play=plays.check_handover),
    Scene("handover-register", "handover", {"tab": "register"}),
    Scene("insurer", "insurer"),
    Scene("appeals", "appeals", {"tab": "open"}),
    Scene("appeals-new", "appeals", {"tab": "open"}, play=plays.new_appeal, leave=plays.close_cards),
    Scene("reports", "reports", {"report": "month", "part": "grouping", "table": False}, ready=plays.reported),
    Scene("reports-cost", "reports", {"report": "month", "part": "cost"}, ready=plays.reported),
    Scene("reports-work", "reports", {"report": "work", "work": "quality", "table": False}, ready=plays.reported),
    Scene("reports-depts", "reports", {"report": "depts", "table": False}, ready=plays.reported),
    Scene("reports-depts-table", "reports", {"report": "depts", "table": True}, ready=plays.reported),
    Scene("reports-diseases", "reports", {"report": "diseases", "table": True}, ready=plays.reported),
    Scene("reports-tiers", "reports", {"report": "tiers"}, ready=plays.reported),
    Scene("reports-surgeons", "reports", {"report": "surgeons"}, ready=plays.reported),
    Scene("reports-watch", "reports", {"report": "watch"}, ready=plays.reported),
    Scene("reports-rules", "reports", {"report": "rules"}, ready=plays.reported),
    Scene("reports-coders", "reports", {"report": "work", "work": "coders"}, ready=plays.reported),
    Scene("reports-sections", "reports", {"report": "work", "work": "sections"}, ready=plays.reported),
    Scene("reports-errors", "reports", {"report": "work", "work": "dept_quality"}, ready=plays.reported),
    Scene("reports-states", "reports", {"report": "work", "work": "states"}, ready=plays.reported),
    Scene("reports-drill", "reports", {"report": "drill", "path": []}, ready=plays.reported),
    Scene("compare", "compare", play=plays.compare, ready=plays.compared),
    Scene("compare-paths", "compare", ready=plays.paths, leave=plays.leave_paths),
    Scene("browser", "browser", {"scheme": "starter", "group": "HC1"}, ready=plays.browsed),
    Scene("browser-code", "browser", {"scheme": "starter", "query": "K80"}, ready=plays.browsed),
    Scene("settings-look", "settings", {"option": "mode"}),
    Scene("settings-keys", "settings", {"group": "keys"}, play=plays.catch_key),
    Scene("settings-qc", "settings", {"group": "qc"}),
    Scene("settings-pay", "settings", {"group": "pay"}),
    Scene("settings-bands", "settings", {"group": "bands"}),
    Scene("settings-backup", "settings", {"group": "backup"}),
    Scene("settings-dictionaries", "settings", {"group": "dictionaries"}),
    Scene("settings-about", "settings", {"group": "about"}, play=plays.self_test, ready=plays.self_tested),
    Scene("login", "help", play=login_scenes.show_door, leave=login_scenes.leave),
    Scene("first-run", "help", play=login_scenes.show_first_run, leave=login_scenes.leave),
    Scene("first-run-assets", "help", play=login_scenes.show_first_run_assets, leave=login_scenes.leave),
    Scene("settings-users", "settings", {"group": "people"}, play=login_scenes.show_users),
    Scene("settings-person", "settings", {"group": "people"}, play=login_scenes.show_person, leave=login_scenes.leave),
    Scene("settings-search", "settings", {"group": "look"}, play=plays.search_settings),
    Scene("tour", "worklist", play=plays.tour, leave=plays.leave_tour),
    Scene("help-search", "help", play=plays.find_help),
)
