"""Imported code books, schemes and price tables: folders in the user's home, each with its manifest.

The user's files are kept byte for byte, as they came, beside a manifest that names source, hash and time.
A new asset is built in a temporary folder and moved into place whole; ``index.json`` is replaced whole. A failure
at any point leaves what was there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from app.common.clock import Clock
from app.common.errors import UserProblem, Where
from app.common.files import sha256_of, write_atomic

CODEBOOK: Final = "codebook"
SCHEME: Final = "scheme"
WEIGHTS: Final = "weights"
RATES: Final = "rates"


@dataclass(frozen=True, slots=True)
class Asset:
    """One imported thing. ``files`` are (role, stored name, sha256); ``facts`` what the import learned of it."""

    id: str
    kind: str
    title: str
    imported_at: str
    files: tuple[tuple[str, str, str], ...]
    active: bool = False
    facts: dict[str, str] = field(default_factory=dict)


class AssetStore:
    """Reads and writes the assets of one home folder. One process writes (the library lock sees to that)."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._root = home / "assets"
        self._list = self._root / "index.json"
        self._clock = clock
        self._known: tuple[tuple[int, int], tuple[Asset, ...]] | None = None

    def all(self, kind: str) -> tuple[Asset, ...]:
        """Return the assets of a kind, oldest first. Raises :class:`UserProblem` when the index is unreadable."""
        return tuple(asset for asset in self._index() if asset.kind == kind)

    def active(self, kind: str) -> Asset | None:
        """Return the active asset of a kind, None when the shipped one is in use."""
        return next((asset for asset in self.all(kind) if asset.active), None)

    def today(self) -> date:
        """Return the day by which a date lies ahead."""
        return self._clock.now().date()

    def get(self, kind: str, asset_id: str) -> Asset | None:
        """Return one asset by id."""
        return next((asset for asset in self.all(kind) if asset.id == asset_id), None)

    def path(self, asset: Asset, role: str) -> Path | None:
        """Return the stored file (or folder) of a role, checked against its hash.

        Raises :class:`UserProblem` when the file is missing or was changed behind the program's back.
        """
        for name_role, name, digest in asset.files:
            if name_role == role:
                path = self._root / asset.kind / asset.id / name
                if not path.is_file() or sha256_of(path) != digest:
                    raise UserProblem("assets.damaged", remedy="assets.remedy.import_again", title=asset.title)
                return path
        return None

    def folder(self, asset: Asset) -> Path:
        """Return the folder an asset lies in."""
        return self._root / asset.kind / asset.id

    def add(
        self,
        kind: str,
        title: str,
        files: Sequence[tuple[str, Path]],
        *,
        facts: dict[str, str],
        activate: bool = True,
        belongs_to: str = "",
    ) -> Asset:
        """Keep copies of ``files`` (role, path) as a new asset and return it.

        An identical asset (same roles and hashes, belonging to the same) is not stored twice: it is activated and
        returned.
        """
        names = [path.name for _, path in files]
        stored = tuple(
            (role, name if names.count(name) == 1 else f"{number}-{name}", _digest(path))
            for number, (name, (role, path)) in enumerate(zip(names, files, strict=True), 1)
        )
        parts = [f"{role}:{digest}" for role, _, digest in stored] + ([belongs_to] if belongs_to else [])
        asset_id = hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
        old = self.get(kind, asset_id)
        asset = old or Asset(asset_id, kind, title, self._clock.now().isoformat(sep=" "), stored, facts=facts)
        asset = replace(asset, title=title, facts=facts)
        if not old:
            self._place(asset, [path for _, path in files])
        others = [
            replace(other, active=other.active and not (activate and other.kind == kind))
            for other in self._index()
            if (other.kind, other.id) != (kind, asset_id)
        ]
        asset = replace(asset, active=activate or asset.active)
        self._save([*others, asset])
        return asset

    def activate(self, kind: str, asset_id: str | None) -> None:
        """Make one asset the active one of its kind; None goes back to the shipped one."""
        self._save([replace(a, active=a.id == asset_id) if a.kind == kind else a for a in self._index()])

    def set_facts(self, kind: str, asset_id: str, facts: Mapping[str, str]) -> None:
        """Change some facts of an asset, all or none."""
        wanted = (kind, asset_id)
        self._save([replace(a, facts={**a.facts, **facts}) if (a.kind, a.id) == wanted else a for a in self._index()])

    def _place(self, asset: Asset, sources: Sequence[Path]) -> None:
        final = self.folder(asset)
        final.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".new-", dir=final.parent))
        try:
            for (_, name, _), source in zip(asset.files, sources, strict=True):
                with write_atomic(work / name) as out, source.open("rb") as handle:
                    shutil.copyfileobj(handle, out)
            if final.exists():
                shutil.rmtree(final)
            work.rename(final)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise UserProblem(
                "assets.cannot_write", remedy="assets.remedy.free_disk", where=Where(str(final.parent))
            ) from error

    def _index(self) -> list[Asset]:
        try:
            stat = self._list.stat()
        except OSError:
            return []
        version = stat.st_mtime_ns, stat.st_size
        if self._known is None or self._known[0] != version:
            self._known = version, self._read(self._list)
        return list(self._known[1])

    def _read(self, path: Path) -> tuple[Asset, ...]:
        try:
            entries = json.loads(path.read_bytes())
            return tuple(Asset(**{**entry, "files": tuple(map(tuple, entry["files"]))}) for entry in entries)
        except (ValueError, TypeError, KeyError) as error:
            raise UserProblem("assets.index_damaged", remedy="assets.remedy.restore_index", path=str(path)) from error

    def _save(self, assets: Sequence[Asset]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        self._known = None
        try:
            with write_atomic(self._list) as out:
                out.write(json.dumps([asdict(asset) for asset in assets], ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise UserProblem(
                "assets.cannot_write", remedy="assets.remedy.free_disk", where=Where(str(self._root))
            ) from error


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise UserProblem("assets.unreadable", remedy="assets.remedy.check_path", where=Where(str(path))) from error
