"""What the tests of the repository look at: its root, its tracked files, the parsed modules of ``app``."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Module:
    """A Python file of ``app``: its path from the root, dotted name, lines, syntax tree and all nodes of the tree."""

    path: str
    name: str
    lines: tuple[str, ...]
    tree: ast.Module
    nodes: tuple[ast.AST, ...]

    @property
    def package(self) -> str:
        """The package under ``app`` that the module belongs to; empty for ``app`` itself."""
        parts = self.path.split("/")
        return parts[1] if len(parts) > 2 else ""


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tracked() -> tuple[str, ...]:
    """Return the files of the repository: tracked, or new and not ignored, that exist.

    Where git is not at hand or refuses, every file that ``.gitignore`` lets through.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (FileNotFoundError, subprocess.CalledProcessError):
        listing = list(_walk())
    return tuple(sorted(path for path in set(listing) if path and (ROOT / path).is_file()))


def _walk() -> Iterator[str]:
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line] + [".git"]
    for folder, inside, files in os.walk(ROOT):
        inside[:] = [name for name in inside if not any(fnmatch(name, pattern) for pattern in patterns)]
        for name in files:
            if not any(fnmatch(name, pattern) for pattern in patterns):
                yield (Path(folder) / name).relative_to(ROOT).as_posix()


@pytest.fixture(scope="session")
def modules(tracked: tuple[str, ...]) -> tuple[Module, ...]:
    """Return every module of ``app``, parsed."""
    return tuple(_parse(path) for path in tracked if path.startswith("app/") and path.endswith(".py"))


def _parse(path: str) -> Module:
    source = (ROOT / path).read_text(encoding="utf-8")
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    tree = ast.parse(source)
    return Module(path, name, tuple(source.splitlines()), tree, tuple(ast.walk(tree)))
