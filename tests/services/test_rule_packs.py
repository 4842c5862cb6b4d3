"""Rule packs: signed, refused when changed, taken whole or not at all, trusted by fingerprint."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.domain.findings import Severity
from app.qc.layers import RuleStatus
from app.qc.questions import QuestionKind
from app.qc.rule import Rule
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.question_table import OptionEntry, QuestionEntry
from app.services.rule_types import Novelty

WHY = "区域质控中心下发（测试）"


def rule(number: int = 1, when: str = "los_days > 60") -> Rule:
    return Rule(
        id=f"YN-{number:03}",
        category="逻辑",
        severity=Severity.WARN,
        when=when,
        message="住院超过本院上限",
        remedy="核对",
        source="本院",
        fires=({"los_days": "90"},),
        silent=({"los_days": "1"},),
        fields=("los_days",),
    )


@pytest.fixture
def other(template_home: Path, tmp_path: Path) -> Iterator[Services]:
    """Return the services of another hospital, with engines and a key of its own."""
    home = tmp_path / "other"
    shutil.copytree(template_home, home)
    clock = FixedClock(datetime(2026, 11, 23, 9, 0))
    opened = open_services(home, clock=clock, engines=Engines(Assets(home, clock), clock))
    yield opened
    opened.close()


@pytest.fixture
def pack(services: Services, tmp_path: Path) -> Path:
    """Return a pack with a rule in force, a draft, a list and a parameter."""
    services.rules.save_draft(rule())
    services.rules.enable("YN-001", WHY)
    services.rules.save_draft(rule(2))
    services.rules.set_list("MALE_ONLY", ["C61"], WHY)
    services.rules.set_parameter("split_days", 10, WHY)
    path = tmp_path / "rules.bgpack"
    assert services.rule_packs.export(path, title="测试包") == 2
    return path


def test_a_pack_is_shown_before_it_is_taken_and_its_signer_is_trusted_by_fingerprint(
    services: Services, other: Services, pack: Path
) -> None:
    preview = other.rule_packs.preview(pack)
    assert preview.title == "测试包"
    assert preview.fingerprint == services.rule_packs.fingerprint() != other.rule_packs.fingerprint()
    assert not preview.trusted
    assert [(one.rule.id, one.novelty, one.fault) for one in preview.rules] == [
        ("YN-001", Novelty.NEW, ""),
        ("YN-002", Novelty.NEW, ""),
    ]
    assert (preview.lists, preview.parameters) == ({"MALE_ONLY": ("C61",)}, {"split_days": 10})
    with pytest.raises(UserProblem) as refused:
        other.rule_packs.take(preview, WHY)
    assert refused.value.key == "packs.unknown"
    assert preview.fingerprint in str(refused.value)
    with pytest.raises(UserProblem):
        other.rule_packs.take(preview, " ", trust=True)
    other.rule_packs.take(preview, WHY, trust=True)
    assert {one.id: one.status for one in other.rules.lines() if one.id.startswith("YN")} == {
        "YN-001": RuleStatus.DRAFT,
        "YN-002": RuleStatus.DRAFT,
    }
    again = other.rule_packs.preview(pack)
    assert again.trusted
    assert {one.novelty for one in again.rules} == {Novelty.SAME}
    assert (again.lists, again.parameters) == ({}, {})
    assert other.rules.versions("YN-001")[0].origin == preview.fingerprint
    with other.session.db.read() as reader:
        assert reader.check(replay=True).is_sound


def test_rules_arrive_in_force_when_asked_and_one_step_takes_all_back(other: Services, pack: Path) -> None:
    changes = other.rule_packs.take(other.rule_packs.preview(pack), WHY, trust=True, enable=True)
    assert next(one for one in other.rules.lines() if one.id == "YN-001").status is RuleStatus.ON
    assert next(one for one in other.rules.parameters() if one.name == "split_days").value == 10
    other.rules.undo(changes.op_id)
    assert not [one for one in other.rules.lines() if one.id.startswith("YN")]
    assert next(one for one in other.rules.parameters() if one.name == "split_days").value != 10


def test_another_rule_of_the_same_id_keeps_its_place(services: Services, other: Services, pack: Path) -> None:
    other.rules.save_draft(rule(when="los_days > 30"))
    preview = other.rule_packs.preview(pack)
    assert [(one.novelty, one.taken_as) for one in preview.rules] == [
        (Novelty.CONFLICT, "YN-003"),
        (Novelty.NEW, "YN-002"),
    ]
    other.rule_packs.take(preview, WHY, trust=True)
    assert other.rules.rule("YN-001").draft == rule(when="los_days > 30")
    assert len({one.id for one in other.rules.lines() if one.id.startswith("YN")}) == 3


def test_a_newer_pack_of_the_same_signer_brings_a_new_version(
    services: Services, other: Services, pack: Path, tmp_path: Path
) -> None:
    other.rule_packs.take(other.rule_packs.preview(pack), WHY, trust=True, enable=True)
    services.rules.save_draft(rule(when="los_days > 50"))
    services.rules.enable("YN-001", WHY)
    newer = tmp_path / "newer.bgpack"
    assert services.rule_packs.export(newer, ["YN-001"]) == 1
    preview = other.rule_packs.preview(newer)
    assert [one.novelty for one in preview.rules] == [Novelty.CHANGED]
    assert preview.lists == {}
    other.rule_packs.take(preview, WHY, enable=True)
    assert [one.version for one in other.rules.versions("YN-001")] == [2, 1]
    assert other.rules.rule("YN-001").rule.when == "los_days > 50"


def test_a_changed_pack_is_refused(other: Services, pack: Path) -> None:
    whole = json.loads(pack.read_text("utf-8"))
    good = dict(whole)
    for change in (
        {"payload": whole["payload"].replace("60", "61")},
        {"signature": whole["signature"][::-1]},
        {"signature": "AAAA"},
        {"public_key": "AAAA"},
    ):
        pack.write_text(json.dumps({**good, **change}), "utf-8")
        with pytest.raises(UserProblem) as refused:
            other.rule_packs.preview(pack)
        assert refused.value.key in ("packs.changed", "packs.no_pack")
    for text in ("", "[]", "{}", '{"format": "bingan-rule-pack", "version": 9}', "\x00\xff", "[" * 100_000):
        pack.write_text(text, "utf-8")
        with pytest.raises(UserProblem):
            other.rule_packs.preview(pack)
    with pytest.raises(UserProblem):
        other.rule_packs.preview(pack.with_name("nothing"))
    assert not [one for one in other.rules.lines() if one.id.startswith("YN")]


def test_a_file_that_changed_after_the_preview_is_not_taken(services: Services, other: Services, pack: Path) -> None:
    preview = other.rule_packs.preview(pack)
    services.rule_packs.export(pack, ["YN-002"], title="另一个")
    with pytest.raises(UserProblem) as refused:
        other.rule_packs.take(preview, WHY, trust=True)
    assert refused.value.key == "packs.other"


def test_a_rule_that_cannot_run_comes_as_draft_only(services: Services, other: Services, tmp_path: Path) -> None:
    services.rules.save_draft(rule())
    services.rules.save_draft(rule(2, when="no_such_field > 1"))
    path = tmp_path / "half.bgpack"
    services.rule_packs.export(path)
    preview = other.rule_packs.preview(path)
    assert [bool(one.fault) for one in preview.rules] == [False, True]
    with pytest.raises(UserProblem) as refused:
        other.rule_packs.take(preview, WHY, trust=True, enable=True)
    assert len(refused.value.details) == 1
    assert not [one for one in other.rules.lines() if one.id.startswith("YN")]
    other.rule_packs.take(preview, WHY, trust=True)
    assert len([one for one in other.rules.lines() if one.id.startswith("YN")]) == 2


def test_the_key_is_private_and_stays(services: Services) -> None:
    first = services.rule_packs.fingerprint()
    key = services.session.db.path.parent / "keys" / "rule-pack-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert services.rule_packs.fingerprint() == first
    key.write_text("broken")
    with pytest.raises(UserProblem) as refused:
        services.rule_packs.fingerprint()
    assert refused.value.key == "packs.key"


def test_nothing_to_export_is_said(services: Services, tmp_path: Path) -> None:
    for ids in ((), ("YN-404",)):
        with pytest.raises(UserProblem):
            services.rule_packs.export(tmp_path / "x", ids)
    assert not (tmp_path / "x").exists()


def test_a_pack_of_ones_own_library_is_trusted(services: Services, pack: Path) -> None:
    preview = services.rule_packs.preview(pack)
    assert preview.trusted
    assert {one.novelty for one in preview.rules} == {Novelty.SAME}
    assert services.rule_packs.take(preview, WHY).op_id == 0
    assert replace(preview, rules=()).usable == ()


def own_question(ask: str) -> QuestionEntry:
    options = (OptionEntry("有", "E11"), OptionEntry("无"))
    return QuestionEntry("YW-001", QuestionKind.DETAIL, ask, 'has(dx, "I10")', "病程记录", options)


def test_follow_up_questions_travel_with_the_rules(services: Services, other: Services, tmp_path: Path) -> None:
    table = services.questions.table
    table.save(own_question("有无糖尿病？"), WHY)
    shipped = table.lines()[0].entry.id
    table.switch(shipped, False, WHY)
    path = tmp_path / "questions.bgpack"
    assert services.rule_packs.export(path) == 0
    other.questions.table.save(own_question("有无肾病？"), WHY)
    preview = other.rule_packs.preview(path)
    assert set(preview.questions) == {shipped, "YW-002"}
    changes = other.rule_packs.take(preview, WHY, trust=True)
    lines = {line.entry.id: line for line in other.questions.table.lines()}
    assert (lines["YW-001"].entry.ask, lines["YW-002"].entry.ask) == ("有无肾病？", "有无糖尿病？")
    assert not lines[shipped].on
    assert other.questions.table.questions() is not None
    assert other.questions.table.faults == ()
    assert "YW-002" not in other.rule_packs.preview(path).questions
    other.rules.undo(changes.op_id)
    assert "YW-002" not in {line.entry.id for line in other.questions.table.lines()}
