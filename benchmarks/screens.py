"""``python -m benchmarks.screens --out FOLDER``: pictures of every scene, two sizes, both themes, no display needed.

The scenes stand in :mod:`benchmarks.scenes`. Pictures are named ``scene-1366x768.png`` and ``scene-dark-1366x768.png``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from benchmarks.scenes import Scene

SIZES = ((1366, 768), (1920, 1080))
PATIENCE_S = 90


def main(argv: Sequence[str] | None = None) -> int:
    """Make the pictures; returns 1 when a scene did not come to rest."""
    args = _parser().parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if args.scale != 1:
        os.environ["QT_SCALE_FACTOR"] = str(args.scale)
    args.out.mkdir(parents=True, exist_ok=True)
    with _library(args.home) as home, _window(home) as window:
        from benchmarks.scenes import SCENES  # noqa: PLC0415  # Qt only after the platform is chosen

        wanted = [scene for scene in SCENES if fnmatch(scene.name, args.only) and scene.page in window.pages]
        restless = [name for theme in args.theme for name in _picture_all(window, wanted, theme, args)]
    for name in restless:
        print(f"did not come to rest: {name}", file=sys.stderr)
    return 1 if restless else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screens", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", default="*", help="scenes to show, for example 'case*'")
    parser.add_argument("--theme", nargs="+", choices=("light", "dark"), default=["light", "dark"])
    parser.add_argument("--scale", type=float, default=1.0, help="scaling of the screen, for example 1.5")
    parser.add_argument("--font", type=int, choices=(13, 14, 16), default=13, help="size of letters in px")
    parser.add_argument("--home", type=Path, help="folder of a library to show; a fresh demo library by default")
    return parser


@contextmanager
def _library(home: Path | None) -> Iterator[Path]:
    if home is not None:
        yield home
        return
    from app.services.demo import create_demo  # noqa: PLC0415  # only where a library must be made

    with tempfile.TemporaryDirectory(prefix="bingan-screens-") as folder:
        os.environ["BINGAN_HOME"] = folder
        create_demo(Path(folder))
        yield Path(folder)


@contextmanager
def _window(home: Path) -> Iterator[MainWindow]:
    from app.ui.app import create_app, open_library  # noqa: PLC0415  # Qt only after the platform is chosen

    os.environ["BINGAN_HOME"] = str(home)
    create_app(["bingan"])
    with open_library(home) as window:
        window.show()
        window.activateWindow()
        yield window
        window.close()


def _picture_all(window: MainWindow, scenes: Sequence[Scene], theme_name: str, args: argparse.Namespace) -> list[str]:
    from app.ui.theme import Mode, theme  # noqa: PLC0415  # Qt only after the platform is chosen

    theme().set_mode(Mode(theme_name))
    theme().set_font_px(args.font)
    restless = []
    for width, height in SIZES:
        window.resize(round(width / args.scale), round(height / args.scale))
        for scene in scenes:
            name = f"{scene.name}{'-dark' if theme_name == 'dark' else ''}-{width}x{height}"
            window.activateWindow()  # a door that was opened and shut has taken that
            if not _play(window, scene):
                restless.append(name)
            _save(window, args.out / f"{name}.png")
            scene.leave(window)
            _dismiss(window)
            print(name)
    return restless


def _dismiss(window: MainWindow) -> None:
    """Take what was told away: it is not of the next picture."""
    from app.ui.shell.notice_views import Toast  # noqa: PLC0415  # Qt only after the platform is chosen

    for toast in window.findChildren(Toast):
        toast.dismiss()


def _play(window: MainWindow, scene: Scene) -> bool:
    scene.show(window)
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        _spin()
        if not window.shell.jobs.running and scene.ready(window):
            _spin()  # what the last job brought is laid out and drawn
            return True
    return False


def _spin() -> None:
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415  # Qt only after the platform is chosen

    loop = QEventLoop()  # QTest.qWait keeps the interpreter to itself, and the jobs would stand still
    QTimer.singleShot(40, loop.quit)
    loop.exec()


def _save(window: MainWindow, path: Path) -> None:
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice  # noqa: PLC0415  # as above

    from app.common.files import write_atomic  # noqa: PLC0415  # as above

    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    with write_atomic(path) as handle:
        handle.write(data.data())


if __name__ == "__main__":
    sys.exit(main())
