"""Facts about layouts that are data: ``resources/exchange/*.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from app.common.paths import data


@cache
def layout_data(name: str) -> dict[str, Any]:
    """Return the entries of ``resources/exchange/<name>.toml``."""
    with (data("resources") / "exchange" / f"{name}.toml").open("rb") as handle:
        return tomllib.load(handle)
