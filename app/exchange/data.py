"""Facts about layouts that are data: ``resources/exchange/*.toml``."""

from __future__ import annotations

from functools import cache
from typing import Any

from app.common.paths import data
from app.common.toml_files import read_toml


@cache
def layout_data(name: str) -> dict[str, Any]:
    """Return the entries of ``resources/exchange/<name>.toml``."""
    return read_toml(data("resources") / "exchange" / f"{name}.toml")
