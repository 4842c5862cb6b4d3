"""Importing front pages (导入病例) and what can be done on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec
from app.ui.pages.import_batch.steps import CHECK, CHOOSE, DONE, MAP

if TYPE_CHECKING:
    from app.ui.pages.import_batch.page import ImportPage
else:
    ImportPage = PageClass("app.ui.pages.import_batch.page", "ImportPage")

_GROUP = "导入"


def _idle(page: ImportPage) -> bool:
    return not page.busy


def _at(*steps: int) -> Callable[[ImportPage], bool]:
    return lambda page: page.step in steps and not page.busy


def _has_batch(page: ImportPage) -> bool:
    return page.step == CHOOSE and not page.busy and page.batches.current is not None


def _has_preview(page: ImportPage) -> bool:
    return page.preview is not None and not page.busy


def _has_proposal(page: ImportPage) -> bool:
    column = page.mapping.current
    return page.step == MAP and not page.busy and column is not None and bool(column.proposal)


def _imported(page: ImportPage) -> bool:
    return page.step == DONE and page.outcome is not None and not page.busy


def _edit(page: ImportPage) -> None:
    page.mapping.edit()


def _skip(page: ImportPage) -> None:
    page.mapping.skip()


def _adopt(page: ImportPage) -> None:
    page.mapping.adopt()


def _toggle(page: ImportPage) -> None:
    page.diffs.toggle()


def _act(
    name: str,
    label: str,
    help_text: str,
    run: Callable[[ImportPage], object],
    keys: str = "",
    region: str = "",
    enabled: Callable[[ImportPage], bool] = _idle,
    icon: str = "",
) -> Action:
    context = f"import.{region}" if region else "import"
    return Action(f"import.{name}", label, help_text, run, keys, context, "", enabled, icon, _GROUP)


def _always(_page: ImportPage) -> bool:
    return True


def _can_go_on(page: ImportPage) -> bool:
    waits = page.step == DONE and page.outcome is None
    nothing = page.step == CHECK and not page.to_write
    return not page.busy and not waits and not nothing


_ACTIONS = (
    _act("choose", "选择文件", "选择要导入的首页文件；读取后先给您核对。", ImportPage.choose, "Ctrl+O", icon="import"),
    _act(
        "next",
        "下一步",
        "到下一步；第三步之后写入病例，写入之后是自动编码。",
        ImportPage.go_next,
        "Ctrl+Return",
        enabled=_can_go_on,
    ),
    _act("back", "上一步", "回到列对应。", ImportPage.go_back, enabled=_at(CHECK)),
    _act(
        "cancel",
        "取消导入",
        "停止读写；核对中则问一次再放弃，不写入任何病例。",
        ImportPage.cancel,
        "Esc",
        enabled=_always,
    ),
    _act(
        "edit",
        "改字段",
        "为这一列另选首页字段，可输入名称或拼音首字母。",
        _edit,
        "Return; Enter",
        "mapping",
        _at(MAP),
    ),
    _act("skip", "不导入此列", "光标所在的列不导入。", _skip, "Del", "mapping", _at(MAP)),
    _act("adopt", "采用建议字段", "采用程序为光标所在的列建议的字段。", _adopt, "Alt+Return", "mapping", _has_proposal),
    _act("toggle", "换成另一边", "在“保留我的”和“用新的”之间切换。", _toggle, "Space", "diffs", _at(CHECK)),
    _act(
        "marked",
        "带标记的原文件",
        "另存一份您的原文件，有问题的单元格标了颜色和批注。",
        ImportPage.save_marked,
        enabled=_has_preview,
        icon="export",
    ),
    _act(
        "show_imported",
        "查看这批病例",
        "在病例列表中显示它们。",
        ImportPage.show_imported,
        enabled=_imported,
        icon="table",
    ),
    _act("undo_last", "撤销这次导入", "把刚导入的病例全部移除。", ImportPage.undo_last, enabled=_imported, icon="undo"),
    _act(
        "show_batch",
        "查看",
        "在病例列表中显示光标所在的批次。",
        ImportPage.show_batch,
        "Return; Enter",
        "batches",
        _has_batch,
        "table",
    ),
    _act(
        "export_batch",
        "导出",
        "导出光标所在的批次：原文件的列加上编码、分组与质控结果。",
        ImportPage.export_batch,
        "E",
        "batches",
        _has_batch,
        "export",
    ),
    _act(
        "undo_batch",
        "撤销整批",
        "移除光标所在批次导入的全部病例；已有病案开始编码的批次不能撤销。",
        ImportPage.undo_batch,
        "Del",
        "batches",
        _has_batch,
        "undo",
    ),
)

PAGE = PageSpec("import", "导入病例", ImportPage, actions=_ACTIONS, needs="coder", rail="worklist")
