"""Code books, grouping schemes, weights and rates (方案): what is in use, what can be imported, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.schemes.page import SchemesPage
else:
    SchemesPage = PageClass("app.ui.pages.schemes.page", "SchemesPage")

_GROUP = "编码库与分组方案"


def _can_use(page: SchemesPage) -> bool:
    return page.can_use


def _can_retire(page: SchemesPage) -> bool:
    return page.can_retire


def _can_date(page: SchemesPage) -> bool:
    return page.can_date


def _has_remarks(page: SchemesPage) -> bool:
    return page.detail.has_remarks


def _can_take(page: SchemesPage) -> bool:
    return page.can_take


def _has_check(page: SchemesPage) -> bool:
    return page.has_check


def _has_report(page: SchemesPage) -> bool:
    return page.detail.report is not None


def _is_scheme(page: SchemesPage) -> bool:
    return page.line is not None and page.line.kind == "scheme"


_ACTIONS = (
    Action(
        "schemes.import_codebook",
        "导入编码库…",
        "从 CSV 或 Excel 导入诊断、手术编码表或版本对照表；检查通过才启用。",
        SchemesPage.import_codebook,
        "",
        "schemes",
        icon="import",
        group=_GROUP,
    ),
    Action(
        "schemes.import_scheme",
        "导入分组方案…",
        "选择官方工作簿或方案包；先给出检查报告，按“导入”才写入，有错误则不能导入。",
        SchemesPage.import_scheme,
        "",
        "schemes",
        icon="import",
        group=_GROUP,
    ),
    Action(
        "schemes.import_weights",
        "导入权重…",
        "导入使用中方案的权重表；不属于它的权重表会被退回。",
        SchemesPage.import_weights,
        "",
        "schemes",
        icon="import",
        group=_GROUP,
    ),
    Action(
        "schemes.import_rates",
        "导入费率…",
        "导入费率，并写明地区与医院级别；年度按出院日期选用。",
        SchemesPage.import_rates,
        "",
        "schemes",
        icon="import",
        group=_GROUP,
    ),
    Action(
        "schemes.import_here",
        "导入到这一类",
        "为光标所在的一类选择文件导入。",
        SchemesPage.import_here,
        "I",
        "schemes.shelves",
        group=_GROUP,
    ),
    Action(
        "schemes.use",
        "启用",
        "从现在起使用选中的编码库、方案、权重或费率。",
        SchemesPage.use,
        "Return; Enter",
        "schemes.shelves",
        enabled=_can_use,
        icon="passed",
        group=_GROUP,
    ),
    Action(
        "schemes.retire",
        "停用",
        "不再使用选中的一项，编码库与方案改回内置的；文件保留，可再启用。",
        SchemesPage.retire,
        "",
        "schemes",
        enabled=_can_retire,
        group=_GROUP,
    ),
    Action(
        "schemes.valid_from",
        "启用日期…",
        "写明从哪一天起出院的病例使用选中的分组方案。",
        SchemesPage.date,
        "",
        "schemes",
        enabled=_can_date,
        icon="calendar",
        group=_GROUP,
    ),
    Action(
        "schemes.options",
        "方案选项…",
        "官方配置工作簿没有写明的规则：灰名单手术、新生儿歧义组日龄、有效主要手术不进内科组；默认都不用。",
        SchemesPage.options,
        "",
        "schemes",
        enabled=_can_date,
        icon="ph.sliders-horizontal",
        group=_GROUP,
    ),
    Action(
        "schemes.group_file",
        "为病例文件分组…",
        "用选中的方案为 CSV 病例文件分组（每行一例，诊断、手术以竖线分隔），结果写成 CSV；多少行都可以。",
        SchemesPage.group_file,
        "G",
        "schemes.shelves",
        enabled=_is_scheme,
        icon="ph.table",
        group=_GROUP,
    ),
    Action(
        "schemes.copy",
        "复制这一条",
        "复制选中的检查结果，连同所在位置。",
        SchemesPage.copy_remark,
        "Ctrl+C",
        "schemes.remarks",
        enabled=_has_remarks,
        group=_GROUP,
    ),
    Action(
        "schemes.copy_report",
        "复制报告",
        "复制整份检查报告：规模、公布数、每一条问题及其位置。",
        SchemesPage.copy_report,
        "Ctrl+Shift+C",
        "schemes",
        enabled=_has_report,
        group=_GROUP,
    ),
    Action(
        "schemes.export_report",
        "导出报告…",
        "把整份检查报告写成文本文件。",
        SchemesPage.export_report,
        "Ctrl+E",
        "schemes",
        enabled=_has_report,
        icon="export",
        group=_GROUP,
    ),
    Action(
        "schemes.take",
        "导入",
        "导入检查通过的分组方案，自所填日期起出院的病例使用；文件在检查后变动则不导入。",
        SchemesPage.take,
        "Ctrl+Return",
        "schemes",
        enabled=_can_take,
        icon="import",
        group=_GROUP,
    ),
    Action(
        "schemes.check_again",
        "再检查一次",
        "更正文件后，对同一个文件再检查一次。",
        SchemesPage.check_again,
        "F5",
        "schemes",
        enabled=_has_check,
        icon="rerun",
        group=_GROUP,
    ),
    Action(
        "schemes.drop",
        "放弃",
        "不导入检查过的文件，一切保持原样。",
        SchemesPage.drop,
        "",
        "schemes",
        enabled=_has_check,
        group=_GROUP,
    ),
    Action(
        "schemes.browse",
        "浏览方案",
        "逐层查看选中方案的 MDC、ADRG、DRG、规则与编码，并查编码影响哪些组。",
        SchemesPage.browse,
        "B",
        "schemes.shelves",
        enabled=_is_scheme,
        icon="ph.tree-structure",
        group=_GROUP,
    ),
    Action(
        "schemes.compare",
        "比较方案",
        "马上用本院病例比较使用中的方案与选中的方案；只读，不改动任何病例。",
        SchemesPage.compare,
        "C",
        "schemes.shelves",
        enabled=_is_scheme,
        icon="compare",
        group=_GROUP,
    ),
    Action(
        "schemes.escape",
        "返回",
        "放弃检查过的文件；没有时回到上一个位置。",
        SchemesPage.escape,
        "Esc",
        "schemes",
        group=_GROUP,
    ),
)


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    from app.ui.pages.schemes.palette import ImportProvider  # noqa: PLC0415  # when the box for everything is first opened

    return (ImportProvider(shell),)


PAGE = PageSpec(
    "schemes", "编码库与分组方案", SchemesPage, actions=_ACTIONS, providers=_providers, needs="insurance admin"
)
