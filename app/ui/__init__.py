"""The window of Bingan: theme, shell, widgets and pages. Reaches data only through ``app.services``.

Guide for page authors
======================

A page is a module (or package) in ``app/ui/pages`` that defines ``PAGE: PageSpec``. The shell finds it there; its
place in the rail comes from ``[nav]`` in ``resources/theme/tokens.toml``. A module without ``PAGE`` is a helper.

    class WorklistPage(Page):
        def build(self) -> None:                     # once, at the first show; never in __init__
            table = DataTable(COLUMNS)
            self.add_region("table", table, hints=(KeyHint("↑↓", "选择"), KeyHint("Enter", "打开")))
        def place(self) -> Place: ...                # where the user is, for history and the next start
        def restore(self, place: Place) -> None: ... # go there; called after build, also with an empty place
        def on_changes(self, changes: Changes) -> None: ...   # what a write touched (app.domain.changes); may be hidden
        def title_detail(self) -> str: ...           # right part of the crumb; emit place_changed when it changes
        def default_focus(self) -> QWidget | None: ...

    PAGE = PageSpec("worklist", "病例列表", WorklistPage, actions=(...), providers=case_providers)

The shell calls ``WorklistPage(shell, spec)``; ``self.shell`` offers (see ``app.ui.page.Shell``)

    services            the composed services
    theme               colours, fonts, sizes (below)
    jobs                JobRunner: run(work, label="", writes=False, loses_work=False, parent=self) -> Job
    notices             toast(text, severity="", undo=call, action=(verb, call)), bar(key, text, …), clear_bar(key)
    errors              show(problem): a UserProblem in plain words; failed jobs go there by themselves
    actions             ActionTable: trigger(id), refresh() when what is enabled changed
    places              PlaceStore: get(key) -> JSON value or None, put(key, value)
    user                UserCard(name, title, roles)
    go(Place(page, args)), back(), publish(changes), set_badge(page key, n), set_save_state(SaveState("saved", at)),
    set_versions((VersionNote("编码：医保版 2.0", why), …)), set_status(text), retry_save (assign a callable)

Actions: ``Action(id, label, help, run, shortcut="", context="", needs="", enabled=…, icon="", group="")`` in
``PageSpec.actions``. ``context`` is the page key (valid while the page is shown) or ``"page.region"`` (valid while the
focus is inside that region; Enter, Space and single letters go there). ``run`` and ``enabled`` take the page:
``run=WorklistPage.open_selected``. Never make a QShortcut or override keyPressEvent for something that is an action:
the status bar, F10, the palette and the help page all read the table. Two actions with one key in overlapping
contexts fail a test, so does one without help. ``add_region`` must have been called in ``build`` for each region.

Long work: ``job = self.shell.jobs.run(lambda progress: services.x.check(batch, progress), label="质控 11 月第 3 批")``,
then ``job.done.connect(self._on_checked)``; signals ``progress(done, total, note)``, ``done(result)``,
``failed(exception)``, ``cancelled()``, ``ended()``. The work runs in a worker thread and must not touch widgets; what
writes passes ``writes=True`` (one writer thread). Over one second a job with a label shows in the top bar by itself.

Theme (``from app.ui.theme import theme``; ``theme()`` is the one of this application)

    theme().colour("accent") -> QColor     role names of tokens.toml; no colour literal anywhere else
    theme().font("caption", bold=False) -> QFont      display figure title section body caption code key_hint
    theme().icon("undo", role="fg_secondary") -> QIcon, .pixmap(name, role, px, ratio)   key of [icon] or "ph.…"
    theme().size("row") -> int             [size], compact/regular and narrow/wide resolved, scaled; .px(n) scales n
    theme().wide, theme().dark             and the signal theme().changed (theme, font size, density or width changed)

Widgets (``from app.ui.widgets import …``; all exported there)

    Text(text, kind="body", tone="fg", wrap=False, elide=False)   kind: display figure title section bold body caption
                     caption_bold code code_bold code_display; tone: fg secondary muted disabled accent error warn hint
                     ok proposed; .setText .set_tone .set_kind
    IconLabel(name, role="fg_secondary", px=16), KeyCap("Ctrl+Enter"), Rule(vertical=False, subtle=False)
    row(*items, gap=8, margins=…), column(*items, gap=0, margins=…)  layouts; items: widget, layout, gap, None: stretch
    Pane(surface="surface", border="")   surface: none chrome canvas surface sheet alt accent error warn hint ok;
                     border: the sides with a hairline, "t b l r"
    Panel(title, note, footer=False)     rounded card: .header (line), .body (column), .footer (line), .set_note
    Header(title, note, border="b") .add(…); SectionHeader(title, note, right) .set_note .set_right; ScrollPane() .box
    Button(text, kind="normal"|"primary"|"link"|"danger", small=False, icon="", keys=""); IconButton(icon, tip)
    ActionButton(shell.actions, "case.finish", kind="primary", small=True)   words, key, enabled state of the action
    SegmentedControl((("all", "全部"), …)) .changed(str) .set_current .set_count(key, n); Tabs: the same
    SeverityBadge(severity, text=""), Chip(text, tone, icon, closable=False) .closed, StatePill(case state)
    StepBar(labels) .set_current(i), ProgressLine(tone) .set_value(0..1)
    Splitter(name, shell.places, parts, default=(0, 318)) .fold(i, bool)   0 takes the rest; sizes are remembered
    StateStack(content) .show_content .show_loading .show_empty(title, hint, button, run) .show_problem(problem)
    FilterBox(placeholder) .tokens .set_tokens .text .changed .entered(str)
    RuledField .show_value(text, FieldLook(…)) .committed(str); DictionaryField(choices) .show_code(code, look),
                     committed(str) carries the code, "-" or the text as typed; FieldBox(label, field), 8 px left margin
    FieldLook(changed, proposed, score, severity, computed, locked, not_applicable, code, why, hint)
    DataTable(columns, ring=False, pad=8) .opened(row) .row_changed(row) .go_to(row, column) .head.asked(key)
    Column(key, title, width, align="left", wide_only=False, stretch=False, sort=False)
    Cell(text, tone, icon, …) under item role CELL, plain text under DisplayRole; CellModel(columns) .set_rows for small
                     tables, larger ones write their own model; CellDelegate(view, ring, pad) may be subclassed
    FloatFrame(anchor) .place_below(w, h, rect) .dismiss   popups (never Qt.Popup: IME); Card(window) a modal card
    ask(parent, title, text, verb, then, danger=False)     confirm without nested exec

Looks: surfaces, lines and text come from the generated stylesheet (``resources/theme/style.qss``); widgets that paint
themselves ask ``theme()`` at paint time. Margins and gaps: 2 4 6 8 12 16 24. Pictures for comparison:
``python -m benchmarks.screens --out FOLDER``; a page adds its scenes in ``benchmarks/scenes.py``.
"""

from app.ui import plain_imports

__all__ = ["plain_imports"]
