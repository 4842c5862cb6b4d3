"""What the pictures of :mod:`benchmarks.screens` show. A page adds its scenes to ``SCENES``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from app.ui.main_window import MainWindow
from app.ui.page import Place
from app.ui.ports import JsonValue
from benchmarks import desk_plays, login_scenes, wrong_plays
from benchmarks import scene_plays as on
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
    Scene("worklist", "worklist", {"queue": "coding"}, ready=on.peeked),
    Scene("desk", "desk", play=on.load_desk),
    Scene("worklist-bulk", "worklist", {"queue": "all"}, ready=on.bulk, leave=on.escape),
    Scene("worklist-follow-up", "worklist", {"queue": "all"}, play=on.follow_up, ready=on.peeked, leave=on.close_cards),
    Scene("worklist-columns", "worklist", {"queue": "all"}, play=on.choose_columns, ready=on.peeked, leave=on.escape),
    Scene("worklist-filter", "worklist", {"queue": "all"}, play=on.complete, leave=on.leave_filter),
    Scene("worklist-none", "worklist", {"queue": "all", "text": "没有这样的病例"}, leave=on.leave_filter),
    Scene("import", "import"),
    Scene("import-columns", "import", play=on.read_batch, ready=on.columns_read, leave=on.leave_import),
    Scene("import-check", "import", play=on.read_batch, ready=on.lines_read, leave=on.leave_import),
    Scene("palette", "worklist", play=on.palette, leave=on.close_palette),
    Scene("help", "help"),
    Scene("autocode", "autocode", {"queue": "all"}, play=on.review, ready=on.reviewed),
    Scene("autocode-band", "autocode", {"queue": "all"}, play=on.take_band, ready=on.reviewed, leave=on.close_cards),
    Scene("autocode-limits", "autocode", {"queue": "all"}, play=on.limits, ready=on.reviewed, leave=on.close_cards),
    Scene("autocode-search", "autocode", {"queue": "all", "band": "search"}, play=on.find, leave=on.close_cards),
    Scene("codes", "codes", {"query": "胆总管结石", "kind": "dx"}, ready=on.found),
    Scene("codes-shelf", "codes", play=desk_plays.show_shelf),
    Scene("codes-wishes", "codes", {"query": "K80.3"}, play=desk_plays.show_wish_list, leave=on.close_cards),
    Scene("today", "today", play=desk_plays.show_day),
    Scene("case-held", "case", play=desk_plays.show_held, ready=on.shown),
    Scene("case-clash", "case", {"case": 1}, play=desk_plays.show_clash, ready=on.shown, leave=on.close_cards),
    Scene("memory", "memory"),
    Scene("audit", "audit"),
    Scene("audit-edits", "audit", {"kind": "edit"}),
    Scene("qc-batch", "qc", {"scope": "all", "segment": "open", "by": "rule", "key": "WZ-034"}, ready=on.explained),
    Scene("qc-batch-dept", "qc", {"scope": "all", "segment": "all", "by": "dept", "key": "03.04"}),
    Scene("rules", "rules", {"rule": "WZ-034", "branch": "layer:base", "tab": "trial"}, ready=on.tried),
    Scene("rules-new", "rules", {"rule": "LJ-026"}, play=on.show_examples, ready=on.written),
    Scene("rules-token", "rules", {"branch": "layer:hospital"}, ready=on.token_open, leave=on.leave_token),
    Scene("rules-settings", "rules", {"rule": "LJ-037", "branch": "class:逻辑", "tab": "settings"}),
    Scene("rules-versions", "rules", {"branch": "layer:hospital", "tab": "versions"}),
    Scene("rules-data", "rules", {"branch": "data:all"}),
    Scene("case", "case", {"case": 1}, play=on.asked_case, ready=on.shown),
    Scene(
        "case-search",
        "case",
        {"case": 1},
        play=desk_plays.search_code,
        ready=on.shown,
        leave=desk_plays.leave_search,
    ),
    Scene("case-questions", "case", {"case": 1}, play=on.ask_questions, ready=on.shown),
    Scene("case-score", "case", {"case": 1}, play=on.show_score, ready=on.shown, leave=on.toggle_score),
    Scene("case-reason", "case", {"case": 1}, play=on.give_reason, ready=on.shown, leave=on.close_cards),
    Scene("questions", "questions"),
    Scene("physician", "physician", ready=has_begun),
    Scene("physician-list", "physician", {"list": "department", "case": 0}),
    Scene("returns", "returns", {"scope": "outstanding"}),
    Scene("returns-answers", "returns", {"scope": "answered"}, play=answer_one),
    Scene("returns-package", "returns", play=ask_phrase, leave=on.close_cards),
    Scene("case-review", "case", play=review, ready=on.shown, leave=end_review),
    Scene("returns-templates", "returns", play=open_templates, leave=on.close_cards),
    Scene("case-ask", "case", {"case": 1}, play=open_card, ready=on.shown, leave=on.close_cards),
    Scene("case-history", "case", play=partial(on.in_tab, "history"), ready=on.shown, leave=on.back_to_findings),
    Scene("case-notes", "case", play=partial(on.in_tab, "notes"), ready=on.shown, leave=on.back_to_findings),
    Scene("case-three", "case", play=partial(on.in_tab, "three"), ready=on.shown, leave=on.back_to_findings),
    Scene("case-papers", "case", play=on.see_evidence, ready=on.shown, leave=on.back_to_findings),
    Scene("case-moment", "case", play=on.see_moment, ready=on.shown, leave=on.back_to_findings),
    Scene("case-print", "case", play=on.preview, ready=on.shown, leave=on.back_to_findings),
    Scene("case-revision", "case", play=on.revise, ready=on.shown, leave=on.toggle_revision),
    Scene("drg", "drg", {"case": 1}, play=on.first_grouped, ready=on.grouped),
    Scene("drg-trial", "drg", {"case": 1}, play=on.try_removal, ready=on.grouped, leave=on.leave_trial),
    Scene("pay-rules", "pay_rules", {"rule": "coefficient"}),
    Scene("schemes", "schemes", {"section": "scheme"}, ready=on.checked),
    Scene("schemes-refused", "schemes", {"section": "scheme"}, play=on.refuse, ready=on.checked, leave=on.choose_book),
    Scene(
        "schemes-check",
        "schemes",
        {"section": "scheme"},
        play=on.check_file,
        ready=on.check_shown,
        leave=on.drop_check,
    ),
    Scene("submission", "submission"),
    Scene("submission-register", "submission", {"tab": "register"}),
    Scene("submission-unlock", "submission", {"tab": "unlock"}),
    Scene("handover", "handover", {"kind": "l2"}, play=on.check_handover),
    Scene("handover-register", "handover", {"tab": "register"}),
    Scene("insurer", "insurer"),
    Scene("appeals", "appeals", {"tab": "open"}),
    Scene("appeals-new", "appeals", {"tab": "open"}, play=on.new_appeal, leave=on.close_cards),
    Scene("reports", "reports", {"report": "month", "part": "grouping", "table": False}, ready=on.reported),
    Scene("reports-cost", "reports", {"report": "month", "part": "cost"}, ready=on.reported),
    Scene("reports-work", "reports", {"report": "work", "work": "quality", "table": False}, ready=on.reported),
    Scene("reports-depts", "reports", {"report": "depts", "table": False}, ready=on.reported),
    Scene("reports-depts-table", "reports", {"report": "depts", "table": True}, ready=on.reported),
    Scene("reports-diseases", "reports", {"report": "diseases", "table": True}, ready=on.reported),
    Scene("reports-tiers", "reports", {"report": "tiers"}, ready=on.reported),
    Scene("reports-surgeons", "reports", {"report": "surgeons"}, ready=on.reported),
    Scene("reports-watch", "reports", {"report": "watch"}, ready=on.reported),
    Scene("reports-rules", "reports", {"report": "rules"}, ready=on.reported),
    Scene("reports-coders", "reports", {"report": "work", "work": "coders"}, ready=on.reported),
    Scene("reports-sections", "reports", {"report": "work", "work": "sections"}, ready=on.reported),
    Scene("reports-errors", "reports", {"report": "work", "work": "dept_quality"}, ready=on.reported),
    Scene("reports-states", "reports", {"report": "work", "work": "states"}, ready=on.reported),
    Scene("reports-drill", "reports", {"report": "drill", "path": []}, ready=on.reported),
    Scene("compare", "compare", play=on.compare, ready=on.compared),
    Scene("compare-paths", "compare", ready=on.paths, leave=on.leave_paths),
    Scene("browser", "browser", {"scheme": "starter", "group": "HC1"}, ready=on.browsed),
    Scene("browser-code", "browser", {"scheme": "starter", "query": "K80"}, ready=on.browsed),
    Scene("settings-look", "settings", {"option": "mode"}),
    Scene("settings-keys", "settings", {"group": "keys"}, play=on.catch_key),
    Scene("settings-qc", "settings", {"group": "qc"}),
    Scene("settings-pay", "settings", {"group": "pay"}),
    Scene("settings-bands", "settings", {"group": "bands"}),
    Scene("settings-backup", "settings", {"group": "backup"}),
    Scene("settings-dictionaries", "settings", {"group": "dictionaries"}),
    Scene("settings-about", "settings", {"group": "about"}, play=on.self_test, ready=on.self_tested),
    Scene("login", "help", play=login_scenes.show_door, leave=login_scenes.leave),
    Scene("first-run", "help", play=login_scenes.show_first_run, leave=login_scenes.leave),
    Scene("first-run-assets", "help", play=login_scenes.show_first_run_assets, leave=login_scenes.leave),
    Scene("settings-users", "settings", {"group": "people"}, play=login_scenes.show_users),
    Scene("settings-person", "settings", {"group": "people"}, play=login_scenes.show_person, leave=login_scenes.leave),
    Scene("settings-search", "settings", {"group": "look"}, play=on.search_settings),
    *(
        Scene(f"wrong-{page}", page, args, play=wrong_plays.bring, leave=wrong_plays.leave)
        for page, args in (
            ("import", {}),
            ("insurer", {}),
            ("memory", {}),
            ("physician", {"case": 0, "list": "waiting"}),
            ("schemes", {"section": "scheme"}),
        )
    ),
    Scene(
        "wrong-backup",
        "settings",
        {"group": "backup"},
        play=wrong_plays.bring,
        ready=wrong_plays.restore,
        leave=wrong_plays.leave,
    ),
    Scene("wrong-first-run", "help", play=wrong_plays.set_up, leave=wrong_plays.leave),
    Scene("tour", "worklist", play=on.tour, leave=on.leave_tour),
    Scene("help-search", "help", play=on.find_help),
)
