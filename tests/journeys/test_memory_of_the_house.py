"""A hospital begins with the program: what its coders gave before, give today and take back, in plain sentences."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from app.common.clock import FixedClock
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.services.coding_memory import MemoryQuery
from app.services.composition import Services, open_services
from app.services.demo import write_demo_batch

HOUSE_WORDS, STONE, SUGAR = "三号楼老毛病", "N20.000", "E11.900"


def offered(services: Services, written: str) -> str:
    best = services.session.engines.matcher.match(written, CodeKind.DX).best
    return best.code if best else ""


def test_a_house_word_from_the_old_program_to_its_correction(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2026, 11, 23, 8, 30))
    services = open_services(tmp_path / "home", clock=clock)
    assert offered(services, HOUSE_WORDS) != STONE

    # The old program's codings come first; one row is of no use and is left out.
    old = tmp_path / "旧系统.csv"
    with old.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows([("诊断描述", "诊断编码"), (HOUSE_WORDS, STONE), ("无编码的一行", "")])
    preview = services.memory.preview(old)
    assert (len(preview.lines), len(preview.problems)) == (1, 1)
    services.memory.commit(preview, skip_problems=True)
    assert offered(services, HOUSE_WORDS) == STONE

    # A ward's file brings the same words; today's coder knows better, and that counts from then on.
    ward = tmp_path / "ward.csv"
    write_demo_batch(ward, 4, clock)
    case_id = services.imports.commit(services.imports.preview(ward)).case_ids[0]
    words = services.cases.view(case_id).record.text("dx[0].source_text")
    services.cases.accept(case_id, Group.DX, 0, SUGAR)
    assert offered(services, words) == SUGAR

    # After the night everything is still known, with who and when.
    services.close()
    services = open_services(tmp_path / "home", clock=clock)
    assert (offered(services, words), offered(services, HOUSE_WORDS)) == (SUGAR, STONE)
    (row,) = services.memory.rows(services.memory.refs(MemoryQuery(words)))
    assert [(use.case_id, use.by) for use in services.memory.uses(row)] == [(case_id, services.user.name)]

    # What the old program had wrong is revoked with a reason; taking the coding back makes the other one go too.
    (old_row,) = services.memory.rows(services.memory.refs(MemoryQuery(HOUSE_WORDS)))
    services.memory.revoke(old_row, "本院俗语，不是结石")
    assert offered(services, HOUSE_WORDS) != STONE
    services.cases.undo(case_id)
    assert services.memory.refs(MemoryQuery(words)) == services.memory.refs(MemoryQuery("没有的词"))

    # And the library proves all of it from its own audit.
    with services.session.db.read() as reader:
        assert reader.check(replay=True).is_sound
    services.close()
