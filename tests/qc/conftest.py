"""The shipped rules, compiled once, and short ways to compile and to write records down."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from app.common.paths import data
from app.domain.case import CaseRecord
from app.qc.context import QcContext
from app.qc.engine import RuleSet
from app.qc.examples import example_case
from app.qc.functions import compiler
from app.qc.scope import Scope
from app.qc.terms import Term
from app.qc.vocabulary import Vocabulary

Tables = Mapping[str, dict[str, Any]]
Load = Callable[..., RuleSet]
Ask = Callable[..., object]


def tables_of_rules() -> Tables:
    """Return every file of resources/rules by its name."""
    folder = data("resources") / "rules"
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))}


def load_shipped(tables: Tables) -> RuleSet:
    """Compile the shipped rules."""
    rules = [{"category": table["category"], **rule} for table in tables.values() for rule in table.get("rule", ())]
    return RuleSet.load(
        rules,
        tables["lists"],
        parameters={name: entry["value"] for name, entry in tables["parameters"].items()},
        names={name: entry["is"] for name, entry in tables["names"].items()},
        score=tables["score"],
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for ``rule_id`` one run for each shipped rule."""
    if "rule_id" in metafunc.fixturenames:
        ids = [rule["id"] for table in tables_of_rules().values() for rule in table.get("rule", ())]
        metafunc.parametrize("rule_id", ids)


@pytest.fixture(scope="session")
def tables() -> Tables:
    """Return the shipped rule files as written."""
    return tables_of_rules()


@pytest.fixture(scope="session")
def rules(tables: Tables) -> RuleSet:
    """Return the shipped rules."""
    return load_shipped(tables)


@pytest.fixture(scope="session")
def words(rules: RuleSet) -> Vocabulary:
    """Return the shipped lists, parameters and names."""
    return rules.vocabulary


@pytest.fixture
def case() -> Callable[..., tuple[CaseRecord, QcContext]]:
    """Return how to write a record and its context down as an example."""
    return example_case


@pytest.fixture
def ask(words: Vocabulary) -> Ask:
    """Return how to evaluate an expression for an example."""

    def evaluate(
        source: str, example: Mapping[str, object] | None = None, missing: frozenset[str] = frozenset()
    ) -> object:
        record, context = example_case(example or {})
        term: Term = compiler(source, words).compile()
        return term.read(Scope(record, context, missing, words.parameters))

    return evaluate


def rule_entry(**changes: object) -> dict[str, object]:
    """Return the entry of a small rule."""
    return {
        "id": "T-1",
        "category": "测试",
        "severity": "error",
        "when": "sex == 1",
        "message": "性别为男",
        "remedy": "核对",
        "source": "TEST",
        "fires": [{"sex": "1"}],
        "silent": [{"sex": "2"}],
        **changes,
    }


@pytest.fixture
def load(tables: Tables) -> Load:
    """Return how to compile rules given as changes of a small rule, with the shipped lists and score."""

    def compile_all(*entries: Mapping[str, object], lists: Mapping[str, Any] | None = None) -> RuleSet:
        return RuleSet.load(
            [rule_entry(**entry) for entry in entries],
            tables["lists"] if lists is None else lists,
            parameters={name: entry["value"] for name, entry in tables["parameters"].items()},
            names={name: entry["is"] for name, entry in tables["names"].items()},
            score=tables["score"],
        )

    return compile_all
