"""The four steps of the first run; each says whether it may be left and does its own writing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog, QWidget

from app.codebook.book import Codebook
from app.common.errors import UserProblem
from app.common.texts import text
from app.domain.findings import Severity
from app.services.asset_reports import Terms, bring_in, check_scheme, report_lines
from app.services.hospital import Hospital
from app.services.people import Entry
from app.services.types import AssetReport, SchemeCheck
from app.ui.login.parts import ROLES, StrengthText, line, secret_line
from app.ui.login.recovery import KeyPane
from app.ui.page import Shell
from app.ui.pages.files import TABLES, ask_open, ask_several, room_in
from app.ui.widgets import Button, CheckBox, Text, column, row

_SCHEMES: Final = "分组方案 (*.xlsx *.zip scheme.toml)"
_LINES: Final = 6
_FAULTS: Final = 3
_REMEDY: Final = "请选择官方分组方案配置工作簿（.xlsx）或方案包（.zip）；没有时可点“稍后”，先用随附的方案。"
_GIB: Final = 1 << 30
Work = Callable[[], object]


class Step(QWidget):
    """One step. :meth:`work` is run beside the window when it is left by 下一步; None when there is nothing to do."""

    told = ""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def work(self) -> Work | None:
        """Return what is to be written. Raises :class:`UserProblem` for what is not right yet."""
        return None


class HospitalStep(Step):
    """Name, institution code, level."""

    told = "显示在标题栏、表单和报表上；级别决定用哪一档费率。"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        facts = shell.services.hospital.facts()
        self.name = line("hospital_name", "医院名称", facts.name)
        self.code = line("hospital_code", "机构代码", facts.code)
        self.level = line("hospital_level", "级别", shell.services.pay_rules.rules.level, "级别，如 三级")
        self.setLayout(column(self.name, self.code, self.level, None, gap=8))

    def work(self) -> Work | None:
        """Return the writing of what was typed."""
        services = self.shell.services
        hospital, level = Hospital(self.name.text(), self.code.text()), self.level.text()

        def write() -> None:
            services.hospital.save(hospital)
            if level != services.pay_rules.rules.level:
                services.pay_rules.set_text("level", level)

        return write


class AdminStep(Step):
    """The first administrator with the recovery key, which has to be typed back in part."""

    told = "管理员管理用户、词典、规则和备份。同一人可以兼任其他角色，但一份例外的两个签字须是两个人。"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.name, self.login = line("admin_name", "姓名"), line("admin_login", "用户名")
        self.secret, self.again = secret_line("admin_secret", "口令"), secret_line("admin_again", "再输入一次口令")
        self.also = {role: CheckBox(text(f"people.role.{role}")) for role in ROLES if role in _ALSO}
        for role, box in self.also.items():
            box.setObjectName(f"also_{role}")
        self.key = KeyPane()
        self.setLayout(
            column(
                row(self.name, self.login, gap=8),
                row(self.secret, self.again, gap=8),
                StrengthText(self.secret, self.login),
                row(Text("兼任", "caption", "muted"), *self.also.values(), None, gap=12),
                self.key,
                None,
                gap=8,
            )
        )

    def work(self) -> Work | None:
        """Return the setting up. Raises :class:`UserProblem` for unequal passwords and a key that was not copied."""
        if self.secret.text() != self.again.text():
            raise UserProblem("people.not_equal", remedy="people.remedy.not_equal")
        if not self.key.is_copied:
            raise UserProblem("people.not_copied", remedy="people.remedy.not_copied")
        roles = frozenset({"admin", *(role for role, box in self.also.items() if box.isChecked())})
        entry = Entry(self.login.text(), self.name.text(), roles)
        return partial(self.shell.services.people.set_up, entry, self.secret.text(), self.key.key)


_ALSO: Final = ("coder", "qc", "insurance")


class AssetStep(Step):
    """Code book and scheme: choose a file, see the report, put it in use."""

    told = "没有文件时用随程序附带的编码库和入门方案，以后可在“方案”页导入。"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.used = Text("", tone="secondary", wrap=True)
        self.report = Text("", "caption", "secondary", wrap=True)
        self.report.setObjectName("asset_report")
        book, scheme = Button("选择编码库…"), Button("选择分组方案…")
        self.enable = Button("启用", kind="primary")
        self.enable.setObjectName("asset_enable")
        self.enable.setEnabled(False)
        book.clicked.connect(self._ask_book)
        scheme.clicked.connect(self._ask_scheme)
        self.enable.clicked.connect(self._on_enable)
        self._take: Work | None = None
        self.setLayout(column(self.used, row(book, scheme, None, self.enable, gap=8), self.report, None, gap=8))
        self._show_used()

    def _ask_book(self) -> None:
        title = "选择编码库（诊断、手术、对照表可一起选）"
        ask_several(self, self.shell.places, title, self.check_book, filters=TABLES)

    def _ask_scheme(self) -> None:
        ask_open(self, self.shell.places, "选择分组方案", self.check_scheme, filters=_SCHEMES)

    def check_book(self, paths: list[Path]) -> None:
        """Read code tables and say what they hold; nothing is stored until 启用."""
        assets = self.shell.services.assets
        self._take = partial(bring_in, assets, "codebook", paths, Terms(self.shell.services.session.clock.now().date()))
        job = self.shell.jobs.run(lambda _control: assets.load_codebook(paths), label="检查编码库", parent=self)
        job.done.connect(self._on_book)
        job.failed.connect(self._on_failed)

    def _on_book(self, book: Codebook) -> None:
        self.shell.notices.forget_problem()
        self._show([f"{book.title}：{len(book):,} 条编码，可以启用。"])

    def check_scheme(self, path: Path) -> None:
        """Check a scheme and show its report; nothing is stored until 启用."""
        assets, today = self.shell.services.assets, self.shell.services.session.clock.now().date()
        job = self.shell.jobs.run(partial(check_scheme, assets, path), label="检查分组方案", parent=self)
        job.done.connect(partial(self._on_scheme, path, today))
        job.failed.connect(self._on_failed)

    def _on_scheme(self, path: Path, today: object, check: SchemeCheck) -> None:
        if check.report.refused:
            self._refuse(path, check.report)
            return
        terms = Terms(today, digest=check.digest)  # type: ignore[arg-type]  # a date, through a signal
        self._take = partial(bring_in, self.shell.services.assets, "scheme", [path], terms)
        self.shell.notices.forget_problem()
        self._show(report_lines(check.report))

    def _refuse(self, path: Path, report: AssetReport) -> None:
        """Say why a scheme cannot be imported, its first faults and what to do."""
        self._take = None
        faults = [one for one in report.remarks if one.severity is Severity.ERROR]
        more = [f"另有 {len(faults) - _FAULTS} 处错误。"] if len(faults) > _FAULTS else []
        shown = [one.message if one.place == path.name else str(one) for one in faults[:_FAULTS]]
        self._show(
            [f"{path.name}：有 {len(faults)} 处错误，没有导入，使用中的方案不变。", *shown, *more, _REMEDY], "error"
        )

    def _on_enable(self) -> None:
        take, self._take = self._take, None
        self.enable.setEnabled(False)
        if take is not None:
            job = self.shell.jobs.run(lambda _control: take(), label="导入", writes=True, parent=self)
            job.done.connect(self._on_taken)
            job.failed.connect(self._on_failed)

    def _on_taken(self, report: AssetReport) -> None:
        if report.refused:
            self._refuse(Path(report.title), report)
            return
        self._show(report_lines(report))
        self.shell.services.assets_changed()
        self._show_used()

    def _on_failed(self, problem: object) -> None:
        self._take = None
        self.shell.notices.forget_problem()  # told here, where the next file is chosen
        self._show([str(problem)] if isinstance(problem, UserProblem) else ["读取时出错，没有导入。"], "error")

    def _show(self, lines: list[str], tone: str = "secondary") -> None:
        self.report.set_tone(tone)
        more = [f"另有 {len(lines) - _LINES} 行，见“方案”页。"] if len(lines) > _LINES else []
        self.report.setText("\n".join([*lines[:_LINES], *more]))
        self.enable.setEnabled(self._take is not None)

    def _show_used(self) -> None:
        lines = {kind: self.shell.services.assets.lines(kind) for kind in ("codebook", "scheme")}
        used = {kind: next((one.title for one in found if one.active), "随程序附带") for kind, found in lines.items()}
        self.used.setText(f"编码库：{used['codebook']}\n分组方案：{used['scheme']}")


class BackupStep(Step):
    """Where backups go; a file is written there once to see that it can be."""

    told = "最好在另一块磁盘上；留空则放在病案库旁边的 backups 文件夹。"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.folder = line("backup_folder", "备份文件夹", shell.services.backup.plan.folder, "留空：病案库旁边")
        choose = Button("选择…")
        choose.clicked.connect(self._ask)
        self.room = Text("", "caption", "muted", wrap=True)
        self.room.setObjectName("backup_room")
        self.folder.textChanged.connect(self._show_room)
        line_of = row(gap=8)
        line_of.addWidget(self.folder, 1)
        line_of.addWidget(choose)
        self.setLayout(column(line_of, self.room, None, gap=8))
        self._show_room()

    def work(self) -> Work | None:
        """Return the storing of the folder. Raises :class:`UserProblem` when nothing can be written there."""
        folder = self.folder.text().strip()
        if folder and room_in(Path(folder)) is None:
            raise UserProblem("backup.no_folder", remedy="backup.remedy.no_folder", folder=folder)
        return partial(self.shell.services.backup.set_folder, folder)

    def _ask(self) -> None:
        dialog = QFileDialog(self, "备份文件夹", self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_room(self) -> None:
        folder = self.folder.text().strip()
        free = room_in(Path(folder) if folder else self.shell.services.session.db.path.parent)
        self.room.setText("不能写入这个文件夹。" if free is None else f"试写成功，剩余 {free / _GIB:,.1f} GB。")
        self.room.set_tone("error" if free is None else "ok")
