"""The repository is laid out as agreed, reads on any machine, and its lock file answers to pyproject.toml."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

TOP = {
    "pyproject.toml", "README.md", "LICENSE", "LICENSES", "CHANGELOG.md",
    "app", "resources", "codebooks", "tests", "benchmarks", "packaging",
}  # fmt: skip
DOTS = {".ci", ".gitattributes", ".gitignore"}
BINARY = {".png", ".npz"}
LARGEST_BYTES = 2_000_000


@pytest.fixture(scope="session")
def texts(root: Path, tracked: tuple[str, ...]) -> dict[str, str]:
    """Return the text files of the repository by path; fails on one that is not UTF-8."""
    paths = [path for path in tracked if Path(path).suffix not in BINARY]
    return {path: (root / path).read_bytes().decode("utf-8") for path in paths}


def _locked(root: Path) -> dict[str, list[Requirement]]:
    lines = (root / "packaging" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[Requirement]] = {}
    for line in lines:
        if "==" in line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix(" \\"))
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def test_the_top_level_is_as_agreed(tracked: tuple[str, ...]) -> None:
    assert {path.split("/")[0] for path in tracked} == TOP | DOTS


def test_packaging_is_no_package(root: Path) -> None:
    assert not list((root / "packaging").rglob("__init__.py"))


def test_files_are_small_and_end_lines_with_lf(root: Path, tracked: tuple[str, ...], texts: dict[str, str]) -> None:
    assert [path for path in tracked if (root / path).stat().st_size > LARGEST_BYTES] == []
    assert [path for path, text in texts.items() if "\r" in text or (text and not text.endswith("\n"))] == []


def test_no_file_points_into_somebodys_machine(texts: dict[str, str]) -> None:
    place = re.compile(r"(?<![\w.~-])/(?:work|root|home/(?!x/)\w+|Users/\w+)/|[A-Z]:\\\\?Users")
    assert [path for path, text in texts.items() if place.search(text)] == []


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    owed = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    written = {path: text for path, text in texts.items() if path.endswith((".py", ".toml", ".md", ".qss"))}
    assert [path for path, text in written.items() if owed.search(text)] == []


def test_the_lock_answers_to_the_project(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = _locked(root)
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(line)
        pins = locked.get(canonicalize_name(wanted.name), [])
        assert pins, f"{line}: not in the lock file; python3 packaging/dev.py lock"
        versions = [str(pin.specifier).removeprefix("==") for pin in pins]
        assert all(wanted.specifier.contains(version) for version in versions), line


def test_every_pin_has_hashes_and_no_index(root: Path) -> None:
    text = (root / "packaging" / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.findall(r"^\S+==.*(?:\n {4}--hash=sha256:[0-9a-f]{64}.*)*", text, re.MULTILINE)
    assert blocks
    assert [block.split("\n")[0] for block in blocks if "--hash" not in block] == []
    assert re.search(r"^\s*-(?!-hash=)|://", text, re.MULTILINE) is None


def test_the_lock_serves_windows_too(root: Path) -> None:
    locked = _locked(root)
    windows = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "python_full_version": "3.11.9"}
    served = {
        name for name, pins in locked.items() if any(p.marker is None or p.marker.evaluate(windows) for p in pins)
    }
    assert {"colorama", "pyside6-essentials", "numpy", "pytest"} <= served


def test_no_web_engine_is_installed(root: Path) -> None:
    assert {"pyside6", "pyside6-addons", "pyqt6"} & set(_locked(root)) == set()


def test_ci_runs_the_test_command(root: Path) -> None:
    script = root / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert "python3 packaging/dev.py test" in script.read_text(encoding="utf-8")
