"""Questions and answers as they stand in a package: plain JSON, every value checked when it comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from app.domain.case import CaseState
from app.domain.returning import AnswerKind, ReturnAnswer, ReturnStatus, option_data, read_options
from app.services.return_types import ReturnRow, StoredReturn

_TEXTS: Final = ("uid", "path", "rule_id", "severity", "old_value", "question", "seen", "suggestion", "sent_by")
_FACTS: Final = ("record_no", "patient_name", "sex", "dept", "attending")
_MOMENTS: Final = ("admit_time", "discharge_time")
_MOST: Final = 20_000


def questions_data(rows: Iterable[ReturnRow], names: Mapping[int, str]) -> bytes:
    """Return questions as JSON; ``names`` are the patients' names by case, as they may leave."""
    whole = [
        {
            **{name: getattr(row.item, name) for name in _TEXTS},
            **{name: getattr(row, name) for name in _FACTS},
            **{name: _text(getattr(row, name)) for name in _MOMENTS},
            "patient_name": names[row.item.case_id],
            "case": row.item.case_id,
            "count": row.admission_count,
            "age_years": row.age_years,
            "due": _text(row.item.due),
            "options": option_data(row.item.options),
        }
        for row in rows
    ]
    return json.dumps(whole, ensure_ascii=False).encode()


def read_questions(data: bytes) -> tuple[ReturnRow, ...]:
    """Return questions; rows are numbered from 1. Raises ``ValueError`` for what is none."""
    found = json.loads(data)
    if not isinstance(found, list) or len(found) > _MOST:
        raise ValueError("questions")
    return tuple(_row(number, one) for number, one in enumerate(found, 1))


def answers_data(answers: Mapping[str, ReturnAnswer]) -> bytes:
    """Return answers as JSON, by the key of their question."""
    whole = {
        uid: {"kind": one.kind.value, "label": one.label, "value": one.value, "words": one.words}
        for uid, one in answers.items()
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def read_answers(data: bytes) -> dict[str, ReturnAnswer]:
    """Return answers. Raises ``ValueError`` for what is none."""
    found = json.loads(data)
    if not isinstance(found, dict) or len(found) > _MOST:
        raise ValueError("answers")
    return {str(uid): read_answer(one) for uid, one in found.items()}


def read_answer(stored: object) -> ReturnAnswer:
    """Return one answer. Raises ``ValueError`` for what is none."""
    if not isinstance(stored, dict):
        raise ValueError("answer")  # noqa: TRY004 - one fault for foreign data
    label, value, words = (str(stored.get(name, "")) for name in ("label", "value", "words"))
    return ReturnAnswer(AnswerKind(str(stored.get("kind"))), label, value, words)


def _row(number: int, stored: object) -> ReturnRow:
    if not isinstance(stored, dict):
        raise ValueError("question")  # noqa: TRY004 - as above
    texts = {name: str(stored.get(name, "")) for name in _TEXTS}
    if len(texts["uid"]) != 32 or not texts["question"]:
        raise ValueError("question")
    age, case_id, count = (stored.get(name) for name in ("age_years", "case", "count"))
    due = _moment(stored.get("due"))
    item = StoredReturn(
        id=number,
        case_id=case_id if isinstance(case_id, int) else 0,
        row_id=0,
        options=read_options(stored.get("options")),
        due=due,
        was=None,
        status=ReturnStatus.OUTSTANDING,
        who=texts["sent_by"],
        at=due or datetime.min,
        sent_at=None,
        escalated_at=None,
        answer=None,
        answered_by="",
        answered_at=None,
        answered_in="",
        verdict=None,
        verdict_words="",
        verdict_by="",
        verdict_at=None,
        **texts,
    )
    facts = {name: str(stored.get(name, "")) for name in _FACTS}
    return ReturnRow(
        item=item,
        admission_count=count if isinstance(count, int) else 0,
        age_years=age if isinstance(age, int) else None,
        age_days=None,
        state=CaseState.RETURNED,
        admit_time=_moment(stored.get("admit_time")),
        discharge_time=_moment(stored.get("discharge_time")),
        **facts,
    )


def _moment(stored: object) -> datetime | None:
    return datetime.fromisoformat(stored) if isinstance(stored, str) and stored else None


def _text(moment: datetime | None) -> str:
    return moment.isoformat(" ", "seconds") if moment else ""
