"""The hospital's own model: split, trained apart, swapped, kept when worse, taken back, there after a restart."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from app.common.clock import FixedClock
from app.common.errors import Cancelled, UserProblem
from app.common.progress import CancelAt, NoProgress, Progress
from app.domain.coding import CodeKind
from app.matching.contract import PastCoding
from app.services.assets import Assets
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.retraining import RetrainingService, Trained, report_figures, report_line
from app.services.retraining_child import Report
from app.services.retraining_figures import Asked, Outcome, figures_of, is_held_out, is_worse, outcomes, split
from app.services.retraining_night import ENOUGH_NEW, parse_time, wanted
from app.services.retraining_process import train_apart
from app.services.retraining_store import KEPT, ModelState, ModelStore, Training
from app.services.retraining_work import Candidate, Task

NOW = datetime(2026, 11, 23, 9, 0)
PX = CodeKind.PX
SITES = ("肝", "脾", "胃", "肾", "肺", "脑", "膀胱", "甲状腺", "乳房", "直肠", "食管", "胰腺", "子宫", "卵巢", "结肠")
ACTS = {"病损切除术": "瘤子拿掉", "活组织检查": "取块肉看看", "切开引流术": "放脓", "造口术": "开个口子"}
WAYS = ("今日行", "拟", "择期", "急诊", "二次", "入院后", "于外院行")
CODES = {f"{site}{act}": f"{n + 1:02}.{m}" for n, site in enumerate(SITES) for m, act in enumerate(ACTS)}
pytestmark = pytest.mark.xdist_group("retraining")  # one worker trains
PAST = [
    PastCoding(f"{way}{site}{plain}", PX, (CODES[f"{site}{act}"],), 1, "2026-11-01")
    for way in WAYS
    for site in SITES
    for act, plain in ACTS.items()
]


@pytest.fixture
def warm() -> None:
    """Leave every test its own cache: it is what these look at."""


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose code book has sixty operations."""
    home = tmp_path_factory.mktemp("small")
    table = home / "operations.csv"
    table.write_text("手术编码,手术名称\n" + "\n".join(f"{code},{name}" for name, code in CODES.items()), "utf-8")
    Assets(home, FixedClock(NOW)).import_codebook([table])
    open_services(home, clock=FixedClock(NOW)).close()
    return home


@pytest.fixture(scope="module")
def candidate(small_home: Path) -> Candidate:
    """Return a model trained in a process of its own."""
    parts = split(PAST, set(CODES.values()).__contains__)
    return train_apart(Task(PX, parts.learned, parts.asked, b"", 1), small_home, NoProgress())


@pytest.fixture
def home(small_home: Path, tmp_path: Path) -> Path:
    """Return a copy of the home."""
    return Path(shutil.copytree(small_home, tmp_path / "home"))


@pytest.fixture
def services(home: Path) -> Iterator[Services]:
    """Return services over the copy."""
    opened = _open(home)
    yield opened
    opened.close()


@pytest.fixture
def model(services: Services, candidate: Candidate) -> RetrainingService:
    """Return the service over the past above; training takes no time, because it is done already."""
    return _model(services, candidate)


@pytest.fixture
def small_training(services: Services, candidate: Candidate) -> Training:
    """Return a training that made the model above."""
    return _model(services, candidate).train(PX, NoProgress()).training


def _open(home: Path) -> Services:
    clock = FixedClock(NOW)
    return open_services(home, clock=clock, engines=Engines(Assets(home, clock), clock))


def _model(services: Services, candidate: Candidate, past: list[PastCoding] | None = None) -> RetrainingService:
    def trained(_task: Task, _progress: Progress) -> Candidate:
        return candidate

    return RetrainingService(services.session, lambda: PAST if past is None else past, trained)


def _run(model: RetrainingService) -> None:
    model.adopt(model.train(PX, NoProgress()))


def _ranks_by_model(services: Services) -> bool:
    matcher = services.session.engines.matcher
    try:
        return bool(matcher.model_bytes(PX))
    except KeyError:
        return False


def _answered(rights: str) -> list[Outcome]:
    return [Outcome(one == "x", one == "x", one == "x", 0.5) for one in rights]


def test_equal_texts_stay_together_and_the_split_never_moves() -> None:
    assert is_held_out("肝瘤子拿掉，1.") == is_held_out("肝瘤子拿掉 1")
    assert [text for text in (f"文本{n}" for n in range(60)) if is_held_out(text)] == HELD_OUT_ONCE
    share = sum(is_held_out(f"诊断{n}") for n in range(5_000)) / 5_000
    assert share == pytest.approx(0.1, abs=0.015)


