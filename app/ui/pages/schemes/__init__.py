"""Code books, grouping schemes, weights and rates (方案): what is in use, what can be imported, what was refused."""

from __future__ import annotations

from collections.abc import Sequence

from app.ui.actions import Action
from app.ui.page import PageSpec, Shell
from app.ui.pages.schemes.page import SchemesPage
from app.ui.pages.schemes.palette import ImportProvider
from app.ui.shell.palette_model import PaletteProvider

_GROUP = "编码库与分组方案"


def _can_use(page: SchemesPage) -> bool:
    return page.can_use


def _can_retire(page: SchemesPage) -> bool:
    return page.can_retire


def _can_date(page: SchemesPage) -> bool:
    return page.can_date


def _has_remarks(page: SchemesPage) -> bool:
    return page.detail.has_remarks


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
        "导入官方工作簿或方案包；先给出检查报告，有错误则不导入，一切保持原样。",
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
        "导入费率，并写明地区、年度与医院级别。",
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
        "schemes.copy",
        "复制这一条",
        "复制选中的检查结果，连同所在位置。",
        SchemesPage.copy_remark,
        "Ctrl+C",
        "schemes.remarks",
        enabled=_has_remarks,
        group=_GROUP,
    ),
)


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    return (ImportProvider(shell),)


PAGE = PageSpec("schemes", "编码库与分组方案", SchemesPage, actions=_ACTIONS, providers=_providers)
