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
        def on_changes(self, changes: Changes) -> None: ...   # what a write touched; may be hidden
        def title_detail(self) -> str: ...           # right part of the crumb; call place_changed.emit() when it changes

    PAGE = PageSpec("worklist", "病例列表", WorklistPage, actions=(...), providers=case_provider)

``Page.__init__(shell)`` is given by the base class; ``self.shell`` offers (see ``app.ui.page.Shell``)

    services            the composed services
    theme               colours, fonts, sizes (below)
    jobs                JobRunner: run(work, label=…, writes=False, parent=self) -> Job(progress, done, failed, cancelled)
    notices             toast(text, severity=None, undo=None, action=None), bar(key, text, …), clear_bar(key)
    errors              show(problem): a UserProblem in plain words; connect Job.failed to it (run() does by default)
    actions             ActionTable: trigger(id), refresh(), text(id), shortcut(id)
    places              PlaceStore: get(key) -> JSON value or None, put(key, value)
    user                UserCard(name, title, roles)
    go(place), back(), publish(changes), set_badge(key, n), set_save_state(state), set_versions(notes), leave()

Actions: ``Action(id, label, help, run, shortcut="", context="", needs="", enabled=…, icon="", group="")`` in
``PageSpec.actions``. ``context`` is the page key (valid while the page is shown) or ``"page.region"`` (valid while the
focus is inside that region; put Enter, Space and single letters there). ``run`` and ``enabled`` take the page for a page
action: ``run=WorklistPage.open_selected``. Never make a QShortcut or override keyPressEvent for something that is an
action: the status bar, F10, the palette and the help page all read the table. Two actions with one key in overlapping
contexts fail a test, so does one without help.

Long work: ``job = self.shell.jobs.run(lambda progress: services.x.check(batch, progress), label="质控 11 月第 3 批")``,
then ``job.done.connect(self._on_checked)``. The work runs in a worker thread and must not touch widgets. Everything that
writes passes ``writes=True`` (one writer thread). Over one second a job shows in the top bar by itself.

Theme (``from app.ui.theme import theme``; ``theme()`` is the one of this application)

    theme().colour("accent") -> QColor     role names of tokens.toml; no colour literal anywhere else
    theme().font("caption", bold=False) -> QFont      display figure title section body caption code key_hint
    theme().icon("undo", role="fg_secondary") -> QIcon, .pixmap(name, role, px) -> QPixmap   key of [icon] or "ph.…"
    theme().size("row") -> int             [size], compact/regular and narrow/wide resolved, scaled; .px(n) scales n
    theme().wide, theme().dark             and the signal theme().changed (theme, font size, density or width changed)

Widgets (``from app.ui.widgets import …``; all exported there)

    Text(text="", kind="body", tone="fg", wrap=False, elide=False)  .set_tone(tone)      a label; tone: fg secondary muted
                                            disabled accent error warn hint ok proposed; kind: as fonts, "bold"
    IconLabel(name, tone="secondary", px=16); KeyCap("Ctrl+Enter"); Rule() / Rule(vertical=True); row(*w), column(*w) layouts
    Pane(surface="surface", border="")      QFrame; surface chrome canvas surface sheet alt; border: "t b l r" sides
    Panel(title="", note="", footer=False)  rounded card: .header (QHBoxLayout), .body (QVBoxLayout), .footer, .set_note()
    SectionHeader(title, note="", right="") 30 px band of the sheet; .set_note(), .set_right()
    Button(text, kind="normal"|"primary"|"link"|"danger", small=False, icon="", keys="")
    ActionButton(shell.actions, "case.finish", kind="primary", small=True)   text, key cap, enabled state from the table
    IconButton(icon, tip), SegmentedControl((("all", "全部"), …)) .changed(str) .set_count(key, n), Tabs(same)
    SeverityBadge(severity, text=""), Chip(text, tone="neutral", icon="", closable=False) .closed
    StatePill(case_state)                   icon + word of tokens [state]
    StepBar(labels) .set_current(i); ProgressLine() .set_value(0..1, tone)
    Splitter(name, shell.places, (w1, w2, w3), default=(0, 1, 320))   remembers sizes and what is folded
    StateStack(content) .show_content() .show_loading() .show_empty(title, hint, button="", run=None) .show_problem(exc)
    FilterBox(placeholder) .tokens .set_tokens() .changed  .text
    RuledField(), DictionaryField(choices) .committed(str) .show_value(text, look: FieldLook) ; FieldBox(label, field)
    FieldLook(changed=, proposed=, score=, severity=, computed=, locked=, not_applicable=, why=, code=)
    DataTable(columns, region keys…)        QTableView; Column(key, title, width, align="left", wide_only=False, stretch=False)
    Cell(text, tone=, icon=, icon_tone=, bold=, code=, proposed=, severity=, changed=, spans=, counts=, note=, fill=, checked=)
    CELL                                    item role under which a model returns a Cell; DisplayRole stays plain text
    CellModel(columns) .set_rows(rows)      in-memory model of Cells for small tables; big ones write their own model
    FloatFrame(anchor)                      child frame with shadow for popups (never Qt.Popup: IME)
    ask(parent, title, text, verb, then, danger=False)   confirm dialog without nested exec

Looks: surfaces, lines and text come from the generated stylesheet (``resources/theme/style.qss``); widgets that paint
themselves ask ``theme()`` at paint time and repaint by themselves on a theme switch. Spacing 2 4 6 8 12 16 24.
"""
