"""Texts that a spreadsheet program would run, through every export of the program: they come back equal and inert.

Every place of ``app`` that writes a table for people has an entry in :data:`EXPORTS`; a test finds those that have
none. Each entry writes the given texts with the export's own code and names the file; :func:`judge` opens it with
another library than the one that wrote it.
"""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.common.progress import NoProgress
from app.domain.case import CaseRecord, CaseState, Row, Value
from app.domain.field import Group
from app.domain.findings import Finding, Severity
from app.domain.headings import Layout
from app.domain.report import Report, ReportColumn, ReportSection, ReportTable
from app.drg.comparing import Cause
from app.exchange.appeal import write_report
from app.exchange.batch import read_batch
from app.exchange.compose import ExportRow, Sheet
from app.exchange.export import AddedColumn, write_corrected, write_tables
from app.exchange.fix_list import FixLayout, FixRow, FixSheet, write_fix_list
from app.exchange.marked import write_marked_copy
from app.exchange.return_package import read_package, write_package
from app.exchange.settlement import document, write_json
from app.exchange.streams import write_csv
from app.exchange.textfile import unguard
from app.exchange.upload import UploadForm, l2_form
from app.exchange.upload_file import write_l2, write_l3
from app.exchange.upload_template import read_template
from app.exchange.word import texts_of, write_word
from app.services.appeals_export import COLUMNS, write_requests
from app.services.audit_export import AuditExportService
from app.services.compare import Comparison, Tally
from app.services.compare_export import write_comparison
from app.services.handover import write_lists
from app.services.handover_check import numbered
from app.services.insurer_export import write_returns
from app.services.list_export import ListExportService
from app.services.pack_file import Pack, read_pack, write_pack
from app.services.pack_keys import PackKey, is_signed
from app.services.qc_batch_export import QcExportService
from app.services.qc_batch_types import Quality
from app.services.return_chase import ChaseService
from app.services.return_types import ChaseScope

_STARTS: Final = (
    *("=", "+", "-", "@", "\t", "\r", "\n", "'", '"', "＝", "＋", "－", "＠", "\x00", "_x0041_", "{=", "%", ";", ","),
    *("\u202e=", "\u200f+", "\ufeff@", " =", "　="),
)
_REST: Final = (
    *("1+1", "cmd|' /C calc'!A0", "SUM(A1:A9)", 'HYPERLINK("http://x")', "病", "\x00", "\x1f", '"', "'", "_x000D_"),
    *("\r\n", " ", "𠀀", "𪛖", "０１２", "\u202e", "\u2028", "=2+5", "DDE", "-0", "1e9", "2026-11-23"),
)
_LIVE_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
LONG: Final = "=" + "长" * 1_000_000
"""A megabyte in one cell: a workbook refuses it in words, a text file takes it."""
IMPOSSIBLE: Final = ("=\ufffe", "\ud800@", LONG)
"""What no cell of a workbook can hold."""


def texts(count: int, seed: int = 1) -> list[str]:
    """Return invented texts, different ones, of which most come alive where nobody takes care."""
    draw, found = random.Random(seed), {}
    while len(found) < count:
        middle = "".join(draw.choice(_REST) for _ in range(draw.randint(1, 4)))
        found[f"{draw.choice(_STARTS)}{middle}{draw.randint(0, 9_999)}"] = None
    return list(found)


Write = Callable[[Sequence[str], Path], Path]
"""Writes texts into a folder through an export and returns the file."""


_WIDE: Final = 10


def _batch(suffix: str, words: Sequence[str], folder: Path) -> Path:
    """Give a small batch back with the texts as results, ten to a record."""
    source, path = folder / "ward.csv", folder / f"batch{suffix}"
    pieces = [tuple(words[at : at + _WIDE]) for at in range(0, len(words), _WIDE)]
    lines = ["病案号,姓名,性别,出院时间,备注", *(f"A{n},测{n},1,2026-10-05," for n in range(len(pieces)))]
    source.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    batch = read_batch(source)
    rows = [
        ExportRow(one.record, one.row, (*piece, *[""] * (_WIDE - len(piece))))
        for one, piece in zip(batch.records, pieces, strict=True)
    ]
    write_corrected(batch.source, rows, path, added=[AddedColumn(f"甲{n}") for n in range(_WIDE)])
    return path


