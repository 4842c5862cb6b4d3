"""Beside the query of the full page: a chapter or class of operations to stay in, a department whose codes to list."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.common.progress import Progress
from app.domain.coding import Candidate, CodeKind
from app.domain.dictionaries import dictionary
from app.services.code_shelf import ShelfService
from app.ui.page import Shell
from app.ui.pages.codes.scope import ScopeChoices
from app.ui.widgets import DictionaryField, FieldLook, row

_EVERYWHERE: Final = FieldLook(hint="全部章与手术类别")
_BY_DEPT: Final = FieldLook(hint="科内常用：科室")


class SearchFilters(QWidget):
    """``narrowed(scope)``: search only there, '' for everywhere. ``listed(codes, note)``: what a department uses."""

    narrowed = Signal(str)
    listed = Signal(object, str)

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._line = row(gap=8)
        self.scope: DictionaryField | None = None
        self.dept = DictionaryField(dictionary("D-DEPT"), self)
        self.dept.setObjectName("dept_filter")
        self.dept.show_code("", _BY_DEPT)
        self.dept.setAccessibleName("列出一个科室常用的编码")
        self.dept.committed.connect(self._on_dept)
        self._line.addWidget(self.dept, 1)
        self.setLayout(self._line)

    def fill(self, scope: str) -> None:
        """Offer the chapters and classes of the code book, which must be loaded, and show the one that is chosen."""
        if self.scope is None:
            self.scope = DictionaryField(ScopeChoices(self._shell.services.lookup.scopes()), self)
            self.scope.setObjectName("scope_filter")
            self.scope.setAccessibleName("只查一章或一类手术")
            self.scope.committed.connect(self.narrowed)
            self._line.insertWidget(0, self.scope, 1)
        self.scope.show_code(scope, _EVERYWHERE)

    def _on_dept(self, dept: str) -> None:
        if dept:
            work = partial(_used_there, self._shell.services.shelf, dept)
            job = self._shell.jobs.run(work, label="统计科内常用编码", parent=self)
            job.done.connect(partial(self._on_counted, dept))

    def _on_counted(self, dept: str, found: tuple[Candidate, ...]) -> None:
        name = dictionary("D-DEPT").label(dept) or dept
        self.listed.emit(found, f"{name} 近一年常用" if found else f"{name} 近一年没有编码")


def _used_there(shelf: ShelfService, dept: str, progress: Progress) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    for number, kind in enumerate(CodeKind):
        progress.step(number, len(CodeKind))
        found += shelf.department(kind, dept)
    return tuple(found)
