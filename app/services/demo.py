"""The demo library and the demo batch: invented stays in every state, with every kind of finding worth seeing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.common.clock import Clock, SystemClock
from app.common.errors import UserProblem
from app.common.progress import NoProgress, Progress
from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.field import Group
from app.domain.fields import FIELDS, field
from app.domain.headings import Layout, headings_of
from app.domain.values import format_value
from app.exchange.streams import write_csv
from app.services.cases import KINDS
from app.services.composition import Services, open_services
from app.services.demo_cases import DemoCase, invent
from app.services.demo_submission import submit_demo
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.transaction import Transaction

CASES: Final = 200
_S = CaseState
_LATER: Final = (
    (_S.CODING, 24),
    (_S.RETURNED, 8),
    (_S.TO_QC, 14),
    (_S.QC, 6),
    (_S.PASSED, 12),
    (_S.APPROVAL, 4),
    (_S.SUBMITTED, 12),
    (_S.UNLOCK_REQUESTED, 2),
    (_S.ARCHIVED, 6),
    (_S.CANCELLED, 2),
)
"""How many of the discharged demo cases stand in a later state; the rest waits for coding."""
_EXTERNAL: Final = "V43.500"
_ASKED: Final = ("dx[0].adm_cond", "dx[1].source_text", "readmit31_plan")
"""What physicians of the demo are asked about."""
_ROWS: Final = {Group.DX: 7, Group.OP: 3, Group.PATH: 1, Group.EXT: 1, Group.NB_WEIGHT: 1}


@dataclass(frozen=True, slots=True)
class Made:
    """The demo library that was made."""

    path: Path
    cases: int


def create_demo(
    home: Path, *, force: bool = False, clock: Clock | None = None, progress: Progress | None = None
) -> Made:
    """Make the demo library in ``home``.

    Raises :class:`UserProblem` when there is a library already: it is replaced with ``force`` only if it is a demo.
    """
    path = home / "library.db"
    if path.exists():
        _make_room(home, path, force=force)
    clock, progress = clock or SystemClock(), progress or NoProgress()
    services = open_services(home, clock=clock)
    try:
        invented = invent(CASES, today=clock.now().date())
        ids = fill(services, invented)
        progress.step(1, 4)
        services.coding.auto_code(ids[::2])
        progress.step(2, 4)
        returned = _advance(services, [case_id for case_id, case in zip(ids, invented, strict=True) if not case.slip])
        ask_physicians(services, returned)
        _miscode(services, ids[1])
        progress.step(3, 4)
        services.checking.run(ids)
        submit_demo(services, ids)
        progress.step(4, 4)
    finally:
        services.close()
    return Made(path, len(ids))


def _make_room(home: Path, path: Path, *, force: bool) -> None:
    services = open_services(home)
    with services.session.db.read() as reader:
        is_demo = reader.setting("demo") is True
    services.close()
    if not (force and is_demo):
        key = "demo.exists" if is_demo else "demo.not_a_demo"
        raise UserProblem(key, remedy=f"{key}_remedy", path=str(path))
    for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        file.unlink(missing_ok=True)


def fill(services: Services, invented: Sequence[DemoCase]) -> list[int]:
    """Import invented stays through a batch file, as a user would, and mark the library as a demo. Returns the ids."""
    session = services.session
    with tempfile.TemporaryDirectory(prefix="bingan-demo-") as folder:
        path = Path(folder) / text("demo.file")
        write_batch(path, [case.record for case in invented])
        outcome = services.imports.commit(services.imports.preview(path))
    with session.db.operation(Op.SET_SETTING, by=session.actor) as tx:
        tx.set_setting("demo", True)
    return list(outcome.case_ids)


def _miscode(services: Services, case_id: int) -> None:
    """Give one case an external cause as principal diagnosis, which no group takes and a rule forbids.

    As the program's own code, so that nothing is learned from it.
    """
    session = services.session
    with session.db.read() as reader:
        row_id = reader.load_case(case_id).record.rows(Group.DX)[0].id
    with session.db.operation(Op.AUTO_CODE, by=session.actor, note=text("demo.batch")) as tx:
        tx.set_code(case_id, Group.DX, row_id, _EXTERNAL, session.engines.codebook.name_of(_EXTERNAL))


def _advance(services: Services, ids: Sequence[int]) -> list[int]:
    """Move discharged cases without a planted slip on, their proposals accepted, as if people had worked on them.

    Returns the cases that are to go to their physicians.
    """
    session = services.session
    with session.db.read() as reader:
        ready = [case for case in reader.load_cases(ids) if case.state is _S.TO_CODE]
    wanted = [state for state, count in _LATER for _ in range(count)]
    with session.db.operation(Op.SET_STATE, by=session.actor, note=text("demo.batch")) as tx:
        for case, state in zip(ready, wanted, strict=False):
            if state not in (_S.CODING, _S.RETURNED, _S.CANCELLED):
                _finish(tx, case, services)
            if state is _S.CODING:
                tx.claim(case.case_id)
            tx.set_state(case.case_id, _S.CODING if state is _S.RETURNED else state)
    pairs = zip(ready, wanted, strict=False)
    return [case.case_id for case, state in pairs if state is _S.RETURNED]


def ask_physicians(services: Services, case_ids: Sequence[int]) -> None:
    """Return cases to their physicians with neutral questions."""
    asking = services.asking
    services.asking.send_all(
        {case_id: tuple(asking.draft(case_id, path)[1] for path in _ASKED) for case_id in case_ids}
    )


def _finish(tx: Transaction, case: StoredCase, services: Services) -> None:
    """Code what is left with the best candidate and sign, as a coder would have done."""
    matcher = services.session.engines.matcher
    principal = ""
    for group, kind in KINDS.items():
        for row in case.record.rows(group):
            best = matcher.match(row.text("source_text"), kind, 1).best if row.text("source_text") else None
            code = row.text("code") or (best.code if best else "")
            if best and not row.get("code"):
                tx.set_code(case.case_id, group, row.id, best.code, best.name)
            principal = principal or code
    for name, value in (("outp_dx_code", principal), ("coder", services.user.name)):
        tx.set_field(case.case_id, Group.CASE, 0, name, value or None)


def write_demo_batch(path: Path, count: int = 60, clock: Clock | None = None) -> int:
    """Write invented discharges as a batch file, uncoded. Returns the rows."""
    today = (clock or SystemClock()).now().date()
    records = [case.record for case in invent(count * 2, today=today, seed=7) if case.record.value("discharge_time")]
    return write_batch(path, records[:count])


def write_batch(path: Path, records: Sequence[CaseRecord]) -> int:
    """Write records with the pinyin headings of layout L1 (domain.md 6.1). Returns the rows."""
    columns = _columns(records)
    rows = ([_cell(record, place) for _, place in columns] for record in records)
    return write_csv(path, [heading for heading, _ in columns], rows)


def _columns(records: Sequence[CaseRecord]) -> list[tuple[str, str]]:
    """Return (heading, path) of every column that any record fills, and the empty code columns beside the texts."""
    columns: list[tuple[str, str]] = []
    for spec in FIELDS:
        for index in range(_ROWS.get(spec.group, 1)):
            path = spec.id if spec.group is Group.CASE else f"{spec.group}[{index}].{spec.id}"
            heading = headings_of(spec, Layout.CSV, index)
            wanted = spec.id in ("code", "org_code") or any(
                record.value(path) is not None or path in record.head.dashes for record in records
            )
            if heading and wanted and heading[0] not in {name for name, _ in columns}:
                columns.append((heading[0], path))
    return columns


def _cell(record: CaseRecord, path: str) -> str:
    value = record.value(path)
    if value is not None:
        return format_value(field(path), value)
    return "-" if path in record.head.dashes else ""
