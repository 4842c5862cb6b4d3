"""The national rule base that ships with the program: the files of ``resources/rules``, compiled once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from app.common.paths import data
from app.qc.engine import RuleSet
from app.qc.reading import Entry

_TABLES: Final = frozenset({"lists", "parameters", "names", "score"})
"""Files of the folder that hold no rules."""


@cache
def national_rules() -> RuleSet:
    """Return the rules that ship with the program. Raises :class:`RuleFault` for a defect in a shipped file."""
    lists, parameters, names = _read("lists"), _read("parameters"), _read("names")
    return RuleSet.load(
        national_rule_data(),
        {name: lists.table(name) for name in lists.names},
        parameters={name: Entry(parameters.table(name), name).number("value") for name in parameters.names},
        names={name: Entry(names.table(name), name).text("is") for name in names.names},
        score=_read("score").data,
    )


def national_rule_data() -> list[Mapping[str, object]]:
    """Return the entries of all rule files as written, in order of file name and place; each with its category."""
    found: list[Mapping[str, object]] = []
    for path in sorted(_folder().glob("*.toml")):
        if path.stem not in _TABLES:
            file = _read(path.stem)
            found.extend({"category": file.text("category"), **rule} for rule in file.tables("rule"))
    return found


def _folder() -> Path:
    return data("resources") / "rules"


def _read(name: str) -> Entry:
    with (_folder() / f"{name}.toml").open("rb") as handle:
        return Entry(tomllib.load(handle), name)
