"""The case library: one SQLite file that holds cases, their audit and what the window remembers.

::

    with Database.open(library_path()) as db:                 # one process writes; others take read_only=True
        with db.operation(Op.IMPORT, by=local_actor()) as tx:
            batch_id = tx.save_batch(NewBatch(name, sha256, layout, source=bytes_for_export))
            case_id = tx.insert_case(record, state=CaseState.TO_CODE, batch_id=batch_id, source_row=12)
        tx.changes                                            # Changes(op_id, cases, paths, …), once the block ended
        with db.operation(Op.SET_FIELD, by=actor) as tx:
            tx.set_field(case_id, Group.CASE, 0, "sex", "1", expect_version=version)
        db.undo(op_id, by=actor); db.redo(op_id, by=actor)
        with db.caching() as cache:                           # drafts, places, results that can be made again
            cache.save_draft(case_id, "dx[0].name", "half-ty")
        with db.read() as reader:                             # one committed state, from any thread
            stored = reader.load_case(case_id)                # StoredCase; rows carry their ids
            query = WorklistQuery("周", (Filter("dept", Test.IS, ("03.04",)),), "discharge_time")
            lines = reader.worklist_rows(db.listing.ids(query)[:60])      # ids of all, lines for the screen

Writes (:class:`Transaction`): ``insert_case``, ``update_case_from_import``, ``set_field``, ``set_code``,
``set_proposal``, ``clear_proposal``, ``accept``, ``insert_row``, ``delete_row``, ``move_row``, ``set_state``,
``claim``, ``release``, ``save_batch``, ``save_profile``, ``set_setting``, ``record_event``, ``assets_changed``,
``import_past``, ``revoke_coding``, ``restore_coding``, ``insert_signed``, ``set_column``, ``delete_from``,
``expect_version``, ``load_case``. A case counts one version up
per operation that touched it. The block commits as a whole or not at all; an operation that changed nothing leaves no
trace.

Caches (:class:`CacheWriter`, also on a transaction): ``save_summary``, ``save_findings``, ``save_grouping``,
``save_draft``, ``clear_drafts``, ``save_place``. Not audited, not undone.

Reads (:class:`Reader`): ``load_case(s)``, ``find_by_key(s)``, ``same_patient``, ``case_ids``, ``worklist_ids``,
``worklist_rows``, ``value_counts``, ``undoable``, ``redoable``, ``field_history``, ``case_history``,
``changes_of``, ``edited_cells``, ``day_of``, ``batches``, ``batch``, ``batch_title``, ``batch_source``, ``profile``,
``setting``, ``settings``, ``setting_changes``, ``place``, ``drafts``, ``findings``, ``grouping``, ``audit_head``,
``verify_audit``, ``check``; of the memory ``past_codings``, ``memory_refs``, ``memory_texts``, ``memory_lines``,
``memory_uses``, ``memory_stats``, ``memory_step``, ``past_imports``; of rules ``stored_rules``, ``stored_overrides``,
``rule_changes``, ``rule_hits``, ``rules_judged``, ``judgements``, ``suppressions``, ``exceptions``, ``exception``,
``waiting_exceptions``, ``decided_cases``; over many cases ``hit_counts``, ``hit_keys``, ``findings_of``, ``outdated``,
``figures``, ``hits_by_month``, ``values_at``, ``inpatients``, ``group_stays``. Rules are written by
:mod:`app.storage.rule_writes`, decisions about findings by :mod:`app.storage.decisions`.
"""

from app.storage.actor import Actor, local_actor
from app.storage.audit import AuditCheck, AuditHead, Operation
from app.storage.caches import CacheWriter, Summary
from app.storage.cells import FieldCell
from app.storage.check import CheckReport
from app.storage.database import Database
from app.storage.history import FieldChange
from app.storage.load import StoredCase
from app.storage.ops import Op
from app.storage.problems import LibraryBusy
from app.storage.reads import Cached, Reader, StoredBatch
from app.storage.rows import Change
from app.storage.transaction import NewBatch, Transaction
from app.storage.undo import UndoItem
from app.storage.worklist import Filter, Test, WorklistQuery, WorklistRow

__all__ = [
    "Actor",
    "AuditCheck",
    "AuditHead",
    "CacheWriter",
    "Cached",
    "Change",
    "CheckReport",
    "Database",
    "FieldCell",
    "FieldChange",
    "Filter",
    "LibraryBusy",
    "NewBatch",
    "Op",
    "Operation",
    "Reader",
    "StoredBatch",
    "StoredCase",
    "Summary",
    "Test",
    "Transaction",
    "UndoItem",
    "WorklistQuery",
    "WorklistRow",
    "local_actor",
]
