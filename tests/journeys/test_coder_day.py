"""A coder's day in plain sentences, through the services that the window calls."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl

from app.common.clock import FixedClock
from app.domain.case import CaseState
from app.domain.field import Group
from app.domain.findings import Severity
from app.services.composition import open_services
from app.services.demo import write_demo_batch
from app.services.imports import state_of


def test_a_batch_from_the_ward_to_the_corrected_file(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 8, 30))
    file = tmp_path / "11月出院_第3批.csv"
    write_demo_batch(file, 40, clock)

    # In the morning she looks at the file before anything is written, then takes it in.
    services = open_services(tmp_path / "home", clock=clock)
    preview = services.imports.preview(file)
    assert preview.counts.new == preview.counts.read == 40
    outcome = services.imports.commit(preview)
    services.checking.run(outcome.case_ids)
    queues = {queue.key: queue.count for queue in services.worklist.queues()}
    assert queues["to_code"] == 40

    # The program codes what it is sure of and proposes what is likely; she confirms.
    report = services.coding.auto_code(outcome.case_ids)
    assert report.rows == report.accepted + report.proposed + report.left
    case_id = next(i for i in outcome.case_ids if services.cases.view(i).proposals)
    view = services.cases.accept_all(case_id)
    assert view.state is CaseState.CODING

    # What is left she looks up: the answer is among the first ten.
    for group in (Group.DX, Group.OP):
        for index, row in enumerate(view.record.rows(group)):
            if not row.text("code"):
                found = services.cases.candidates(case_id, group, index)
                assert 0 < len(found.candidates) <= 10
                view = services.cases.accept(case_id, group, index, found.candidates[0].code)

    # She works the findings off; safe remedies by one key.
    view = services.cases.set_text(case_id, "outp_dx_code", view.record.text("dx[0].code"))
    view = services.cases.set_text(case_id, "coder", "林编码（测试）")
    for finding in list(view.report.findings):
        if finding.fix:
            view = services.cases.apply_fix(case_id, finding)
    errors = [finding for finding in view.report.findings if finding.severity is Severity.ERROR]
    if not errors:
        assert services.cases.finish(case_id).state is CaseState.TO_QC

    # The power goes. Everything she did is there, and the last step can still be taken back.
    stood = services.cases.view(case_id)
    services.close()
    services = open_services(tmp_path / "home", clock=clock)
    again = services.cases.view(case_id)
    assert (again.record, again.state, again.version) == (stood.record, stood.state, stood.version)
    assert again.undo_name

    # In the evening the ward gets its file back, in its own form, with her codes.
    receipt = services.exports.batch(outcome.batch_id, tmp_path / "改正.xlsx")
    head, *rows = list(openpyxl.load_workbook(receipt.path).worksheets[0].iter_rows(values_only=True))
    mine = next(row for row in rows if row[head.index("BAH")] == again.record.text("record_no"))
    assert mine[head.index("JBDM")] == again.record.text("dx[0].code")

    # The same file in again changes nothing and overwrites none of her work.
    second = services.imports.preview(file)
    assert second.counts.new == 0
    assert not [line for line in second.diffs if not line.edited]
    with services.session.db.read() as reader:
        assert reader.verify_audit().broken_op == 0
    services.close()


def test_a_patient_still_in_hospital_waits_in_a_state_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "在院.csv"
    file.write_text(
        "BAH,ZYCS,XM,XB,CSRQ,RYSJ,CYSJ,ZYZD\n0001,1,张安（测试）,1,1960-01-01,2026-11-20 08:00:00,,肺炎\n", "utf-8"
    )
    services = open_services(tmp_path / "home", clock=FixedClock(datetime(2026, 11, 23, 8, 30)))
    outcome = services.imports.commit(services.imports.preview(file))
    view = services.cases.view(outcome.case_ids[0])
    assert view.state is state_of(view.record) is CaseState.INPATIENT
    assert "WZ-027" not in {finding.rule_id for finding in view.report.findings}
    services.close()
