"""What the demo library has been through with the insurer: a submission, a wish to unlock, returned groups."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from app.common.texts import text
from app.domain.case import CaseState
from app.domain.field import Group as Rows
from app.exchange.streams import write_csv
from app.services.appeals_types import AppealDraft, AppealKind, SpecialReason
from app.services.composition import Services
from app.services.snapshots import snapshot_of
from app.services.submission_types import ReceiptKind
from app.storage import submissions
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.submissions import Group

_S = CaseState
_WENT: Final = (_S.SUBMITTED, _S.UNLOCK_REQUESTED, _S.ARCHIVED)
_HEADER: Final = ("record_no", "admission_count", "drg", "rw", "amount", "status", "scheme")
_UNKNOWN: Final = "XX99"


def submit_demo(services: Services, case_ids: Sequence[int]) -> None:
    """Register the cases that stand as submitted, and take the insurer's invented answer over."""
    session = services.session
    with session.db.read() as reader:
        went = [case for case in reader.load_cases(case_ids) if case.state in _WENT]
    groups = {case.case_id: _group(services, case) for case in went}
    with session.db.operation(Op.SUBMIT, by=session.actor, note=text("demo.batch")) as tx:
        number = submissions.add_submission(tx, text("demo.submission"), len(went))
        for case in went:
            scheme, group = session.engines.scheme_for(case.record), groups[case.case_id]
            submissions.name_scheme(tx, number, scheme.id, scheme.title)
            data = snapshot_of(case, 1, group, scheme)
            submissions.add_case(tx, number, case.case_id, 1, case.record.text("record_no"), group, data)
            if case.state is _S.UNLOCK_REQUESTED:
                submissions.add_unlock(tx, case.case_id, 1, _S.SUBMITTED, text("demo.unlock"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / text("demo.returned_file")
        write_csv(path, _HEADER, _answers(services, went, groups))
        services.insurer.commit(services.insurer.preview(path))
        receipt = Path(folder) / text("demo.receipt_file")
        write_csv(receipt, (text("demo.received"),), ((case.record.text("record_no"),) for case in went))
        services.submissions.attach_receipt(number, ReceiptKind.RECEIVED, receipt, len(went), text("demo.received"))
    _object(services, [case.case_id for case in went])


def _object(services: Services, case_ids: Sequence[int]) -> None:
    """Enter objections with a few days left, of today and late, a request for a review, and an answered one."""
    today = services.session.clock.now().date()
    entries = (
        (AppealKind.APPEAL, "objection", 8, None),
        (AppealKind.APPEAL, "objection_late", 12, None),
        (AppealKind.SPECIAL, "special", 3, SpecialReason.LONG_STAY),
        (AppealKind.APPEAL, "objection", 5, None),
    )
    for case_id, (kind, words, days, reason) in zip(case_ids, entries, strict=False):
        received = (today - timedelta(days=days)).isoformat()
        draft = AppealDraft(kind, text(f"demo.{words}"), received, "", reason, text("demo.evidence"))
        services.appeals.open(case_id, draft)
    if len(case_ids) >= len(entries):
        (last,) = services.appeals.of_case(case_ids[len(entries) - 1])
        services.appeals.answer(last.stored.id, text("demo.answer"))


def _group(services: Services, case: StoredCase) -> Group:
    found = services.session.engines.preview(case.record, case.proposals)
    result, weight = found.explanation and found.explanation.result, found.price.weight
    return Group(result.drg if result else "", str(weight or ""), str(result.status) if result else "")


def _answers(services: Services, went: Sequence[StoredCase], groups: dict[int, Group]) -> Iterator[tuple[str, ...]]:
    """Yield a line for each case: most with our group, some as if a piece of the case were another one."""
    for number, case in enumerate(went):
        ours = groups[case.case_id].drg
        answer = ours if number % 3 else _other(services, case, ours, number // 3)
        yield (case.record.text("record_no"), case.record.text("admission_count"), answer, "", "", "", "")


def _other(services: Services, case: StoredCase, ours: str, turn: int) -> str:
    """Return the group of a case with its rows shortened or turned round, an unknown or no group where that is ours."""
    for group in (Rows.OP, Rows.DX):
        rows = case.record.rows(group)
        for changed in (rows[:1], rows[1:] + rows[:1], ()):
            if changed != rows and (changed or group is Rows.OP):
                found = services.session.engines.group(case.record.with_rows(group, changed), {})
                if found.drg != ours:
                    return found.drg
    return (_UNKNOWN, "")[turn % 2]
