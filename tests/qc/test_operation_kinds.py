"""The kind of an operation where the record does not say it: from the code book, else from the list of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.domain.coding import CodeKind
from app.qc.example_book import BookEntry, ExampleBook
from app.qc.faults import RuleFault
from app.qc.functions import compiler
from app.qc.scope import Scope
from app.qc.vocabulary import LookupList, Vocabulary

Ask = Callable[..., object]


@dataclass(frozen=True)
class _Book(ExampleBook):
    words: Mapping[str, str] = field(default_factory=dict)

    def get(self, code: str) -> BookEntry | None:
        return BookEntry(code, CodeKind.PX, op_kind=self.words[code]) if code in self.words else None


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("47.0100", "手术"),
        ("51.2300", "手术"),
        ("36.0600", "介入治疗"),
        ("36.1100", "手术"),
        ("45.2300", "诊断性操作"),
        ("88.4101", "诊断性操作"),
        ("92.2400", "治疗性操作"),
        ("92.1800", "诊断性操作"),
        ("39.9500", "治疗性操作"),
        ("96.7201", "治疗性操作"),
        ("86.0400", None),
    ],
)
def test_a_code_beyond_doubt_has_its_kind(ask: Ask, code: str, kind: str | None) -> None:
    assert ask("op[0].kind", {"op": [{"code": code}]}) == kind


def test_what_the_row_says_counts_first(ask: Ask) -> None:
    assert ask("op[0].kind", {"op": [{"code": "47.0100", "kind": "介入治疗"}]}) == "介入治疗"
    assert ask("any(op, kind == '治疗性操作')", {"op": [{"code": "86.0400"}, {"code": "99.2501"}]}) is True


def test_the_table_of_the_hospital_counts_before_the_list(case: Any, words: Vocabulary) -> None:
    record, context = case({"op": [{"code": "47.0100"}, {"code": "86.0400"}, {"code": "45.2300"}]})
    book = _Book(frozenset(), words={"47.0100": "治疗性操作", "86.0400": "手术", "45.2300": "不认识的写法"})
    context = type(context)(today=context.today, codebook=book)
    found = [
        compiler(f"op[{row}].kind", words).compile().read(Scope(record, context, frozenset(), words.parameters))
        for row in range(3)
    ]
    assert found == ["治疗性操作", "手术", "诊断性操作"]


def test_a_change_of_the_code_is_a_change_of_the_kind(words: Vocabulary) -> None:
    assert compiler("any(op, kind == '手术')", words).compile().touches >= {"op[].code", "op[].kind"}


@pytest.mark.parametrize("row", ["手术", "手术 | 甲-乙", "不认识 | 47"])
def test_a_row_that_is_none_is_refused(row: str) -> None:
    words = Vocabulary({"OP_KINDS": LookupList("OP_KINDS", (row,), None)})
    with pytest.raises(RuleFault):
        compiler("op[0].kind", words).compile()
