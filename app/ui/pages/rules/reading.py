"""What the page reads and works out beside the window: lists of rules, one rule with its history, notes, a trial."""

from __future__ import annotations

from dataclasses import dataclass

from app.common.progress import Progress
from app.qc.lint import Note
from app.qc.rule import Rule
from app.services.composition import Services
from app.services.rule_types import (
    ListLine,
    ParameterLine,
    RuleDetail,
    RuleLine,
    RuleStep,
    RuleVersion,
    Trial,
    TrialScope,
)
from app.ui.pages.rules.examples import FIRES, SILENT, Tried


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the columns at the left show."""

    lines: tuple[RuleLine, ...]
    lists: tuple[ListLine, ...]
    parameters: tuple[ParameterLine, ...]


@dataclass(frozen=True, slots=True)
class OneRule:
    """A rule as the library has it, with its versions and changes."""

    detail: RuleDetail
    versions: tuple[RuleVersion, ...]
    steps: tuple[RuleStep, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said about one state of a rule, and what came of its examples."""

    rule: Rule
    notes: tuple[Note, ...]
    tried: tuple[Tried, ...]

    def counts(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return for both kinds how many examples hold, of how many."""
        fires = [one.answer.holds for one in self.tried if one.kind == FIRES]
        silent = [one.answer.holds for one in self.tried if one.kind == SILENT]
        return (sum(fires), len(fires)), (sum(silent), len(silent))


def read_all(services: Services, progress: Progress) -> Shown:
    """Read rules, lists and parameters."""
    lines = services.rules.lines()
    progress.step(1, 2)
    return Shown(lines, services.rules.lists(), services.rules.parameters())


def read_one(services: Services, rule_id: str, _progress: Progress) -> OneRule:
    """Read one rule."""
    rules = services.rules
    return OneRule(rules.rule(rule_id), rules.versions(rule_id), rules.history(rule_id))


def judge(services: Services, rule: Rule, _progress: Progress) -> Judged:
    """Work out notes and examples of a rule."""
    writing = services.rule_writing
    tried = [
        Tried(kind, index, example, writing.try_example(rule, example, fires=kind == FIRES))
        for kind, examples in ((FIRES, rule.fires), (SILENT, rule.silent))
        for index, example in enumerate(examples)
    ]
    return Judged(rule, writing.notes(rule), tuple(tried))


def try_rule(services: Services, rule: Rule, scope: TrialScope, progress: Progress) -> Trial:
    """Try a rule on the stored cases of a period."""
    return services.rule_trial.run(rule, scope, progress)
