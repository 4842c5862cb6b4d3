"""Fills ``resources/theme/style.qss``: ``$role`` is a colour, ``${px_28}`` a scaled length, ``${size_row}`` a size."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from string import Template

from app.common.paths import data

_PX = re.compile(r"\$\{px_(\d+)\}")
_SIZE = re.compile(r"\$\{size_(\w+)\}")


@cache
def _template() -> str:
    return (data("resources") / "theme" / "style.qss").read_text("utf-8")


def stylesheet(
    colours: Mapping[str, str], fonts: Mapping[str, str], px: Callable[[int], int], size: Callable[[str], int]
) -> str:
    """Return the stylesheet. Raises ``KeyError`` for a role, font or size that the tokens do not have."""
    filled = _PX.sub(lambda found: f"{px(int(found[1]))}px", _template())
    filled = _SIZE.sub(lambda found: f"{size(found[1])}px", filled)
    return Template(filled).substitute({**colours, **fonts})
