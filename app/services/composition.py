"""The composition root: opens the library and joins the services. Nothing else makes a service."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.common.clock import Clock, SystemClock
from app.common.errors import UserProblem
from app.common.pinyin import prepare as prepare_readings
from app.common.progress import Progress
from app.services.asking import AskingService
from app.services.assets import Assets
from app.services.audit_head import HeadWatch
from app.services.backup import BackupService, note_restore, restored
from app.services.case_history import HistoryService
from app.services.cases import CaseService
from app.services.checking import CheckingService
from app.services.coding import CodingService
from app.services.coding_memory import CodingMemoryService
from app.services.engines import Engines
from app.services.grants import guard_library
from app.services.hospital_figures import HospitalFigures
from app.services.later import later
from app.services.leaving import LeavingService
from app.services.passwords import Passwords
from app.services.pay_rules import PayRulesService
from app.services.people import PeopleService
from app.services.permits import free
from app.services.qc_batch import QcBatchService
from app.services.questions import QuestionService
from app.services.retraining import RetrainingService
from app.services.return_templates import ReturnTemplates
from app.services.rule_admin import RuleAdminService
from app.services.session import Seat, Session
from app.services.worklist import WorklistService
from app.storage.actor import Actor, local_actor
from app.storage.database import Database
from app.storage.draft_aside import aside
from app.storage.heads import HeadStore
from app.storage.problems import LibraryWriting

if TYPE_CHECKING:
    from app.services.appeal import AppealService
    from app.services.appeals import AppealRegister
    from app.services.appeals_export import AppealExport
    from app.services.audit import AuditService
    from app.services.audit_export import AuditExportService
    from app.services.code_shelf import ShelfService
    from app.services.compare import CompareService
    from app.services.desk import DeskService
    from app.services.drafts import DraftService
    from app.services.exception_form import ExceptionFormService
    from app.services.exceptions import ExceptionService
    from app.services.exports import ExportService
    from app.services.fix_list import FixListService
    from app.services.front_page import FrontPageService
    from app.services.handover import HandoverService
    from app.services.hospital import HospitalService
    from app.services.imports import ImportService
    from app.services.insurer import InsurerService
    from app.services.list_export import ListExportService
    from app.services.list_work import ListWorkService
    from app.services.lookup import LookupService
    from app.services.notes import NoteService
    from app.services.papers import PaperService
    from app.services.qc_batch_export import QcExportService
    from app.services.qc_batch_writing import QcBatchWriting
    from app.services.report_files import ReportPaperService
    from app.services.reports import ReportService
    from app.services.return_answers import PhysicianService
    from app.services.return_chase import ChaseService
    from app.services.return_effects import ReturnEffectService
    from app.services.return_packages import ReturnPackageService
    from app.services.return_verdicts import VerdictService
    from app.services.review import ReviewService
    from app.services.rule_packs import RulePackService
    from app.services.rule_trial import RuleTrialService
    from app.services.rule_writing import RuleWritingService
    from app.services.scheme_browser import SchemeBrowserService
    from app.services.settlement_form import SettlementFormService
    from app.services.states import StateService
    from app.services.submission import SubmissionService
    from app.services.suppressions import SuppressionService
    from app.services.three_way import ThreeWayService
    from app.services.today import TodayService
    from app.services.unlocking import UnlockService
    from app.services.whatif import WhatIfService

JsonValue = str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None

_PATIENCE_S: Final = 0.05
"""How long a place waits for the library: it can as well be stored with the next one."""


class Places:
    """Small things the window remembers for whoever sits at it, in the library: they survive restarts."""

    def __init__(self, session: Session) -> None:
        self._db = session.db
        self._session = session
        self._turn = threading.Lock()
        self._waiting: dict[str, JsonValue] = {}

    @free
    def get(self, key: str) -> JsonValue:
        """Return what was kept under a key, None when nothing was."""
        name = self._name(key)
        if name in self._waiting:
            return self._waiting[name]
        with self._db.read() as reader:
            found: JsonValue = reader.place(name)  # type: ignore[assignment]  # what put stored
        return found

    @free
    def put(self, key: str, value: JsonValue) -> None:
        """Keep a JSON value; nothing is kept in a library that is open read-only.

        While a long write holds the library it waits here, for any thread, and is stored with the next one or at the
        end.
        """
        if not self._db.read_only:
            with self._turn:
                self._waiting[self._name(key)] = value
            self.keep()

    @free
    def keep(self) -> None:
        """Store what had to wait, if the library can be written now."""
        with suppress(LibraryWriting), self._db.caching(patience_s=_PATIENCE_S) as cache:
            with self._turn:
                waiting, self._waiting = self._waiting, {}
            for name, value in waiting.items():
                cache.save_place(name, value)

    def _name(self, key: str) -> str:
        mark = self._session.actor.mark
        return f"ui.{mark}.{key}" if mark else f"ui.{key}"


class Services:
    """Everything a page or a command can ask for. What the first screen does without is made when it is asked for."""

    def __init__(self, session: Session, heads: HeadWatch, passwords: Passwords | None = None) -> None:
        self.session = session
        self._heads = heads
        self._passwords = passwords
        self.assets = session.engines.assets
        self.places = Places(session)
        self.history, self.coding = HistoryService(session), CodingService(session)
        self.memory, self.cases = CodingMemoryService(session), CaseService(session)
        self.worklist, self.checking = WorklistService(session), CheckingService(session)
        self.leaving = LeavingService(session, self.checking)
        self.qc_batch = QcBatchService(session, self.worklist, self.checking, self.leaving)
        self.rules, self.questions = RuleAdminService(session), QuestionService(session, self.cases)
        self.return_templates, self.backup = ReturnTemplates(session), BackupService(session, heads)
        self.asking = AskingService(session, self.cases, self.return_templates)
        self.asking.adopt_old()
        self.pay_rules = PayRulesService(session)
        self.retraining = RetrainingService(session, self.memory.history)
        self.people = PeopleService(session, passwords)

    @property
    def user(self) -> Actor:
        """Who works; the local account until people log in."""
        return self.session.actor

    def today_text(self) -> str:
        """Return today as a date field takes it."""
        return self.session.clock.now().date().isoformat()

    @property
    def is_demo(self) -> bool:
        """True for the demo library, which works without people."""
        with self.session.db.read() as reader:
            return reader.setting("demo") is True

    @property
    def is_ready(self) -> bool:
        """True once code book, rules, scheme and search index are in memory, so that pages answer at once."""
        return self.session.engines.is_ready

    def warm_up(self, progress: Progress) -> None:
        """Load the engines; for a job at the start and after an import of a code book or scheme."""
        prepare_readings()
        self.session.engines.load(progress)
        self.questions.table.questions()
        self.cases.warm()
        self.coding.warm()

    def assets_changed(self) -> None:
        """Load engines anew after an import of a code book, a scheme or prices."""
        self.session.engines.forget()

    def close(self) -> None:
        """Close the library."""
        self.memory.close()
        if not self.session.seat.reads.is_empty:
            with suppress(UserProblem):  # a full disk must not keep the library open
                self.audit.write_reads()
        with suppress(UserProblem):
            self.places.keep()
        self._heads.keep()
        self.session.db.close()

    @later
    def audit(self) -> AuditService:
        """Reads are of one committed state; a list is ids first, lines when they are shown."""
        from app.services.audit import AuditService

        return AuditService(self.session, self._heads)

    @later
    def audit_export(self) -> AuditExportService:
        """Patients stand as record numbers; what identifies them in the changes is hidden as on the page."""
        from app.services.audit_export import AuditExportService

        return AuditExportService(self.session, self.audit)

    @later
    def reports(self) -> ReportService:
        """Counts in one pass over columns; what was read is kept until something is written."""
        from app.services.reports import ReportService

        return ReportService(self.session)

    @later
    def report_papers(self) -> ReportPaperService:
        """Writes whole files; every export is in the audit."""
        from app.services.report_files import ReportPaperService

        return ReportPaperService(self.session)

    @later
    def list_work(self) -> ListWorkService:
        """Cancelling before the end writes nothing: an operation is whole or not there."""
        from app.services.list_work import ListWorkService

        return ListWorkService(self.session)

    @later
    def list_export(self) -> ListExportService:
        """Writes whole files; every export is in the audit."""
        from app.services.list_export import ListExportService

        return ListExportService(self.session, self.worklist)

    @later
    def desk(self) -> DeskService:
        """Reads only; everything on the page is counted when it is shown."""
        from app.services.desk import DeskService

        return DeskService(self.session, self.worklist, self.leaving, self.backup)

    @later
    def drafts(self) -> DraftService:
        """Keeps the last half-typed text of each field and person."""
        from app.services.drafts import DraftService

        return DraftService(self.session)

    @later
    def today(self) -> TodayService:
        """Everybody reads his own days, nobody those of others."""
        from app.services.today import TodayService

        return TodayService(self.session)

    @later
    def shelf(self) -> ShelfService:
        """Favourites are one's own or shared with the record room; annotations are always shared."""
        from app.services.code_shelf import ShelfService

        return ShelfService(self.session)

    @later
    def physician(self) -> PhysicianService:
        """Shows a physician the questions of the own departments, never a group, a weight or an amount."""
        from app.services.return_answers import PhysicianService

        return PhysicianService(self.session, self.cases)

    @later
    def verdicts(self) -> VerdictService:
        """Every verdict is one operation that names the physician; nothing is overwritten that changed."""
        from app.services.return_verdicts import VerdictService

        return VerdictService(self.session, self.cases)

    @later
    def return_effects(self) -> ReturnEffectService:
        """What the answers to an open question would do to the group, for quality control only."""
        from app.services.return_effects import ReturnEffectService

        return ReturnEffectService(self.session)

    @later
    def chase(self) -> ChaseService:
        """Lists questions by where they stand; overdue ones can be reported to the head of the department."""
        from app.services.return_chase import ChaseService

        return ChaseService(self.session)

    @later
    def fix_list(self) -> FixListService:
        """Fix-list workbooks: rows are found by key, rule and current value."""
        from app.services.fix_list import FixListService

        return FixListService(self.session)

    @later
    def return_packages(self) -> ReturnPackageService:
        """Writes packages of outstanding questions and takes the answers."""
        from app.services.return_packages import ReturnPackageService

        return ReturnPackageService(self.session)

    @later
    def lookup(self) -> LookupService:
        """Reads only; every answer is a code of the active book."""
        from app.services.lookup import LookupService

        return LookupService(self.session, self.coding)

    @later
    def imports(self) -> ImportService:
        """Imports step by step; nothing is stored before the last."""
        from app.services.imports import ImportService

        return ImportService(self.session)

    @later
    def exports(self) -> ExportService:
        """Writes whole files, checked after writing; every export is in the audit."""
        from app.services.exports import ExportService

        return ExportService(self.session)

    @later
    def appeal(self) -> AppealService:
        """Makes packs from what stands in the library, and gives them away."""
        from app.services.appeal import AppealService

        return AppealService(self.session, self.history)

    @later
    def whatif(self) -> WhatIfService:
        """Answers from a copy; the case is only read."""
        from app.services.whatif import WhatIfService

        return WhatIfService(self.session)

    @later
    def browser(self) -> SchemeBrowserService:
        """Opens schemes for browsing and counts the library's cases in their groups."""
        from app.services.scheme_browser import SchemeBrowserService

        return SchemeBrowserService(self.session)

    @later
    def compare(self) -> CompareService:
        """Compares by reading in pieces, so that memory stays flat; the writer is never in the way."""
        from app.services.compare import CompareService

        return CompareService(self.session)

    @later
    def review(self) -> ReviewService:
        """Reads texts with progress; writes each answer as one undoable operation."""
        from app.services.review import ReviewService

        return ReviewService(self.session)

    @later
    def qc_writing(self) -> QcBatchWriting:
        """After each write its cases are checked anew, in the same job; that part is not cancelled."""
        from app.services.qc_batch_writing import QcBatchWriting

        return QcBatchWriting(self.session, self.checking, self.asking)

    @later
    def qc_export(self) -> QcExportService:
        """Writes whole files; every export is in the audit."""
        from app.services.qc_batch_export import QcExportService

        return QcExportService(self.session, self.qc_batch)

    @later
    def rule_trial(self) -> RuleTrialService:
        """Tries rules on stored cases; nothing is written."""
        from app.services.rule_trial import RuleTrialService

        return RuleTrialService(self.session)

    @later
    def rule_packs(self) -> RulePackService:
        """Signs with the key of this home folder; trusts keys that people have confirmed by fingerprint."""
        from app.services.rule_packs import RulePackService

        return RulePackService(self.session, self.rules, self.questions.table)

    @later
    def rule_writing(self) -> RuleWritingService:
        """Works on values only: nothing is stored."""
        from app.services.rule_writing import RuleWritingService

        return RuleWritingService(self.session)

    @later
    def suppressions(self) -> SuppressionService:
        """Findings put aside with a reason; they come back when the facts change."""
        from app.services.suppressions import SuppressionService

        return SuppressionService(self.session)

    @later
    def exceptions(self) -> ExceptionService:
        """An approved exception lets a case pass although a rule blocks it, until its last day."""
        from app.services.exceptions import ExceptionService

        return ExceptionService(self.session)

    @later
    def exception_form(self) -> ExceptionFormService:
        """Gives the form away on paper: written whole or not at all, and noted in the case's history."""
        from app.services.exception_form import ExceptionFormService

        return ExceptionFormService(self.session)

    @later
    def states(self) -> StateService:
        """Moves cases; each move is one named operation with its reason and is told in the case's history."""
        from app.services.states import StateService

        return StateService(self.session, self.checking)

    @later
    def submissions(self) -> SubmissionService:
        """Every version of a case that was submitted stays, with the hash of what it was."""
        from app.services.submission import SubmissionService

        return SubmissionService(self.session, self.checking, self.worklist)

    @later
    def handover(self) -> HandoverService:
        """Looks at cases, writes hand-over files, and keeps who wrote what where."""
        from app.services.handover import HandoverService

        return HandoverService(self.session, self.checking, self.submissions, self.exports)

    @later
    def settlement_form(self) -> SettlementFormService:
        """Lays the settlement list of one case out, writes it, and keeps it in the register."""
        from app.services.settlement_form import SettlementFormService

        return SettlementFormService(self.session)

    @later
    def unlocking(self) -> UnlockService:
        """A granted wish lets the case be coded again; every version that was submitted stays."""
        from app.services.unlocking import UnlockService

        return UnlockService(self.session, self.checking)

    @later
    def insurer(self) -> InsurerService:
        """Feeds the comparison on the DRG page and the three columns of a case."""
        from app.services.insurer import InsurerService

        return InsurerService(self.session, self.checking)

    @later
    def appeals(self) -> AppealRegister:
        """Objections of the insurer and requests for a single review, with their deadlines."""
        from app.services.appeals import AppealRegister

        return AppealRegister(self.session)

    @later
    def appeals_export(self) -> AppealExport:
        """The requests for a single review of a month as one workbook."""
        from app.services.appeals_export import AppealExport

        return AppealExport(self.session, self.appeals)

    @later
    def hospital(self) -> HospitalService:
        """Reads and writes the facts; every change is in the audit."""
        from app.services.hospital import HospitalService

        return HospitalService(self.session)

    @later
    def notes(self) -> NoteService:
        """What is private is shown to its author alone; only the author may rewrite or delete a note."""
        from app.services.notes import NoteService

        return NoteService(self.session)

    @later
    def papers(self) -> PaperService:
        """Documents beside a case; adding and removing are audited."""
        from app.services.papers import PaperService

        return PaperService(self.session)

    @later
    def front_page(self) -> FrontPageService:
        """The pages themselves are laid out by the window, which knows fonts."""
        from app.services.front_page import FrontPageService

        return FrontPageService(self.session)

    @later
    def three_way(self) -> ThreeWayService:
        """Three sides of a case: physician, coder, insurer."""
        from app.services.three_way import StoredInsurer, ThreeWayService

        return ThreeWayService(self.session, StoredInsurer(self.session))