def _marked(words: Sequence[str], folder: Path) -> Path:
    source = folder / "marked.csv"
    write_csv(
        source, ["病案号", "姓名", "备注"], [(f"A{n}", "测", word) for n, word in enumerate(words)], for_people=True
    )
    batch, path = read_batch(source), folder / "marked.xlsx"
    write_marked_copy(source, batch, path)
    return path


def _people(words: Sequence[str], folder: Path) -> Path:
    path = folder / "people.csv"
    write_csv(path, ["a", "b"], [(word, "") for word in words], for_people=True)
    return path


def _report(words: Sequence[str], folder: Path) -> Path:
    table = ReportTable("t", (ReportColumn("a", 20), ReportColumn("b", 20)), tuple((word, "x") for word in words))
    path = folder / "appeal.xlsx"
    write_report(Report("t", "s", "f", (ReportSection("k", "页", "", (table,)),)), path)
    return path


def _document(words: Sequence[str], folder: Path) -> Path:
    table = ReportTable("t", (ReportColumn("a", 20), ReportColumn("b", 20)), tuple((word, "x") for word in words))
    path = folder / "report.docx"
    write_word(Report("t", "s", "f", (ReportSection("k", "页", "", (table,)),)), path, datetime(2026, 11, 23))
    return path


def _fix_list(words: Sequence[str], folder: Path) -> Path:
    layout = FixLayout(("问题", "答复"), frozenset({1}), (30, 30), "键", "标记")
    rows = tuple(FixRow(f"k{n}", "m", (word, "")) for n, word in enumerate(words))
    path = folder / "fix.xlsx"
    with write_atomic(path) as out:
        write_fix_list(out, layout, ("汇总", []), [FixSheet("科", rows)], Where(path.name), NoProgress())
    return path


def _comparison(words: Sequence[str], folder: Path) -> Path:
    moved = tuple(
        SimpleNamespace(
            record_no=word, dept="d", old="A", new="B", difference=SimpleNamespace(cause=Cause.SPLIT, detail="d")
        )
        for word in words
    )
    tally = Tally(1, 1, 0, 0)
    day = date(2026, 11, 1)
    parts: tuple[Any, ...] = (moved, (), (), "")
    whole = Comparison("a", "b", "旧", "新", day, day, 1, 0, tally, tally, *parts, 0.1)
    path = folder / "compare.xlsx"
    write_comparison(whole, path)
    return path


def _returns(words: Sequence[str], folder: Path) -> Path:
    def line(word: str) -> Any:
        stored = SimpleNamespace(
            line=SimpleNamespace(drg="", rw="", status=""), verdict=SimpleNamespace(ours="", cause="", details={})
        )
        return SimpleNamespace(stored=stored, record_no=word, dept="", cause="", detail="")

    path = folder / "insurer.xlsx"
    write_returns([line(word) for word in words], path)
    return path


def _requests(words: Sequence[str], folder: Path) -> Path:
    path = folder / "special.xlsx"
    write_requests([(word, *("",) * (len(COLUMNS) - 1)) for word in words], path)
    return path


class _Reader:
    def __init__(self, count: int) -> None:
        self._keys = list(range(count))

    def hit_keys(self, _wanted: object) -> list[int]:
        return self._keys


def _session(count: int) -> Any:
    """Return a library that is open for reading only, with somebody inside a permitted call."""

    @contextmanager
    def read() -> Iterator[_Reader]:
        yield _Reader(count)

    clock = SimpleNamespace(now=lambda: datetime(2026, 11, 23, 9))
    return SimpleNamespace(
        seat=SimpleNamespace(is_busy=True),
        clock=clock,
        db=SimpleNamespace(read_only=True, read=read, takes=lambda _op: False),
    )