HELD_OUT_ONCE = ["文本10", "文本46", "文本59"]
"""Written down when the split was made: another split would compare models with texts that they have seen."""


def test_the_latest_are_taken_and_unknown_codes_are_left_out() -> None:
    old = [PastCoding(f"旧文本{n}", PX, ("01.0",), 1, "2020-01-01") for n in range(50)]
    new = [PastCoding(f"新文本{n}", PX, ("01.0",), 1, "2026-01-01") for n in range(50)]
    gone = [PastCoding("停用", PX, ("99.9",), 9, "2026-02-01")]
    parts = split([*old, *new, *gone], {"01.0"}.__contains__, most=50)
    texts = [item.text for item in parts.learned] + [one.text for one in parts.asked]
    assert sorted(texts) == sorted(item.text for item in new)
    assert parts.texts == len(parts.learned)


def test_a_held_out_text_is_asked_once_for_what_it_was_given_most_often() -> None:
    held = next(text for text in (f"文本{n}" for n in range(99)) if is_held_out(text))
    given = [
        PastCoding(held, PX, ("01.0",), 1, "2026-03-01"),
        PastCoding(f"{held}。", PX, ("02.0", "99.9"), 5, "2026-01-01"),
    ]
    parts = split(given, {"01.0", "02.0"}.__contains__)
    assert parts.asked == (Asked(f"{held}。", frozenset({"02.0"})),)
    assert parts.learned == ()


def test_worse_means_beyond_noise() -> None:
    assert not is_worse(_answered("xxxx...."), _answered("xxx....."))
    assert not is_worse(_answered("xxxx...."), _answered("....xxxx"))
    assert is_worse(_answered("xxxxxxx."), _answered("x......x"))
    assert not is_worse([], [])


def test_the_share_at_a_precision_counts_equal_chances_together() -> None:
    sure = [Outcome(True, True, True, 0.9)] * 40 + [Outcome(False, True, False, 0.9)]
    unsure = [Outcome(False, False, False, 0.4)] * 9
    assert figures_of([*sure, *unsure]).sure == pytest.approx(41 / 50)
    assert figures_of([*sure, Outcome(False, True, False, 0.9)]).sure == 0
    assert figures_of([]).first == 0


def test_a_model_is_trained_apart_and_measured_and_leaves_no_process(candidate: Candidate) -> None:
    assert candidate.new.first > 0.9
    assert candidate.old.first > 0.9
    assert not candidate.is_worse
    assert not candidate.had_model
    assert [child.name for child in multiprocessing.active_children()] == []


def test_a_stopped_training_leaves_nothing(small_home: Path) -> None:
    parts = split(PAST, set(CODES.values()).__contains__)
    before = sorted(path.name for path in small_home.rglob("*"))
    with pytest.raises(Cancelled):
        train_apart(Task(PX, parts.learned, parts.asked, b"", 1), small_home, CancelAt(1))
    assert [child.name for child in multiprocessing.active_children()] == []
    assert sorted(path.name for path in small_home.rglob("*")) == before


def test_a_process_that_ends_early_is_told(small_home: Path) -> None:
    with pytest.raises(UserProblem, match="训练没有做完"):
        train_apart(Task(PX, PAST[:9], (), b"", 1), small_home, NoProgress())


def test_the_process_ends_when_nobody_listens() -> None:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    ours.close()
    with pytest.raises(SystemExit):
        Report(theirs).step(1, 2)


def test_a_model_is_used_at_once_and_after_a_restart(
    services: Services, model: RetrainingService, home: Path, candidate: Candidate
) -> None:
    engines = services.session.engines
    engines.matcher.remember(PAST)
    assert model.card(PX).state is ModelState.NONE
    _run(model)
    assert _ranks_by_model(services)
    card = model.card(PX)
    assert (card.state, card.new, card.can_restore) == (ModelState.IN_USE, 0, False)
    done = card.trainings[0]
    assert done.at == "2026-11-23 09:00:00"
    assert done.who == services.user.name
    assert report_line(done).startswith("本院模型：首选正确率 ")
    assert report_figures(done)[0][1] == f"{done.new.first * 100:.1f}"
    services.close()
    again = _open(home)
    restored = _model(again, candidate)
    again.session.engines.load(NoProgress())
    assert _ranks_by_model(again)
    assert restored.card(PX).state is ModelState.IN_USE
    again.close()


