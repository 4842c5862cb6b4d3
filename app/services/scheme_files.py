"""Scheme files as schemes: read and built once, then from a cache that is made anew when a file changes."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from app import __version__
from app.codebook.book import Codebook
from app.common.collecting import collecting_later
from app.common.files import sha256_of, write_atomic
from app.common.paths import cache_dir
from app.common.progress import NoProgress, Progress
from app.domain.coding import CodeKind
from app.drg.freezing import freeze, thaw
from app.drg.lint import LintReport
from app.drg.package import load_package
from app.drg.scheme import Scheme
from app.drg.workbook import WorkbookOptions, load_workbook
from app.exchange.readers import read_scheme_tables

_KEPT: Final = 12
"""Schemes in the cache; about 2.5 MB each."""

_log = logging.getLogger(__name__)


def read_scheme(
    path: Path,
    book: Codebook,
    progress: Progress | None = None,
    options: WorkbookOptions | None = None,
    name: str = "",
) -> tuple[Scheme, LintReport]:
    """Return the scheme of a package or workbook with its report, read from the file itself.

    ``options`` count for a workbook only. ``name`` is what a folder is called in places instead of its own name.
    Raises :class:`UserProblem`, with the whole report when the file has errors.
    """
    return _read(path, book, progress or NoProgress(), options, name, lint=True)


def parse_scheme(path: Path, book: Codebook, options: WorkbookOptions | None = None, name: str = "") -> Scheme:
    """Return the scheme of a package or workbook, read from the file itself and not checked beyond what that needs.

    Raises :class:`UserProblem`, with the whole report when the file has errors.
    """
    return _read(path, book, NoProgress(), options, name, lint=False)[0]


def _read(
    path: Path, book: Codebook, progress: Progress, options: WorkbookOptions | None, name: str, *, lint: bool
) -> tuple[Scheme, LintReport]:
    with collecting_later():
        tables, meta = read_scheme_tables(path, progress=progress, name=name)
        if meta:
            return load_package(tables, meta, known=book, expand=book.expand_prefixes, lint=lint)
        return load_workbook(tables, name=path.stem, known=book, options=options, lint=lint)


def load_scheme(path: Path, book: Codebook, options: WorkbookOptions | None = None, name: str = "") -> Scheme:
    """Return the scheme of a package or workbook, from the cache when the same file was read before.

    Raises as :func:`parse_scheme`.
    """
    try:
        kept = cache_dir() / f"scheme-{_key(path, book, options, name)}.bin"
    except OSError:  # no such file, no right to read it, no place for a cache: reading it says which
        return parse_scheme(path, book, options, name)
    with collecting_later():
        scheme = _from_cache(kept)
    if scheme is None:
        scheme = parse_scheme(path, book, options, name)
        _keep(kept, scheme)
    return scheme


def scheme_files(path: Path) -> list[Path]:
    """Return the files that make a scheme: the workbook or archive itself, or the tables of a folder."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.iterdir() if file.suffix in (".csv", ".toml"))


def scheme_digest(path: Path) -> str:
    """Return the hex SHA-256 over the files of a scheme. Raises ``OSError`` when one cannot be read."""
    whole = hashlib.sha256()
    for file in scheme_files(path):
        whole.update(f"{file.name}:{sha256_of(file)}\n".encode())
    return whole.hexdigest()


def _key(path: Path, book: Codebook, options: WorkbookOptions | None, name: str) -> str:
    """Return what reading depends on as a name: files, program, options, and the codes that prefixes stand for."""
    chosen = options or WorkbookOptions()
    told = (sorted(chosen.grey_px), chosen.newborn_qy_days, chosen.procedure_only)
    digest = hashlib.sha256(
        f"{__version__} {sys.version_info[:2]} {name or path.name} {scheme_digest(path)} {told}".encode()
    )
    for kind in CodeKind:
        digest.update("\n".join(entry.code for entry in book.leaves(kind)).encode())
    return digest.hexdigest()[:32]


def _from_cache(kept: Path) -> Scheme | None:
    try:
        return thaw(kept.read_bytes())
    except OSError:
        return None


def _keep(kept: Path, scheme: Scheme) -> None:
    """Write a scheme for the next time and drop the oldest ones. Where that cannot be written, nothing is lost."""
    try:
        with write_atomic(kept) as out:
            out.write(freeze(scheme))
        for old in _oldest(kept.parent.glob("scheme-*.bin")):
            old.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("scheme not cached: %s", type(error).__name__)


def _oldest(files: Iterable[Path]) -> list[Path]:
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)[_KEPT:]
