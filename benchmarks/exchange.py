"""How fast batches come in and go out: front pages with every L1 column, as text and as workbook.

The records are invented, every field filled. ``python -m benchmarks.exchange [ROWS]`` or
``bingan bench exchange --json``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.domain.field import Group
from app.domain.fields import FIELDS
from app.domain.fields import field as spec_of
from app.domain.headings import Layout, headings_of
from app.domain.values import format_value
from app.exchange.batch import Batch, read_batch
from app.exchange.compose import ExportRow
from app.exchange.export import write_corrected
from app.exchange.streams import write_csv
from benchmarks.pages import filled

ROWS = 20_000
T = TypeVar("T")
GROUP_ROWS = {Group.DX: 7, Group.OP: 3}


class _Clocked:
    """A progress that notes the longest silence, in seconds."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.silence = 0.0

    def step(self, done: int, total: int, note: str = "") -> None:
        """Note the time since the last step."""
        now = time.perf_counter()
        self.silence, self.last = max(self.silence, now - self.last), now


def bench(rows: int = ROWS) -> dict[str, float]:
    """Return seconds (processor time) and the longest silence of reading and writing ``rows`` front pages."""
    figures: dict[str, float] = {"rows": rows}
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder) / "batch.csv", Path(folder) / "batch.xlsx"
        figures["columns"] = _make(text, rows)
        batch = _timed(figures, "read_csv", lambda clock: read_batch(text, progress=clock))
        figures["records"] = len(batch.records)
        _timed(figures, "write_xlsx", lambda clock: _export(batch, book, clock))
        _timed(figures, "write_csv", lambda clock: _export(batch, text, clock))
        _timed(figures, "read_xlsx", lambda clock: read_batch(book, progress=clock))
    return figures


def _make(path: Path, rows: int) -> int:
    """Write invented front pages in layout L1 and return the number of columns."""
    columns = [
        (headings_of(spec, Layout.CSV, index)[0], spec.path.replace("[]", f"[{index}]"))
        for spec in FIELDS
        for index in range(GROUP_ROWS.get(spec.group, 1))
        if headings_of(spec, Layout.CSV, index)
    ]
    pages = (filled(number) for number in range(rows))
    cells = (
        [
            format_value(spec_of(path), page.value(path)) if path != "record_no" else f"{number:08}"
            for _, path in columns
        ]
        for number, page in enumerate(pages)
    )
    write_csv(path, [heading for heading, _ in columns], cells)
    return len(columns)


def _export(batch: Batch, path: Path, clock: _Clocked) -> None:
    write_corrected(batch.source, [ExportRow(one.record, one.row) for one in batch.records], path, progress=clock)


def _timed(figures: dict[str, float], name: str, work: Callable[[_Clocked], T]) -> T:
    clock, start = _Clocked(), time.process_time()
    result = work(clock)
    figures[f"{name}_s"] = round(time.process_time() - start, 2)
    figures[f"{name}_silence_s"] = round(clock.silence, 2)
    return result


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)))
