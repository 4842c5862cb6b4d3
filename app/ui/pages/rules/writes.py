"""What the panels ask for, as calls of the services. All raise :class:`UserProblem` and then nothing is stored."""

from __future__ import annotations

from pathlib import Path

from app.common.errors import UserProblem
from app.common.progress import Progress
from app.domain.changes import Changes
from app.services.composition import Services
from app.services.rule_admin import RuleAdminService
from app.services.rule_types import PackPreview
from app.ui.pages.rules.data import Wanted
from app.ui.pages.rules.settings import Saying, severity_of


def write_saying(rules: RuleAdminService, rule_id: str, saying: Saying) -> Changes:
    """Write a word of the hospital on a rule."""
    reason, dept = saying.reason, saying.department
    match saying.what:
        case "severity":
            severity = severity_of(saying.value)
            if severity is None:
                raise UserProblem("rules.no_severity", remedy="rules.remedy.no_severity", given=saying.value)
            return rules.set_severity(rule_id, severity, reason, dept)
        case "parameter":
            name, _, value = saying.value.partition("=")
            return rules.set_parameter(f"{rule_id}.{name.strip()}", _number(value), reason, dept)
        case "unless":
            return rules.exempt(rule_id, saying.value, reason, dept)
    return rules.switch(rule_id, saying.what == "on", reason, dept)


def write_data(rules: RuleAdminService, wanted: Wanted) -> Changes:
    """Write a list or a parameter."""
    if wanted.items is not None:
        return rules.set_list(wanted.name, wanted.items, wanted.reason)
    return rules.set_parameter(wanted.name, wanted.value, wanted.reason, wanted.department)


def read_pack(services: Services, path: Path, _progress: Progress) -> PackPreview:
    """Read a signed pack."""
    return services.rule_packs.preview(path)


def write_pack(services: Services, path: Path, _progress: Progress) -> int:
    """Write the hospital's rules as a signed pack; return how many."""
    return services.rule_packs.export(path)


def _number(typed: str) -> float:
    try:
        return float(typed)
    except ValueError as error:
        raise UserProblem("rules.no_number", remedy="rules.remedy.no_number", given=typed.strip()) from error