def _row(word: str) -> Any:
    none = dict.fromkeys(("admission_count", "age_years", "admit_time", "discharge_time"))
    names = ("sex", "dept", "principal_text", "principal_code", "principal_name", "errors", "warns", "hints", "drg")
    texts = dict.fromkeys((*names, "claimed_by"), "")
    return SimpleNamespace(record_no=word, state=CaseState.CODING, **none, **texts)


def _list(words: Sequence[str], folder: Path) -> Path:
    lines = [SimpleNamespace(row=_row(word), follow_up=None, points=1, deadline=None) for word in words]
    worklist = SimpleNamespace(people=dict, lines=lambda ids: [lines[one] for one in ids])
    path = folder / "list.xlsx"
    ListExportService(_session(0), worklist).write(range(len(words)), path)  # type: ignore[arg-type]
    return path


def _chase(words: Sequence[str], folder: Path) -> Path:
    item = {"status": "outstanding", "verdict": "", "verdict_words": "", "answer": None, "due": datetime(2026, 11, 24)}
    service = ChaseService(_session(0))
    rows = [
        SimpleNamespace(
            row=SimpleNamespace(dept="", attending="", record_no="A1", item=SimpleNamespace(question=word, **item)),
            place="",
        )
        for word in words
    ]
    service.lines = lambda _scope: tuple(rows)  # type: ignore[method-assign,misc,assignment]
    path = folder / "chase.xlsx"
    service.export(ChaseScope.OUTSTANDING, path)
    return path


def _round(words: Sequence[str], folder: Path) -> Path:
    """Write a round of the batch quality control whose findings quote the texts."""

    def line(number: int) -> Any:
        finding = Finding("XN-001", "", Severity.WARN, words[number], "", ("sex",))
        key = SimpleNamespace(rule_id="XN-001")
        return SimpleNamespace(key=key, row=_row("A1"), findings=(finding,), current="", suggestion="", status="ready")

    quality = Quality("全部", 1, 0)
    overview = SimpleNamespace(lines=(), departments=(), quality=quality, segments={}, title="全部", total=1)
    rounds = SimpleNamespace(
        overview=lambda *_: overview, query=lambda scope: scope, lines=lambda keys: [line(key) for key in keys]
    )
    path = folder / "round.xlsx"
    QcExportService(_session(len(words)), rounds).write("scope", None, path)  # type: ignore[arg-type]
    return path


