"""What the reading aids of the case page do: the tabs of the dock, field history, sticky notes, documents beside."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication

from app.domain.case import FieldPath
from app.domain.field import Group
from app.domain.fields import field
from app.services.notes import NoteLine
from app.ui.pages.case.dock_keys import HISTORY, PAPERS
from app.ui.pages.case.moment_card import MomentCard
from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.files import EVERYTHING, ask_open

if TYPE_CHECKING:
    from app.ui.pages.case.page import CasePage

_OFTEN: Final = ("待核对原始病历", "待医师答复", "待病理或检验回报", "已电话核实", "与上次住院对照")
_TEXTS: Final = f"文本文件 (*.txt *.text *.log *.csv);;{EVERYTHING}"


def connect(page: CasePage) -> None:
    """Join the tabs of the dock with the page."""
    tabs = page.tabs
    tabs.go_to.connect(partial(jump, page))
    tabs.history.moment.connect(partial(show_moment, page))
    tabs.notes.write.connect(partial(write_note, page, private=False))
    tabs.notes.wanted.connect(partial(_by_button, page))
    tabs.papers.paste.connect(partial(paste_paper, page))
    tabs.papers.attach.connect(partial(attach_paper, page))


# When something can be done.


def has_view(page: CasePage) -> bool:
    """True when a case is shown."""
    return page.view is not None


def may_write(page: CasePage) -> bool:
    """True when something may be laid beside the case; a submitted case takes notes and documents too."""
    return page.view is not None and not page.shell.services.session.db.read_only


def has_note(page: CasePage) -> bool:
    """True when a sticky note is chosen."""
    return may_write(page) and page.tabs.notes.current_note() is not None


def has_own_note(page: CasePage) -> bool:
    """True when a sticky note of one's own is chosen."""
    line = page.tabs.notes.current_note()
    return may_write(page) and line is not None and line.is_mine


def has_paper(page: CasePage) -> bool:
    """True when a document is shown."""
    return may_write(page) and page.tabs.papers.current() is not None


# The tabs.


def show_tab(page: CasePage, key: str) -> None:
    """Show a tab of the dock with the focus in it; the dock unfolds for it."""
    page.settle()
    page.unfold_dock()
    page.tabs.show_tab(key)
    page.tabs.pane().setFocus()


def jump(page: CasePage, path: str) -> None:
    """Put the cursor into the field of a path."""
    page.settle()
    page.go_to_field(path)


def field_history(page: CasePage) -> None:
    """Show the history of the field under the cursor."""
    path = page.last_path
    show_tab(page, HISTORY)
    page.tabs.history.show_field(path)


def toggle_filter(page: CasePage) -> None:
    """Keep the history to the field under the cursor, or show all of it."""
    page.tabs.history.toggle_filter()


def toggle_three(page: CasePage) -> None:
    """Leave out what agrees in the three sides, or show all."""
    page.tabs.three.toggle()


def show_chosen_moment(page: CasePage) -> None:
    """Show the case as the chosen operation left it."""
    page.tabs.history.show_moment()


def show_moment(page: CasePage, op_id: int) -> None:
    """Show the case as an operation left it, beside what stands now."""
    if page.view is not None:
        moment = page.shell.services.history.moment(page.view.case_id, op_id)
        MomentCard(page.window(), moment).open_card()


# Sticky notes.


def write_note(page: CasePage, *, private: bool) -> None:
    """Ask for the words of a note on the field under the cursor, or on the case where there is none."""
    page.settle()
    path = page.last_path
    who = "只有您看得到。" if private else "病案科和医保办的人都看得到。"
    title = f"{'私人' if private else '共享'}便签：{_named(path)}"
    take = partial(_write, page, path, private)
    ask_words(page, Asking(title, (who,), _OFTEN, "写一句话", "贴上", begins=True), take)


def _write(page: CasePage, path: str, private: bool, words: str) -> None:
    def written(case_id: int) -> object:
        return page.shell.services.notes.write(case_id, path, words, private=private)

    if page.work.decide(written):
        page.shell.notices.toast(f"已贴便签：{_named(path)}", undo=page.undo)


