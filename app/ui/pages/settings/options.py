"""Settings as values: what one is called, what it does, how it is read and written. Pages and palette read these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from app.common.errors import UserProblem
from app.common.texts import text
from app.drg.pay_rules import default_rules
from app.services.backup import DAILY, HOURS
from app.services.bands import Limits
from app.services.hospital import Hospital
from app.services.pay_rule_texts import CHOICES, PARAMETERS, typed
from app.services.people import LOCK_MINUTES
from app.services.priority import Weights
from app.ui.page import Shell
from app.ui.pages.files import room_in
from app.ui.theme import theme

ADMIN: Final = "admin"
_HOURS: Final = {4: "每 4 小时", 12: "每 12 小时", 24: "每天", 168: "每周"}


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a group. ``write`` may raise :class:`UserProblem`; without ``choices`` the value is typed.

    ``needs`` is the role that may change it: such a setting holds for the hospital and its changes are in the audit.
    ``shown`` are the words of the default where they are not those of the value.
    """

    key: str
    group: str
    label: str
    help: str
    default: str
    read: Callable[[Shell], str]
    write: Callable[[Shell, str], object]
    choices: tuple[tuple[str, str], ...] = ()
    needs: str = ""
    shown: str = ""

    def words(self, value: str) -> str:
        """Return a value as it is shown."""
        return dict(self.choices).get(value, value)

    @property
    def default_words(self) -> str:
        """The default as it is shown."""
        return self.shown or self.words(self.default) or "空"


@dataclass(frozen=True, slots=True)
class SettingsGroup:
    """A line of the left list. ``note`` says what stands in it besides options, for the search."""

    key: str
    title: str
    icon: str
    note: str = ""
    needs: str = ""


GROUPS: Final = (
    SettingsGroup("look", "外观与字号", "thresholds"),
    SettingsGroup("keys", "键盘", "keyboard", "快捷键 改键 按键"),
    SettingsGroup("priority", "优先级", "ph.sort-descending", "病例列表 排序 权重"),
    SettingsGroup("qc", "质控参数", "rules", "规则 名单 阈值"),
    SettingsGroup("pay", "费用与倍率", "money", "费率 权重 支付"),
    SettingsGroup("bands", "自动编码分档", "proposed", "把握 阈值"),
    SettingsGroup("backup", "备份与恢复", "backup", "备份列表 立即备份 恢复"),
    SettingsGroup("people", "用户与角色", "user", "用户 角色 口令 锁定 医院"),
    SettingsGroup("dictionaries", "词典", "table", "值域 代码 字典"),
    SettingsGroup("about", "关于与自检", "help", "版本 许可 自检 检查"),
)


def _look_options() -> tuple[Option, ...]:
    modes = (("system", "跟随系统"), ("light", "浅色"), ("dark", "深色"))
    sizes = (("13", "标准"), ("14", "大"), ("16", "特大"))
    rows = (("auto", "自动"), ("compact", "紧凑"), ("regular", "宽松"))
    return (
        Option("mode", "look", "主题", "立即切换，不需重新启动。Windows 高对比度主题会自动沿用系统颜色。", "system",
               lambda _shell: str(theme().mode), lambda shell, value: shell.actions.trigger(f"view.{value}"), modes),
        Option("font", "look", "字号", "界面文字、行高、图标一起缩放。", "13",
               lambda _shell: str(theme().font_px), lambda shell, value: shell.actions.trigger(f"view.font{value}"),
               sizes),
        Option("rows", "look", "行高", "表格与表单的行高；自动时低于 900 像素高的窗口用紧凑行高。", "auto",
               lambda shell: shell.looks.density,
               lambda shell, value: shell.actions.trigger(f"view.rows_{value}"), rows),
        Option("hints", "keys", "按键提示", "状态栏左侧列出当前区域可用的按键。", "on",
               lambda shell: "on" if shell.looks.hints else "off",
               lambda shell, value: shell.looks.set_hints(value == "on"), (("on", "显示"), ("off", "不显示"))),
    )  # fmt: skip


_WEIGHT_HELP: Final = {
    "days": "离编码或提交时限越近得分越高，到期得满分。",
    "errors": "有强制错误的病例得分，错误越多越高。",
    "amount": "可能受影响的金额越大得分越高；列表不显示、也不按金额排序。",
    "answered": "医师已经答复、等您处理的病例得这些分。",
    "mine": "您已认领、还没有完成的病例得这些分。",
    "warns": "警告越多得分越高，五项得满分。",
    "code_days": "从出院到编码完成的工作日数。",
    "submit_days": "从出院到提交的天数。",
    "full_yuan": "风险金额达到这个数时得满分。",
    "idle_days": "认领后多少天没有改动，别人可以接手。",
}


def _priority_options() -> tuple[Option, ...]:
    return tuple(
        Option(
            f"priority.{key}",
            "priority",
            text(f"worklist.weight.{key}"),
            words,
            str(getattr(Weights(), key)),
            partial(_read_weight, key),
            partial(_write_weight, key),
            needs="qc",
        )
        for key, words in _WEIGHT_HELP.items()
    )


