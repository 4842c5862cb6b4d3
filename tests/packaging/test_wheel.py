"""The wheel carries everything the program reads, and the installed program tests itself from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("wheel")  # one worker builds it


@pytest.fixture(scope="module")
def dist(root: Path, tracked: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with sdist and wheel, built in order from a copy of the repository's files, offline."""
    source = tmp_path_factory.mktemp("source")
    for path in tracked:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, source / path)
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return out


def _mapped(path: str) -> str:
    return path if path.startswith("app/") else f"app/_data/{path}"


def test_every_package_is_listed(root: Path) -> None:
    listed = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {path.parent.relative_to(root).as_posix().replace("/", ".") for path in (root / "app").rglob("*.py")}
    assert set(listed) == found | {"app._data.codebooks", "app._data.resources"}


def test_the_wheel_carries_every_file_the_program_reads(dist: Path, tracked: tuple[str, ...]) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    wanted = {_mapped(path) for path in tracked if path.split("/")[0] in {"app", "resources", "codebooks"}}
    assert wanted - packed == set()
    stray = {name for name in packed - wanted if ".dist-info/" not in name}
    assert stray == set()


def test_the_wheel_carries_the_licences(dist: Path, tracked: tuple[str, ...]) -> None:
    with zipfile.ZipFile(next(dist.glob("*.whl"))) as wheel:
        packed = {name.partition(".dist-info/licenses/")[2] for name in wheel.namelist()}
    assert {"LICENSE", *(path for path in tracked if path.startswith("LICENSES/"))} <= packed


@pytest.mark.gui
def test_the_installed_program_tests_itself(dist: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    target = subprocess.run(
        [scripts / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    command = [sys.executable, "-m", "pip", "--python", str(environment), "install", "--no-deps", "--no-index", "-q"]
    subprocess.run([*command, str(next(dist.glob("*.whl")))], check=True, stdin=subprocess.DEVNULL)
    # The dependencies are lent from this environment; the program itself can only come from the wheel.
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (Path(target) / "lent.pth").write_text(here)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    settings = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "BINGAN_HOME": str(tmp_path / "home")}
    settings.pop("PYTHONPATH", None)
    done = subprocess.run(
        [scripts / "bingan", "self-test", "--json"],
        cwd=elsewhere, env=settings, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(done.stdout.splitlines()[-1])
    assert facts["ok"] is True
    assert facts["encrypted"] is False
    assert list(elsewhere.iterdir()) == []
