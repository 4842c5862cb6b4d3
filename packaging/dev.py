"""Sets up, runs and tests a checkout with nothing but Python 3.11 or newer.

    python3 packaging/dev.py setup    make .venv/ from requirements.lock; as root on Debian also what Qt needs
    python3 packaging/dev.py run      open the workstation on the demo library (no display: process the demo batch)
    python3 packaging/dev.py test     lint, types, import contracts and the whole suite
    python3 packaging/dev.py lock     write requirements.lock again from pyproject.toml (--upgrade: newest versions)

On Windows: ``py -3.11 packaging\\dev.py run``. ``run`` and ``test`` set up first, which is quick when nothing changed.
Exit codes: 0 done, 1 a step failed, 2 wrong usage, 3 the machine lacks something that only its owner can add.
Package registries are those that pip and apt are configured for.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "requirements.lock"
VENV = ROOT / ".venv"
STAMP = VENV / "bingan-setup.sha256"
OUT = ROOT / "out"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST = (3, 11)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where a random name is made
ROOM = 4 * 2**30
EXIT_FAILED = 1
EXIT_MISSING = 3
APT = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0"]

# What the wheels of Qt, NumPy and LightGBM load from the system, and the Debian package that has it.
LIBRARIES = {
    "libstdc++.so.6": "libstdc++6",
    "libgomp.so.1": "libgomp1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}


class MissingError(Exception):
    """The machine lacks something; the message says what and how to get it."""


def setup() -> None:
    """Make ``.venv`` hold the locked packages. Raises ``MissingError``."""
    if sys.version_info < OLDEST:
        raise MissingError(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}.")
    _provide_system()
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    if not _venv_works():
        _say(f"making {VENV}")
        _call([sys.executable, "-m", "venv", "--clear", str(VENV)])
    _say("installing the locked packages; the first time takes a minute or two")
    _install_locked()
    STAMP.write_text(wanted)


def _venv_works() -> bool:
    probe = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])!r})"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def _install_locked() -> None:
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--disable-pip-version-check",
    ]
    text = LOCK.read_text(encoding="utf-8")
    builder = re.search(r"^setuptools==(?:.*\\\n)*.*\n", text, re.MULTILINE)
    if builder is None:
        raise MissingError(f"{LOCK} names no setuptools, which builds the packages that come as source.")
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "builder.txt"
        first.write_text(builder.group())
        _call([*pip, "-r", str(first)])
    _call([*pip, "--no-build-isolation", "--use-pep517", "-r", str(LOCK)])


def _provide_system() -> None:
    packages = _missing_packages()
    if not packages:
        return
    install = ["install", "-y", "--no-install-recommends", *packages]
    line = f"apt-get {' '.join(install)}"
    if shutil.which("apt-get") is None:
        raise MissingError(f"The system lacks what these Debian packages hold: {' '.join(packages)}.")
    if os.geteuid() != 0:
        line = f"sudo apt-get update && sudo {line}"
        raise MissingError(f"The system lacks libraries or a font that Qt needs. Run this, then try again:\n  {line}")
    _say(line)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A broken third-party source must not stop us: the install that follows says whether enough was found.
    subprocess.run([*APT, "update", "-qq"], env=environment, stdin=subprocess.DEVNULL, check=False)
    _call([*APT, "-qq", *install], environment)
    still = _missing_packages()
    if still:
        raise MissingError(f"apt-get installed these packages, yet what they hold is not found: {' '.join(still)}.")


def _missing_packages() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    found = [package for library, package in LIBRARIES.items() if not _loads(library)]
    importlib.invalidate_caches()
    if not PYTHON.exists() and not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        found.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if not _has_chinese_font():
        found += ["fontconfig", "fonts-noto-cjk"]
    return found


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listing = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=False)
    return bool(listing.stdout.strip())


def run_demo() -> int:
    """Open the demo library, or process the demo batch where no window can be shown. Returns the exit code."""
    setup()
    app = [str(PYTHON), "-m", "app", "--home", str(OUT / "demo-home")]
    if _has_display():
        return _step([*app, "--demo"], _environment())
    _say("no display here: the demo batch is processed by command line instead of in the window")
    folder = OUT / "demo"
    batch, workbook, screens = folder / "batch.csv", folder / "result.xlsx", folder / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    offscreen = _environment(QT_QPA_PLATFORM="offscreen")
    commands = [
        [*app, "demo", "create", "--force", "--batch", str(batch)],
        [*app, "process", str(batch), "--out", str(workbook)],
    ]
    for command in commands:
        code = _step(command, offscreen)
        if code:
            return code
    _say(f"workbook: {workbook}")
    pictured = _step([str(PYTHON), "-m", "benchmarks.screens", "--out", str(screens)], offscreen)
    _say(f"window screenshots: {screens}" + (" (some were taken while the page was still loading)" if pictured else ""))
    return 0


def _has_display() -> bool:
    """Tell whether Qt can open a window here: it aborts in a process of its own where it cannot."""
    if os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal"}:
        return False
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    probe = "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"
    return subprocess.run([PYTHON, "-c", probe], capture_output=True, check=False).returncode == 0


def test() -> int:
    """Run every gate, whatever fails, and print a summary. Returns 1 when any failed."""
    setup()
    report = OUT / "test"
    shutil.rmtree(report, ignore_errors=True)
    report.mkdir(parents=True)
    python = str(PYTHON)
    pytest = [python, "-m", "pytest", "-q", "-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadgroup"]
    pytest += ["-o", "tmp_path_retention_policy=failed"]
    plain = _environment()
    # The types take one processor for most of a minute: the other steps do not wait for them.
    types = ("mypy", [python, "-m", "mypy"], plain)
    with ThreadPoolExecutor(1) as beside, _room_for_tests() as room:
        checked = beside.submit(_timed, *types, report / "mypy.txt")
        # The tests that need no Qt run where Qt could not start at all; the others once, offscreen.
        bare = _environment(**room, QT_QPA_PLATFORM="none", DISPLAY=None, WAYLAND_DISPLAY=None)
        offscreen = _environment(**room, QT_QPA_PLATFORM="offscreen", DISPLAY=None, WAYLAND_DISPLAY=None)
        steps = [
            ("ruff check", [python, "-m", "ruff", "check", "."], plain),
            ("ruff format", [python, "-m", "ruff", "format", "--check", "."], plain),
            ("import contracts", [str(PYTHON.parent / "lint-imports")], plain),
            ("tests without a display", [*pytest, "-m", "not gui", f"--junitxml={report / 'plain.xml'}"], bare),
            ("tests of the window", [*pytest, "-m", "gui", f"--junitxml={report / 'gui.xml'}"], offscreen),
        ]
        done = [_timed(*step) for step in steps]
    done.append(checked.result())
    if done[-1][1]:
        _say(*(report / "mypy.txt").read_text(encoding="utf-8").splitlines())
    lines = [f"{'ok' if code == 0 else f'FAILED ({code})':<12} {took:6.1f} s  {name}" for name, code, took in done]
    _say("summary", *lines)
    print(_count(sorted(report.glob("*.xml"))), flush=True)
    return EXIT_FAILED if any(code for _, code, _ in done) else 0


def _timed(
    name: str, command: list[str], environment: dict[str, str], log: Path | None = None
) -> tuple[str, int, float]:
    """Run a step and return its name, exit code and seconds."""
    begun = time.monotonic()
    code = _step(command, environment, log)
    return name, code, time.monotonic() - begun


@contextmanager
def _room_for_tests() -> Iterator[dict[str, str | None]]:
    """Yield what the environment of the tests says of files.

    Thousands of small libraries lie in memory where the system has room for it. Compiled modules are kept even where
    the environment says otherwise: else each worker and each program that a test starts compiles everything again.
    """
    kept: dict[str, str | None] = {"PYTHONDONTWRITEBYTECODE": None}
    if not _has_room(MEMORY):
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bingan-test-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield {**kept, "TMPDIR": folder}


def _has_room(folder: Path) -> bool:
    if WINDOWS or not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC


def _count(reports: list[Path]) -> str:
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for report in reports:
        for suite in ET.parse(report).iter("testsuite"):  # noqa: S314 - written by our own pytest a moment ago
            for key in total:
                total[key] += int(suite.get(key, 0))
    failed = total["failures"] + total["errors"]
    return f"{total['tests'] - failed - total['skipped']} passed, {failed} failed, {total['skipped']} skipped"


def lock(upgrade: bool) -> int:
    """Resolve pyproject.toml for all platforms into requirements.lock, with hashes. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        _call([sys.executable, "-m", "venv", folder])
        tools = Path(folder) / PYTHON.relative_to(VENV).parent
        _call([str(tools / PYTHON.name), "-m", "pip", "install", "--quiet", "uv"])
        index = subprocess.run(
            [tools / PYTHON.name, "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True, text=True, check=False,
        ).stdout.strip()  # fmt: skip
        command = [str(tools / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--extra", "dev"]
        command += ["--python-version", ".".join(map(str, OLDEST)), "--custom-compile-command", "packaging/dev.py lock"]
        command += ["--index-url", index] if index else []
        command += ["--upgrade"] if upgrade else []
        return _step([*command, "--output-file", str(LOCK), str(ROOT / "pyproject.toml")], _environment())


def _environment(**changes: str | None) -> dict[str, str]:
    """Return the environment of a child process; ``None`` takes a variable away."""
    merged = {**os.environ, "PYTHONUTF8": "1", "QT_API": "pyside6", **changes}
    return {key: value for key, value in merged.items() if value is not None}


def _step(command: list[str], environment: dict[str, str], log: Path | None = None) -> int:
    shown = [Path(word).relative_to(ROOT).as_posix() if word.startswith(str(ROOT)) else word for word in command]
    _say(" ".join(shown))
    with open(log, "wb") if log else nullcontext() as out:
        return subprocess.run(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False
        ).returncode


def _call(command: list[str], environment: dict[str, str] | None = None) -> None:
    code = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    if code:
        raise MissingError(f"This command failed with exit code {code}:\n  {' '.join(command)}")


def _say(*lines: str) -> None:
    for line in lines:
        print(f"[dev] {line}", flush=True)


def main() -> int:
    """Run the command given on the command line and return its exit code."""
    parser = argparse.ArgumentParser(description="Set up, run and test this checkout.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="setup|run|test|lock")
    commands.add_parser("setup", help="make .venv/ and, as root on Debian, install what Qt needs")
    commands.add_parser("run", help="open the workstation on the demo library")
    commands.add_parser("test", help="lint, types, import contracts and the whole suite")
    commands.add_parser("lock", help="write requirements.lock again").add_argument("--upgrade", action="store_true")
    args = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a path may hold letters that the console cannot show
            stream.reconfigure(errors="replace")
    try:
        if args.command == "lock":
            return lock(args.upgrade)
        if args.command == "setup":
            setup()
            _say(f"ready: {PYTHON}")
            return 0
        return run_demo() if args.command == "run" else test()
    except KeyboardInterrupt:
        return EXIT_FAILED
    except MissingError as problem:
        print(problem, file=sys.stderr)
        return EXIT_MISSING


if __name__ == "__main__":
    sys.exit(main())
