"""Back and forward, as in a browser."""

from __future__ import annotations

from app.ui.page import Place
from app.ui.shell.history import LONGEST, History, Visit


def visit(page: str, case: int = 0, row: int = 0) -> Visit:
    """Return a visit."""
    return Visit(Place(page, {"case": case, "row": row}), f"{page} {case}")


def test_back_and_forward() -> None:
    history = History()
    for case in (1, 2, 3):
        history.visit(visit("case", case))
    assert [history.back(), history.back()] == [visit("case", 2), visit("case", 1)]
    assert (history.back(), history.can_back, history.can_forward) == (None, False, True)
    assert history.forward() == visit("case", 2)


def test_a_new_visit_forgets_what_lay_ahead() -> None:
    history = History()
    history.visit(visit("worklist"))
    history.visit(visit("case", 1))
    history.back()
    history.visit(visit("drg", 2))
    assert history.forward() is None
    assert history.back() == visit("worklist")


def test_the_same_case_is_one_entry_that_remembers_the_row() -> None:
    history = History()
    history.visit(visit("worklist"))
    history.visit(visit("case", 1, row=0))
    history.visit(visit("case", 1, row=7))
    assert history.current == visit("case", 1, row=7)
    assert history.back() == visit("worklist")


def test_recent_names_each_spot_once_and_not_the_current_one() -> None:
    history = History()
    for case in (1, 2, 1, 3):
        history.visit(visit("case", case))
    assert [one.place.args["case"] for one in history.recent()] == [1, 2]


def test_history_has_an_end() -> None:
    history = History()
    for case in range(LONGEST + 20):
        history.visit(visit("case", case))
    steps = 0
    while history.back():
        steps += 1
    assert steps == LONGEST - 1


def test_an_empty_history_goes_nowhere() -> None:
    history = History()
    history.update(visit("case"))
    assert (history.current, history.back(), history.forward(), history.recent()) == (None, None, None, [])
