"""Wording by key: ``area.name`` is entry ``name`` of ``resources/texts/area.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.common.paths import data
from app.common.toml_files import read_toml


@cache
def _area(area: str) -> Mapping[str, object]:
    return read_toml(data("resources") / "texts" / f"{area}.toml")


def text(key: str, **args: object) -> str:
    """The Chinese sentence for ``key`` with ``args`` filled in (``str.format``).

    Raises ``KeyError`` when the key does not exist: a missing text is a bug.
    """
    template = _template(key)
    return template.format(**args) if args else template


@cache
def _template(key: str) -> str:
    area, _, name = key.partition(".")
    node: object = _area(area)
    for part in name.split("."):
        if not isinstance(node, Mapping) or part not in node:
            raise KeyError(key)
        node = node[part]
    if not isinstance(node, str):
        raise KeyError(key)
    return node