def open_services(
    home: Path,
    *,
    clock: Clock | None = None,
    actor: Actor | None = None,
    read_only: bool = False,
    notes: bool = False,
    engines: Engines | None = None,
    passwords: Passwords | None = None,
    config: Path | HeadStore | None = None,
) -> Services:
    """Open the library of a home folder and return the services over it; loaded ``engines`` can be handed in.

    ``config`` is the folder, or the store, where heads of the audit are kept; without one none are. ``notes`` goes with
    ``read_only``: who signs in and what is given away is written down all the same, also beside a window that has the
    library.

    Raises :class:`UserProblem` when the library cannot be opened (in use, read-only disk, newer version, damaged), and
    ``NotRestored`` when it can be opened but the restore asked for could not be done.
    """
    clock = clock or SystemClock()
    home.mkdir(parents=True, exist_ok=True)
    engines = engines or Engines(Assets(home, clock), clock)
    began = clock.now()
    source = "" if read_only else restored(home / "library.db", clock)
    db = Database.open(home / "library.db", read_only=read_only, notes=notes, clock=clock)
    session = Session(db, Seat(actor or local_actor()), clock, engines)
    heads = HeadWatch(db, clock, HeadStore(config) if isinstance(config, Path) else config)
    if not read_only:
        heads.keep_beside_since(began)
    if source:
        note_restore(session, source)
    guard_library(session)
    engines.assets.belong_to(session)
    engines.use_figures(HospitalFigures(db, clock))
    services = Services(session, heads, passwords)
    if not read_only and aside(db.path).exists():
        services.drafts.take_back()
    return services
