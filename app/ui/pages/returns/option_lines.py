"""Answers of a question as lines to edit: ``words``, ``words = value`` and what must be added in brackets."""

from __future__ import annotations

import re
from typing import Final

from app.domain.returning import AnswerKind, AnswerNeed, ReturnOption

NEEDS: Final = {AnswerNeed.PLACE: "记载位置", AnswerNeed.VALUE: "改为", AnswerNeed.REASON: "理由"}
_LINE: Final = re.compile(r"^(?P<label>[^=]+?)(?:\s*=\s*(?P<value>[^\[\]]+?))?(?:\s*\[(?P<need>[^\[\]]+)\])?$")


def options_text(options: tuple[ReturnOption, ...]) -> str:
    """Return answers as lines: ``words = value [what must be added]``."""
    return "\n".join(_line(one) for one in options)


def parse_options(given: str) -> tuple[ReturnOption, ...]:
    """Read such lines. A line with a value, or one that asks for a value, says that something is changed."""
    return tuple(_option(line.strip()) for line in given.splitlines() if line.strip())


def _line(option: ReturnOption) -> str:
    value = f" = {option.value}" if option.value else ""
    need = f" [{NEEDS[option.needs]}]" if option.needs in NEEDS else ""
    return f"{option.label}{value}{need}"


def _option(line: str) -> ReturnOption:
    found = _LINE.match(line)
    if found is None:
        return ReturnOption(line)
    wanted = found["need"] or ""
    needs = next((need for need, word in NEEDS.items() if word == wanted), AnswerNeed.NOTHING)
    value = found["value"] or ""
    is_change = bool(value) or needs is AnswerNeed.VALUE
    return ReturnOption(found["label"], AnswerKind.CHANGED if is_change else AnswerKind.UNCHANGED, needs, value)
