"""The first schema: batches, cases with their field tables, audit, caches."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS: Final = """
CREATE TABLE audit_operation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, op TEXT NOT NULL, actor TEXT NOT NULL,
    actor_name TEXT DEFAULT '' NOT NULL, at TEXT NOT NULL CHECK (at IS datetime(at)),
    machine TEXT DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL, undo_of INTEGER,
    changes INTEGER NOT NULL, cases INTEGER NOT NULL, case_id INTEGER, previous TEXT NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64), FOREIGN KEY(undo_of) REFERENCES audit_operation (id)
) STRICT
;;
CREATE INDEX ix_audit_operation_at ON audit_operation (at)
;;
CREATE INDEX ix_audit_operation_undo_of ON audit_operation (undo_of)
;;
CREATE TABLE batch (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, file_name TEXT NOT NULL, sha256 TEXT NOT NULL,
    layout TEXT DEFAULT '' NOT NULL, source_sha256 TEXT DEFAULT '' NOT NULL,
    report TEXT DEFAULT '{}' NOT NULL CHECK (report GLOB '{*}'), actor TEXT NOT NULL,
    at TEXT NOT NULL CHECK (at IS datetime(at))
) STRICT
;;
CREATE TABLE batch_source (
    sha256 TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (sha256)
) STRICT
;;
CREATE TABLE column_set (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL,
    paths TEXT DEFAULT '[]' NOT NULL CHECK (paths GLOB '[[]*]'), UNIQUE (sha256)
) STRICT
;;
CREATE TABLE import_profile (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, signature TEXT NOT NULL,
    mapping TEXT DEFAULT '{}' NOT NULL CHECK (mapping GLOB '{*}'), UNIQUE (signature)
) STRICT
;;
CREATE TABLE place (
    "key" TEXT NOT NULL, value TEXT NOT NULL CHECK (value <> ''), PRIMARY KEY ("key")
) WITHOUT ROWID, STRICT
;;
CREATE TABLE setting (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "key" TEXT NOT NULL,
    value TEXT NOT NULL CHECK (value <> ''), UNIQUE ("key")
) STRICT
;;
CREATE TABLE audit_change (
    op_id INTEGER NOT NULL, seq INTEGER NOT NULL, case_id INTEGER, entity TEXT NOT NULL,
    row_id INTEGER DEFAULT 0 NOT NULL, field TEXT DEFAULT '' NOT NULL, "before" TEXT, "after" TEXT,
    PRIMARY KEY (op_id, seq), CHECK ("before" IS NOT NULL OR "after" IS NOT NULL),
    FOREIGN KEY(op_id) REFERENCES audit_operation (id) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID, STRICT
;;
CREATE INDEX ix_audit_change_case_id_op_id ON audit_change (case_id, op_id)
;;
CREATE TABLE cases (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, org_code TEXT DEFAULT '' NOT NULL,
    record_no TEXT DEFAULT '' NOT NULL, admission_count INTEGER DEFAULT 0 NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('inpatient', 'to_code', 'coding', 'returned', 'to_qc',
    'qc', 'passed', 'approval', 'submitted', 'unlock_requested', 'archived', 'cancelled')),
    version INTEGER DEFAULT 0 NOT NULL, batch_id INTEGER, source_row INTEGER DEFAULT 0 NOT NULL,
    columns_id INTEGER, claimed_by TEXT DEFAULT '' NOT NULL,
    created TEXT NOT NULL CHECK (created IS datetime(created)),
    updated TEXT NOT NULL CHECK (updated IS datetime(updated)), patient_name TEXT DEFAULT '' NOT NULL,
    sex TEXT DEFAULT '' NOT NULL, age_years INTEGER, age_days INTEGER, dept TEXT DEFAULT '' NOT NULL,
    admit_time TEXT DEFAULT '' NOT NULL, discharge_time TEXT DEFAULT '' NOT NULL,
    principal_text TEXT DEFAULT '' NOT NULL, principal_code TEXT DEFAULT '' NOT NULL,
    principal_name TEXT DEFAULT '' NOT NULL, amount_fen INTEGER, coded INTEGER DEFAULT 0 NOT NULL,
    total INTEGER DEFAULT 0 NOT NULL, proposals INTEGER DEFAULT 0 NOT NULL, search TEXT DEFAULT '' NOT NULL,
    errors INTEGER DEFAULT 0 NOT NULL, warns INTEGER DEFAULT 0 NOT NULL, hints INTEGER DEFAULT 0 NOT NULL,
    score REAL, drg TEXT DEFAULT '' NOT NULL, drg_name TEXT DEFAULT '' NOT NULL, rw REAL,
    group_status TEXT DEFAULT '' NOT NULL, initials TEXT DEFAULT '' NOT NULL,
    checked_version INTEGER DEFAULT (-1) NOT NULL, UNIQUE (org_code, record_no, admission_count),
    FOREIGN KEY(batch_id) REFERENCES batch (id), FOREIGN KEY(columns_id) REFERENCES column_set (id)
) STRICT
;;
CREATE INDEX ix_cases_age_years_age_days ON cases (age_years, age_days)
;;
CREATE INDEX ix_cases_amount_fen ON cases (amount_fen)
;;
CREATE INDEX ix_cases_batch_id ON cases (batch_id)
;;
CREATE INDEX ix_cases_claimed_by ON cases (claimed_by)
;;
CREATE INDEX ix_cases_dept ON cases (dept)
;;
CREATE INDEX ix_cases_discharge_time ON cases (discharge_time)
;;
CREATE INDEX ix_cases_drg ON cases (drg)
;;
CREATE INDEX ix_cases_errors_warns_hints ON cases (errors, warns, hints)
;;
CREATE INDEX ix_cases_patient_name ON cases (patient_name)
;;
CREATE INDEX ix_cases_principal_text ON cases (principal_text)
;;
CREATE INDEX ix_cases_record_no ON cases (record_no)
;;
CREATE INDEX ix_cases_rw ON cases (rw)
;;
CREATE INDEX ix_cases_state_discharge_time ON cases (state, discharge_time)
;;
CREATE INDEX ix_cases_updated ON cases (updated)
;;
CREATE TABLE care (
    case_id INTEGER NOT NULL, allergy_flag TEXT, allergy_source TEXT, allergy_drugs TEXT, autopsy TEXT,
    abo TEXT, rh TEXT, hbsag TEXT, hcvab TEXT, hivab TEXT, match_outp TEXT, match_adm TEXT, match_op TEXT,
    match_path TEXT, match_rad TEXT, infection_count INTEGER, dx_basis TEXT, differentiation TEXT,
    rescue_count INTEGER, rescue_ok INTEGER, care_special_days INTEGER, care_1_days INTEGER,
    care_2_days INTEGER, care_3_days INTEGER, vent_hours INTEGER, transfusion_reaction TEXT, bl_rbc TEXT,
    bl_plt TEXT, bl_plasma TEXT, bl_whole TEXT, bl_auto TEXT, bl_other TEXT, first_case TEXT,
    patient_type TEXT, follow_up TEXT, follow_up_weeks INTEGER, follow_up_months INTEGER,
    follow_up_years INTEGER, teaching TEXT, coma_pre_d INTEGER, coma_pre_h INTEGER, coma_pre_m INTEGER,
    coma_post_d INTEGER, coma_post_h INTEGER, coma_post_m INTEGER,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE diagnosis (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), code TEXT, name TEXT, adm_cond TEXT, outcome TEXT,
    source_text TEXT, raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'),
    code_status TEXT DEFAULT '' NOT NULL CHECK (code_status IN ('', 'accepted')), prop_code TEXT,
    prop_name TEXT, prop_score REAL, prop_kind TEXT, prop_reason TEXT,
    CHECK ((prop_code IS NULL) = (prop_kind IS NULL)), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE draft (
    case_id INTEGER NOT NULL, path TEXT NOT NULL, text TEXT DEFAULT '' NOT NULL,
    at TEXT NOT NULL CHECK (at IS datetime(at)), PRIMARY KEY (case_id, path),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) WITHOUT ROWID, STRICT
;;
CREATE TABLE external_cause (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), code TEXT, name TEXT,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE fee (
    case_id INTEGER NOT NULL, fee_total INTEGER, fee_self INTEGER, fee_service INTEGER, fee_tcm_argue INTEGER,
    fee_tcm_consult INTEGER, fee_treat_op INTEGER, fee_nursing INTEGER, fee_service_other INTEGER,
    fee_pathology INTEGER, fee_lab INTEGER, fee_imaging INTEGER, fee_clinical_dx INTEGER, fee_nonop INTEGER,
    fee_physio INTEGER, fee_optreat INTEGER, fee_anes INTEGER, fee_op INTEGER, fee_rehab INTEGER,
    fee_tcm INTEGER, fee_west INTEGER, fee_antibiotic INTEGER, fee_patent INTEGER, fee_herb INTEGER,
    fee_blood INTEGER, fee_albumin INTEGER, fee_globulin INTEGER, fee_clotting INTEGER, fee_cytokine INTEGER,
    fee_mat_exam INTEGER, fee_mat_treat INTEGER, fee_mat_op INTEGER, fee_other INTEGER,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE finding (
    case_id INTEGER NOT NULL, version INTEGER DEFAULT 0 NOT NULL, stamp TEXT DEFAULT '' NOT NULL,
    data TEXT DEFAULT '{}' NOT NULL CHECK (data GLOB '{*}'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE grouping (
    case_id INTEGER NOT NULL, version INTEGER DEFAULT 0 NOT NULL, stamp TEXT DEFAULT '' NOT NULL,
    data TEXT DEFAULT '{}' NOT NULL CHECK (data GLOB '{*}'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE icu (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), type TEXT,
    in_time TEXT CHECK ("in_time" IS datetime("in_time", '+0 days')),
    out_time TEXT CHECK ("out_time" IS datetime("out_time", '+0 days')),
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE newborn_weight (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), weight INTEGER,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE operation (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), code TEXT,
    date TEXT CHECK ("date" IS datetime("date", '+0 days')), level TEXT, name TEXT, source_text TEXT,
    kind TEXT, hours TEXT, surgeon TEXT, assist1 TEXT, assist2 TEXT, incision TEXT, healing TEXT,
    anes_method TEXT, asa TEXT, anes_doctor TEXT, nnis TEXT, elective TEXT,
    "begin" TEXT CHECK ("begin" IS datetime("begin", '+0 days')),
    "end" TEXT CHECK ("end" IS datetime("end", '+0 days')),
    anes_begin TEXT CHECK ("anes_begin" IS datetime("anes_begin", '+0 days')),
    anes_end TEXT CHECK ("anes_end" IS datetime("anes_end", '+0 days')), surgeon_code TEXT,
    anes_doctor_code TEXT, raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'),
    code_status TEXT DEFAULT '' NOT NULL CHECK (code_status IN ('', 'accepted')), prop_code TEXT,
    prop_name TEXT, prop_score REAL, prop_kind TEXT, prop_reason TEXT,
    CHECK ((prop_code IS NULL) = (prop_kind IS NULL)), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE pathology (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), code TEXT, name TEXT, no TEXT,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE patient (
    case_id INTEGER NOT NULL, insurance_card_no TEXT, health_card_no TEXT, patient_name TEXT, sex TEXT,
    birth_date TEXT CHECK ("birth_date" IS date("birth_date", '+0 days')), age_years INTEGER,
    age_days INTEGER, age_months_text TEXT, nationality TEXT, nb_admit_weight INTEGER, birthplace TEXT,
    native_place TEXT, ethnicity TEXT, id_type TEXT, id_no TEXT, occupation TEXT, marital_status TEXT,
    current_address TEXT, current_phone TEXT, current_zip TEXT, registered_address TEXT, registered_zip TEXT,
    employer_address TEXT, employer_phone TEXT, employer_zip TEXT, contact_name TEXT, contact_relation TEXT,
    contact_address TEXT, contact_phone TEXT, raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE INDEX ix_patient_id_no ON patient (id_no)
;;
CREATE TABLE settlement (
    case_id INTEGER NOT NULL, setl_list_no TEXT, psn_no TEXT, hi_type TEXT, special_person TEXT,
    insured_area TEXT, setl_level TEXT, nb_admit_type TEXT, inpatient_type TEXT, chief_doctor TEXT,
    chief_doctor_code TEXT, resp_nurse_code TEXT, biz_sn TEXT, bill_code TEXT, bill_no TEXT,
    setl_begin TEXT CHECK ("setl_begin" IS date("setl_begin", '+0 days')),
    setl_end TEXT CHECK ("setl_end" IS date("setl_end", '+0 days')), hi_pay_method TEXT, fill_dept TEXT,
    fill_person TEXT, vent_d INTEGER, vent_h INTEGER, vent_m INTEGER, transfer_org_code TEXT,
    transfer_dept TEXT, fund_pay INTEGER, fund_pool INTEGER, fund_serious INTEGER, fund_other INTEGER,
    psn_selfpay INTEGER, psn_ownpay INTEGER, psn_acct INTEGER, psn_cash INTEGER,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE settlement_fee (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), item TEXT, amount INTEGER, class_a INTEGER,
    class_b INTEGER, own_pay INTEGER, other INTEGER, raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE staff (
    case_id INTEGER NOT NULL, dept_head TEXT, chief_physician TEXT, attending TEXT, resident TEXT,
    resp_nurse TEXT, trainee TEXT, intern TEXT, coder TEXT, record_quality TEXT, qc_physician TEXT,
    qc_nurse TEXT, qc_date TEXT CHECK ("qc_date" IS date("qc_date", '+0 days')),
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE stay (
    case_id INTEGER NOT NULL, org_code TEXT, org_name TEXT, pay_method TEXT, admission_count INTEGER,
    record_no TEXT, admit_route TEXT, is_day_surgery TEXT, treat_type TEXT,
    admit_time TEXT CHECK ("admit_time" IS datetime("admit_time", '+0 days')), admit_dept TEXT,
    admit_ward TEXT, transfer_depts TEXT CHECK ("transfer_depts" GLOB '[[]*]'),
    discharge_time TEXT CHECK ("discharge_time" IS datetime("discharge_time", '+0 days')),
    discharge_dept TEXT, discharge_ward TEXT, los_days INTEGER, outp_dx_code TEXT, outp_dx_name TEXT,
    admit_state TEXT, admit_dx_code TEXT, admit_dx_name TEXT,
    confirm_date TEXT CHECK ("confirm_date" IS date("confirm_date", '+0 days')), clinical_path TEXT,
    discharge_way TEXT, transfer_org TEXT, readmit31_plan TEXT, readmit31_purpose TEXT,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), PRIMARY KEY (case_id),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TABLE transfusion (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0), kind TEXT, amount TEXT, unit TEXT,
    raw TEXT DEFAULT '{}' NOT NULL CHECK (raw GLOB '{*}'),
    dashes TEXT DEFAULT '[]' NOT NULL CHECK (dashes GLOB '[[]*]'), UNIQUE (case_id, position),
    FOREIGN KEY(case_id) REFERENCES cases (id) ON DELETE CASCADE
) STRICT
;;
CREATE TRIGGER diagnosis_text_stays BEFORE UPDATE OF source_text ON diagnosis
WHEN NEW.source_text IS NOT OLD.source_text
BEGIN SELECT RAISE(ABORT, 'source text is immutable'); END
;;
CREATE TRIGGER operation_text_stays BEFORE UPDATE OF source_text ON operation
WHEN NEW.source_text IS NOT OLD.source_text
BEGIN SELECT RAISE(ABORT, 'source text is immutable'); END
;;
CREATE TRIGGER audit_operation_no_update BEFORE UPDATE ON audit_operation
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER audit_operation_no_delete BEFORE DELETE ON audit_operation
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER audit_change_no_update BEFORE UPDATE ON audit_change
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER audit_change_no_delete BEFORE DELETE ON audit_change
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER batch_source_no_update BEFORE UPDATE ON batch_source
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER batch_source_no_delete BEFORE DELETE ON batch_source
BEGIN SELECT RAISE(ABORT, 'append-only'); END
;;
CREATE TRIGGER audit_change_closed BEFORE INSERT ON audit_change
WHEN EXISTS (SELECT 1 FROM audit_operation WHERE id = NEW.op_id)
BEGIN SELECT RAISE(ABORT, 'operation is closed'); END
"""


def upgrade() -> None:
    """Create everything."""
    for statement in STATEMENTS.split(";;"):
        op.execute(statement.strip())
