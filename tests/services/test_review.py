"""The review by texts without a window: what is one text, what is asked, bands, marks, progress of auto-coding."""

from __future__ import annotations

import pytest

from app.common.errors import UserProblem
from app.common.progress import Part
from app.domain.case import CaseState
from app.domain.coding import Band, Candidate, CodeKind, MatchKind, MatchResult, Reason
from app.domain.field import Group
from app.services.bands import Limits, parsed_limit
from app.services.composition import Services
from app.services.review import Pick
from app.services.review_texts import questions, same_text
from app.services.types import TextGroup
from app.storage.ops import Op


def candidate(code: str, score: float, *conflicts: Reason, reasons: tuple[Reason, ...] = ()) -> Candidate:
    """Return a candidate."""
    return Candidate(code, f"名称{code}", score, MatchKind.FUZZY, reasons, conflicts)


def result(band: Band, score: float, *conflicts: Reason, reasons: tuple[Reason, ...] = ()) -> MatchResult:
    """Return a result with one candidate."""
    return MatchResult((candidate("J18.900", score, *conflicts, reasons=reasons),), band)


@pytest.mark.parametrize(
    "written",
    ["肺炎（右下）, Ⅱ型", " 肺炎(右下)，II型。", "肺炎 (右下)、ii型", "肺炎（右下）；\u3000ＩＩ型", "肺炎(右下)\nII型"],
)
def test_width_case_blanks_and_commas_make_no_other_text(written: str) -> None:
    assert same_text(written) == same_text("肺炎(右下),II型")


@pytest.mark.parametrize("other", ["肺炎？", "肺炎(右下)", "肺炎1", "肺炎 1 2", "支气管肺炎"])
def test_what_may_mean_something_else_is_another_text(other: str) -> None:
    assert same_text(other) != same_text("肺炎")


def test_digits_are_not_run_together() -> None:
    assert same_text("L1 2") != same_text("L12")


def group_of(*candidates: Candidate, parts: tuple[Candidate, ...] = ()) -> TextGroup:
    """Return a text with candidates."""
    first = candidates[0] if candidates else candidate("", 0.0)
    known = dict(zip(("code", "name", "score"), (first.code, first.name, first.score), strict=True))
    return TextGroup(CodeKind.DX, "文本", 1, (1,), "confirm", **known, candidates=candidates, parts=parts)


def test_what_the_text_leaves_open_is_asked_by_axis_with_the_code_of_each_answer() -> None:
    def adds(name: str) -> Reason:
        return Reason("reason.conflict.adds", (("axis", "急慢性"), ("name", name)))

    offered = (candidate("J42.x00", 0.9), candidate("J20.900", 0.8, adds("急性")), candidate("X", 0.7, adds("急性")))
    assert questions(group_of(*offered)) == ("原文未写明急慢性：“急性”用 J20.900，都不是用 J42.x00。",)
    assert questions(group_of()) == ()
    parts = (candidate("A", 1), candidate("B", 1))
    asked = questions(group_of(candidate("J18.900", 0.9, Reason("reason.conflict.suspected")), parts=parts))
    assert "2 项" in asked[0]
    assert "确诊" in asked[1]


def test_without_limits_the_matcher_decides() -> None:
    for band in Band:
        score = {Band.ACCEPT: 0.99, Band.CONFIRM: 0.9, Band.SEARCH: 0.3}[band]
        assert Limits().banded(result(band, score)).band is band


def test_a_limit_moves_texts_but_not_what_is_held() -> None:
    limits = Limits(accept=0.9, confirm=0.6)
    assert limits.banded(result(Band.CONFIRM, 0.95)).band is Band.ACCEPT
    assert (
        limits.banded(result(Band.CONFIRM, 0.95, Reason("reason.conflict.more", (("words", "重"),)))).band
        is Band.CONFIRM
    )
    assert limits.banded(result(Band.SEARCH, 0.7)).band is Band.CONFIRM
    assert limits.banded(result(Band.ACCEPT, 0.55)).band is Band.SEARCH
    assert limits.banded(result(Band.SEARCH, 0.95)).band is Band.SEARCH, (
        "high and yet to be looked up: no present illness"
    )
    part = Reason("reason.part", (("text", "肺炎"),))
    assert limits.banded(result(Band.SEARCH, 0.7, reasons=(part,))).band is Band.SEARCH
    assert limits.banded(result(Band.SEARCH, 0.7, Reason("reason.conflict.past"))).band is Band.SEARCH
    assert limits.banded(MatchResult((), Band.SEARCH)).band is Band.SEARCH


