"""The composition root: opens the library and joins the services. Nothing else makes a service."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from app.common.clock import Clock, SystemClock
from app.common.progress import Progress
from app.services.appeal import AppealService
from app.services.asking import AskingService
from app.services.assets import Assets
from app.services.backup import BackupService, note_restore, restored
from app.services.case_history import HistoryService
from app.services.cases import CaseService
from app.services.checking import CheckingService
from app.services.code_shelf import ShelfService
from app.services.coding import CodingService
from app.services.coding_memory import CodingMemoryService
from app.services.compare import CompareService
from app.services.desk import DeskService
from app.services.drafts import DraftService
from app.services.engines import Engines
from app.services.exception_form import ExceptionFormService
from app.services.exceptions import ExceptionService
from app.services.exports import ExportService
from app.services.fix_list import FixListService
from app.services.front_page import FrontPageService
from app.services.grants import guard_library
from app.services.hospital import HospitalService
from app.services.hospital_figures import HospitalFigures
from app.services.imports import ImportService
from app.services.insurer import InsurerService
from app.services.leaving import LeavingService
from app.services.list_export import ListExportService
from app.services.list_work import ListWorkService
from app.services.lookup import LookupService
from app.services.notes import NoteService
from app.services.papers import PaperService
from app.services.passwords import Passwords
from app.services.pay_rules import PayRulesService
from app.services.people import PeopleService
from app.services.permits import free
from app.services.qc_batch import QcBatchService
from app.services.qc_batch_export import QcExportService
from app.services.qc_batch_writing import QcBatchWriting
from app.services.questions import QuestionService
from app.services.retraining import RetrainingService
from app.services.return_answers import PhysicianService
from app.services.return_chase import ChaseService
from app.services.return_packages import ReturnPackageService
from app.services.return_templates import ReturnTemplates
from app.services.return_verdicts import VerdictService
from app.services.review import ReviewService
from app.services.rule_admin import RuleAdminService
from app.services.rule_packs import RulePackService
from app.services.rule_trial import RuleTrialService
from app.services.rule_writing import RuleWritingService
from app.services.scheme_browser import SchemeBrowserService
from app.services.session import Seat, Session
from app.services.states import StateService
from app.services.submission import SubmissionService
from app.services.suppressions import SuppressionService
from app.services.three_way import StoredInsurer, ThreeWayService
from app.services.today import TodayService
from app.services.unlocking import UnlockService
from app.services.whatif import WhatIfService
from app.services.worklist import WorklistService
from app.storage.actor import Actor, local_actor
from app.storage.database import Database

JsonValue = str | int | float | bool | list["JsonValue"] | dict[str, "JsonValue"] | None


class Places:
    """Small things the window remembers for whoever sits at it, in the library: they survive restarts."""

    def __init__(self, session: Session) -> None:
        self._db = session.db
        self._session = session

    @free
    def get(self, key: str) -> JsonValue:
        """Return what was kept under a key, None when nothing was."""
        with self._db.read() as reader:
            found: JsonValue = reader.place(self._name(key))  # type: ignore[assignment]  # what put stored
        return found

    @free
    def put(self, key: str, value: JsonValue) -> None:
        """Keep a JSON value; nothing is kept in a library that is open read-only."""
        if not self._db.read_only:
            with self._db.caching() as cache:
                cache.save_place(self._name(key), value)

    def _name(self, key: str) -> str:
        mark = self._session.actor.mark
        return f"ui.{mark}.{key}" if mark else f"ui.{key}"


@dataclass(frozen=True, slots=True)
class Basics:
    """The services that others stand on."""

    session: Session
    places: Places
    worklist: WorklistService
    cases: CaseService
    questions: QuestionService
    asking: AskingService
    return_templates: ReturnTemplates
    coding: CodingService
    checking: CheckingService
    history: HistoryService
    memory: CodingMemoryService
    leaving: LeavingService
    qc_batch: QcBatchService
    rules: RuleAdminService
    backup: BackupService


@dataclass(frozen=True, slots=True)
class Services(Basics):
    """Everything a page or a command can ask for."""

    list_work: ListWorkService
    list_export: ListExportService
    desk: DeskService
    drafts: DraftService
    today: TodayService
    shelf: ShelfService
    physician: PhysicianService
    verdicts: VerdictService
    chase: ChaseService
    fix_list: FixListService
    return_packages: ReturnPackageService
    lookup: LookupService
    imports: ImportService
    exports: ExportService
    appeal: AppealService
    assets: Assets
    whatif: WhatIfService
    browser: SchemeBrowserService
    compare: CompareService
    pay_rules: PayRulesService
    retraining: RetrainingService
    review: ReviewService
    qc_writing: QcBatchWriting
    qc_export: QcExportService
    rule_trial: RuleTrialService
    rule_packs: RulePackService
    rule_writing: RuleWritingService
    suppressions: SuppressionService
    exceptions: ExceptionService
    exception_form: ExceptionFormService
    states: StateService
    submissions: SubmissionService
    unlocking: UnlockService
    insurer: InsurerService
    people: PeopleService
    hospital: HospitalService
    notes: NoteService
    papers: PaperService
    front_page: FrontPageService
    three_way: ThreeWayService

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
        self.questions.table.questions()
        self.session.engines.load(progress)

    def assets_changed(self) -> None:
        """Load engines anew after an import of a code book, a scheme or prices."""
        self.session.engines.forget()

    def close(self) -> None:
        """Close the library."""
        self.memory.close()
        self.session.db.close()


def open_services(
    home: Path,
    *,
    clock: Clock | None = None,
    actor: Actor | None = None,
    read_only: bool = False,
    engines: Engines | None = None,
    passwords: Passwords | None = None,
) -> Services:
    """Open the library of a home folder and return the services over it; loaded ``engines`` can be handed in.

    Raises :class:`UserProblem` when the library cannot be opened (in use, read-only disk, newer version, damaged).
    """
    clock = clock or SystemClock()
    home.mkdir(parents=True, exist_ok=True)
    engines = engines or Engines(Assets(home, clock), clock)
    source = "" if read_only else restored(home / "library.db", clock)
    db = Database.open(home / "library.db", read_only=read_only, clock=clock)
    session = Session(db, Seat(actor or local_actor()), clock, engines)
    if source:
        note_restore(session, source)
    guard_library(session)
    engines.assets.belong_to(session)
    engines.use_figures(HospitalFigures(db, clock))
    return _joined(session, passwords)


def _basics(session: Session) -> Basics:
    history, coding = HistoryService(session), CodingService(session)
    memory, cases = CodingMemoryService(session), CaseService(session)
    worklist, checking = WorklistService(session), CheckingService(session)
    leaving = LeavingService(session, checking)
    rounds = QcBatchService(session, worklist, checking, leaving)
    rules, questions = RuleAdminService(session), QuestionService(session, cases)
    templates, backup = ReturnTemplates(session), BackupService(session)
    asking = AskingService(session, cases, templates)
    asking.adopt_old()
    return Basics(
        session=session,
        places=Places(session),
        worklist=worklist,
        cases=cases,
        questions=questions,
        asking=asking,
        return_templates=templates,
        coding=coding,
        checking=checking,
        history=history,
        memory=memory,
        leaving=leaving,
        qc_batch=rounds,
        rules=rules,
        backup=backup,
    )


def _joined(session: Session, passwords: Passwords | None) -> Services:
    base = _basics(session)
    return Services(
        **{field.name: getattr(base, field.name) for field in fields(base)},
        list_work=ListWorkService(session),
        list_export=ListExportService(session, base.worklist),
        desk=DeskService(session, base.worklist, base.leaving, base.backup),
        drafts=DraftService(session),
        today=TodayService(session),
        shelf=ShelfService(session),
        physician=PhysicianService(session, base.cases),
        verdicts=VerdictService(session, base.cases),
        chase=ChaseService(session),
        fix_list=FixListService(session),
        return_packages=ReturnPackageService(session),
        lookup=LookupService(session, base.coding),
        imports=ImportService(session),
        exports=ExportService(session),
        appeal=AppealService(session, base.history),
        assets=session.engines.assets,
        whatif=WhatIfService(session),
        browser=SchemeBrowserService(session),
        compare=CompareService(session),
        pay_rules=PayRulesService(session),
        retraining=RetrainingService(session, base.memory.history),
        review=ReviewService(session),
        qc_writing=QcBatchWriting(session, base.checking, base.asking),
        qc_export=QcExportService(session, base.qc_batch),
        rule_trial=RuleTrialService(session),
        rule_packs=RulePackService(session, base.rules, base.questions.table),
        rule_writing=RuleWritingService(session),
        suppressions=SuppressionService(session),
        exceptions=ExceptionService(session),
        exception_form=ExceptionFormService(session),
        states=StateService(session, base.checking),
        submissions=SubmissionService(session, base.checking),
        unlocking=UnlockService(session, base.checking),
        insurer=InsurerService(session, base.checking),
        people=PeopleService(session, passwords),
        hospital=HospitalService(session),
        notes=NoteService(session),
        papers=PaperService(session),
        front_page=FrontPageService(session),
        three_way=ThreeWayService(session, StoredInsurer(session)),
    )
