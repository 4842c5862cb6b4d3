"""Follow-up questions: the shipped table is whole, and what raises, settles and answers a question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from app.codebook.book import Codebook
from app.codebook.codes import ranges_of
from app.common.clock import FixedClock
from app.domain.coding import CodeKind
from app.domain.field import Group
from app.qc.examples import example_case, failing_examples
from app.qc.faults import RuleFault
from app.qc.questions import Asked, QuestionKind, QuestionSet
from app.qc.vocabulary import Vocabulary
from app.services.assets import Assets

SMALL: Mapping[str, Any] = {
    "id": "T-1",
    "kind": "detail",
    "fields": ["dx[].code"],
    "when": 'any(dx, code in "K35.8")',
    "ask": "阑尾炎：有无穿孔？",
    "evidence": "手术记录",
    "source": "TEST",
    "options": [{"label": "穿孔", "codes": "K35.2", "words": ["穿孔"]}, {"label": "没有"}],
    "fires": [{"dx": [{"code": "K35.800"}]}],
    "silent": [{"dx": [{"code": "K36.x00"}]}],
}


def load(tables: Mapping[str, Any], *entries: Mapping[str, Any]) -> QuestionSet:
    """Compile questions over the shipped lists."""
    words = Vocabulary.load(
        tables["lists"],
        {name: entry["value"] for name, entry in tables["parameters"].items()},
        {name: entry["is"] for name, entry in tables["names"].items()},
    )
    return QuestionSet.load(entries, words, tables["questions"]["denials"])


@pytest.fixture(scope="module")
def shipped(tables: Mapping[str, Any]) -> QuestionSet:
    """Return the shipped questions."""
    return load(tables, *tables["questions"]["question"])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    """Return the code book that ships."""
    return Assets(tmp_path_factory.mktemp("book"), FixedClock(datetime(2026, 11, 23))).codebook()


def asked(questions: QuestionSet, **example: Any) -> list[Asked]:
    """Return what a record raises."""
    report = questions.open(*example_case(example))
    assert report.broken == ()
    return list(report.asked)


def test_every_example_of_every_question_does_what_it_should(shipped: QuestionSet) -> None:
    assert failing_examples(shipped.triggers) == []


def test_the_table_is_large_and_says_where_to_look(shipped: QuestionSet) -> None:
    kinds = [question.kind for question in shipped.questions]
    assert kinds.count(QuestionKind.DETAIL) >= 60
    assert kinds.count(QuestionKind.MISSING) >= 20
    for question in shipped.questions:
        assert question.evidence, question.id
        assert "？" in question.ask, question.id
        assert not {"DRG", "权重", "费用", "金额", "支付"} & set(question.ask), question.id


def test_every_question_can_be_settled_without_a_code(shipped: QuestionSet) -> None:
    assert [question.id for question in shipped.questions if all(option.codes for option in question.options)] == []


def test_every_answer_leads_to_codes_that_the_shipped_book_has(shipped: QuestionSet, book: Codebook) -> None:
    codes = {Group.DX: book.leaves(CodeKind.DX), Group.OP: book.leaves(CodeKind.PX)}
    nowhere = [
        (question.id, option.label)
        for question in shipped.questions
        for option in question.options
        if option.codes and not any(option.holds(entry.code) for entry in codes[option.to])
    ]
    assert nowhere == []


def test_what_settles_a_question_is_in_the_shipped_book(shipped: QuestionSet, book: Codebook) -> None:
    codes = [entry.code for entry in book.leaves(CodeKind.DX)]
    for question in shipped.questions:
        assert not question.done or any(ranges_of(question.done).contains(code) for code in codes), question.id


def test_appendicitis_asks_for_perforation_until_the_code_says_it(shipped: QuestionSet) -> None:
    (one,) = asked(shipped, dx=[{"code": "I10.x00", "name": "高血压1级"}, {"code": "K35.800"}])[-1:]
    assert one.question.id == "ZW-001"
    assert str(one.at) == "dx[1].code"
    assert "腹膜炎" in one.finding.message
    assert "ZW-001" not in [one.question.id for one in asked(shipped, dx=[{"code": "K35.300"}])]


def test_an_uncoded_text_asks_too_and_one_that_answers_does_not(shipped: QuestionSet) -> None:
    assert "ZW-001" in [one.question.id for one in asked(shipped, dx=[{"name": "急性阑尾炎"}])]
    assert asked(shipped, dx=[{"name": "急性阑尾炎穿孔"}]) == []


def test_ventilation_asks_for_its_reason_with_evidence(shipped: QuestionSet) -> None:
    found = asked(shipped, dx=[{"code": "C34.100"}], op=[{"code": "96.7200"}])
    (one,) = [each for each in found if each.question.kind is QuestionKind.MISSING]
    assert one.question.id == "LB-001"
    assert "血气" in one.finding.remedy
    settled = asked(shipped, dx=[{"code": "C34.100"}, {"code": "J96.000"}], op=[{"code": "96.7200"}])
    assert "LB-001" not in [each.question.id for each in settled]


def test_what_is_missing_comes_after_what_could_be_more_exact(shipped: QuestionSet) -> None:
    found = asked(shipped, dx=[{"code": "K35.800"}], op=[{"code": "96.7200"}], bl_rbc="2")
    kinds = [one.question.kind for one in found]
    assert kinds == sorted(kinds, key=list(QuestionKind).index)
    assert len(set(kinds)) == 2


def test_the_physicians_words_are_shown_beside_the_answer_that_they_give(tables: Mapping[str, Any]) -> None:
    questions = load(tables, SMALL)
    (told,) = asked(questions, dx=[{"code": "K35.800", "name": "急性阑尾炎伴穿孔"}])
    assert told.told == ("穿孔", "")
    (denied,) = asked(questions, dx=[{"code": "K35.800", "name": "急性阑尾炎，无明显穿孔"}])
    assert denied.told == ("", "")


def test_a_code_that_an_answer_leads_to_settles_the_question_of_its_row_only(tables: Mapping[str, Any]) -> None:
    questions = load(tables, {**SMALL, "when": 'any(dx, code in "K35")'})
    found = asked(questions, dx=[{"code": "K35.200"}, {"code": "K35.800"}])
    assert [str(one.at) for one in found] == ["dx[1].code"]


def test_a_missing_code_is_settled_by_any_row(tables: Mapping[str, Any]) -> None:
    entry = {**SMALL, "kind": "missing", "when": 'has_op("96.7")', "fields": [], "fires": [], "silent": []}
    entry |= {"options": [{"label": "呼吸衰竭", "codes": "J96"}], "fires": SMALL["fires"], "silent": SMALL["silent"]}
    questions = load(tables, entry)
    assert len(asked(questions, op=[{"code": "96.7100"}], dx=[{"code": "J18.900"}])) == 1
    assert asked(questions, op=[{"code": "96.7100"}], dx=[{"code": "J18.900"}, {"code": "J96.000"}]) == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"when": "any(dx, code in)"}, "qc.fault."),
        ({"kind": "other"}, "qc.fault.entry_kind"),
        ({"options": []}, "qc.fault.missing_entry"),
        ({"options": [{"label": "没有"}]}, "qc.fault.missing_entry"),
        ({"options": [{"label": "穿孔", "codes": "K35.2-"}]}, "qc.fault.list_range"),
        ({"options": [{"label": "穿孔", "codes": "47.0"}]}, "qc.fault.list_range"),
        ({"options": [{"label": "穿孔", "codes": "K35", "to": "icu"}]}, "qc.fault.list_range"),
        ({"options": [{"label": "穿孔", "codes": "K35", "more": 1}]}, "qc.fault.unknown_entry"),
        ({"done": "??"}, "qc.fault.list_range"),
        ({"ask": ""}, "qc.fault.missing_entry"),
    ],
)
def test_a_question_that_cannot_be_is_refused(tables: Mapping[str, Any], change: dict[str, Any], key: str) -> None:
    with pytest.raises(RuleFault) as refused:
        load(tables, {**SMALL, **change})
    assert refused.value.key.startswith(key)
