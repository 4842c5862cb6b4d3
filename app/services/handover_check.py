"""Which cases may be written into a file, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.common.texts import text
from app.domain.case import CaseRecord, CaseState
from app.domain.dictionaries import dictionary
from app.domain.field import Group
from app.domain.fields import field as field_of
from app.domain.findings import Severity
from app.domain.headings import Layout
from app.exchange.settlement import Document, document, missing
from app.exchange.settlement_names import InterfaceName
from app.exchange.upload import NO_ROOM, Lack, UploadForm, code_count, l2_form
from app.services.handover_codes import CodeFault, EditionCodes
from app.services.handover_types import Edition, HandoverCase, HandoverKind, HandoverRefusal, Wanted
from app.services.hospital import Hospital
from app.services.session import Session
from app.storage.load import StoredCase
from app.storage.reads import Reader

_GONE_THROUGH: Final = frozenset({CaseState.PASSED, CaseState.SUBMITTED, CaseState.ARCHIVED})
_SUBMITTED: Final = frozenset({CaseState.SUBMITTED, CaseState.ARCHIVED})
_RULES: Final = "QD-"
_SETTING: Final = "handover.edition"
NAMES_SETTING: Final = "settlement.names"
"""Interface names that the hospital chose, by their keys."""
_SHOWN: Final = 3
Reason = tuple[str, str]
"""Words and the path at which it is mended."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of a case: the record as it is to be written, reasons against it, warnings of its list."""

    record: CaseRecord
    reasons: tuple[Reason, ...]
    warns: int = 0


class Judge:
    """Looks at cases for one kind of file."""

    def __init__(self, session: Session, reader: Reader, wanted: Wanted) -> None:
        self._session = session
        self._reader = reader
        self._wanted = wanted
        self._hospital = hospital_of(reader)
        self._edition = Edition.INSURANCE if wanted.kind.is_list else Edition.CLINICAL
        engines = session.engines
        maps, pairs = engines.assets.edition_map(), engines.editions
        self._codes = EditionCodes(engines.codebook, maps, pairs, stored_edition(reader), self._edition)
        self.form = form_of(wanted)

    def look(self, case: StoredCase) -> Looked:
        """Return a case as it is to be written, with everything that speaks against it."""
        record, faults = self._codes.convert(self._named(case.record))
        reasons = list(self._faults(faults))
        if self.form is not None:
            reasons += [self._lack(lack) for lack in self.form.lacks(record, self._encoding)]
            return Looked(record, (*self._state(case), *reasons))
        found, warns = self._rules(case.case_id)
        reasons += [
            (text("handover.refused.must", label=_place(path)), path) for path, _ in missing(numbered(document(record)))
        ]
        return Looked(record, (*self._state(case), *reasons, *found), warns)

    def case_of(self, case: StoredCase) -> HandoverCase:
        """Return what the list shows of a case that goes."""
        record = case.record
        name, dept = record.text("patient_name"), dept_of(record)
        return HandoverCase(case.case_id, case.version, record.text("record_no"), name, dept, code_count(record))

    def refusal(self, case: StoredCase, looked: Looked) -> HandoverRefusal:
        """Return what the list shows of a case that does not go: the first reasons, where the first is mended."""
        words = "".join(words for words, _ in looked.reasons[:_SHOWN])
        if len(looked.reasons) > _SHOWN:
            words += text("handover.refused.more", count=len(looked.reasons) - _SHOWN)
        record = case.record
        number, name, dept = record.text("record_no"), record.text("patient_name"), dept_of(record)
        return HandoverRefusal(case.case_id, number, name, dept, words, looked.reasons[0][1])

    @property
    def _encoding(self) -> str:
        template = self._wanted.template
        is_text = template is None or not template.sheet
        return (template.style.encoding if template else "gb18030") if is_text else "utf-8"

    def _named(self, record: CaseRecord) -> CaseRecord:
        """Fill in who the hospital is where the record does not say."""
        for path, known in (("org_code", self._hospital.code), ("org_name", self._hospital.name)):
            if known and not record.text(path):
                record = record.with_value(path, known)
        return record

    def _state(self, case: StoredCase) -> tuple[Reason, ...]:
        submission = self._wanted.scope.submission_id
        if case.state not in _GONE_THROUGH:
            return ((text("handover.refused.state", state=text(f"cases.state.{case.state}")), ""),)
        if submission and case.state not in _SUBMITTED:
            return ((text("handover.refused.unlocked"), ""),)
        if submission:
            last = self._reader.submissions.last_versions([case.case_id]).get(case.case_id)
            if last is None or last.submission_id != submission:
                return ((text("handover.refused.unlocked"), ""),)
        return ()

    def _rules(self, case_id: int) -> tuple[list[Reason], int]:
        """Return what the rules of the settlement list have against a case, and how often they warn."""
        kept = self._reader.findings(case_id)
        found = [one for one in kept.value.standing if one.rule_id.startswith(_RULES)] if kept else []
        against = [
            (text("handover.refused.rule", rule=one.rule_id, words=one.message), next(iter(one.paths), ""))
            for one in found
            if one.severity is Severity.ERROR
        ]
        return against, sum(one.severity is Severity.WARN for one in found)

    def _faults(self, faults: Sequence[CodeFault]) -> Iterator[Reason]:
        """Yield what is wrong with the codes; that there is no map at all is said once."""
        edition = text(f"handover.edition.{self._edition}")
        unmapped = [fault for fault in faults if fault.kind == "no_map"]
        if unmapped:
            yield text("handover.refused.no_map", count=len(unmapped), edition=edition), unmapped[0].path
        for fault in faults:
            if fault.kind != "no_map":
                key, label = f"handover.refused.{fault.kind}", _place(fault.path)
                yield text(key, label=label, code=fault.code, edition=edition, detail=fault.detail), fault.path

    def _lack(self, lack: Lack) -> Reason:
        key = f"handover.refused.{lack.kind}"
        if lack.kind == NO_ROOM:
            return text(key, label=text(f"handover.number.{lack.path.partition('[')[0]}"), detail=lack.detail), ""
        encoding = self._encoding.upper()
        return text(key, label=_place(lack.path), detail=lack.detail, encoding=encoding), lack.path


