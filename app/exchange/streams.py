"""Large CSV files, record by record: for commands that must not hold a whole file in memory."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from app.common.errors import UserProblem, Where
from app.common.files import write_atomic
from app.exchange.decoding import decode

_SAMPLE: Final = 65_536
_FIELD: Final = 4_000_000


def stream_csv(path: Path, required: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (record number, cells by heading) of a CSV file with a header. Cells are not trimmed or folded.

    Raises :class:`UserProblem` when the file cannot be read, or lacks a heading of ``required``.
    """
    where = Where(path.name)
    csv.field_size_limit(_FIELD)
    try:
        with path.open("rb") as raw:
            sample = raw.read(_SAMPLE)
        encoding = decode(_whole_lines(sample), where).encoding
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with path.open(encoding=codec, newline="") as handle:
            reader = csv.DictReader(handle)
            missing = [name for name in required if name not in (reader.fieldnames or ())]
            if missing:
                raise UserProblem(
                    "bulk.missing_headings",
                    remedy="bulk.remedy.add_headings",
                    where=where,
                    names=", ".join(missing),
                )
            for number, cells in enumerate(reader, 1):
                yield number, {key: value or "" for key, value in cells.items() if isinstance(key, str)}
    except FileNotFoundError as fault:
        raise UserProblem("bulk.not_found", remedy="bulk.remedy.check_path", where=where) from fault
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UserProblem(
            "bulk.broken", remedy="bulk.remedy.export_again", where=where, detail=type(fault).__name__
        ) from fault
    except OSError as fault:
        raise UserProblem("bulk.not_readable", remedy="bulk.remedy.close_other", where=where) from fault


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a UTF-8 CSV with LF line ends whole and return the number of rows. Raises :class:`UserProblem`."""
    count = 0
    try:
        with write_atomic(path) as out:
            text = codecs.getwriter("utf-8")(out)
            writer = csv.writer(_Keep(text), lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                writer.writerow(row)
                count += 1
            text.flush()
    except OSError as fault:
        raise UserProblem("bulk.cannot_write", remedy="bulk.remedy.check_folder", where=Where(str(path))) from fault
    return count


class _Keep:
    """A text sink for the csv module over a codec writer."""

    def __init__(self, sink: codecs.StreamWriter | IO[str]) -> None:
        self._sink = sink

    def write(self, text: str) -> int:
        """Write one record."""
        self._sink.write(text)
        return len(text)


def _whole_lines(sample: bytes) -> bytes:
    """Cut at the last line break, so that no sign is torn in half."""
    if len(sample) < _SAMPLE:
        return sample
    cut = sample.rfind(b"\n")
    return sample[: cut + 1] if cut > 0 else sample