class _Audit(AuditExportService):
    """The extract of an audit whose changes quote the texts."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(_session(0), SimpleNamespace())  # type: ignore[arg-type]
        self._words = words

    def _ids(self, _query: object, _most: int) -> Sequence[int]:
        return ()

    def _head(self) -> Any:
        return None

    def _about(self, _head: object, _count: int) -> tuple[tuple[str, str], ...]:
        return ()

    def _lines(self, *_: object) -> Iterator[dict[str, str]]:
        names = ("id", "at", "who", "what", "record_no", "place", "old", "rule", "hash")
        for word in self._words:
            yield {"new": word, **dict.fromkeys(names, "")}


def _audit(suffix: str, words: Sequence[str], folder: Path) -> Path:
    path = folder / f"audit{suffix}"
    _Audit(words).write(SimpleNamespace(), path)  # type: ignore[arg-type]
    return path


def _pack(words: Sequence[str], folder: Path) -> Path:
    path = folder / "rules.json"
    lists = {"名单": tuple(words)}
    write_pack(path, Pack("包", "甲", datetime(2026, 11, 23), "1", (), lists, {}, {}), PackKey(folder))
    found = read_pack(path)
    _put_beside(path, found.lists["名单"])
    return path


def _package(words: Sequence[str], folder: Path) -> Path:
    path, key = folder / "package.zip", PackKey(folder)
    with write_atomic(path) as out:
        write_package(out, "ask", {}, {"q.json": json.dumps(list(words)).encode()}, key.public(), key.sign)
    found = read_package(path, path.name, is_signed)
    _put_beside(path, json.loads(found.entries["q.json"]))
    return path


def _record(words: Sequence[str]) -> CaseRecord:
    """Return a stay whose number, name, address and diagnoses are texts to try."""
    number, name, address, *named = (*words, *[""] * (_WIDE - len(words)))
    head: dict[str, Value] = {
        **{"org_code": "T01", "record_no": number, "patient_name": name, "sex": "1", "current_address": address},
        **{"admit_time": datetime(2026, 11, 1, 8), "discharge_time": datetime(2026, 11, 9, 8)},
    }
    return CaseRecord(Row(head), {Group.DX: tuple(Row({"code": "K80.200", "name": one}) for one in named)})


def _records(words: Sequence[str]) -> Iterator[CaseRecord]:
    for start in range(0, len(words), _WIDE):
        yield _record(words[start : start + _WIDE])


def _l2(words: Sequence[str], folder: Path) -> Path:
    form, path = l2_form(), folder / "l2.csv"
    write_l2(form.headings, map(form.cells, _records(words)), path)
    return path


def _l3(suffix: str, words: Sequence[str], folder: Path) -> Path:
    others = (f"C07x{number:02d}N" for number in range(1, _WIDE))
    headings = ("A48病案号", "A11姓名", "C03C主要诊断编码", "C04N主要诊断名称", "A26现住址", *others)
    source, path = folder / f"form{suffix}", folder / f"l3{suffix}"
    if suffix == ".csv":
        source.write_bytes(",".join(headings).encode("utf-8-sig"))
    else:
        write_tables([Sheet("表", headings, (), ())], source)
    template = read_template(source)
    form = UploadForm(template.headings, Layout.JX)
    try:
        write_l3(template, map(form.cells, _records(words)), path)
    finally:
        source.unlink()
    return path


def _lists(words: Sequence[str], folder: Path) -> Path:
    path = folder / "lists.xlsx"
    write_lists((numbered(document(one)) for one in _records(words)), path)
    return path


def _lists_json(words: Sequence[str], folder: Path) -> Path:
    path = folder / "lists.json"
    write_json(map(document, _records(words)), path)
    lists = json.loads(path.read_bytes())["lists"]
    heads = [one["setlinfo"][name] for one in lists for name in ("MEDCASNO", "PSN_NAME", "CURR_ADDR")]
    _put_beside(path, [*heads, *(row["DIAG_NAME"] for one in lists for row in one["diseinfo"])])
    return path


def _put_beside(path: Path, found: Sequence[str]) -> None:
    """Keep what the program's own reader found in a package, for :func:`judge`."""
    path.with_suffix(".read").write_text(json.dumps(list(found)), "utf-8")


EXPORTS: Final[Mapping[str, tuple[Write, frozenset[str]]]] = MappingProxyType(
    {
        "batch.xlsx": (lambda words, folder: _batch(".xlsx", words, folder), frozenset({"app.exchange.export"})),
        "batch.csv": (lambda words, folder: _batch(".csv", words, folder), frozenset({"app.exchange.export"})),
        "marked.xlsx": (_marked, frozenset({"app.exchange.marked"})),
        "people.csv": (
            _people,
            frozenset({"app.exchange.streams", "app.services.coding_memory", "app.services.today"}),
        ),
        "appeal.xlsx": (
            _report,
            frozenset(
                {
                    "app.exchange.appeal",
                    "app.services.appeal",
                    "app.services.exception_form",
                    "app.services.report_files",
                    "app.services.settlement_form",
                }
            ),
        ),
        "report.docx": (_document, frozenset({"app.exchange.word", "app.services.report_files"})),
        "audit.xlsx": (lambda words, folder: _audit(".xlsx", words, folder), frozenset({"app.services.audit_export"})),
        "audit.csv": (lambda words, folder: _audit(".csv", words, folder), frozenset({"app.services.audit_export"})),
        "fix.xlsx": (_fix_list, frozenset({"app.exchange.fix_list", "app.services.fix_list"})),
        "compare.xlsx": (_comparison, frozenset({"app.services.compare_export"})),
        "insurer.xlsx": (_returns, frozenset({"app.services.insurer_export"})),
        "special.xlsx": (_requests, frozenset({"app.services.appeals_export"})),
        "list.xlsx": (_list, frozenset({"app.services.list_export"})),
        "chase.xlsx": (_chase, frozenset({"app.services.return_chase"})),
        "round.xlsx": (_round, frozenset({"app.services.qc_batch_export"})),
        "l2.csv": (_l2, frozenset({"app.exchange.upload_file", "app.services.handover"})),
        "l3.csv": (lambda words, folder: _l3(".csv", words, folder), frozenset({"app.exchange.upload_file"})),
        "l3.xlsx": (lambda words, folder: _l3(".xlsx", words, folder), frozenset({"app.exchange.upload_file"})),
        "lists.xlsx": (_lists, frozenset({"app.services.handover"})),
        "lists.json": (_lists_json, frozenset({"app.exchange.settlement"})),
        "rules.json": (_pack, frozenset({"app.services.pack_file"})),
        "package.zip": (_package, frozenset({"app.exchange.return_package", "app.services.return_packages"})),
    }
)
"""Every export by name: how it writes, and the modules whose writing it stands for."""