def form_of(wanted: Wanted) -> UploadForm | None:
    """Return the columns of an upload file, None for other kinds."""
    if wanted.kind is HandoverKind.L2:
        return l2_form()
    if wanted.kind is HandoverKind.L3 and wanted.template is not None:
        return UploadForm(wanted.template.headings, Layout.JX)
    return None


def numbered(found: Document) -> Document:
    """Return a list with a number of its own where the record has none."""
    head = found["setlinfo"]
    if isinstance(head, dict) and not head["SETL_LIST_NO"]:
        number = "-".join(filter(None, (head["FIXMEDINS_CODE"], head["MEDCASNO"], head["IPT_CNT"])))
        return {**found, "setlinfo": {**head, "SETL_LIST_NO": number}}
    return found


def stored_edition(reader: Reader) -> Edition:
    """Return of which edition the stored codes are: that of the active book unless the hospital said otherwise."""
    return Edition(str(reader.setting(_SETTING) or Edition.INSURANCE))


def edition_key() -> str:
    """Return the key of the setting that says of which edition the stored codes are."""
    return _SETTING


def hospital_of(reader: Reader) -> Hospital:
    """Return name and institution code of the hospital as far as they are known."""
    stored = reader.settings("hospital.")
    return Hospital(str(stored.get("hospital.name") or ""), str(stored.get("hospital.code") or ""))


def dept_of(record: CaseRecord) -> str:
    """Return the department of discharge in words."""
    code = record.text("discharge_dept")
    return dictionary("D-DEPT").label(code) or code


def _place(path: str) -> str:
    """Return a field in words, with the number of its row."""
    spec = field_of(path)
    if spec.group is Group.CASE:
        return spec.label
    number = int(path.partition("[")[2].partition("]")[0])
    if spec.group is Group.DX and not number:
        return text("handover.main", label=spec.label)
    return text("handover.place", number=number + 1, label=spec.label)


def settlement_names(reader: Reader) -> dict[str, str]:
    """Return the interface names that the hospital chose instead of the built-in ones, by their keys."""
    kept = reader.setting(NAMES_SETTING)
    return {str(key): str(name) for key, name in kept.items()} if isinstance(kept, Mapping) else {}


def name_state(one: InterfaceName) -> str:
    """Return in words where an interface name comes from, '' for one that a document gives."""
    if one.is_own:
        return text("handover.list.own")
    return text("handover.list.unverified") if one.unverified else ""