def edit_note(page: CasePage) -> None:
    """Rewrite the chosen note."""
    line = page.tabs.notes.current_note()
    if line is not None:
        take = partial(_change, page, line)
        ask_words(page, Asking(f"改写便签：{line.place}", (), (), "写一句话", "改好", given=line.words), take)


def _change(page: CasePage, line: NoteLine, words: str) -> None:
    _on_note(page, partial(page.shell.services.notes.change, line.id, words, private=line.is_private), "已改写便签")


def share_note(page: CasePage) -> None:
    """Show the chosen note to others, or keep it to oneself again."""
    line = page.tabs.notes.current_note()
    if line is not None:
        told = "便签已改为共享" if line.is_private else "便签已改为私人"
        change = partial(page.shell.services.notes.change, line.id, line.words, private=not line.is_private)
        _on_note(page, change, told)


def settle_note(page: CasePage) -> None:
    """Mark the chosen note as done, or open it again."""
    line = page.tabs.notes.current_note()
    if line is not None:
        told = "便签已办结" if line.is_open else "便签已重开"
        _on_note(page, partial(page.shell.services.notes.settle, line.id, done=line.is_open), told)


def drop_note(page: CasePage) -> None:
    """Delete the chosen note."""
    line = page.tabs.notes.current_note()
    if line is not None:
        _on_note(page, partial(page.shell.services.notes.drop, line.id), f"已删除便签：{line.place}")


def _by_button(page: CasePage, _card: object, what: str) -> None:
    line = page.tabs.notes.current_note()
    if what == "jump" and line is not None:
        jump(page, line.path)
    else:
        {"edit": edit_note, "share": share_note, "settle": settle_note, "drop": drop_note}[what](page)


def _on_note(page: CasePage, write: Callable[[], object], told: str) -> None:
    def written(_case_id: int) -> object:
        return write()

    if page.work.decide(written):
        page.shell.notices.toast(told, undo=page.undo)


# Documents beside.


def paste_paper(page: CasePage) -> None:
    """Keep the text of the clipboard as a document beside the case."""
    page.settle()
    _add_paper(page, partial(_pasted, page, QApplication.clipboard().text()))


def attach_paper(page: CasePage) -> None:
    """Ask for a text file to lay beside the case."""
    take = partial(_attach, page)
    ask_open(page, page.shell.places, "附上文书（文本文件）", take, filters=_TEXTS)


def _attach(page: CasePage, path: Path) -> None:
    _add_paper(page, partial(_attached, page, path))


def _pasted(page: CasePage, words: str, case_id: int) -> object:
    return page.shell.services.papers.paste(case_id, words)


def _attached(page: CasePage, path: Path, case_id: int) -> object:
    return page.shell.services.papers.attach(case_id, path)


def _add_paper(page: CasePage, add: Callable[[int], object]) -> None:
    if page.work.decide(add):
        focus = QApplication.focusWidget()
        show_tab(page, PAPERS)
        if focus is not None and page.isAncestorOf(focus):
            focus.setFocus()
        paper = page.tabs.papers.current()
        page.shell.notices.toast(f"已附上文书：{paper.title if paper else ''}", undo=page.undo)


def drop_paper(page: CasePage) -> None:
    """Take the shown document away."""
    paper = page.tabs.papers.current()
    if paper is not None:

        def dropped(case_id: int) -> object:
            return page.shell.services.papers.drop(case_id, paper.id)

        if page.work.decide(dropped):
            page.shell.notices.toast(f"已移除文书：{paper.title}", undo=page.undo)


def step_evidence(page: CasePage, by: int) -> None:
    """Go to the next place in the documents that speaks of the row under the cursor; the cursor stays where it is."""
    if page.tabs.current != PAPERS:
        page.unfold_dock()
        page.tabs.show_tab(PAPERS)
    page.tabs.papers.step_evidence(by)


def step_paper(page: CasePage, by: int) -> None:
    """Show the next document."""
    page.tabs.papers.step_paper(by)


def _named(path: str) -> str:
    """Return what a field is called, with the number of its row."""
    if not path:
        return "整份病案"
    at = FieldPath.parse(path)
    label = field(path).label
    return label if at.group is Group.CASE else f"{label}（第 {at.index + 1} 行）"
