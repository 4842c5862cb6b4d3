"""Every function that a rule may call, by name. ``resources/help/rules.md`` explains each to users."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from app.qc import (
    bookfunctions,
    clinicalfunctions,
    codefunctions,
    loops,
    numberwords,
    outsidefunctions,
    pairfunctions,
    presence,
    valuefunctions,
)
from app.qc.compiler import Compiler, Function
from app.qc.vocabulary import NO_WORDS, Vocabulary

FUNCTIONS: Final[Mapping[str, Function]] = {
    **presence.FUNCTIONS,
    **loops.FUNCTIONS,
    **codefunctions.FUNCTIONS,
    **valuefunctions.FUNCTIONS,
    **pairfunctions.FUNCTIONS,
    **bookfunctions.FUNCTIONS,
    **clinicalfunctions.FUNCTIONS,
    **numberwords.FUNCTIONS,
    **outsidefunctions.FUNCTIONS,
}
"""Functions by name."""


def compiler(
    source: str, vocabulary: Vocabulary = NO_WORDS, parameters: Mapping[str, Decimal] | None = None
) -> Compiler:
    """Return a compiler of one expression with every function."""
    return Compiler(source, vocabulary, FUNCTIONS, parameters)
