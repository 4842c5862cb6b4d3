"""The 文书 tab: the physician's documents beside the sheet, the words of the row under the cursor marked in them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from app.domain.case import FieldPath
from app.domain.field import Group
from app.services.evidence import evidence_for
from app.services.evidence_words import Span
from app.services.papers import Paper
from app.services.types import CaseView
from app.ui.masking import masking
from app.ui.page import Shell
from app.ui.theme import theme
from app.ui.widgets import Button, Header, Message, Pane, Text, column

_Place = tuple[int, Span]
"""Number of the document and place in its text."""
_CODED: Final = (Group.DX, Group.OP)


class PapersTab(QWidget):
    """Shows one document at a time. ``paste()`` and ``attach()``: another document is wanted."""

    paste = Signal()
    attach = Signal()

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self._shell = shell
        self._view: CaseView | None = None
        self._papers: tuple[Paper, ...] = ()
        self._at, self._place = 0, -1
        self._path = ""
        self._spans: dict[int, tuple[Span, ...]] = {}
        self.setObjectName("papers")
        self._title = Text("", "bold", elide=True)
        head = Header("", size="case_strip")
        head.box.removeWidget(head.note)
        head.box.insertWidget(0, self._title, 1)
        for label, keys, wanted in (("粘贴", "Ctrl+Shift+V", self.paste), ("附文件…", "", self.attach)):
            button = Button(label, small=True, keys=keys, kind="normal" if keys else "link")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(wanted)
            head.add(button)
        self.text = QTextEdit()
        self.text.setObjectName("paper_text")
        self.text.setReadOnly(True)
        self.text.setProperty("reading", "true")
        self.text.setAcceptRichText(False)
        self.text.setFrameShape(QTextEdit.Shape.NoFrame)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName("文书")
        self._empty = Message()
        self._empty.tell(
            "没有附上文书。",
            "在病历系统中复制病程、手术记录等文字，按 Ctrl+Shift+V 粘贴；光标所在诊断或手术的字句会在这里标出。",
        )
        self._found = Text("", "caption", "secondary", wrap=True)
        self._asked = Text("", "caption", "muted", wrap=True)
        foot = Pane("alt", "t")
        foot.setLayout(column(self._found, self._asked, gap=1, margins=(12, 4, 12, 4)))
        body = column(head)
        body.addWidget(self.text, 1)
        body.addWidget(self._empty, 1)
        body.addWidget(foot)
        self.setLayout(body)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("文书")
        theme().changed.connect(self._mark)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The documents of the case in the order they came."""
        return self._papers

    def current(self) -> Paper | None:
        """Return the document that is shown."""
        return self._papers[self._at] if self._at < len(self._papers) else None

    def show_view(self, view: CaseView, *, same_case: bool) -> None:
        """Show the documents of a case; the one that was read stays, a new one is shown at once."""
        before = self._papers
        self._view = view
        self._papers = self._shell.services.papers.of_case(view.case_id)
        if not same_case:
            self._at = 0
        elif len(self._papers) > len(before):
            self._at = len(self._papers) - 1
        self._at = max(0, min(self._at, len(self._papers) - 1))
        self._show_paper()
        self._look_up()

    def follow(self, path: str) -> None:
        """Mark the words of what stands at a path, as soon as the document is seen."""
        if path != self._path:
            self._path = path
            if self.isVisible():
                self._look_up()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on to the document, if there is one."""
        super().focusInEvent(event)
        if self._papers:
            self.text.setFocus(event.reason())

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with where the cursor went meanwhile."""
        super().showEvent(event)
        self._look_up()

    def step_paper(self, by: int) -> None:
        """Show the next document, around the end."""
        if self._papers:
            self._at = (self._at + by) % len(self._papers)
            self._show_paper()
            self._place = -1
            self._mark()

    def step_evidence(self, by: int) -> None:
        """Go to the next place that is marked, through all documents, around the end."""
        places = self._places()
        if not places:
            return
        if self._place < 0:
            self._place = next((n for n, (at, _) in enumerate(places) if at >= self._at), 0) if by > 0 else -1
        else:
            self._place += by
        self._place %= len(places)
        if places[self._place][0] != self._at:
            self._at = places[self._place][0]
            self._show_paper()
        self._mark()

    def _places(self) -> list[_Place]:
        return [(at, span) for at, paper in enumerate(self._papers) for span in self._spans.get(paper.id, ())]

    def _show_paper(self) -> None:
        paper = self.current()
        self.text.setVisible(paper is not None)
        self._empty.setVisible(paper is None)
        count = f"{self._at + 1}/{len(self._papers)} " if len(self._papers) > 1 else ""
        self._title.setText(f"{count}{masking().words(paper.title)}" if paper else "文书")
        self._title.setToolTip(f"{paper.who} {paper.at:%Y-%m-%d %H:%M} 附上" if paper else "")
        words = masking().words(paper.words) if paper else ""  # as long as they were: marks stay where they are
        if paper is not None and self.text.toPlainText() != words:
            self.text.setPlainText(words)

    def _look_up(self) -> None:
        """Find the words of the place under the cursor in all documents, and mark them."""
        self._place, self._spans = -1, {}
        if self._view is not None and self._path and self._papers:
            self._spans = self._shell.services.papers.evidence(self._view.record, self._path, self._papers)
        self._asked.setText(self._asked_for())
        self._asked.setVisible(bool(self._asked.text()))
        self._mark()

    def _mark(self) -> None:
        paper, places = self.current(), self._places()
        here = places[self._place] if 0 <= self._place < len(places) else None
        marks = []
        for span in self._spans.get(paper.id, ()) if paper else ():
            mark = self._selection(span, is_here=here == (self._at, span))
            marks.append(mark)
        self.text.setExtraSelections(marks)
        if here is not None:
            cursor = self.text.textCursor()
            cursor.setPosition(here[1][0])
            self.text.setTextCursor(cursor)
            self.text.ensureCursorVisible()
        self._found.setText(self._said(places))

    def _selection(self, span: Span, *, is_here: bool) -> QTextEdit.ExtraSelection:
        look = QTextCharFormat()
        look.setBackground(theme().colour("accent_soft" if is_here else "match_bg"))
        look.setForeground(theme().colour("fg"))
        look.setFontUnderline(is_here)  # so that the place is told apart without colour
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(span[0])
        cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.format, mark.cursor = look, cursor
        return mark

    def _said(self, places: list[_Place]) -> str:
        if not self._papers:
            return "F3 下一处依据"
        if not places:
            return "文书中没有找到光标所在一项的字句。"
        number = f"第 {self._place + 1} / {len(places)} 处" if self._place >= 0 else f"{len(places)} 处依据"
        return f"{number} · F3 下一处 · Shift+F3 上一处"

    def _asked_for(self) -> str:
        """Return which documents an appeal would need for the row under the cursor, with those that are here."""
        at = FieldPath.parse(self._path) if self._path and self._view else None
        if at is None or self._view is None or at.group not in _CODED:
            return ""
        rows = self._view.record.rows(at.group)
        if at.index >= len(rows) or not rows[at.index].text("code"):
            return ""
        here = " ".join(f"{paper.kind} {paper.title}" for paper in self._papers)
        asked = dict.fromkeys(one.what for one in evidence_for(self._view.record, at.group, at.index))
        return "申诉所需：" + "；".join(f"{'✓' if what in here else '○'} {what}" for what in asked)