def _read_weight(key: str, shell: Shell) -> str:
    return str(getattr(shell.services.worklist.priority(), key))


def _write_weight(key: str, shell: Shell, value: str) -> None:
    weights: Weights = shell.services.worklist.priority()
    number = int(value) if value.strip().isdecimal() else -1
    shell.publish(shell.services.worklist.set_priority(replace(weights, **{key: number})))


def _pay_options() -> tuple[Option, ...]:
    rules = default_rules()
    return tuple(
        Option(
            f"pay.{key}",
            "pay",
            text(f"payment.parameter.{key}.label"),
            text(f"payment.parameter.{key}.help"),
            typed(rules, key),
            partial(_read_pay, key),
            partial(_write_pay, key),
            tuple((choice, text(f"payment.{key}.{choice}")) for choice in CHOICES.get(key, ())),
            "insurance",
        )
        for key in PARAMETERS
    )


def _read_pay(key: str, shell: Shell) -> str:
    return typed(shell.services.pay_rules.rules, key)


def _write_pay(key: str, shell: Shell, value: str) -> None:
    shell.publish(shell.services.pay_rules.set_text(key, value))


def _band_options() -> tuple[Option, ...]:
    helps = {
        "accept": "首选的把握不低于它、且没有不符时“可直接采用”；留空则只收与编码名称一致且唯一的，或按本院模型校准。",
        "confirm": "首选的把握不低于它时归入“待确认”，以下归入“需人工”。可写 85、85% 或 0.85。",
    }
    shown = {"accept": "一致且唯一，或按模型校准", "confirm": f"{Limits().confirm:.2f}"}
    return tuple(
        Option(f"bands.{key}", "bands", text(f"review.limits.{key}"), words, "", partial(_read_band, key),
               partial(_write_band, key), needs="coder", shown=shown[key])
        for key, words in helps.items()
    )  # fmt: skip


def _read_band(key: str, shell: Shell) -> str:
    limits = shell.services.review.limits()
    value = limits.accept if key == "accept" else limits.confirm
    return "" if value is None or (key == "confirm" and value == Limits().confirm) else f"{value:.2f}"


def _write_band(key: str, shell: Shell, value: str) -> None:
    shell.publish(shell.services.review.set_limit(key, value))


def _backup_options() -> tuple[Option, ...]:
    choices = tuple((str(hours), _HOURS[hours]) for hours in HOURS)
    return (
        Option("backup.hours", "backup", "自动备份", "有改动才备份；做成后按“最近 20 份、14 天、8 周、24 个月”保留。",
               str(DAILY), lambda shell: str(shell.services.backup.plan.hours),
               lambda shell, value: shell.publish(shell.services.backup.set_hours(int(value))), choices, ADMIN),
        Option("backup.folder", "backup", "备份文件夹",
               "最好在另一块磁盘上；留空则用病案库旁边的 backups 文件夹。", "",
               lambda shell: shell.services.backup.plan.folder,
               _write_backup_folder, needs=ADMIN, shown="病案库旁边的 backups"),
    )  # fmt: skip


def _write_backup_folder(shell: Shell, value: str) -> None:
    """Store where backups go. Raises :class:`UserProblem` unless a file could be written there just now."""
    folder = value.strip()
    if folder and room_in(Path(folder)) is None:
        raise UserProblem("backup.no_folder", remedy="backup.remedy.no_folder", folder=folder)
    shell.publish(shell.services.backup.set_folder(folder))


def _people_options() -> tuple[Option, ...]:
    return (
        Option("people.lock", "people", "自动锁定", "几分钟没有按键和鼠标操作后锁定窗口；0 为不锁定。提前 60 秒提示。",
               str(LOCK_MINUTES), lambda shell: str(shell.services.people.lock_minutes),
               lambda shell, value: shell.publish(shell.services.people.set_lock_minutes(value)), needs=ADMIN),
        Option("hospital.name", "people", "医院名称", "显示在标题栏、表单和报表上。", "",
               lambda shell: shell.services.hospital.facts().name, partial(_write_hospital, "name"), needs=ADMIN),
        Option("hospital.code", "people", "机构代码", "上报和结算清单使用的机构代码。", "",
               lambda shell: shell.services.hospital.facts().code, partial(_write_hospital, "code"), needs=ADMIN),
    )  # fmt: skip


def _write_hospital(key: str, shell: Shell, value: str) -> None:
    facts: Hospital = shell.services.hospital.facts()
    shell.publish(shell.services.hospital.save(replace(facts, **{key: value})))


def options() -> tuple[Option, ...]:
    """Return every setting, in the order of the groups."""
    return (
        *_look_options(),
        *_priority_options(),
        *_pay_options(),
        *_band_options(),
        *_backup_options(),
        *_people_options(),
    )
