"""The fix-list workbook (domain.md 6.5.4): written for departments without the program, read back with a diff."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress, Part, Progress
from app.common.texts import text
from app.domain.changes import Changes
from app.domain.dictionaries import dictionary
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnOption, ReturnStatus
from app.exchange.fix_list import FixAnswerRow, FixLayout, FixRow, FixSheet, read_fix_list, write_fix_list
from app.services.pack_keys import PackKey
from app.services.permits import DESK, needs
from app.services.qc_batch_words import dept_name
from app.services.return_intake import Given, IntakeLine, judge, take
from app.services.return_places import is_text, place_name, spec_at
from app.services.return_types import ReturnRow, StoredReturn
from app.services.session import Session
from app.storage.ops import Op
from app.storage.returns import ReturnFilter

_COLUMNS: Final = (
    ("number", 6),
    ("record_no", 12),
    ("count", 6),
    ("patient", 10),
    ("dept", 14),
    ("physician", 12),
    ("discharge", 12),
    ("field", 22),
    ("value", 24),
    ("question", 46),
    ("severity", 8),
    ("suggestion", 24),
    ("answer", 30),
    ("words", 40),
    ("due", 16),
)
_OPEN: Final = ("answer", "words")
_MARK: Final = 8
_SECRET: Final = b"bingan fix list"


@dataclass(frozen=True, slots=True)
class FixPreview:
    """A list that came back: the file, its digest, and what each row is. Nothing is stored yet."""

    path: Path
    digest: str
    lines: tuple[IntakeLine, ...]


class FixListService:
    """Rows are found by key, rule and current value; locked cells carry marks that only this library can make."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._key = PackKey(session.db.path.parent)

    @needs(*DESK)
    def write(
        self, path: Path, case_ids: Iterable[int] = (), *, mask: bool = False, progress: Progress | None = None
    ) -> int:
        """Write the outstanding questions of some cases, or of all, and return how many.

        ``mask`` shortens names to 张*. Raises :class:`UserProblem` when there is none or the file cannot be written.
        """
        with self._session.db.read() as reader:
            rows = reader.return_rows(ReturnFilter(frozenset({ReturnStatus.OUTSTANDING}), case_ids=frozenset(case_ids)))
        where = Where(path.name)
        if not rows:
            raise UserProblem("returns.nothing_to_write", remedy="returns.remedy.nothing_to_write", where=where)
        by_dept: dict[str, list[ReturnRow]] = {}
        for row in rows:
            by_dept.setdefault(row.dept, []).append(row)
        sheets = [
            FixSheet(dept_name(dept) or text("returns.no_dept"), tuple(self._rows(of_dept, mask=mask)))
            for dept, of_dept in sorted(by_dept.items())
        ]
        summary = self._summary(by_dept)
        try:
            with write_atomic(path) as out:
                write_fix_list(out, layout(), summary, sheets, where, progress or NoProgress())
        except OSError as fault:
            raise UserProblem("export.cannot_write", remedy="export.remedy.other_folder", where=where) from fault
        if not self._session.db.read_only:
            with self._session.db.operation(Op.EXPORT, by=self._session.actor) as tx:
                tx.record_event("export", {"file": path.name, "rows": len(rows)})
        return len(rows)

    @needs("coder", "qc")
    def preview(self, path: Path, progress: Progress | None = None) -> FixPreview:
        """Read a list that came back and judge every row. Raises :class:`UserProblem` for a file that is none."""
        progress = progress or NoProgress()
        rows = read_fix_list(path, layout(), Part(progress, 0, 50, 100))
        with self._session.db.read() as reader:
            ids = reader.return_uids([row.key for row in rows])
            stored = reader.return_rows(ReturnFilter(item_ids=frozenset(ids.values()))) if ids else []
            options = {one.item.uid: one.item.options for one in stored}
            secret = self._secret()
            lines = judge(reader, [_given(row, options.get(row.key, ()), secret) for row in rows])
        return FixPreview(path, hashlib.sha256(path.read_bytes()).hexdigest(), lines)

    @needs("coder", "qc")
    def take(self, preview: FixPreview, who: str, *, conflicts: bool = False) -> tuple[Changes, int]:
        """Store what a list answers, for the physician named. Raises :class:`UserProblem` without a name."""
        return take(self._session, preview.lines, who, preview.path.name, conflicts=conflicts)

    def _rows(self, rows: Sequence[ReturnRow], *, mask: bool) -> Iterable[FixRow]:
        secret = self._secret()
        for number, row in enumerate(rows, 1):
            cells = _cells(number, row, mask=mask)
            choices, must = _choices(row.item)
            yield FixRow(row.item.uid, marks(secret, row.item.uid, cells), tuple(cells.values()), choices, must)

    def _summary(self, by_dept: Mapping[str, Sequence[ReturnRow]]) -> tuple[str, list[tuple[str, ...]]]:
        now = self._session.clock.now()
        rows: list[tuple[str, ...]] = [
            (text("returns.list_title"), f"{now:%Y-%m-%d %H:%M}"),
            (text("returns.list_help"),),
            (),
            tuple(text(f"returns.summary.{name}") for name in ("dept", "cases", "questions", "due")),
        ]
        for dept, of_dept in sorted(by_dept.items()):
            due = min((one.item.due for one in of_dept if one.item.due), default=None)
            cases = len({one.item.case_id for one in of_dept})
            first = f"{due:%Y-%m-%d %H:%M}" if due else ""
            rows.append((dept_name(dept) or text("returns.no_dept"), str(cases), str(len(of_dept)), first))
        return text("returns.summary.title"), rows

    def _secret(self) -> bytes:
        return hashlib.sha256(self._key.sign(_SECRET)).digest()