def test_a_worse_model_is_noted_and_not_used(services: Services, candidate: Candidate) -> None:
    model = _model(services, replace(candidate, is_worse=True))
    services.session.engines.matcher.warm(PX)
    _run(model)
    card = model.card(PX)
    assert card.state is ModelState.NONE
    assert not card.trainings[0].is_adopted
    assert "没有采用" in report_line(card.trainings[0])
    assert not _ranks_by_model(services)
    _run(_model(services, candidate))
    worse = _model(services, replace(candidate, is_worse=True, had_model=True))
    _run(worse)
    assert worse.card(PX).state is ModelState.IN_USE
    assert "仍用原来的" in report_line(worse.card(PX).trainings[0])
    assert _ranks_by_model(services)


def test_the_model_before_comes_back_and_can_be_switched_off(services: Services, candidate: Candidate) -> None:
    services.session.engines.matcher.warm(PX)
    model = _model(services, candidate)
    with pytest.raises(UserProblem, match="没有上一个模型"):
        model.restore(PX)
    _run(model)
    other = _model(services, replace(candidate, content=_repacked(candidate.content)))
    _run(other)
    store = ModelStore(services.session.db.path.parent)
    assert store.content(PX) != candidate.content
    assert other.restore(PX).op_id
    assert store.content(PX) == candidate.content
    assert _ranks_by_model(services)
    other.switch(PX, on=False)
    assert other.card(PX).state is ModelState.OFF
    assert not _ranks_by_model(services)
    other.switch(PX, on=True)
    assert _ranks_by_model(services)


def _repacked(content: bytes) -> bytes:
    """Return the same model as other bytes: a ZIP archive may be followed by a comment."""
    end = content.rindex(b"PK\x05\x06")
    return content[: end + 20] + b"\x05\x00again"


