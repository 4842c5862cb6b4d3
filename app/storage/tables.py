"""The tables of the library as SQLAlchemy Core describes them. Field columns derive from :mod:`app.domain.fields`.

Facts are rebuilt by replaying the audit; caches (``CACHE_COLUMNS``, ``finding``, ``finding_line``, ``grouping``,
``draft``, ``place``) are not audited and may be thrown away. The schema of a released file is frozen in ``migrations``;
a test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from app.domain.case import CaseState
from app.domain.field import FieldSpec, FieldType, Group
from app.domain.fields import FIELDS, fields_of
from app.storage.columns import (
    by_columns,
    case_number,
    id_column,
    json_column,
    number_column,
    table,
    text_column,
    time_column,
)
from app.storage.desk_tables import DESK_TABLES

CODED_GROUPS: Final = (Group.DX, Group.OP)
"""Groups whose rows carry a proposal and a code status."""

PROPOSAL_COLUMNS: Final = ("prop_code", "prop_name", "prop_score", "prop_kind", "prop_reason")

_INTEGERS: Final = frozenset({FieldType.INT, FieldType.MONEY})


def _quoted(name: str) -> str:
    return f'"{name}"'


def _field_column(spec: FieldSpec) -> sa.Column[object]:
    """Return the column of a field: INTEGER for numbers and money in fen, TEXT for all else, NULL when blank.

    Without a modifier SQLite's date() lets 30 February through.
    """
    name = _quoted(spec.id)
    checks = {
        FieldType.DATE: f"{name} IS date({name}, '+0 days')",
        FieldType.DATETIME: f"{name} IS datetime({name}, '+0 days')",
        FieldType.LIST: f"{name} GLOB '[[]*]'",
    }
    check = checks.get(spec.type)
    kind = sa.Integer() if spec.type in _INTEGERS else sa.Text()
    return sa.Column(spec.id, kind, *([sa.CheckConstraint(check)] if check else []))


def _case_id(*, is_key: bool) -> sa.Column[int]:
    owner = sa.ForeignKey("cases.id", ondelete="CASCADE")
    return sa.Column("case_id", sa.Integer(), owner, primary_key=is_key, autoincrement=False, nullable=False)


def _unread() -> tuple[sa.Column[str], sa.Column[str]]:
    """Return the columns for texts that could not be read and for fields that hold a dash."""
    return json_column("raw", "object"), json_column("dashes", "array")


def _kind() -> sa.Column[str]:
    """Return the column for the code set of a remembered coding."""
    return text_column("kind", None, "kind IN ('dx', 'px')")


batch: Final = table(
    "batch",
    id_column(),
    text_column("file_name", None),
    text_column("sha256", None),
    text_column("layout"),
    text_column("source_sha256"),
    json_column("report", "object"),
    text_column("actor", None),
    time_column("at"),
)

batch_source: Final = table(
    "batch_source",
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("data", sa.LargeBinary(), nullable=False),
)

column_set: Final = table(
    "column_set", id_column(), text_column("sha256", None), json_column("paths", "array"), sa.UniqueConstraint("sha256")
)

_STATES: Final = ", ".join(f"'{state}'" for state in CaseState)

KEY_COLUMNS: Final = ("org_code", "record_no", "admission_count")
WORKFLOW_COLUMNS: Final = ("state", "batch_id", "source_row", "columns_id", "claimed_by")
"""Columns of ``cases`` that operations write; the rest is worked out from the fields, or a cache."""

DERIVED_COLUMNS: Final = (
    "patient_name",
    "sex",
    "age_years",
    "age_days",
    "dept",
    "admit_time",
    "discharge_time",
    "principal_text",
    "principal_code",
    "principal_name",
    "amount_fen",
    "coded",
    "total",
    "proposals",
    "search",
)
CACHE_COLUMNS: Final = (
    "errors",
    "warns",
    "hints",
    "score",
    "drg",
    "drg_name",
    "rw",
    "group_status",
    "initials",
    "checked_version",
)

cases: Final = table(
    "cases",
    id_column(),
    text_column("org_code"),
    text_column("record_no"),
    number_column("admission_count"),
    text_column("state", None, f"state IN ({_STATES})"),
    number_column("version"),
    sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batch.id")),
    number_column("source_row"),
    sa.Column("columns_id", sa.Integer(), sa.ForeignKey("column_set.id")),
    text_column("claimed_by"),
    time_column("created"),
    time_column("updated"),
    text_column("patient_name"),
    text_column("sex"),
    sa.Column("age_years", sa.Integer()),
    sa.Column("age_days", sa.Integer()),
    text_column("dept"),
    text_column("admit_time"),
    text_column("discharge_time"),
    text_column("principal_text"),
    text_column("principal_code"),
    text_column("principal_name"),
    sa.Column("amount_fen", sa.Integer()),
    number_column("coded"),
    number_column("total"),
    number_column("proposals"),
    text_column("search"),
    number_column("errors"),
    number_column("warns"),
    number_column("hints"),
    sa.Column("score", sa.REAL()),
    text_column("drg"),
    text_column("drg_name"),
    sa.Column("rw", sa.REAL()),
    text_column("group_status"),
    text_column("initials"),
    number_column("checked_version", -1),
    sa.UniqueConstraint(*KEY_COLUMNS),
)


def _head_table(name: str) -> sa.Table:
    specs = [spec for spec in fields_of(Group.CASE) if spec.table == name]
    return table(name, _case_id(is_key=True), *map(_field_column, specs), *_unread())


def _group_table(group: Group) -> sa.Table:
    specs = fields_of(group)
    coded: list[sa.schema.SchemaItem] = []
    if group in CODED_GROUPS:
        coded = [
            text_column("code_status", "", "code_status IN ('', 'accepted')"),
            sa.Column("prop_code", sa.Text()),
            sa.Column("prop_name", sa.Text()),
            sa.Column("prop_score", sa.REAL()),
            sa.Column("prop_kind", sa.Text()),
            sa.Column("prop_reason", sa.Text()),
            sa.CheckConstraint("(prop_code IS NULL) = (prop_kind IS NULL)"),
        ]
    return table(
        specs[0].table,
        id_column(),
        _case_id(is_key=False),
        sa.Column("position", sa.Integer(), sa.CheckConstraint("position >= 0"), nullable=False),
        *map(_field_column, specs),
        *_unread(),
        *coded,
        sa.UniqueConstraint("case_id", "position"),
    )


HEAD_TABLES: Final[Mapping[str, sa.Table]] = MappingProxyType(
    {name: _head_table(name) for name in dict.fromkeys(spec.table for spec in fields_of(Group.CASE))}
)
"""Tables that hold one row per case, by name."""

GROUP_TABLES: Final[Mapping[Group, sa.Table]] = MappingProxyType(
    {group: _group_table(group) for group in Group if group is not Group.CASE}
)
"""Tables of the repeating groups."""

import_profile: Final = table(
    "import_profile",
    id_column(),
    text_column("signature", None),
    json_column("mapping", "object"),
    sa.UniqueConstraint("signature"),
)
setting: Final = table(
    "setting",
    id_column(),
    text_column("key", None),
    text_column("value", None, "value <> ''"),
    sa.UniqueConstraint("key"),
)

coding_import: Final = table(
    "coding_import",
    id_column(),
    text_column("file_name", None),
    text_column("sha256", None),
    text_column("lines_sha256", None),
    number_column("lines", None),
    text_column("actor", None),
    text_column("actor_name"),
    time_column("at"),
)
"""Files of past codings; ``lines_sha256`` names what was taken from the file, in ``batch_source``."""

coding_revoked: Final = table(
    "coding_revoked",
    id_column(),
    _kind(),
    text_column("key", None),
    text_column("codes", None),
    text_column("text", None),
    text_column("why"),
    text_column("actor", None),
    text_column("actor_name"),
    time_column("at"),
    sa.UniqueConstraint("kind", "key", "codes"),
)
"""Codings that are remembered and no longer offered."""


def _valid() -> tuple[sa.Column[str], sa.Column[str]]:
    """Return the columns for the first and last day on which something holds, '' for no bound."""
    return tuple(
        text_column(name, "", f"{name} = '' OR {name} IS date({name}, '+0 days')")
        for name in ("valid_from", "valid_to")
    )  # type: ignore[return-value]  # there are two names


rule_version: Final = table(
    "rule_version",
    id_column(),
    text_column("rule_id", None),
    number_column("version", None),
    text_column("status", None, "status IN ('draft', 'on')"),
    json_column("rule", "object"),
    *_valid(),
    text_column("note"),
    text_column("origin"),
    *by_columns(),
    sa.UniqueConstraint("rule_id", "version"),
)
"""Versions of the hospital's own rules, each whole."""

