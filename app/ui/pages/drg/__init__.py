"""DRG 分组: the whole reasoning path of one case, what its group hangs on, and the payment behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.ui.actions import Action
from app.ui.late import PageClass
from app.ui.page import PageSpec, Place
from app.ui.pages.drg.tab_keys import TAB_KEYS

if TYPE_CHECKING:
    from app.ui.pages.drg.page import DrgPage
else:
    DrgPage = PageClass("app.ui.pages.drg.page", "DrgPage")

_GROUP = "DRG 分组"
_TITLES = ("去掉后会怎样", "逐一作主要诊断", "相邻组", "手术操作", "历史")


def _has_case(page: DrgPage) -> bool:
    return page.has_case


def _on_trial(page: DrgPage) -> bool:
    return page.on_trial


def _can_try(page: DrgPage) -> bool:
    return page.has_case and page.lists.what is not None


def _can_undo(page: DrgPage) -> bool:
    return page.can_undo


def _has_place(page: DrgPage) -> bool:
    return page.has_case and bool(page.lists.path)


def _try_code(page: DrgPage) -> None:
    page.trying.ask_code()


def _adopt(page: DrgPage) -> None:
    page.trying.ask_documents()


def _undo(page: DrgPage) -> None:
    page.trying.undo()


def _tab(page: DrgPage, key: str) -> None:
    page.lists.go_to_tab(key)


def _scroll_notes(page: DrgPage, steps: int) -> None:
    page.lists.notes.move_on(steps)


def _next_tab(page: DrgPage) -> None:
    page.lists.next_tab()


def _steps(page: DrgPage) -> None:
    page.path.toggle_mode()


def _rule(page: DrgPage) -> None:
    page.path.toggle_rule()


def _lists(page: DrgPage) -> None:
    page.path.show_lists()


def _fold(page: DrgPage) -> None:
    page.path.fold()


def _act(
    name: str,
    label: str,
    words: str,
    run: Callable[[DrgPage], object],
    keys: str,
    where: str = "drg",
    enabled: Callable[[DrgPage], bool] = _has_case,
    needs: str = "",
) -> Action:
    return Action(f"drg.{name}", label, words, run, keys, where, needs=needs, enabled=enabled, group=_GROUP)


def _has_pack(page: DrgPage) -> bool:
    return page.has_case and page.appeal.can_save


def _pdf(page: DrgPage) -> None:
    page.appeal.save_pdf()


def _excel(page: DrgPage) -> None:
    page.appeal.save_excel()


def _to_appeals(page: DrgPage) -> None:
    case_id = page.place().args.get("case")
    page.shell.go(Place("appeals", {"case": case_id if isinstance(case_id, int) else 0, "new": "special"}))


def _to_insurer(page: DrgPage) -> None:
    case_id = page.place().args.get("case")
    page.shell.go(Place("insurer", {"case": case_id if isinstance(case_id, int) else 0}))


def _always(_page: DrgPage) -> bool:
    return True


_PATH = (
    _act("steps", "关键步骤与全部步骤", "在关键步骤与全部步骤之间切换。", _steps, "A", "drg.path"),
    _act("rule", "展开规则原文", "展开或收起这一步的规则原文与出处；合并的步骤逐步展开。", _rule, "Return; Enter",
         "drg.path"),
    _act("lists", "查看集合成员", "列出规则用到的编码集合，以及本例有其中哪些编码。", _lists, "Right", "drg.path"),
    _act("fold", "收起", "收起这一步展开的内容。", _fold, "Left", "drg.path"),
)  # fmt: skip

_LISTS = (
    _act("open_row", "到这一行", "回到首页，光标放在选中的一行上。", DrgPage.open_row, "Return; Enter", "drg.lists",
         _has_place),
    *(_act(f"tab_{number}", title, f"显示“{title}”。", partial(_tab, key=key), str(number))
      for number, (key, title) in enumerate(zip(TAB_KEYS, _TITLES, strict=True), 1)),
    _act("notes_down", "说明向下", "表格下方的说明放不下时，向下滚动。", partial(_scroll_notes, steps=2), "Alt+Down",
         "drg.lists"),
    _act("notes_up", "说明向上", "把表格下方的说明滚动回去。", partial(_scroll_notes, steps=-2), "Alt+Up", "drg.lists"),
    _act("next_tab", "下一个页签", "换到中间一栏的下一个页签。", _next_tab, "Ctrl+Tab"),
)  # fmt: skip

_WHOLE = (
    _act("try", "试算", "在副本上试算选中的改动，看分组、路径和支付怎样变；不写入病案。", DrgPage.try_chosen, "W",
         enabled=_can_try),
    _act("add", "试加编码", "在副本上加一条诊断或手术编码，看分组怎样变；不写入病案。", _try_code, "Ins"),
    _act("adopt", "采用", "先写明病历依据，再把试算的改动写入病案并记入审计，可撤销。", _adopt,
         "Ctrl+Return", enabled=_on_trial),
    _act("undo", "撤销", "撤销本份病案的上一步操作。", _undo, "Ctrl+Z", enabled=_can_undo),
    _act("copy", "复制", "复制选中的一行；光标不在列表中时复制整段说明。", DrgPage.copy, "Ctrl+C"),
    _act("copy_all", "复制全部说明", "复制分组、理由和分组路径的全文。", DrgPage.copy_all, "Ctrl+Shift+C"),
    _act("appeal_pdf", "生成申诉材料 PDF", "把事实、路径、规则原文、版本与历史写成一份 PDF。", _pdf, "Ctrl+P",
         enabled=_has_pack),
    _act("appeal_xlsx", "生成申诉材料 Excel", "把同样的申诉材料写成 Excel 工作簿。", _excel, "Ctrl+Shift+E",
         enabled=_has_pack),
    _act("insurer", "与医保返回对比", "看医保对这份病案返回的分组，以及为什么与本院不同。", _to_insurer, "C",
         "drg.path"),
    _act("special", "申请特病单议…", "高倍率、QY、未入组等病案：到“申诉与单议”为这份病案申请单议。", _to_appeals, "M",
         "drg.path", needs="insurance"),
    _act("back", "返回首页", "先放弃试算；再按一次回到首页原来的位置。", DrgPage.escape, "Esc", enabled=_always),
)  # fmt: skip

PAGE = PageSpec("drg", "DRG 分组", DrgPage, actions=(*_PATH, *_LISTS, *_WHOLE))
