"""质控规则: rules of the base and of the hospital, written, tried, judged, put in force and rolled back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Shell
from app.ui.shell.palette_model import PaletteProvider

if TYPE_CHECKING:
    from app.ui.pages.rules.page import RulesPage
else:
    RulesPage = PageClass("app.ui.pages.rules.page", "RulesPage")

TITLE: Final = "质控规则"


def _shows_rule(page: RulesPage) -> bool:
    return page.work is not None


def _is_own(page: RulesPage) -> bool:
    return page.is_own


def _can_save(page: RulesPage) -> bool:
    return page.can_save


def _can_try(page: RulesPage) -> bool:
    return page.can_try


def _can_enable(page: RulesPage) -> bool:
    return page.can_enable


def _has_draft(page: RulesPage) -> bool:
    return page.has_draft


def _can_step_back(page: RulesPage) -> bool:
    return page.work is not None and bool(page.work.before)


def _can_judge(page: RulesPage) -> bool:
    return page.can_judge


def _has_example(page: RulesPage) -> bool:
    return page.is_own and page.examples.chosen is not None


def _has_override(page: RulesPage) -> bool:
    return page.settings.overrides.chosen is not None


def _can_roll_back(page: RulesPage) -> bool:
    return page.can_roll_back


def _can_undo_step(page: RulesPage) -> bool:
    step = page.versions.step
    return step is not None and step.can_undo


_ACTIONS = (
    Action("rules.find", "查找规则", "按规则号、文字或拼音首字母查找规则。", RulesPage.focus_query, "Ctrl+F", "rules",
           icon="search", group=TITLE),
    Action("rules.find_list", "查找", "到查找框。", RulesPage.focus_query, "/", "rules.list", icon="search",
           group=TITLE),
    Action("rules.find_tree", "到查找框", "到查找框。", RulesPage.focus_query, "/", "rules.tree", icon="search",
           group=TITLE),
    Action("rules.new", "新建规则", "从空白写一条本院规则；写的内容随时自动保留。", RulesPage.new, "Ctrl+N", "rules",
           icon="add", group=TITLE),
    Action("rules.copy", "复制为本院规则", "以这条规则为底稿，另写一条本院规则。", RulesPage.copy, "Ctrl+D", "rules",
           enabled=_shows_rule, icon="columns", group=TITLE),
    Action("rules.formula", "公式文本", "显示或收起条件的公式文本；出错处有标记。", RulesPage.toggle_formula, "F2",
           "rules", enabled=_shows_rule, icon="edit", group=TITLE),
    Action("rules.versions", "版本", "看每一版由谁、何时、为何启用，可恢复旧版。", RulesPage.show_versions,
           "Ctrl+H", "rules", enabled=_shows_rule, icon="history", group=TITLE),
    Action("rules.save", "存草稿", "把写的内容存为草稿；草稿不影响正在使用的规则。", RulesPage.save, "Ctrl+S", "rules",
           enabled=_can_save, icon="note", group=TITLE),
    Action("rules.step_back", "撤销这步改动", "撤销对正在写的规则的最后一次改动。", RulesPage.step_back, "Ctrl+Z",
           "rules", enabled=_can_step_back, icon="undo", group=TITLE),
    Action("rules.drop_draft", "放弃草稿", "放弃没有启用的内容，回到现行版本。", RulesPage.drop_draft,
           "Ctrl+Delete", "rules", enabled=_has_draft, icon="delete", group=TITLE),
    Action("rules.try", "试运行", "在全部已存病例上试一遍，与现行版本比较；不写入任何内容。", RulesPage.run_trial,
           "F5", "rules", enabled=_can_try, icon="rerun", group=TITLE),
    Action("rules.judge_true", "判真实", "选中的样本确有问题，接着看下一份。", RulesPage.judge_true, "T",
           "rules.samples", enabled=_can_judge, icon="passed", group=TITLE),
    Action("rules.judge_false", "判误报", "选中的样本没有问题，接着看下一份。", RulesPage.judge_false, "F",
           "rules.samples", enabled=_can_judge, icon="failed", group=TITLE),
    Action("rules.enable", "送签启用", "写明生效日期和原因，由您签署后启用草稿。", RulesPage.enable, "Ctrl+Return",
           "rules", enabled=_can_enable, group=TITLE),
    Action("rules.example_from_case", "从病案取例", "把一份已存病案中规则用到的字段取为例子。",
           RulesPage.example_from_case, "Ctrl+G", "rules", enabled=_is_own, icon="import", group=TITLE),
    Action("rules.drop_example", "删除例子", "去掉选中的例子。", RulesPage.drop_example, "Delete", "rules.examples",
           enabled=_has_example, icon="delete", group=TITLE),
    Action("rules.drop_override", "撤回规定", "撤回选中的本院规定，之前的规定重新有效。", RulesPage.drop_override,
           "Delete", "rules.overrides", enabled=_has_override, icon="undo", group=TITLE),
    Action("rules.roll_back", "恢复此版", "写明原因，把选中的旧版作为新的一版启用。", RulesPage.roll_back, "R",
           "rules.versions", enabled=_can_roll_back, icon="undo", group=TITLE),
    Action("rules.undo_step", "撤销这项改动", "撤销修改记录中选中的一项。", RulesPage.undo_step, "U",
           "rules.versions", enabled=_can_undo_step, icon="undo", group=TITLE),
    Action("rules.data", "名单与参数", "改规则用到的名单和参数。", RulesPage.show_data, "Ctrl+L", "rules",
           icon="thresholds", group=TITLE),
    Action("rules.import", "导入规则包…", "读入别处导出的规则包，核对签名和内容后再决定。", RulesPage.import_pack,
           "Ctrl+O", "rules", icon="import", group=TITLE),
    Action("rules.export", "导出规则包…", "把本院规则、名单和参数写成带签名的规则包。", RulesPage.export_pack,
           "Ctrl+E", "rules", icon="export", group=TITLE),
    Action("rules.back", "返回", "离开正在改的内容、列表，再回到上一个位置；写的内容自动保留。", RulesPage.escape,
           "Esc", "rules", group=TITLE),
)  # fmt: skip


def _providers(shell: Shell) -> Sequence[PaletteProvider]:
    from app.ui.pages.rules.palette import RuleProvider  # noqa: PLC0415  # when the box for everything is first opened

    return (RuleProvider(shell),)


PAGE = PageSpec("rules", TITLE, RulesPage, actions=_ACTIONS, providers=_providers, needs="qc admin")