@pytest.mark.parametrize(
    ("typed", "kept"), [("85", "0.85"), ("85%", "0.85"), ("０．８５", "0.85"), ("", ""), (" 90 % ", "0.9")]
)
def test_a_limit_may_be_typed_in_any_way(typed: str, kept: str) -> None:
    assert parsed_limit(Limits(), "confirm", typed) == kept


@pytest.mark.parametrize("typed", ["0", "49", "100", "1", "高", "-5", "0.85.1"])
def test_what_is_no_confidence_is_refused(typed: str) -> None:
    with pytest.raises(UserProblem, match="50% 至 99%"):
        parsed_limit(Limits(), "confirm", typed)


def test_codes_written_unseen_are_marked_until_the_case_is_finished(services: Services, case_id: int) -> None:
    ids = services.worklist.ids("all")
    services.coding.auto_code(ids)
    marked = {
        (view.case_id, key)
        for view in map(services.cases.view, ids)
        for key in view.proposals
        for row in view.record.rows(key[0])
        if row.id == key[1] and row.text("code")
    }
    assert marked
    finished, _ = next(iter(marked))
    services.cases.set_state(finished, CaseState.TO_QC)
    view = services.cases.view(finished)
    coded = {(group, row.id) for group in (Group.DX, Group.OP) for row in view.record.rows(group) if row.text("code")}
    assert not coded & view.proposals.keys()


def test_a_code_typed_over_a_marked_one_is_a_persons(services: Services, case_id: int) -> None:
    group = next(g for g in services.review.texts([case_id]) if g.kind is CodeKind.DX and g.code)
    services.review.take_all([Pick(group, (group.code,), unseen=True)])
    view = services.cases.view(case_id)
    at = next(at for at, row in enumerate(view.record.rows(Group.DX)) if row.text("code") == group.code)
    assert view.proposal(Group.DX, at) is not None
    other = "I10.x00" if group.code != "I10.x00" else "E11.900"
    assert services.cases.accept(case_id, Group.DX, at, other).proposal(Group.DX, at) is None


def test_an_unknown_code_is_refused_and_nothing_is_written(services: Services, case_id: int) -> None:
    group = services.review.texts([case_id])[0]
    before = services.cases.view(case_id).version
    with pytest.raises(UserProblem, match="不在当前编码库"):
        services.review.take(group, "Q99.999x999")
    assert services.cases.view(case_id).version == before


def test_three_operations_of_one_text_keep_their_date_and_surgeon(services: Services, case_id: int) -> None:
    session = services.session
    with session.db.operation(Op.SET_FIELD, by=session.actor) as tx:
        tx.insert_row(case_id, Group.OP, 0, {"source_text": "甲、乙", "name": "甲、乙", "surgeon": "陆家（测试）"})
    codes = [entry.code for entry in session.engines.codebook.leaves(CodeKind.PX)[:3]]
    group = next(one for one in services.review.texts([case_id]) if one.text == "甲、乙")
    services.review.take(group, *codes)
    rows = services.cases.view(case_id).record.rows(Group.OP)[:3]
    assert [row.text("code") for row in rows] == codes
    assert {row.text("surgeon") for row in rows} == {"陆家（测试）"}


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int]] = []

    def step(self, done: int, total: int, note: str = "") -> None:
        """Keep a step."""
        self.steps.append((done, total))


def test_auto_coding_tells_how_far_it_is_within_a_hundred_cases(services: Services) -> None:
    told = Told()
    services.coding.auto_code(services.worklist.ids("all"), told)
    done = [at for at, _ in told.steps]
    assert done == sorted(done)
    assert {total for _, total in told.steps} == {24}
    assert len({at for at in done if 0 < at < 24}) > 1


def test_what_the_matcher_says_of_real_texts_is_asked(services: Services) -> None:
    session, ids = services.session, services.worklist.ids("to_code")
    with session.db.operation(Op.SET_FIELD, by=session.actor) as tx:
        for number, words in enumerate(("疑似肺炎", "支气管炎", "2型糖尿病、急性阑尾炎")):
            tx.insert_row(ids[number], Group.DX, 0, {"source_text": words, "name": words})
    asked = {one.text: questions(one) for one in services.review.texts(ids)}
    assert any("确诊" in said for said in asked["疑似肺炎"])
    assert any("“急性”用 J20" in said and "都不是用 J40.x00" in said for said in asked["支气管炎"])
    assert any("2 项" in said for said in asked["2型糖尿病、急性阑尾炎"])


def test_a_part_never_goes_back() -> None:
    told = Told()
    part = Part(told, 100, 100, 400)
    for done in (0, 5, 10, 0, 10):
        part.step(done, 10)
    assert told.steps == [(100, 400), (150, 400), (200, 400), (200, 400), (200, 400)]
