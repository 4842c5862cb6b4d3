"""The main window: rail, top bar, notices, pages, status bar; where the user is and how he gets there."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QByteArray, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from app.common.texts import text
from app.domain.changes import Changes
from app.ui.actions import ActionTable
from app.ui.errors import Errors
from app.ui.jobs import JobRunner
from app.ui.login.actions import login_actions
from app.ui.masking import masking
from app.ui.page import KeyHint, Page, PageSpec, Place, Shell, VersionNote
from app.ui.ports import PlaceStore, UserCard
from app.ui.shell.help_card import HelpCard, described
from app.ui.shell.help_topics import about
from app.ui.shell.history import History, Visit
from app.ui.shell.menu import ActionMenu
from app.ui.shell.notice_views import BellList, JobList, NoticeBars, Toast
from app.ui.shell.notices import Notices
from app.ui.shell.page_places import PagePlaces
from app.ui.shell.page_table import PageTable
from app.ui.shell.palette import Palette
from app.ui.shell.palette_model import ActionProvider, PaletteProvider, RecentProvider
from app.ui.shell.rail import Rail
from app.ui.shell.status_bar import StatusBar
from app.ui.shell.top_bar import TopBar
from app.ui.shell.tour import SEEN, Guide, Tour
from app.ui.shell.window_actions import window_actions
from app.ui.theme import Mode, theme, tokens
from app.ui.widgets.buttons import Button
from app.ui.widgets.frames import Card, FloatFrame
from app.ui.widgets.painting import keys_text
from app.ui.widgets.panes import column, row
from app.ui.widgets.text import Text


def _application() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("no application")
    return app


def _key_of(actions: ActionTable, action_id: str) -> str:
    keys = actions.get(action_id).keys
    return keys_text(keys[0]) if keys else ""


PRODUCT = "Bingan 病案编码质控工作站"
_GEOMETRY, _PLACE, _KEYS = "window.geometry", "window.place", "keys"


class MainWindow(QMainWindow):
    """The window. ``services`` go to the pages; the window itself needs a place store and the user.

    ``rules_changed`` is emitted after a write that changed rules of quality control, ``page_made`` with a page that
    was asked for, ``user_wish`` with what the user wants to do about who works here.
    """

    rules_changed = Signal()
    page_made = Signal(object)
    user_wish = Signal(str)

    def __init__(
        self,
        services: Any,
        *,
        pages: Sequence[PageSpec],
        places: PlaceStore,
        user: UserCard,
        errors: Errors,
        hospital: str = "",
    ) -> None:
        super().__init__()
        self.setWindowTitle(f"{PRODUCT} — {hospital}" if hospital else PRODUCT)
        self.setObjectName("window")
        self._places = places
        self._history = History()
        self._page_places = PagePlaces(places)
        self._closing = False
        self._versioned = ""
        self._versions: dict[str, tuple[VersionNote, ...]] = {}
        self._help: Place | None = None
        specs = [spec for spec in pages if user.sees(spec.needs)]
        self._withheld = {spec.key: spec.title for spec in pages if not user.sees(spec.needs)}
        self.shell = self._make_shell(services, specs, user, errors)
        self.shell.looks.restore()
        self._pages = PageTable(specs, self._make_page)
        self._lay_out(specs, user)
        self._connect()
        self._restore_window()

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, Page) else None

    @property
    def pages(self) -> PageTable:
        """Every page by key; one is made when it is first asked for."""
        return self._pages

    def go(self, place: Place) -> None:
        """Show a place, or say that its page is not for this user. An unknown page is a bug and raises ``KeyError``."""
        if place.page in self._withheld:
            words = text("people.no_page", page=self._withheld[place.page])
            self.shell.notices.toast(f"{words}{text('people.remedy.refused')}", severity="warn")
            return
        self._leave()
        self._show(place if self._is_built(place.page) else self._page_places.first(place))
        self._history.visit(self._visit())
        self._after_move()

    def go_back(self) -> None:
        """Go to the place before."""
        self._go_in_history(-1)

    def go_forward(self) -> None:
        """Go forward again."""
        self._go_in_history(1)

    def start(self) -> None:
        """Show the place of the last session, else the first page."""
        kept = self._places.get(_PLACE)
        key = kept.get("page") if isinstance(kept, dict) else None
        args = kept.get("args") if isinstance(kept, dict) else None
        if isinstance(key, str) and key in self._pages:
            self.go(Place(key, args if isinstance(args, dict) else {}))
        elif self._pages:
            self.go(Place(next(iter(self._pages))))

    def publish(self, changes: Changes) -> None:
        """Tell every built page what a write touched."""
        for page in self._pages.made:
            if page.built:
                page.on_changes(changes)
        self.shell.actions.refresh()
        if changes.rules:
            self.rules_changed.emit()

    def open_palette(self, start: str = "") -> None:
        """Open the palette, with ``start`` in its box."""
        self._palette.open(start)

    def warm_palette(self) -> Iterator[None]:
        """Let the palette be searched once, unseen, so that its first letter is answered like the second."""
        return self._palette.warm()

    def close_palette(self) -> None:
        """Close the palette, if it is open."""
        self._palette.hide()

    def open_menu(self) -> None:
        """Open the menu of everything that can be done here."""
        menu = ActionMenu(self, self.shell.actions)
        menu.popup(self.mapToGlobal(QPoint(theme().size("rail_width"), theme().size("top_bar"))))

    def open_bell(self) -> None:
        """Open or close the list of notices."""
        self._bell.open()

    def open_jobs(self) -> None:
        """Open or close the list of jobs."""
        self._job_list.open()

    def focus_notice(self) -> None:
        """Move the focus to the toast."""
        self._toast.focus_notice()

    def start_tour(self) -> None:
        """Show what is where, one card after the other."""
        Tour(self, Guide(frozenset(self._pages), self.go, self._some_case()), self._places).start()

    def offer_tour(self) -> None:
        """Show the tour once: on the demo library, to somebody who has not seen it."""
        if self.shell.services.is_demo and not self._places.get(SEEN):
            self.start_tour()

    def _some_case(self) -> int:
        if "case" not in self._pages:  # whoever works here sees no cases; the steps about them are left out
            return 0
        found: list[int] = self.shell.services.worklist.first("", 1)
        return found[0] if found else 0

    def explain_focused(self) -> None:
        """Show a card about the focused thing and the keys that work there; asked again, the help about it."""
        shown = next((card for card in self.findChildren(HelpCard) if card.isVisible()), None)
        if shown is not None and self._help is not None:
            shown.dismiss()
            self._on_more_help()
            return
        focus = QApplication.focusWidget()
        anchor, title, words = described(focus, self) or (focus or self._stack, "", "")
        hints = self.page.key_hints(focus) if self.page else ()
        topic, section = about(self.page.key if self.page else "", title)
        self._help = Place("help", {"topic": topic.id, "section": section.title if section else ""})
        more = f"帮助：{topic.title}{f' › {section.title}' if section else ''}" if "help" in self._pages else ""
        name = title or (self.page.spec.title if self.page else PRODUCT)
        card = HelpCard(anchor, name, words, hints, more, _key_of(self.shell.actions, "help.focused"))
        card.wanted.connect(self._on_more_help)
        card.wanted.connect(card.dismiss)
        card.open()

    def _on_more_help(self) -> None:
        if self._help is not None and "help" in self._pages:
            self.go(self._help)

    def put_away(self) -> None:
        """Store what is being typed and where we are, before somebody else sits down."""
        focus = QApplication.focusWidget()
        if focus is not None:
            focus.clearFocus()
        self._remember()

    def set_mode(self, mode: Mode) -> None:
        """Switch the theme and remember it."""
        self.shell.looks.set_mode(mode)

    def set_font_px(self, px: int) -> None:
        """Set the font size and remember it."""
        self.shell.looks.set_font_px(px)

    def set_density(self, density: str) -> None:
        """Set the height of rows and remember it."""
        self.shell.looks.set_density(density)

    def switch_hints(self) -> None:
        """Show or hide the key hints of the status bar."""
        self.shell.looks.set_hints(not self.shell.looks.hints)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose density and the wide layout by the new size."""
        super().resizeEvent(event)
        theme().set_window(self.width(), self.height())
        self.setProperty("wide", theme().wide)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, when nothing below wanted it, closes what floats, then goes to the place before."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
            return
        floating = [frame for frame in self.findChildren(FloatFrame) if frame.isVisible()]
        for frame in floating:
            frame.dismiss()
        if not floating and self._history.can_back:
            self.go_back()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Commit what is being typed, ask about running jobs, remember where we are."""
        focus = QApplication.focusWidget()
        if focus is not None:
            focus.clearFocus()
        running = [job for job in self.shell.jobs.running if job.label]
        if running and not self._closing:
            event.ignore()
            self._ask_to_close()
            return
        self._remember()
        self.shell.jobs.close()
        for page in self._pages.made:
            page.finish_building()
        super().closeEvent(event)

    def _make_shell(self, services: Any, specs: Sequence[PageSpec], user: UserCard, errors: Errors) -> Shell:
        actions = [*window_actions(specs), *login_actions(), *(action for spec in specs for action in spec.actions)]
        bindings = self._places.get(_KEYS)
        chosen = {key: str(value) for key, value in bindings.items()} if isinstance(bindings, dict) else {}
        notices = Notices(self._places, parent=self)
        jobs = JobRunner(self)
        jobs.on_failed = errors.show
        errors.attach(self, notices)
        shell = Shell(
            services=services,
            theme=theme(),
            jobs=jobs,
            notices=notices,
            errors=errors,
            actions=ActionTable(actions, user, chosen, self),
            places=self._places,
            user=user,
        )
        shell.go, shell.back, shell.publish = self.go, self.go_back, self.publish
        return shell

    def _make_page(self, spec: PageSpec) -> Page:
        page = spec.make(self.shell, spec)
        self._stack.addWidget(page)
        page.place_changed.connect(self._on_place_changed)
        page.hints_changed.connect(self._show_hints)
        self.page_made.emit(page)
        return page

    def _lay_out(self, specs: Sequence[PageSpec], user: UserCard) -> None:
        present = {spec.key for spec in specs}
        self._rail = Rail([entry for entry in tokens().nav if entry.key in present])
        self._top = TopBar(user)
        self._status = StatusBar()
        self._stack = QStackedWidget()
        right = column(self._top, NoticeBars(self.shell.notices))
        right.addWidget(self._stack, 1)
        right.addWidget(self._status)
        layout = row(self._rail, gap=0)
        layout.addLayout(right, 1)
        centre = QWidget()
        centre.setLayout(layout)
        self.setCentralWidget(centre)
        self._toast = Toast(self, self.shell.notices)
        self._bell = BellList(self._top.bell, self.shell.notices)
        self._job_list = JobList(self._top.jobs, self.shell.jobs)
        self._palette = Palette(self, partial(self._providers, specs))
        width, height = tokens().min_window
        self.setMinimumSize(QSize(width, height).boundedTo(self.screen().availableSize()))

    def _providers(self, specs: Sequence[PageSpec]) -> list[PaletteProvider]:
        found = [provider for spec in specs if spec.providers for provider in spec.providers(self.shell)]
        return [RecentProvider(self._history, self.go), *found, ActionProvider(self.shell.actions)]

    def _connect(self) -> None:
        shell = self.shell
        shell.set_badge = self._rail.set_badge
        shell.set_save_state = self._status.show_save_state
        shell.set_versions = self._set_versions
        shell.set_status = self._status.extra.setText
        self._rail.chosen.connect(self._on_rail)
        self._top.back.clicked.connect(self.go_back)
        self._top.forward.clicked.connect(self.go_forward)
        self._top.search.clicked.connect(self._on_search)
        self._top.bell.clicked.connect(self.open_bell)
        self._top.jobs.clicked.connect(self.open_jobs)
        self._top.who.clicked.connect(self._on_user)
        self._status.retry.connect(self._on_retry)
        self._status.explain.connect(self._on_explain_version)
        shell.notices.bell_changed.connect(self._on_bell)
        shell.jobs.changed.connect(self._on_jobs)
        _application().focusChanged.connect(self._on_focus)
        masking().switched.connect(self._on_masked)
        shell.actions.attach_window(self)
        shell.actions.rebound.connect(self._on_rebound)
        shell.looks.hints_switched.connect(self._status.hints.set_shown)
        self._status.hints.set_shown(shell.looks.hints)
        self._show_keys()
        self._on_bell()

    def _is_built(self, key: str) -> bool:
        return any(page.key == key and page.built for page in self._pages.made)

    def _leave(self) -> None:
        if self.page is not None and self._history.current is not None:
            visit = self._visit()
            self._history.update(visit)
            if self._page_places.note(visit.place):
                self.shell.jobs.run(self._page_places.keep, parent=self)

    def _show(self, place: Place) -> None:
        page = self._pages[place.page]
        page.ensure_built()
        self._status.extra.setText("")  # belongs to the page that is left; restore may set its own
        self._status.forget_saved()
        self.shell.notices.forget_problem()
        self._versioned = place.page
        self._status.show_versions(self._versions.get(place.page, ()))  # what another page uses is none of this one
        page.restore(place)
        self._stack.setCurrentWidget(page)
        focus = page.default_focus()
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        if not page.isAncestorOf(self.focusWidget() or self):  # before the window is active too
            page.setFocus(Qt.FocusReason.OtherFocusReason)
            page.focusNextChild()

    def _set_versions(self, notes: Sequence[VersionNote]) -> None:
        self._versions[self._versioned] = tuple(notes)
        self._status.show_versions(notes)

    def _visit(self) -> Visit:
        page = self.page
        if page is None:
            return Visit(Place(""), "")
        detail = page.title_detail()
        return Visit(page.place(), f"{page.spec.title} › {detail}" if detail else page.spec.title)

    def _go_in_history(self, by: int) -> None:
        self._leave()
        visit = self._history.back() if by < 0 else self._history.forward()
        if visit is not None:
            self._show(visit.place)
            self._after_move()

    def _after_move(self) -> None:
        page = self.page
        if page is None:
            return
        self._rail.set_current(page.spec.rail or page.key)
        self._top.show_place(page.spec.title, page.title_detail())
        self._top.back.setEnabled(self._history.can_back)
        self._top.forward.setEnabled(self._history.can_forward)
        self.shell.actions.set_current_page(page.key)
        self._show_hints()

    def _show_hints(self) -> None:
        if self.page is not None:
            hints = self.page.key_hints(QApplication.focusWidget())
            now = [KeyHint(self.shell.actions.key_now(self.page.key, hint.keys), hint.text) for hint in hints]
            self._status.hints.show_hints([hint for hint in now if hint.keys])

    def _on_rebound(self) -> None:
        self._places.put(_KEYS, dict(self.shell.actions.chosen))
        self._show_keys()
        self._show_hints()

    def _show_keys(self) -> None:
        """Show at rail, arrows and search box the keys that their actions have now."""
        actions = self.shell.actions
        self._rail.show_keys({page: _key_of(actions, f"go.{page}") for page in self._pages})
        self._top.show_keys(*(_key_of(actions, one) for one in ("go.back", "go.forward", "palette.open")))

    def _ask_to_close(self) -> None:
        jobs = "、".join(job.label for job in self.shell.jobs.running if job.label)
        card = Card(self)
        wait = Button(text("ui.quit.wait"), kind="primary")
        cancel = Button(text("ui.quit.cancel"), kind="danger")
        stay = Button(text("ui.quit.stay"), keys="Esc")
        for button, slot in ((wait, self._on_wait), (cancel, self._on_cancel_and_close), (stay, None)):
            button.clicked.connect(card.close_card)
            if slot:
                button.clicked.connect(slot)
        card.box.addWidget(Text(text("ui.quit.title"), "title"))
        card.box.addWidget(Text(text("ui.quit.body", jobs=jobs), tone="secondary", wrap=True))
        card.box.addLayout(row(None, stay, cancel, wait))
        card.open(wait)

    def _on_wait(self) -> None:
        self.shell.jobs.idle.connect(self.close)
        if not self.shell.jobs.running:
            self.close()

    def _on_cancel_and_close(self) -> None:
        self._closing = True
        self.shell.jobs.cancel_all()
        self.close()

    def _remember(self) -> None:
        geometry = base64.b64encode(self.saveGeometry().data()).decode("ascii")
        self._places.put(_GEOMETRY, geometry)
        if self.page is not None:
            place = self.page.place()
            self._page_places.note(place)
            self._page_places.keep()
            self._places.put(_PLACE, {"page": place.page, "args": dict(place.args)})

    def _restore_window(self) -> None:
        kept = self._places.get(_GEOMETRY)
        if not isinstance(kept, str) or not self.restoreGeometry(QByteArray.fromBase64(kept.encode("ascii"))):
            self.resize(1366, 768)

    def _on_rail(self, key: str) -> None:
        if self.page is None or self.page.key != key:
            self.go(Place(key))

    def _on_user(self) -> None:
        self._top.who.open_menu(self.shell.actions)

    def _on_search(self) -> None:
        self.open_palette()

    def _on_retry(self) -> None:
        self.shell.retry_save()

    def _on_explain_version(self, note: VersionNote) -> None:
        HelpCard(self._status, note.text, note.why).open()

    def _on_bell(self) -> None:
        self._top.bell.set_count(self.shell.notices.unseen)

    def _on_jobs(self) -> None:
        self._top.jobs.show_jobs(self.shell.jobs.shown)

    def _on_place_changed(self) -> None:
        if self.sender() is self.page:
            self._history.update(self._visit())
            self._after_move()

    def _on_masked(self) -> None:
        if self.page is not None and self.page.built and not self.shell.jobs.is_closed:
            self.page.show_masked()
            self._after_move()

    def _on_focus(self, _old: QWidget | None, _new: QWidget | None) -> None:
        self._show_hints()
