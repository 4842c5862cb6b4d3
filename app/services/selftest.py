"""The installed program tests itself: data, engines, database, window. Truthful about what it does not have."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import openpyxl.xml

from app import __version__
from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.domain.grouping import GroupStatus
from app.qc.examples import failing_examples
from app.services.assets import Assets
from app.services.composition import open_services
from app.services.demo_cases import invent
from app.services.imports import state_of
from app.services.matching import build_matcher
from app.services.rules import shipped_rules
from app.storage.ops import Op

_AT = datetime(2026, 11, 23, 9, 0)


def check_all(open_window: Callable[[], int]) -> dict[str, object]:
    """Return a fact per part; ``ok`` tells whether all work. ``open_window`` returns 0 if it went well."""
    begin = time.perf_counter()
    facts: dict[str, object] = {
        "version": __version__,
        "python": sys.version.split()[0],
        "qt": _version("PySide6_Essentials"),
        "sqlite": sqlite3.sqlite_version,
        "defusedxml": openpyxl.xml.DEFUSEDXML and not openpyxl.xml.LXML,
    }
    with tempfile.TemporaryDirectory(prefix="bingan-self-test-") as folder:
        home = Path(folder)
        assets = Assets(home, FixedClock(_AT))
        facts["codes"] = len(assets.codebook())
        facts["match"] = _match(assets)
        facts["qc"] = _qc()
        facts |= _library(home)
    facts["window"] = "ok" if open_window() == 0 else "failed"
    facts["seconds"] = round(time.perf_counter() - begin, 1)
    facts["ok"] = all(facts[part] == "ok" for part in ("match", "qc", "drg", "database", "window"))
    return facts


def _match(assets: Assets) -> str:
    best = build_matcher(assets.codebook()).match(text("selftest.diagnosis"), CodeKind.DX, 5).best
    return "ok" if best is not None and best.code.startswith("E11") else "failed"


def _qc() -> str:
    rules = shipped_rules()
    return "ok" if len(rules.rules) >= 110 and not failing_examples(rules) else "failed"


def _library(home: Path) -> dict[str, object]:
    """Make a library, code a case in it, group it, take the step back, and read it again."""
    try:
        services = open_services(home, clock=FixedClock(_AT))
    except UserProblem as problem:
        return {"database": str(problem), "encrypted": False, "drg": "failed"}
    try:
        session = services.session
        record = next(case.record for case in invent(1, today=_AT.date()) if not case.slip)
        with session.db.operation(Op.IMPORT, by=session.actor) as tx:
            case_id = tx.insert_case(record, state=state_of(record))
        view = services.cases.accept(case_id, Group.DX, 0, "I21.100")
        explanation = view.grouping.explanation
        grouped = explanation is not None and explanation.result.status is GroupStatus.GROUPED
        view = services.cases.undo(case_id)
        with session.db.read() as reader:
            intact = reader.verify_audit().broken_op == 0
        stored = not view.record.text("dx[0].code") and intact
        return {
            "drg": "ok" if grouped else "failed",
            "database": "ok" if stored else "failed",
            "encrypted": session.db.encrypted,
        }
    finally:
        services.close()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
