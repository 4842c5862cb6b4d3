"""What ui.md wants remembered, screen by screen (n): left in one window, seen in the next one over the same library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app.domain.returning import AnswerKind, AnswerNeed, ReturnOption, ReturnQuestion
from app.services.composition import Services
from app.ui.pages.files import ask_open


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is left on a page (``leave`` returns how) and seen there again in another window."""

    what: str
    page: str
    leave: Callable[[Any], object]
    see: Callable[[Any], object]


def _place(*keys: str) -> Callable[[Any], object]:
    """Return what reads these arguments of the place of the page shown."""
    return lambda desk: {key: desk.window.page.place().args[key] for key in keys}


def _leave(see: Callable[[Any], object], *doing: Callable[[Any], object], **args: Any) -> Callable[[Any], object]:
    """Return what goes somewhere on the page, does things there, and tells what is then seen."""

    def leave(desk: Any) -> object:
        if args:
            desk.go(desk.window.page.key, **args)
        for one in doing:
            one(desk)
            desk.rest()
        return see(desk)

    return leave


def _same(what: str, page: str, see: Callable[[Any], object], *doing: Callable[[Any], object], **args: Any) -> Thing:
    return Thing(what, page, _leave(see, *doing, **args), see)


def _act(action: str) -> Callable[[Any], object]:
    return lambda desk: desk.window.shell.actions.trigger(action)


def _keys(*keys: str) -> Callable[[Any], object]:
    return lambda desk: desk.press(*keys)


def _field(path: str) -> Callable[[Any], object]:
    return lambda desk: desk.window.page.go_to_field(path)


def _draw(name: str, sizes: Sequence[int]) -> Callable[[Any], object]:
    """Draw the parts of a splitter to other widths."""

    def draw(desk: Any) -> None:
        splitter = getattr(desk.window.page, name)
        splitter.setSizes(sizes)
        splitter.splitterMoved.emit(sizes[0], 1)
        desk.wait(lambda: desk.window.shell.places.get(splitter._key) is not None)

    return draw


def _sizes(name: str) -> Callable[[Any], object]:
    def sizes(desk: Any) -> object:
        splitter = getattr(desk.window.page, name)
        return splitter.sizes()[0]

    return sizes


def _folder(desk: Any) -> object:
    """Return the folder in which a file is asked for."""
    ask_open(desk.window, desk.window.shell.places, "选择文件", str)
    dialog: QFileDialog = desk.window.findChild(QFileDialog, "file_dialog")
    folder = dialog.directory().dirName()
    dialog.reject()
    dialog.setObjectName("")
    desk.window.activateWindow()
    desk.wait(desk.window.isActiveWindow)
    return folder


def _open_search(desk: Any) -> None:
    desk.window.page.go_to_field("dx[0].code")
    desk.rest()
    desk.press("F4")
    desk.wait(lambda: QApplication.focusWidget().objectName() == "code_editor")


def _width_of_popup(desk: Any) -> object:
    _open_search(desk)
    width = desk.find(QWidget, "code_popup").width()
    desk.press("Escape")
    return width


def _choose_file(desk: Any) -> None:
    ask_open(desk.window, desk.window.shell.places, "选择文件", str)
    desk.answer_file(desk.services.session.db.path)
    desk.window.findChild(QFileDialog, "file_dialog").setObjectName("")


def _last_query(desk: Any) -> object:
    _open_search(desk)
    desk.press("Ctrl+Up")
    query = QApplication.focusWidget().text()
    desk.press("Escape")
    return query


def _answer(desk: Any) -> tuple[object, bool]:
    """Return what is chosen and written at the question that has the focus."""
    case_id = desk.window.page.place().args["case"]
    return desk.services.physician.sheet(case_id).items[0].draft, desk.window.page.sheet_view.is_whole


def _judged(desk: Any) -> object:
    """Return how many samples of the rule shown were judged."""
    desk.window.shell.actions.trigger("rules.try")
    desk.rest()
    return desk.window.page.trial.trial.judged


def _choose_kind(key: str) -> Callable[[Any], object]:
    return lambda desk: desk.window.page.lists.tabs.set_current(key)


def _columns(desk: Any) -> object:
    return [column.key for column in desk.window.page.table.columns if desk.window.page.table.shows(column)]


def _choose_column(desk: Any) -> None:
    desk.window.page.table.set_columns_state({"shown": {"amount_fen": True}})
    desk.window.page.table.columns_changed.emit()


def _folded(name: str, part: int) -> Callable[[Any], object]:
    return lambda desk: getattr(desk.window.page, name).is_folded(part)


def _ticks(desk: Any) -> object:
    """Return what is ticked in the round shown."""
    return sorted(key[:2] for key in desk.window.page.middle.lines.model.ticks)