@pytest.mark.parametrize("fault", ["index", "model"])
def test_a_failure_between_writing_and_swapping_leaves_the_old(
    services: Services, candidate: Candidate, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    model = _model(services, candidate)
    _run(model)
    home = services.session.db.path.parent
    before = (home / "models" / "index.json").read_bytes()
    monkeypatch.setattr("app.services.retraining_store.write_atomic", _failing(fault))
    trained = _model(services, replace(candidate, content=_repacked(candidate.content))).train(PX, NoProgress())
    with pytest.raises(UserProblem, match="仍用原来的模型"):
        model.adopt(trained)
    assert (home / "models" / "index.json").read_bytes() == before
    assert ModelStore(home).content(PX) == candidate.content
    assert model.card(PX).state is ModelState.IN_USE
    with services.session.db.read() as reader:
        assert len(reader.day_of(services.user.id, NOW.date())) == 1


def _failing(fault: str) -> Callable[[Path], object]:
    from app.common.files import write_atomic  # noqa: PLC0415 - the one that is not replaced

    def write(path: Path) -> object:
        if path.name.startswith("index") == (fault == "index"):
            raise OSError(28, "No space left on device")
        return write_atomic(path)

    return write


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_kill_between_writing_and_swapping_leaves_the_old(home: Path, small_training: Training) -> None:
    store = ModelStore(home)
    store.adopt(small_training, b"old model")
    killed = """
import os, signal, sys
from pathlib import Path
from app.services.retraining_store import ModelStore
store = ModelStore(Path(sys.argv[1]))
store._put = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
store.adopt(store.shelf("px").trainings[0], b"new model")
"""
    done = subprocess.run([sys.executable, "-c", killed, str(home)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list((home / "models").glob("*.npz"))) == 2
    assert ModelStore(home).content(PX) == b"old model"
    store.adopt(small_training, b"newer model")
    assert store.content(PX) == b"newer model"
    assert len(list((home / "models").glob("*.npz"))) == 2


def test_a_damaged_model_is_ignored_and_said(services: Services, model: RetrainingService, home: Path) -> None:
    _run(model)
    (path,) = (home / "models").glob("*.npz")
    path.write_bytes(path.read_bytes()[:-9])
    services.session.engines.matcher.warm(PX)
    services.session.engines.renew_model(PX)
    assert model.card(PX).state is ModelState.DAMAGED
    assert not _ranks_by_model(services)
    path.unlink()
    services.session.engines.renew_model(PX)
    assert model.card(PX).state is ModelState.DAMAGED
    _run(model)
    assert model.card(PX).state is ModelState.IN_USE


def test_a_model_of_another_code_book_is_ignored_and_said(
    services: Services, model: RetrainingService, home: Path
) -> None:
    _run(model)
    table = home / "other.csv"
    table.write_text("手术编码,手术名称\n01.0,另一种手术\n02.0,又一种手术\n", "utf-8")
    services.assets.import_codebook([table])
    services.assets_changed()
    services.session.engines.matcher.warm(PX)
    services.session.engines.renew_model(PX)
    assert model.card(PX).state is ModelState.OTHER_NAMES
    assert not _ranks_by_model(services)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"px": {}}', b'{"px": 3}', b'{"xx": {}}', b"\xff\xfe"])
def test_a_damaged_index_is_no_index(services: Services, model: RetrainingService, home: Path, damage: bytes) -> None:
    _run(model)
    (home / "models" / "index.json").write_bytes(damage)
    assert model.card(PX).state is ModelState.NONE
    _run(model)
    assert model.card(PX).state is ModelState.IN_USE


def test_only_the_last_trainings_are_kept_but_never_without_that_of_the_model(
    services: Services, candidate: Candidate
) -> None:
    _run(_model(services, candidate))
    worse = _model(services, replace(candidate, is_worse=True))
    for _ in range(KEPT + 2):
        _run(worse)
    assert len(worse.card(PX).trainings) == KEPT + 1
    assert ModelStore(services.session.db.path.parent).content(PX) == candidate.content


def test_models_that_nothing_refers_to_are_removed(services: Services, candidate: Candidate, home: Path) -> None:
    content = candidate.content
    for _ in range(3):
        _run(_model(services, replace(candidate, content=content)))
        content = _repacked(content)
    assert len(list((home / "models").glob("*.npz"))) == 2


def test_too_little_is_refused_with_what_is_missing(services: Services, candidate: Candidate) -> None:
    model = _model(services, candidate, PAST[:120])
    missing = model.card(PX).missing
    assert 180 < missing < 250
    with pytest.raises(UserProblem, match=f"还差约 {missing} 条"):
        model.train(PX, NoProgress())
    assert [card.missing for card in model.cards()] == [334, missing]


def test_the_time_is_kept_in_the_library_and_a_wrong_one_refused(services: Services, model: RetrainingService) -> None:
    assert model.night == ""
    assert model.set_night(" 2：30 ").op_id
    assert model.night == "02:30"
    for wrong in ("24:00", "2点", "1:60"):
        with pytest.raises(UserProblem, match="不是时间"):
            model.set_night(wrong)
    model.set_night("")
    assert model.night == ""


def test_a_training_begins_once_for_each_set_time() -> None:
    at, day = time(2, 30), timedelta(days=1)
    night = datetime(2026, 11, 23, 2, 31)
    assert wanted(night, at, None) == 1
    assert wanted(night, at, night) is None
    assert wanted(night, at, night - day) == 1
    assert wanted(night - timedelta(minutes=2), at, night - day) is None
    assert wanted(NOW, at, night - day) == ENOUGH_NEW
    assert wanted(NOW, at, night) is None
    assert parse_time("") is None


def test_what_is_due_is_told_once(services: Services, candidate: Candidate) -> None:
    clock = services.session.clock
    assert isinstance(clock, FixedClock)
    past = list(PAST)
    model = _model(services, candidate, past)
    assert model.due() == ()
    model.set_night("02:30")
    assert model.due() == (PX,)
    assert model.due() == ()
    _run(model)
    clock.at = datetime(2026, 11, 24, 2, 35)
    assert model.due() == ()
    past.append(PastCoding("新的", PX, ("01.0",), 3, "2026-11-24"))
    assert model.due() == (PX,)
    clock.at = datetime(2026, 11, 25, 9, 0)
    assert model.due() == ()
    past.append(PastCoding("更新的", PX, ("01.0",), ENOUGH_NEW, "2026-11-25"))
    model.switch(PX, on=False)
    assert model.due() == ()
    model.switch(PX, on=True)
    assert model.due() == (PX,)


def test_trainings_stand_in_the_audit(services: Services, model: RetrainingService) -> None:
    _run(model)
    with services.session.db.read() as reader:
        (last,) = reader.day_of(services.user.id, NOW.date())[:1]
    assert last.note.startswith("本院模型：首选正确率 ")


def test_held_out_texts_are_asked_by_code(services: Services) -> None:
    matcher = services.session.engines.matcher
    asked = [Asked("肝病损切除术", frozenset({"01.0"})), Asked("肝活组织检查", frozenset({"99.9"}))]
    right, wrong = outcomes(matcher, asked, PX, NoProgress())
    assert (right.first, right.five, right.whole) == (True, True, True)
    assert (wrong.first, wrong.five, wrong.whole) == (False, False, False)
    with pytest.raises(Cancelled):
        outcomes(matcher, asked, PX, CancelAt(1))


def test_index_is_readable_by_people(services: Services, model: RetrainingService, home: Path) -> None:
    _run(model)
    held = json.loads((home / "models" / "index.json").read_bytes())
    assert held["px"]["trainings"][0]["held_out"] > 0
    assert isinstance(model.train(PX, NoProgress()), Trained)
