"""What a coder notes about a code: favourite of one's own or of the record room, an annotation, a wish."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from app.common.errors import UserProblem
from app.domain.changes import Changes
from app.domain.coding import Candidate, CodeKind
from app.ui.page import Shell
from app.ui.pages.case.reasons import Asking, ask_words

Then = Callable[[], object]


def star(shell: Shell, code: Candidate, *, shared: bool) -> None:
    """Make a code a favourite, or take it off the list it stands in."""
    shelf = shell.services.shelf
    stands = shelf.star_of(code.code)
    if stands == ("shared" if shared else "own"):
        _write(shell, partial(shelf.unstar, code.code), f"已取消收藏 {code.code}。")
    else:
        place = "科室收藏" if shared else "收藏"
        _write(shell, partial(shelf.star, code.code, shared=shared), f"已加入{place} {code.code}。")


def annotate(parent: QWidget, shell: Shell, code: Candidate, then: Then) -> None:
    """Ask for the words of an annotation, which the whole record room reads; one's own earlier ones can be dropped."""
    mine = [note for note in shell.services.shelf.notes(code.code) if note.is_mine]
    lines = ("病案科所有人查到此编码时都会看到。", *(note.line for note in mine))
    choices = tuple(f"删除：{note.words}" for note in mine[:9])
    asking = Asking(f"批注 {code.code} {code.name}", lines, choices, "批注的话", "保存")
    ask_words(parent, asking, partial(_annotated, shell, code, then))


def _annotated(shell: Shell, code: Candidate, then: Then, words: str) -> None:
    shelf = shell.services.shelf
    dropped = next((note for note in shelf.notes(code.code) if note.is_mine and words == f"删除：{note.words}"), None)
    if dropped is not None:
        _write(shell, partial(shelf.drop_note, dropped), f"已删除 {code.code} 的批注。")
    else:
        _write(shell, partial(shelf.annotate, code.code, words), f"已批注 {code.code}。")
    then()


def wish(shell: Shell, kind: CodeKind | None, query: str) -> None:
    """Note a query that found nothing."""
    work = partial(shell.services.shelf.wish, kind or CodeKind.DX, query)
    _write(shell, work, f"已记入待维护：{query}。在编码查询按 Alt+L 查看。")


def _write(shell: Shell, work: Callable[[], Changes], said: str) -> None:
    try:
        changes = work()
    except UserProblem as problem:
        shell.errors.show(problem)
        return
    shell.publish(changes)
    shell.notices.toast(said, severity="ok")