def judge(path: Path, words: Sequence[str]) -> dict[str, int]:
    """Return how many texts did not come back equal and how many cells of the file could come alive."""
    found, alive = _opened(path)
    return {"unequal": (Counter(words) - Counter(found)).total(), "alive": alive}


def _opened(path: Path) -> tuple[list[str], int]:
    match path.suffix:
        case ".xlsx":
            return _workbook(path)
        case ".csv":
            return _table(path)
        case ".docx":
            return _word(path)
        case _:
            return json.loads(path.with_suffix(".read").read_text("utf-8")), 0


def _workbook(path: Path) -> tuple[list[str], int]:
    with ZipFile(path) as package:
        formulas = sum(package.read(name).count(b"<f>") for name in package.namelist() if "worksheets" in name)
    cells = [
        cell for sheet in load_workbook(path).worksheets for row in sheet.iter_rows() for cell in row if cell.value
    ]
    alive = formulas + sum(cell.data_type not in ("s", "inlineStr") for cell in cells)
    return [unescape(cell.value) if isinstance(cell.value, str) else str(cell.value) for cell in cells], alive


def _word(path: Path) -> tuple[list[str], int]:
    """Return the texts of a document, and how many fields and outside links it has beside the number of the page."""
    with ZipFile(path) as package:
        whole = b"".join(package.read(name) for name in package.namelist())
    with path.open("rb") as source:
        found = [unescape(one) for one in texts_of(source)]
    alive = sum(whole.count(sign) for sign in (b"w:instrText", b"w:fldSimple w:instr", b'TargetMode="External"'))
    return found, alive - 1


def _table(path: Path) -> tuple[list[str], int]:
    csv.field_size_limit(16_000_000)
    content = path.read_bytes()
    encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
    cells = [cell for row in csv.reader(io.StringIO(content.decode(encoding), newline="")) for cell in row]
    alive = [cell for cell in cells if cell[:1] in _LIVE_STARTS and not _is_number(cell)]
    return [unguard(cell) for cell in cells], sum(cell != "" for cell in alive)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "").rstrip("%") or "0")
    except ValueError:
        return cell.strip("-－—") == "" and len(cell) > 0
    return True


def through(name: str, words: Sequence[str], folder: Path) -> dict[str, int]:
    """Return the verdict over one export; a refusal counts as unequal."""
    write, _ = EXPORTS[name]
    try:
        return judge(write(words, folder), words)
    except UserProblem:
        return {"unequal": len(words), "alive": 0}


def run(count: int, seed: int = 1, at_once: int = 2000) -> dict[str, object]:
    """Send ``count`` texts through every export and return the figures; ``failures`` is their sum."""
    began = time.perf_counter()
    found: dict[str, dict[str, int]] = {name: Counter() for name in EXPORTS}
    words = texts(count, seed)
    for start in range(0, count, at_once):
        for name in EXPORTS:
            with tempfile.TemporaryDirectory() as folder:
                found[name].update(through(name, words[start : start + at_once], Path(folder)))
    failures = sum(one["unequal"] + one["alive"] for one in found.values())
    seconds = round(time.perf_counter() - began, 1)
    return {"texts": count, "exports": len(EXPORTS), "failures": failures, "by_export": found, "seconds": seconds}