rule_override: Final = table(
    "rule_override",
    id_column(),
    text_column("kind", None, "kind IN ('switch', 'severity', 'parameter', 'list', 'unless')"),
    text_column("target", None),
    text_column("department"),
    text_column("value", None, "value <> ''"),
    text_column("reason"),
    *_valid(),
    *by_columns(),
)
"""What the hospital says of a rule, a parameter or a list; the newest word holds. ``value`` is JSON."""

rule_judgement: Final = table(
    "rule_judgement",
    id_column(),
    text_column("rule_id", None),
    case_number(),
    text_column("verdict", None, "verdict IN ('true', 'false')"),
    text_column("note"),
    *by_columns(),
    sa.UniqueConstraint("rule_id", "case_id"),
)
"""Whether a rule was right about a case."""

suppression: Final = table(
    "suppression",
    id_column(),
    case_number(),
    text_column("rule_id", None),
    text_column("path"),
    text_column("digest", None, "length(digest) = 64"),
    text_column("reason", None),
    *by_columns(),
    text_column("lifted"),
    text_column("lifted_by"),
    text_column("lifted_at"),
)
"""Findings that somebody suppressed. ``digest`` is of the facts; of values of the record nothing is kept."""

qc_exception: Final = table(
    "qc_exception",
    id_column(),
    case_number(),
    text_column("rule_id", None),
    sa.Column("amount_fen", sa.Integer()),
    text_column("ratio"),
    text_column("reason_class", None),
    text_column("reason", None),
    json_column("evidence", "array"),
    text_column("valid_to", None, "valid_to IS date(valid_to, '+0 days')"),
    *by_columns(),
    text_column("head_name"),
    text_column("head_at"),
    text_column("insurance_name"),
    text_column("insurance_at"),
    text_column("state", None, "state IN ('open', 'approved', 'rejected', 'withdrawn')"),
    text_column("note"),
    sa.CheckConstraint(
        "state <> 'approved' OR (head_name <> '' AND insurance_name <> '' AND head_name <> insurance_name)"
    ),
)
"""Exceptions from blocking rules with their two signatures (domain.md 5.5)."""

