"""The self-test as people read it: what the program and the open library are made of, and whether each part works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.common.progress import Progress
from app.common.texts import text
from app.services.selftest import check_all
from app.services.session import Session

_VERSIONS: Final = ("version", "python", "qt", "sqlite", "codes")
_PARTS: Final = ("match", "qc", "drg", "database")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report; ``ok`` is None for what only is, such as a version."""

    label: str
    words: str
    ok: bool | None = None


def examine(session: Session, progress: Progress) -> tuple[Fact, ...]:
    """Return the report: engines tried on an invented case in a library of their own, then the open library read.

    Nothing of the open library is changed. Some seconds; more for a library of 100,000 cases.
    """
    progress.step(0, 2)
    found = check_all(lambda: 0)
    progress.step(1, 2)
    facts = [Fact(text(f"selftest.fact.{key}"), _shown(found[key])) for key in _VERSIONS]
    facts += [Fact(text(f"selftest.fact.{key}"), _said(found[key]), found[key] == "ok") for key in _PARTS]
    facts += _library(session)
    progress.step(2, 2)
    return tuple(facts)


def _shown(found: object) -> str:
    return f"{found:,}" if isinstance(found, int) else str(found)


def _said(result: object) -> str:
    return text("selftest.ok") if result == "ok" else text("selftest.failed") if result == "failed" else str(result)


def _library(session: Session) -> list[Fact]:
    with session.db.read() as reader:
        report = reader.check()
    sound = not report.integrity and not report.foreign_keys and report.is_schema_known
    chain = report.audit
    if chain.broken_op:
        audit = text("selftest.chain_broken", op=chain.broken_op)
    else:
        audit = text("selftest.chain", operations=f"{chain.operations:,}", changes=f"{chain.changes:,}")
    encrypted = text("selftest.encrypted" if session.db.encrypted else "selftest.plain")
    return [
        Fact(text("selftest.fact.file"), text("selftest.ok" if sound else "selftest.damaged"), sound),
        Fact(text("selftest.fact.audit"), audit, chain.broken_op == 0),
        Fact(text("selftest.fact.encryption"), encrypted),
        Fact(text("selftest.fact.place"), str(session.db.path)),
    ]