def layout() -> FixLayout:
    """Return the columns of the workbook."""
    names = [name for name, _ in _COLUMNS]
    return FixLayout(
        tuple(text(f"returns.column.{name}") for name in names),
        frozenset(names.index(name) for name in _OPEN),
        tuple(width for _, width in _COLUMNS),
        text("returns.column.key"),
        text("returns.column.marks"),
    )


def marks(secret: bytes, uid: str, cells: Mapping[str, str]) -> str:
    """Return a mark for each locked cell, in the order of the columns; who lacks the secret cannot make one."""
    return "-".join(
        hmac.new(secret, "\x1f".join((uid, name, value)).encode(), hashlib.sha256).hexdigest()[:_MARK]
        for name, value in cells.items()
        if name not in _OPEN
    )


def masked(name: str) -> str:
    """Return a name as it leaves the house: 张* (domain.md 6.5)."""
    return f"{name[:1]}*" if name else ""


def typed_answer(options: Sequence[ReturnOption], value: str, words: str) -> ReturnAnswer:
    """Return what was typed as an answer: an option by its words, a new value, else a reason or an objection."""
    option = next((one for one in options if one.label == value), None)
    if option is not None:
        return ReturnAnswer(option.answer, option.label, option.value or _value_in(option, words), words)
    if value:
        return ReturnAnswer(AnswerKind.CHANGED, "", value, words)
    appeal = text("returns.answer.appeal")
    if words.startswith(appeal):
        return ReturnAnswer(AnswerKind.APPEAL, "", "", words.removeprefix(appeal).lstrip("：:，, ") or words)
    return ReturnAnswer(AnswerKind.UNCHANGED, "", "", words)


def _given(row: FixAnswerRow, options: Sequence[ReturnOption], secret: bytes) -> Given:
    cells = {name: row.cells[text(f"returns.column.{name}")] for name, _ in _COLUMNS}
    changed = _changed(marks(secret, row.key, cells), row.marks)
    if changed:
        place = Where(row.where.file, row.where.sheet, row.where.row, changed)
        problem = UserProblem("returns.altered", remedy="returns.remedy.altered", where=place)
        return Given(place, row.key, cells["value"], None, str(problem))
    value, words = cells["answer"].strip(), cells["words"].strip()
    answer = typed_answer(options, value, words) if value or words else None
    return Given(row.where, row.key, cells["value"], answer)


def _value_in(option: ReturnOption, words: str) -> str:
    return words if option.answer is AnswerKind.CHANGED else ""


def _cells(number: int, row: ReturnRow, *, mask: bool) -> dict[str, str]:
    item = row.item
    question = text("returns.in_list", rule=item.rule_id, question=item.question, seen=item.seen).strip()
    return {
        "number": str(number),
        "record_no": row.record_no,
        "count": str(row.admission_count),
        "patient": masked(row.patient_name) if mask else row.patient_name,
        "dept": dept_name(row.dept),
        "physician": row.attending,
        "discharge": f"{row.discharge_time:%Y-%m-%d}" if row.discharge_time else "",
        "field": place_name(item.path),
        "value": item.old_value,
        "question": question,
        "severity": text(f"bulk.severity.{item.severity}") if item.severity else "",
        "suggestion": item.suggestion,
        "answer": "",
        "words": "",
        "due": f"{item.due:%Y-%m-%d %H:%M}" if item.due else "",
    }


def _choices(item: StoredReturn) -> tuple[tuple[str, ...], bool]:
    """Return what the drop-down of a question offers: the dictionary of its field, else its options."""
    spec = spec_at(item.path)
    if spec is not None and spec.dictionary and not is_text(item.path):
        entries = dictionary(spec.dictionary).entries
        return tuple(dict.fromkeys(f"{entry.code} {entry.label}" for entry in entries)), False
    return tuple(one.label for one in item.options), False


def _changed(expected: str, found: str) -> str:
    """Return the heading of the first locked cell that was changed, '' when none was."""
    names = [name for name, _ in _COLUMNS if name not in _OPEN]
    given = found.split("-")
    if len(given) != len(names):
        return text("returns.column.marks")
    for name, one, other in zip(names, expected.split("-"), given, strict=True):
        if not hmac.compare_digest(one.encode(), other.encode()):
            return text(f"returns.column.{name}")
    return ""
