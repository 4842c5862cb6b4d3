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

metadata: Final = sa.MetaData()

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


def _text(name: str, default: str | None = "", check: str = "") -> sa.Column[str]:
    """Return a NOT NULL text column; ``default`` None means that a value must be given."""
    return sa.Column(
        name,
        sa.Text(),
        *([sa.CheckConstraint(check)] if check else []),
        nullable=False,
        server_default=None if default is None else sa.text(f"'{default}'"),
    )


def _number(name: str, default: int | None = 0) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), nullable=False, server_default=None if default is None else sa.text(str(default))
    )


def _time(name: str) -> sa.Column[str]:
    return _text(name, None, f"{name} IS datetime({name})")


def _json(name: str, kind: str) -> sa.Column[str]:
    """Return a JSON column. SQLite's JSON functions are refused in a CHECK under ``trusted_schema=OFF``."""
    is_object = kind == "object"
    return _text(name, "{}" if is_object else "[]", f"{name} GLOB '{{*}}'" if is_object else f"{name} GLOB '[[]*]'")


def _case_id(*, is_key: bool) -> sa.Column[int]:
    owner = sa.ForeignKey("cases.id", ondelete="CASCADE")
    return sa.Column("case_id", sa.Integer(), owner, primary_key=is_key, autoincrement=False, nullable=False)


def _unread() -> tuple[sa.Column[str], sa.Column[str]]:
    """Return the columns for texts that could not be read and for fields that hold a dash."""
    return _json("raw", "object"), _json("dashes", "array")


def _table(name: str, *parts: sa.schema.SchemaItem, rowid: bool = True) -> sa.Table:
    has_sequence = any(isinstance(part, sa.Column) and part.name == "id" for part in parts)
    return sa.Table(
        name,
        metadata,
        *parts,
        sqlite_strict=True,
        sqlite_autoincrement=has_sequence,
        sqlite_with_rowid=rowid,
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), primary_key=True)


def _kind() -> sa.Column[str]:
    """Return the column for the code set of a remembered coding."""
    return _text("kind", None, "kind IN ('dx', 'px')")


batch: Final = _table(
    "batch",
    _id(),
    _text("file_name", None),
    _text("sha256", None),
    _text("layout"),
    _text("source_sha256"),
    _json("report", "object"),
    _text("actor", None),
    _time("at"),
)

batch_source: Final = _table(
    "batch_source",
    sa.Column("sha256", sa.Text(), primary_key=True),
    sa.Column("data", sa.LargeBinary(), nullable=False),
)

