"""Network shares are refused, everything else is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.common.errors import UserProblem
from app.storage import Database, location
from app.storage.location import file_system, is_remote_windows

MOUNTS = [
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "30 27 0:26 / /mnt/ward rw - cifs //server/ward rw",
    "31 30 0:27 / /mnt/ward/local rw - ext4 /dev/vdb rw",
    r"32 27 0:28 / /mnt/a\040share rw shared:1 - nfs4 server:/x rw",
]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/x/library.db", "ext4"),
        ("/mnt/ward/library.db", "cifs"),
        ("/mnt/ward/local/library.db", "ext4"),
        ("/mnt/wardrobe/library.db", "ext4"),
        ("/mnt/a share/库.db", "nfs4"),
    ],
)
def test_the_innermost_mount_decides(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    ("path", "remote"),
    [
        (r"\\server\ward\library.db", True),
        (r"\\?\UNC\server\ward\library.db", True),
        (r"\\?\C:\data\library.db", False),
        (r"C:\data\library.db", False),
    ],
)
def test_windows_shares_are_known_by_their_names(path: str, remote: bool) -> None:
    assert is_remote_windows(path) is remote


def test_a_library_on_a_share_is_refused_in_words(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 server:/x rw\n")
    monkeypatch.setattr(location, "_MOUNTS", mounts)
    with pytest.raises(UserProblem, match="网络共享") as refusal:
        Database.open(library)
    assert "移到本机磁盘" in str(refusal.value)
    assert not library.with_name("library.db.lock").exists()


def test_the_rules_of_the_system_at_hand_apply(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(location, "_IS_WINDOWS", True)
    monkeypatch.setattr(location, "is_remote_windows", lambda path: path.endswith("library.db"))
    with pytest.raises(UserProblem, match="网络共享"):
        location.refuse_network(library)
