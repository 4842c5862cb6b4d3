"""Keeps the columns of ``cases`` that follow from the fields: key, what the worklist shows, version and time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

_YEARS: Final = """CASE
    WHEN p.birth_date IS NULL OR s.admit_time IS NULL THEN p.age_years
    WHEN date(s.admit_time) < p.birth_date THEN NULL
    ELSE strftime('%Y', s.admit_time) - strftime('%Y', p.birth_date)
      - (strftime('%m-%d', s.admit_time) < strftime('%m-%d', p.birth_date))
  END"""
"""Age as :func:`app.domain.derived.age_years` has it, so that the worklist says what the case page says."""

_REFRESH: Final = f"""
UPDATE cases SET
  version = version + 1,
  updated = ?,
  org_code = coalesce(s.org_code, ''),
  record_no = coalesce(s.record_no, ''),
  admission_count = coalesce(s.admission_count, 0),
  patient_name = coalesce(p.patient_name, ''),
  sex = coalesce(p.sex, ''),
  age_years = {_YEARS},
  age_days = CASE
    WHEN ({_YEARS}) IS NOT 0 THEN NULL
    WHEN p.birth_date IS NULL OR s.admit_time IS NULL THEN p.age_days
    ELSE CAST(julianday(date(s.admit_time)) - julianday(p.birth_date) AS INTEGER)
  END,
  dept = coalesce(s.discharge_dept, s.admit_dept, ''),
  admit_time = coalesce(s.admit_time, ''),
  discharge_time = coalesce(s.discharge_time, ''),
  principal_text = coalesce(d.source_text, d.name, ''),
  principal_code = coalesce(d.code, ''),
  principal_name = coalesce(d.name, ''),
  amount_fen = f.fee_total,
  coded = n.coded,
  total = n.total,
  proposals = n.proposals,
  search = coalesce(p.patient_name, '') || ' ' || coalesce(s.record_no, '') || ' ' || coalesce(d.source_text, '')
    || ' ' || coalesce(d.name, '') || ' ' || coalesce(d.code, '')
FROM stay AS s
JOIN patient AS p ON p.case_id = s.case_id
JOIN fee AS f ON f.case_id = s.case_id
LEFT JOIN diagnosis AS d ON d.case_id = s.case_id AND d.position = 0
JOIN (
  SELECT
    count(code) AS coded,
    count(coalesce(source_text, name, code)) AS total,
    count(prop_code) AS proposals
  FROM (
    SELECT code, name, source_text, prop_code FROM diagnosis WHERE case_id = ?
    UNION ALL
    SELECT code, name, source_text, prop_code FROM operation WHERE case_id = ?
  )
) AS n
WHERE cases.id = ? AND s.case_id = cases.id
"""  # noqa: S608 - made of constants


_KEEP: Final = (
    "UPDATE cases SET checked_version = version WHERE id = ? AND checked_version = version - 1",
    "UPDATE finding SET version = version + 1 WHERE case_id = ?"
    " AND version = (SELECT version - 1 FROM cases WHERE id = finding.case_id)",
    "UPDATE grouping SET version = version + 1 WHERE case_id = ?"
    " AND version = (SELECT version - 1 FROM cases WHERE id = grouping.case_id)",
)


def refresh(connection: sa.Connection, case_ids: Iterable[int], at: str) -> None:
    """Count one more version of each case at time ``at`` and work out its derived columns anew.

    Raises :class:`UserProblem` when a case has taken the key of another one.
    """
    rows = [(at, case_id, case_id, case_id) for case_id in sorted(case_ids)]
    if rows:
        connection.exec_driver_sql(_REFRESH, rows)


def keep_checks(connection: sa.Connection, case_ids: Iterable[int]) -> None:
    """Let what was found in some cases hold for the version they just got: only who works on them changed."""
    rows = [(case_id,) for case_id in sorted(case_ids)]
    if rows:
        for statement in _KEEP:
            connection.exec_driver_sql(statement, rows)