column_set: Final = _table(
    "column_set", _id(), _text("sha256", None), _json("paths", "array"), sa.UniqueConstraint("sha256")
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

cases: Final = _table(
    "cases",
    _id(),
    _text("org_code"),
    _text("record_no"),
    _number("admission_count"),
    _text("state", None, f"state IN ({_STATES})"),
    _number("version"),
    sa.Column("batch_id", sa.Integer(), sa.ForeignKey("batch.id")),
    _number("source_row"),
    sa.Column("columns_id", sa.Integer(), sa.ForeignKey("column_set.id")),
    _text("claimed_by"),
    _time("created"),
    _time("updated"),
    _text("patient_name"),
    _text("sex"),
    sa.Column("age_years", sa.Integer()),
    sa.Column("age_days", sa.Integer()),
    _text("dept"),
    _text("admit_time"),
    _text("discharge_time"),
    _text("principal_text"),
    _text("principal_code"),
    _text("principal_name"),
    sa.Column("amount_fen", sa.Integer()),
    _number("coded"),
    _number("total"),
    _number("proposals"),
    _text("search"),
    _number("errors"),
    _number("warns"),
    _number("hints"),
    sa.Column("score", sa.REAL()),
    _text("drg"),
    _text("drg_name"),
    sa.Column("rw", sa.REAL()),
    _text("group_status"),
    _text("initials"),
    _number("checked_version", -1),
    sa.UniqueConstraint(*KEY_COLUMNS),
)


def _head_table(name: str) -> sa.Table:
    specs = [spec for spec in fields_of(Group.CASE) if spec.table == name]
    return _table(name, _case_id(is_key=True), *map(_field_column, specs), *_unread())


def _group_table(group: Group) -> sa.Table:
    specs = fields_of(group)
    coded: list[sa.schema.SchemaItem] = []
    if group in CODED_GROUPS:
        coded = [
            _text("code_status", "", "code_status IN ('', 'accepted')"),
            sa.Column("prop_code", sa.Text()),
            sa.Column("prop_name", sa.Text()),
            sa.Column("prop_score", sa.REAL()),
            sa.Column("prop_kind", sa.Text()),
            sa.Column("prop_reason", sa.Text()),
            sa.CheckConstraint("(prop_code IS NULL) = (prop_kind IS NULL)"),
        ]
    return _table(
        specs[0].table,
        _id(),
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

import_profile: Final = _table(
    "import_profile", _id(), _text("signature", None), _json("mapping", "object"), sa.UniqueConstraint("signature")
)
setting: Final = _table(
    "setting", _id(), _text("key", None), _text("value", None, "value <> ''"), sa.UniqueConstraint("key")
)

coding_import: Final = _table(
    "coding_import",
    _id(),
    _text("file_name", None),
    _text("sha256", None),
    _text("lines_sha256", None),
    _number("lines", None),
    _text("actor", None),
    _text("actor_name"),
    _time("at"),
)
"""Files of past codings; ``lines_sha256`` names what was taken from the file, in ``batch_source``."""

coding_revoked: Final = _table(
    "coding_revoked",
    _id(),
    _kind(),
    _text("key", None),
    _text("codes", None),
    _text("text", None),
    _text("why"),
    _text("actor", None),
    _text("actor_name"),
    _time("at"),
    sa.UniqueConstraint("kind", "key", "codes"),
)
"""Codings that are remembered and no longer offered."""


def _by() -> tuple[sa.Column[str], sa.Column[str], sa.Column[str]]:
    """Return the columns for who wrote a row and when."""
    return _text("actor", None), _text("actor_name"), _time("at")


def _valid() -> tuple[sa.Column[str], sa.Column[str]]:
    """Return the columns for the first and last day on which something holds, '' for no bound."""
    return tuple(
        _text(name, "", f"{name} = '' OR {name} IS date({name}, '+0 days')") for name in ("valid_from", "valid_to")
    )  # type: ignore[return-value]  # there are two names


def _case_number() -> sa.Column[int]:
    """Return the column for a case that a row of the hospital's rules is about; it stays when the case goes."""
    return _number("case_id", None)


rule_version: Final = _table(
    "rule_version",
    _id(),
    _text("rule_id", None),
    _number("version", None),
    _text("status", None, "status IN ('draft', 'on')"),
    _json("rule", "object"),
    *_valid(),
    _text("note"),
    _text("origin"),
    *_by(),
    sa.UniqueConstraint("rule_id", "version"),
)
"""Versions of the hospital's own rules, each whole."""

rule_override: Final = _table(
    "rule_override",
    _id(),
    _text("kind", None, "kind IN ('switch', 'severity', 'parameter', 'list', 'unless')"),
    _text("target", None),
    _text("department"),
    _text("value", None, "value <> ''"),
    _text("reason"),
    *_valid(),
    *_by(),
)
"""What the hospital says of a rule, a parameter or a list; the newest word holds. ``value`` is JSON."""

rule_judgement: Final = _table(
    "rule_judgement",
    _id(),
    _text("rule_id", None),
    _case_number(),
    _text("verdict", None, "verdict IN ('true', 'false')"),
    _text("note"),
    *_by(),
    sa.UniqueConstraint("rule_id", "case_id"),
)
"""Whether a rule was right about a case."""

suppression: Final = _table(
    "suppression",
    _id(),
    _case_number(),
    _text("rule_id", None),
    _text("path"),
    _text("digest", None, "length(digest) = 64"),
    _text("reason", None),
    *_by(),
    _text("lifted"),
    _text("lifted_by"),
    _text("lifted_at"),
)
"""Findings that somebody suppressed. ``digest`` is of the facts; of values of the record nothing is kept."""

qc_exception: Final = _table(
    "qc_exception",
    _id(),
    _case_number(),
    _text("rule_id", None),
    sa.Column("amount_fen", sa.Integer()),
    _text("ratio"),
    _text("reason_class", None),
    _text("reason", None),
    _json("evidence", "array"),
    _text("valid_to", None, "valid_to IS date(valid_to, '+0 days')"),
    *_by(),
    _text("head_name"),
    _text("head_at"),
    _text("insurance_name"),
    _text("insurance_at"),
    _text("state", None, "state IN ('open', 'approved', 'rejected', 'withdrawn')"),
    _text("note"),
    sa.CheckConstraint(
        "state <> 'approved' OR (head_name <> '' AND insurance_name <> '' AND head_name <> insurance_name)"
    ),
)
"""Exceptions from blocking rules with their two signatures (domain.md 5.5)."""

FLAT_TABLES: Final[Mapping[str, sa.Table]] = MappingProxyType(
    {
        table.name: table
        for table in (
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
        )
    }
)
"""Audited tables that do not belong to a case, by name."""

audit_operation: Final = _table(
    "audit_operation",
    _id(),
    _text("op", None),
    _text("actor", None),
    _text("actor_name"),
    _time("at"),
    _text("machine"),
    _text("note"),
    sa.Column("undo_of", sa.Integer(), sa.ForeignKey("audit_operation.id")),
    _number("changes", None),
    _number("cases", None),
    sa.Column("case_id", sa.Integer()),
    _text("previous", None),
    _text("hash", None, "length(hash) = 64"),
)

audit_change: Final = _table(
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
    _text("entity", None),
    _number("row_id"),
    _text("field"),
    sa.Column("before", sa.Text()),
    sa.Column("after", sa.Text()),
    sa.CheckConstraint('"before" IS NOT NULL OR "after" IS NOT NULL'),
    rowid=False,
)

coding_evidence: Final = _table(
    "coding_evidence",
    sa.Column("ref", sa.Integer(), primary_key=True, autoincrement=False),
    _case_id(is_key=False),
    _kind(),
    _text("key", None),
    _text("codes", None),
    _text("text", None),
    _text("by"),
    _text("last", None),
    _number("op_id", None),
)
"""Codes on cases that a person confirmed; worked out of the audit (:mod:`app.storage.confirmed`)."""

coding_past: Final = _table(
    "coding_past",
    sa.Column("ref", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("import_id", sa.Integer(), sa.ForeignKey("coding_import.id", ondelete="CASCADE"), nullable=False),
    _kind(),
    _text("key", None),
    _text("codes", None),
    _text("text", None),
    _number("times", None),
    _text("by"),
    _text("last"),
)
"""Past codings of imported files; they follow from ``coding_import`` and what it names (:mod:`app.storage.past`)."""

finding: Final = _table("finding", _case_id(is_key=True), _number("version"), _text("stamp"), _json("data", "object"))
finding_line: Final = _table(
    "finding_line",
    _case_id(is_key=True),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    _text("rule_id", None),
    _text("severity", None, "severity IN ('error', 'warn', 'hint')"),
    _text("standing", None),
    _number("fixes", None),
    rowid=False,
)
"""The findings of ``finding`` line by line, in their order; ``fixes`` is 1 where one key remedies it."""

grouping: Final = _table("grouping", _case_id(is_key=True), _number("version"), _text("stamp"), _json("data", "object"))
draft: Final = _table(
    "draft",
    _case_id(is_key=True),
    sa.Column("path", sa.Text(), primary_key=True),
    _text("text"),
    _time("at"),
    rowid=False,
)
place: Final = _table(
    "place", sa.Column("key", sa.Text(), primary_key=True), _text("value", None, "value <> ''"), rowid=False
)

UNAUDITED_TABLES: Final = frozenset({"batch_source", "finding", "finding_line", "grouping", "draft", "place"})


def _index(table: sa.Table, *columns: str) -> None:
    sa.Index(f"ix_{table.name}_{'_'.join(columns)}", *(table.c[column] for column in columns))


_index(HEAD_TABLES["patient"], "id_no")
_index(audit_change, "case_id", "op_id")
_index(audit_operation, "undo_of")
_index(audit_operation, "at")
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


def _guard(name: str, when: str, table: str, message: str) -> str:
    return f"CREATE TRIGGER {name} {when} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def triggers() -> tuple[str, ...]:
    """Return the triggers: physician's text, import sources and the audit cannot be changed behind the program."""
    texts = [spec.table for spec in FIELDS if spec.id == "source_text"]
    guards = [
        f"CREATE TRIGGER {table}_text_stays BEFORE UPDATE OF source_text ON {table} "
        "WHEN NEW.source_text IS NOT OLD.source_text BEGIN SELECT RAISE(ABORT, 'source text is immutable'); END"
        for table in texts
    ]
    for table in (audit_operation.name, audit_change.name, batch_source.name):
        guards.append(_guard(f"{table}_no_update", "BEFORE UPDATE", table, "append-only"))
        guards.append(_guard(f"{table}_no_delete", "BEFORE DELETE", table, "append-only"))
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
