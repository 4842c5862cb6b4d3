"""Refuses places where SQLite's locks cannot be trusted: network shares."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from app.storage.problems import problem

_REMOTE: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "ceph", "fuse.sshfs", "fuse.glusterfs", "fuse.davfs"}
)
_MOUNTS: Final = Path("/proc/self/mountinfo")
_OCTAL: Final = re.compile(r"\\(\d{3})")
_IS_WINDOWS: Final = os.name == "nt"
_DRIVE_REMOTE: Final = 4  # GetDriveTypeW, fileapi.h


def refuse_network(path: Path) -> None:
    """Raise :class:`UserProblem` when ``path`` lies on a network share as far as the system tells."""
    if _IS_WINDOWS:
        remote = is_remote_windows(str(path.resolve()))
    else:
        remote = _MOUNTS.exists() and file_system(path, _MOUNTS.read_text("utf-8", "replace").splitlines()) in _REMOTE
    if remote:
        raise problem("network_share", path)


def file_system(path: Path, mounts: Iterable[str]) -> str:
    """Return the type of the file system that holds ``path``, from lines of /proc/self/mountinfo (proc(5))."""
    target = path.absolute()
    best, kind = -1, ""
    for line in mounts:
        left, _, right = line.partition(" - ")
        point = Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), left.split(" ")[4]))
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split(" ")[0]
    return kind


def is_remote_windows(path: str) -> bool:
    r"""Return True for ``\\server\share`` and for drive letters that Windows maps to a network share."""
    if path.startswith(("\\\\", "//")):
        return not path.startswith(("\\\\?\\", "\\\\.\\")) or path[4:].upper().startswith("UNC\\")
    return _drive_type(path[:3]) == _DRIVE_REMOTE


if sys.platform == "win32":  # pragma: no cover - Windows only
    import ctypes

    def _drive_type(root: str) -> int:
        return int(ctypes.windll.kernel32.GetDriveTypeW(root))

else:

    def _drive_type(_root: str) -> int:
        return 0
