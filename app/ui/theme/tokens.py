"""The design tokens as values. ``resources/theme/tokens.toml`` is the only place where a colour is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.common.paths import data
from app.common.toml_files import read_toml

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class TypeStyle:
    """One step of the type scale in px at 100 %: size, line height, weight (400 or 600) and family key."""

    size: float
    line: int
    weight: int
    family: str = "ui"


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A place in the rail: short label under the icon, full name for the crumb, icon name, key."""

    key: str
    label: str
    full: str
    icon: str
    shortcut: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Word and icon of a severity or a case state; they are always shown together."""

    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """A promised contrast: role ``text`` on role ``on``, at least ``least``, measured ``light`` and ``dark``."""

    text: str
    on: str
    least: float
    light: float
    dark: float


@dataclass(frozen=True, slots=True)
class Tokens:
    """Everything in the token file. ``colours`` maps role to theme to ``#RRGGBB``; ``sizes`` are px at 100 %.

    ``icons`` holds those of ``[icon]`` and of the pages in ``[nav]`` by their keys.
    """

    colours: Mapping[str, Mapping[str, str]]
    fonts: Mapping[str, tuple[str, ...]]
    type: Mapping[str, TypeStyle]
    space: Mapping[str, int]
    radius: Mapping[str, int]
    sizes: Mapping[str, int | Mapping[str, int]]
    min_window: tuple[int, int]
    motion: Mapping[str, int]
    float_shadow: Mapping[str, int | str]
    severity: Mapping[str, Mark]
    state: Mapping[str, Mark]
    nav: tuple[NavEntry, ...]
    icons: Mapping[str, str]
    contrast: tuple[ContrastRow, ...]


@cache
def tokens() -> Tokens:
    """Return the shipped tokens, read once."""
    return load(data("resources") / "theme" / "tokens.toml")


def load(path: Path) -> Tokens:
    """Read a token file. Raises ``KeyError`` when a part is missing: a broken theme is a bug."""
    raw = read_toml(path)
    sizes = dict(raw["size"])
    width, height = sizes.pop("min_window")
    return Tokens(
        colours={role: pair for group in raw["colour"].values() for role, pair in group.items()},
        fonts={key: tuple(families) for key, families in raw["font"].items()},
        type={key: _type_style(entry) for key, entry in raw["type"].items()},
        space=raw["space"],
        radius=raw["radius"],
        sizes=sizes,
        min_window=(width, height),
        motion=raw["motion"],
        float_shadow=raw["shadow"]["float"],
        severity={key: Mark(entry["label"], entry["icon"]) for key, entry in raw["severity"].items()},
        state={key: Mark(entry["label"], entry["icon"]) for key, entry in raw["state"].items()},
        nav=tuple(NavEntry(key, **entry) for key, entry in raw["nav"].items()),
        icons={**{key: entry["icon"] for key, entry in raw["nav"].items()}, **raw["icon"]},
        contrast=tuple(
            ContrastRow(row["text"], row["on"], row["min"], row["light"], row["dark"]) for row in raw["contrast"]
        ),
    )


def _type_style(entry: Mapping[str, float | int | str | bool]) -> TypeStyle:
    return TypeStyle(float(entry["size"]), int(entry["line"]), int(entry["weight"]), str(entry.get("family", "ui")))