def _round(desk: Any) -> object:
    return _place("scope", "segment", "by", "key")(desk), _ticks(desk)


def _tick(desk: Any) -> None:
    desk.window.page.tick_all()
    assert _ticks(desk), "no line of this rule can be ticked"


def _set_phone(desk: Any) -> object:
    return desk.window.page.work.set_text("current_phone", "13900000001")


def _undo_name(desk: Any) -> object:
    return desk.window.page.view.undo_name


_case = _place("case", "field", "scroll")
THINGS = (
    _same("list: view, filter, order, row", "worklist",
          _place("queue", "tokens", "sort", "descending", "at", "row", "above"), _keys("Down", "Down"),
          queue="all", tokens=["级别:强制"], sort="record_no", descending=True),
    _same("list: columns", "worklist", _columns, _choose_column),
    _same("list: width of the side", "worklist", _sizes("parts"), _draw("parts", (160, 800, 330))),
    _same("case: tab of the dock", "case", lambda desk: desk.window.page.tabs.tabs.current, _act("case.tab_history")),
    _same("case: undo", "case", _undo_name, _set_phone),
    _same("search: width", "case", _width_of_popup, _open_search, _keys("Alt+Shift+Left"), _keys("Escape")),
    _same("search: queries of the case", "case", _last_query, _open_search, _keys('"tnb', "Escape")),
    _same("case: case, cell, scroll", "case", _case, _field("dx[1].code")),
    _same("codes: query and code set", "codes", _place("query", "kind"), query="肺炎", kind="dx"),
    _same("drg: tab, tree mode", "drg", _place("case", "tab", "mode"),
          lambda desk: desk.window.page.path.toggle_mode(), _choose_kind("neighbours")),
    _same("batch: rule, segment, ticks", "qc", _round, _tick,
          scope="all", segment="open", by="rule", key="LJ-004"),
    _same("rules: layer, rule, tab", "rules", _place("branch", "rule", "tab"),
          branch="layer:base", rule="WZ-034", tab="trial"),
    _same("rules: judged samples", "rules", _judged, _act("rules.try"), _keys("T")),
    _same("autocode: band, order, text", "autocode", _place("band", "order", "text"), _keys("Down"),
          queue="all", band="confirm", order="sure"),
    _same("import: folder", "import", _folder, _choose_file),
    _same("physician: place, unsent answer", "physician", _answer, _keys("1"), _keys('"11-20'),
          lambda desk: desk.wait(lambda: _answer(desk)[0] is not None)),
    _same("compare: schemes, period, tab", "compare", _place("old", "new", "period", "tab"),
          period="2026-01 至 2026-10", tab="depts"),
    _same("reports: report, filters, table", "reports", _place("report", "period", "table", "insurance"),
          report="depts", period="2026-11", table=True),
    _same("list: summary beside it folded", "worklist", _folded("parts", 2), _act("worklist.peek")),
    _same("case: dock folded", "case", _folded("parts", 1), _act("case.dock")),
    _same("settings: group", "settings", _place("group"), group="backup"),
    _same("audit: filters", "audit", _place("kind", "who"), kind="edit", who="本机"),
)  # fmt: skip
"""Window, geometry, notices and keys stand in tests/ui/test_window.py; the user name at the door in test_login.py,
half-typed text in case/test_case_opening.py, the columns of a source in test_import.py."""


@pytest.fixture
def places(services: Services) -> Any:
    """Return what the window remembers in the library itself."""
    return services.places


def _begin(services: Services) -> int:
    """Ask a physician about one case, so that there is something to answer; return another one to code."""
    asked, other, *_ = services.worklist.ids("to_code")
    options = (
        ReturnOption("入院前已确诊", AnswerKind.CHANGED, AnswerNeed.PLACE, "1"),
        ReturnOption("与首页相符", AnswerKind.UNCHANGED, AnswerNeed.NOTHING),
    )
    question = ReturnQuestion("BM-062", "dx[0].adm_cond", "入院时的情况是？", options, severity="warn", seen="血培养")
    services.asking.send_all({asked: (question,)})
    return other


def test_every_page_comes_up_as_it_was_left(open_desk: Callable[..., Any], services: Services) -> None:
    coded = _begin(services)
    first = open_desk()
    first.go("case", case=coded)
    first.go("drg", case=coded)
    left = {}
    for thing in THINGS:
        first.go(thing.page)
        left[thing.what] = thing.leave(first)
    first.window.close()
    later = open_desk()
    seen = {}
    for thing in reversed(THINGS):  # looking at a later one moves the cursor of an earlier one
        later.go(thing.page)
        seen[thing.what] = thing.see(later)
    assert seen == left