FLAT_TABLES: Final[Mapping[str, sa.Table]] = MappingProxyType(
    {
        flat.name: flat
        for flat in (
            batch,
            column_set,
            import_profile,
            setting,
            coding_import,
            coding_revoked,
            rule_version,
            rule_override,
            rule_judgement,
            suppression,
            qc_exception,
            *DESK_TABLES,
        )
    }
)
"""Audited tables that do not belong to a case, by name."""

audit_operation: Final = table(
    "audit_operation",
    id_column(),
    text_column("op", None),
    text_column("actor", None),
    text_column("actor_name"),
    time_column("at"),
    text_column("machine"),
    text_column("note"),
    sa.Column("undo_of", sa.Integer(), sa.ForeignKey("audit_operation.id")),
    number_column("changes", None),
    number_column("cases", None),
    sa.Column("case_id", sa.Integer()),
    text_column("previous", None),
    text_column("hash", None, "length(hash) = 64"),
)

audit_change: Final = table(
    "audit_change",
    sa.Column(
        "op_id",
        sa.Integer(),
        sa.ForeignKey("audit_operation.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.Integer()),
    text_column("entity", None),
    number_column("row_id"),
    text_column("field"),
    sa.Column("before", sa.Text()),
    sa.Column("after", sa.Text()),
    sa.CheckConstraint('"before" IS NOT NULL OR "after" IS NOT NULL'),
    rowid=False,
)

coding_evidence: Final = table(
    "coding_evidence",
    sa.Column("ref", sa.Integer(), primary_key=True, autoincrement=False),
    _case_id(is_key=False),
    _kind(),
    text_column("key", None),
    text_column("codes", None),
    text_column("text", None),
    text_column("by"),
    text_column("last", None),
    number_column("op_id", None),
)
"""Codes on cases that a person confirmed; worked out of the audit (:mod:`app.storage.confirmed`)."""

coding_past: Final = table(
    "coding_past",
    sa.Column("ref", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("import_id", sa.Integer(), sa.ForeignKey("coding_import.id", ondelete="CASCADE"), nullable=False),
    _kind(),
    text_column("key", None),
    text_column("codes", None),
    text_column("text", None),
    number_column("times", None),
    text_column("by"),
    text_column("last"),
)
"""Past codings of imported files; they follow from ``coding_import`` and what it names (:mod:`app.storage.past`)."""

finding: Final = table(
    "finding", _case_id(is_key=True), number_column("version"), text_column("stamp"), json_column("data", "object")
)
finding_line: Final = table(
    "finding_line",
    _case_id(is_key=True),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    text_column("rule_id", None),
    text_column("severity", None, "severity IN ('error', 'warn', 'hint')"),
    text_column("standing", None),
    number_column("fixes", None),
    rowid=False,
)
"""The findings of ``finding`` line by line, in their order; ``fixes`` is 1 where one key remedies it."""

grouping: Final = table(
    "grouping", _case_id(is_key=True), number_column("version"), text_column("stamp"), json_column("data", "object")
)
draft: Final = table(
    "draft",
    _case_id(is_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    text_column("text"),
    time_column("at"),
    rowid=False,
)
place: Final = table(
    "place", sa.Column("key", sa.Text(), primary_key=True), text_column("value", None, "value <> ''"), rowid=False
)

UNAUDITED_TABLES: Final = frozenset({"batch_source", "finding", "finding_line", "grouping", "draft", "place"})


def _index(table: sa.Table, *columns: str) -> None:
    sa.Index(f"ix_{table.name}_{'_'.join(columns)}", *(table.c[column] for column in columns))


_index(HEAD_TABLES["patient"], "id_no")
_index(audit_change, "case_id", "op_id")
_index(audit_operation, "undo_of")
_index(audit_operation, "at")
_index(audit_operation, "actor", "at")
_index(audit_operation, "op", "at")
sa.Index("ix_audit_change_field", audit_change.c.field, sqlite_where=audit_change.c.field != "")
for _memory in (coding_evidence, coding_past):
    _index(_memory, "kind", "key", "codes")
_index(coding_evidence, "case_id")
_index(coding_past, "import_id")
_index(rule_judgement, "case_id")
_index(suppression, "case_id")
_index(qc_exception, "case_id")
_index(finding, "case_id", "stamp")
_index(finding_line, "rule_id", "case_id")
for _columns in (
    ("state", "discharge_time"),
    ("discharge_time",),
    ("dept",),
    ("record_no",),
    ("patient_name",),
    ("age_years", "age_days"),
    ("principal_text",),
    ("errors", "warns", "hints"),
    ("drg",),
    ("rw",),
    ("amount_fen",),
    ("claimed_by",),
    ("batch_id",),
    ("updated",),
):
    _index(cases, *_columns)


def _guard(name: str, when: str, on: str, message: str) -> str:
    return f"CREATE TRIGGER {name} {when} ON {on} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def triggers() -> tuple[str, ...]:
    """Return the triggers: physician's text, import sources and the audit cannot be changed behind the program."""
    texts = [spec.table for spec in FIELDS if spec.id == "source_text"]
    guards = [
        f"CREATE TRIGGER {name}_text_stays BEFORE UPDATE OF source_text ON {name} "
        "WHEN NEW.source_text IS NOT OLD.source_text BEGIN SELECT RAISE(ABORT, 'source text is immutable'); END"
        for name in texts
    ]
    for name in (audit_operation.name, audit_change.name, batch_source.name):
        guards.append(_guard(f"{name}_no_update", "BEFORE UPDATE", name, "append-only"))
        guards.append(_guard(f"{name}_no_delete", "BEFORE DELETE", name, "append-only"))
    guards.append(
        "CREATE TRIGGER audit_change_closed BEFORE INSERT ON audit_change "
        "WHEN EXISTS (SELECT 1 FROM audit_operation WHERE id = NEW.op_id) "
        "BEGIN SELECT RAISE(ABORT, 'operation is closed'); END"
    )
    return tuple(guards)


def spec_of(group: Group, field: str) -> FieldSpec:
    """Return the field ``field`` of ``group``. Raises ``KeyError`` for an unknown one."""
    return _SPECS[group, field]


_SPECS: Final = {(spec.group, spec.id): spec for spec in FIELDS}
