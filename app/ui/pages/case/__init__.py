"""The case page (病案首页) and what can be done on it."""

from __future__ import annotations

from app.ui.actions import Action
from app.ui.page import PageSpec
from app.ui.pages.case.page import CasePage

_GROUP = "首页"


def _open(page: CasePage) -> bool:
    return page.view is not None


def _unlocked(page: CasePage) -> bool:
    return page.view is not None and not page.view.locked


def _undoable(page: CasePage) -> bool:
    return page.view is not None and bool(page.view.undo_name)


def _redoable(page: CasePage) -> bool:
    return page.view is not None and bool(page.view.redo_name)


def _act(
    name: str,
    label: str,
    text: str,
    run: object,
    keys: str = "",
    region: str = "",
    enabled: object = _unlocked,
    icon: str = "",
) -> Action:
    context = f"case.{region}" if region else "case"
    return Action(f"case.{name}", label, text, run, keys, context, "", enabled, icon, _GROUP)  # type: ignore[arg-type]


def _first(page: CasePage) -> None:
    page.take_candidate(0)


def _second(page: CasePage) -> None:
    page.take_candidate(1)


def _third(page: CasePage) -> None:
    page.take_candidate(2)


def _up(page: CasePage) -> None:
    page.move_row(-1)


def _down(page: CasePage) -> None:
    page.move_row(1)


def _section_up(page: CasePage) -> None:
    page.step_section(-1)


def _section_down(page: CasePage) -> None:
    page.step_section(1)


_ACTIONS = (
    _act(
        "undo",
        "撤销",
        "撤销本份病案的上一步操作；重启后仍可撤销。",
        CasePage.undo,
        "Ctrl+Z",
        enabled=_undoable,
        icon="undo",
    ),
    _act("redo", "重做", "重做刚撤销的操作。", CasePage.redo, "Ctrl+Y; Ctrl+Shift+Z", enabled=_redoable, icon="redo"),
    _act(
        "finish",
        "完成并下一份",
        "检查全部规则；没有强制错误时转为待质控并打开列表中的下一份。",
        CasePage.finish,
        "Ctrl+Return",
    ),
    _act("next_finding", "下一问题", "选中下一个质控问题并跳到它的字段。", CasePage.next_finding, "F6", enabled=_open),
    _act(
        "previous_finding",
        "上一问题",
        "选中上一个质控问题并跳到它的字段。",
        CasePage.previous_finding,
        "Shift+F6",
        enabled=_open,
    ),
    _act("fix", "按建议修改", "把选中问题的安全修正写入字段，可撤销。", CasePage.fix_current, "Alt+Return"),
    _act("accept_all", "采用全部提议", "把本份的全部提议编码确认下来。", CasePage.accept_proposals, "Ctrl+Shift+A"),
    _act("search", "检索编码", "为光标所在的诊断或手术打开检索。", CasePage.search_code, "F4"),
    _act("drg", "查看分组路径", "打开 DRG 分组页，看完整判定过程与支付测算。", CasePage.show_drg, "F9", enabled=_open),
    _act("fees", "展开费用", "展开或收起 24 项费用。", lambda page: page.fees.toggle(), "Ctrl+Shift+F", enabled=_open),
    _act("dock", "收起右栏", "收起或展开质控与分组栏。", CasePage.toggle_dock, "Ctrl+B", enabled=_open),
    _act("section_up", "上一部分", "跳到首页的上一部分。", _section_up, "Ctrl+PgUp", enabled=_open),
    _act("section_down", "下一部分", "跳到首页的下一部分。", _section_down, "Ctrl+PgDown", enabled=_open),
    _act("today", "填入今天", "在日期字段填入今天。", CasePage.type_today, "Ctrl+;"),
    _act("leave", "返回列表", "回到病例列表；已录入的内容都已保存。", CasePage.leave, "Esc", enabled=_open),
    *(
        action
        for region in ("dx", "op")
        for action in (
            _act(f"{region}.first", "采用候选 1", "采用光标所在行的第 1 个候选。", _first, "Ctrl+1", region),
            _act(f"{region}.second", "采用候选 2", "采用光标所在行的第 2 个候选。", _second, "Ctrl+2", region),
            _act(f"{region}.third", "采用候选 3", "采用光标所在行的第 3 个候选。", _third, "Ctrl+3", region),
            _act(f"{region}.up", "上移一行", "把光标所在行上移一行。", _up, "Alt+Up", region),
            _act(f"{region}.down", "下移一行", "把光标所在行下移一行。", _down, "Alt+Down", region),
            _act(
                f"{region}.main",
                "设为首行",
                "把光标所在行设为主要诊断或主要手术。",
                CasePage.make_principal,
                "Alt+Home",
                region,
            ),
            _act(
                f"{region}.add", "增加一行", "在光标所在行之下增加一行。", CasePage.add_row, "Ins", region, icon="add"
            ),
            _act(
                f"{region}.remove",
                "删除一行",
                "删除光标所在行，可撤销。",
                CasePage.remove_row,
                "Ctrl+Del",
                region,
                icon="delete",
            ),
            _act(
                f"{region}.split",
                "拆分诊断",
                "把一格中的多个诊断或手术拆成多行。",
                CasePage.split_row,
                "Ctrl+D",
                region,
            ),
        )
    ),
)

PAGE = PageSpec("case", "病案首页", CasePage, actions=_ACTIONS)
