"""Files of questions and answers: the workbook, the signed package, the list, the reminders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.ui.pages.case.reasons import Asking, ask_words
from app.ui.pages.files import ask_open, ask_save
from app.ui.printing import pdf_of
from app.ui.shell.files import OpenFolder

if TYPE_CHECKING:
    from app.common.progress import Progress
    from app.domain.changes import Changes
    from app.services.fix_list import FixPreview
    from app.services.return_types import ChaseScope
    from app.ui.page import Shell

_PACKAGE: Final = ".bgreturn"
_ANSWERS: Final = "修改清单或答复包 (*.xlsx *.bgreturn)"
_PACKAGES: Final = "问题包 (*.bgreturn)"
_PDF: Final = "PDF (*.pdf)"
_NAMES: Final = ("写全名", "写成“张*”")


class ReturnFiles(QObject):
    """Each runs beside the window. ``previewed(preview)`` when a file that came back was read."""

    previewed = Signal(object)

    def __init__(self, page: QWidget, shell: Shell) -> None:
        super().__init__(page)
        self._page, self._shell = page, shell

    def write_list(self) -> None:
        """Ask whether names are shortened and where to, then write the workbook."""
        self._ask_masked(
            "导出医师修改清单", partial(self._ask_path, "医师修改清单.xlsx", "", self._services.fix_list.write)
        )

    def write_package(self) -> None:
        """Ask the same and for a pass phrase, then write a package of questions that it opens."""
        self._ask_masked("生成问题包", self._ask_phrase)

    def read(self) -> None:
        """Ask for a file that came back and read it."""
        ask_open(self._page, self._shell.places, "读入医师答复", self.read_path, filters=_ANSWERS)

    def read_path(self, path: Path) -> None:
        """Read a file that came back; nothing is stored."""
        job = self._shell.jobs.run(
            partial(_previewed, self._services, path), label=f"读取 {path.name}", parent=self._page
        )
        job.done.connect(self._shell.notices.forget_problem)
        job.done.connect(self.previewed)

    def take(self, preview: FixPreview, who: str, conflicts: bool) -> tuple[Changes, int]:
        """Store the answers of a file and return what changed and how many there were."""
        taken: tuple[Changes, int] = _reader(self._services, preview.path).take(preview, who, conflicts=conflicts)
        return taken

    def export(self, scope: ChaseScope, title: str) -> None:
        """Write a segment of the chase list."""
        take = partial(self._export_to, scope)
        ask_save(self._page, self._shell.places, "导出催办列表", take, name=f"医师问题_{title}.xlsx")

    def print_out(self) -> None:
        """Write reminders as PDF."""
        ask_save(self._page, self._shell.places, "打印催办单为 PDF", self._print_to, name="催办单.pdf", filters=_PDF)

    @property
    def _services(self) -> Any:
        return self._shell.services

    def _ask_masked(self, title: str, then: Callable[[bool], object]) -> None:
        asking = Asking(title, ("带出病案科的文件，姓名可以写全，也可以写成“张*”。",), _NAMES, "按数字键选择", "下一步")
        ask_words(self._page, asking, partial(_chosen, then))

    def _ask_phrase(self, mask: bool) -> None:
        lines = ("问题包加密，凭口令打开，至少 8 个字符。", "请当面或电话告诉医师，不要和文件放在一起。")
        given = self._services.return_packages.new_phrase()
        asking = Asking("问题包的口令", lines, (), "请写口令", "下一步", given=given)
        ask_words(self._page, asking, partial(self._ask_package, mask))

    def _ask_package(self, mask: bool, phrase: str) -> None:
        write = partial(self._services.return_packages.write, phrase=phrase)
        take = partial(self._write_to, write, mask, f"口令 {phrase}，请另行告诉医师。")
        ask_save(self._page, self._shell.places, "医师问题包", take, name="医师问题包.bgreturn", filters=_PACKAGES)

    def _ask_path(self, name: str, filters: str, write: Any, mask: bool) -> None:
        take = partial(self._write_to, write, mask, "")
        more = {"filters": filters} if filters else {}
        ask_save(self._page, self._shell.places, Path(name).stem, take, name=name, **more)

    def _write_to(self, write: Any, mask: bool, more: str, path: Path) -> None:
        job = self._shell.jobs.run(partial(_written, write, path, mask), label=f"写入 {path.name}", parent=self._page)
        job.done.connect(partial(self._on_written, path, more=more))

    def _export_to(self, scope: ChaseScope, path: Path) -> None:
        work = partial(self._services.chase.export, scope, path)
        job = self._shell.jobs.run(work, label=f"导出 {path.name}", parent=self._page)
        job.done.connect(partial(self._on_written, path))

    def _print_to(self, path: Path) -> None:
        job = self._shell.jobs.run(
            partial(_printed, self._services, path), label=f"生成 {path.name}", parent=self._page
        )
        job.done.connect(partial(self._on_written, path))

    def _on_written(self, path: Path, count: int, more: str = "") -> None:
        told = f"已写入 {path.name}，{count:,} 项。{more}"
        self._shell.notices.toast(told, severity="ok", action=("打开文件夹", OpenFolder(path.parent)))


def _chosen(then: Callable[[bool], object], words: str) -> None:
    then(words == _NAMES[1])


def _reader(services: Any, path: Path) -> Any:
    return services.return_packages if path.suffix.lower() == _PACKAGE else services.fix_list


def _previewed(services: Any, path: Path, progress: Progress) -> FixPreview:
    if path.suffix.lower() == _PACKAGE:
        package: FixPreview = services.return_packages.preview(path)
        return package
    listed: FixPreview = services.fix_list.preview(path, progress)
    return listed


def _written(write: Any, path: Path, mask: bool, progress: Progress) -> int:
    count: int = write(path, mask=mask, progress=progress)
    return count


def _printed(services: Any, path: Path, progress: Progress) -> int:
    report = services.chase.reminders()
    services.chase.save_printed(path, pdf_of(report, progress))
    return sum(len(table.rows) for section in report.sections for table in section.tables)
