"""People: first administrator, signing in, waiting after failures, users, and where a password never stands."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.common.clock import FixedClock
from app.common.errors import UserProblem
from app.services.composition import Services, open_services
from app.services.engines import Engines
from app.services.passwords import Passwords, Strength, new_recovery_key, plain_key, strength_of
from app.services.people import Entry, PeopleService, wait_after

NOW = datetime(2026, 11, 23, 9, 0)
MAPLE = "Hong-Ye 2026 Feng"
CLOUD = "Lan-Tian 2026 Yun"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
ADMIN = Entry("Chen ", "陈管（测试）", frozenset({"admin"}))
Open = Callable[[], Services]


@pytest.fixture
def reopen(template_home: Path, tmp_path: Path, engines: Engines) -> Iterator[Open]:
    """Return a way to open the same library again, closing the last one; the clock goes on."""
    home = Path(shutil.copytree(template_home, tmp_path / "people"))
    clock, opened = FixedClock(NOW), []

    def again() -> Services:
        while opened:
            opened.pop().close()
        opened.append(open_services(home, clock=clock, engines=engines, passwords=CHEAP))
        return opened[0]

    yield again
    for services in opened:
        services.close()


@pytest.fixture
def people(reopen: Open) -> PeopleService:
    """Return the service of a library with one administrator, who sits at it."""
    services = reopen()
    services.people.set_up(ADMIN, MAPLE, "ABCD-EFGH")
    return services.people


def _later(people: PeopleService, seconds: int) -> None:
    clock = people._session.clock
    assert isinstance(clock, FixedClock)
    clock.at += timedelta(seconds=seconds)


def _refused(call: Callable[[], object], key: str) -> UserProblem:
    with pytest.raises(UserProblem) as caught:
        call()
    assert caught.value.key == f"people.{key}"
    assert str(caught.value)
    return caught.value


def _audit(people: PeopleService) -> str:
    with closing(sqlite3.connect(people._session.db.path)) as file:
        rows = file.execute("SELECT * FROM audit_operation").fetchall()
        return repr(rows + file.execute("SELECT * FROM audit_change").fetchall())


def test_a_library_without_people_is_open_to_the_local_account(reopen: Open) -> None:
    services = reopen()
    assert not services.people.has_people
    assert services.people.is_signed_in
    assert services.user.id == "local"


def test_after_the_first_administrator_everybody_signs_in(people: PeopleService, reopen: Open) -> None:
    assert people._session.actor.name == "陈管（测试）"
    services = reopen()
    assert not services.people.is_signed_in
    with pytest.raises(UserProblem, match="您的角色不能"):
        services.people.everybody()
    assert services.people.sign_in("CHEN", MAPLE).roles == {"admin"}
    assert [one.login for one in services.people.everybody()] == ["chen"]
    assert services.people.my_login() == "chen"


def test_there_is_one_first_administrator(people: PeopleService) -> None:
    _refused(lambda: people.set_up(ADMIN, MAPLE, "X"), "set_up_already")


def test_unknown_wrong_and_out_of_use_sound_alike(people: PeopleService) -> None:
    person = people.add(Entry("lin", "林若溪（测试）", frozenset({"coder"})), MAPLE)
    people.set_active(person, active=False)
    said = [str(_refused(lambda one=one: people.sign_in(*one), "wrong")) for one in (
        ("nobody", MAPLE), ("chen", "not it at all"), ("lin", MAPLE)
    )]  # fmt: skip
    assert set(said) == {"用户名或密码不对，还可再试 4 次。"}


def test_the_wait_doubles_and_a_restart_does_not_forget_it(people: PeopleService, reopen: Open) -> None:
    assert [wait_after(failures) for failures in range(1, 10)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    for failures in range(1, 8):
        _refused(lambda: people.sign_in("chen", "wrong one"), "wrong" if failures < 5 else "wrong_wait")
        _refused(lambda: people.sign_in("chen", MAPLE), "wait")
        _later(people, wait_after(failures))
    _refused(lambda: people.sign_in("chen", "wrong one"), "wrong_wait")
    again = reopen().people
    assert "60 秒" in str(_refused(lambda: again.sign_in("Chen", MAPLE), "wait"))
    _later(again, -3600)
    assert "60 秒" in str(_refused(lambda: again.sign_in("chen", MAPLE), "wait"))
    _later(again, 3660)
    again.sign_in("chen", MAPLE)
    _refused(lambda: again.sign_in("chen", "wrong one"), "wrong")


def test_ten_thousand_guesses_take_more_than_a_day() -> None:
    assert sum(map(wait_after, range(1, 10_001))) > 24 * 3600


def test_a_password_stands_nowhere(people: PeopleService, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    people.add(Entry("lin", "林若溪（测试）", frozenset({"coder"})), MAPLE)
    with pytest.raises(UserProblem) as caught:
        people.sign_in("lin", CLOUD)
    _later(people, 1)
    people.sign_in("lin", MAPLE)
    people.change_password(MAPLE, CLOUD)
    path = people._session.db.path
    kept = b"".join(one.read_bytes() for one in path.parent.glob("library.db*"))
    with people._session.db.read() as reader:
        proof = reader.people.credential(2)
    for secret in (MAPLE, CLOUD):
        assert secret.encode() not in kept
        assert secret not in _audit(people) + caplog.text + repr(caught.value) + repr(proof) + repr(people.__dict__)
    assert proof is not None
    assert proof.hash.startswith("$argon2id$")
    assert proof.hash not in _audit(people) + repr(proof)


def test_what_was_typed_as_a_name_is_kept_only_if_it_is_one(people: PeopleService) -> None:
    _refused(lambda: people.sign_in(MAPLE, "x"), "wrong")
    assert MAPLE.casefold() not in _audit(people).casefold()


def test_the_audit_tells_of_signing_in_out_locking_and_failing(people: PeopleService) -> None:
    people.lock()
    people.sign_out()
    _refused(lambda: people.sign_in("chen", "wrong one"), "wrong")
    with closing(sqlite3.connect(people._session.db.path)) as file:
        rows = file.execute("SELECT op, actor FROM audit_operation ORDER BY id DESC LIMIT 5").fetchall()
    wanted = [("sign_in_failed", "p1"), ("sign_out", "p1"), ("lock", "p1"), ("sign_in", "p1"), ("save_person", "local")]
    assert rows == wanted


def test_a_hash_of_an_older_cost_is_made_anew(people: PeopleService, reopen: Open) -> None:
    with people._session.db.read() as reader:
        before = reader.people.credential(1)
    home, engines = people._session.db.path.parent, people._session.engines
    people._session.db.close()
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    services = open_services(home, clock=FixedClock(NOW), engines=engines, passwords=dearer)
    try:
        services.people.sign_in("chen", MAPLE)
        with services.session.db.read() as reader:
            after = reader.people.credential(1)
        assert before is not None
        assert after is not None
        assert "m=64,t=1" in before.hash
        assert "m=128,t=2" in after.hash
    finally:
        services.close()


def test_a_first_password_has_to_be_changed(people: PeopleService) -> None:
    person = people.add(Entry("lin", "林若溪（测试）", frozenset({"coder"})), MAPLE)
    people.sign_in("lin", MAPLE)
    assert people.must_change()
    _refused(lambda: people.change_password("wrong", CLOUD), "wrong")
    _later(people, 1)
    _refused(lambda: people.change_password(MAPLE, MAPLE), "same_password")
    _refused(lambda: people.change_password(MAPLE, "lin12345"), "weak")
    people.change_password(MAPLE, CLOUD)
    assert not people.must_change()
    people.sign_in("chen", MAPLE)
    people.reset_password(person, MAPLE)
    people.sign_in("lin", MAPLE)
    assert people.must_change()


def test_the_recovery_key_gives_the_administrator_a_new_password_once(people: PeopleService) -> None:
    people.sign_out()
    _refused(lambda: people.recover("chen", "ABCD-XXXX", CLOUD, "NEW"), "wrong")
    _later(people, 1)
    people.recover("chen", " abcd efgh", CLOUD, "NEWK-EYEY")
    assert people.my_login() == "chen"
    _refused(lambda: people.recover("chen", "ABCD-EFGH", CLOUD, "X"), "wrong")
    _later(people, 1)
    people.sign_in("chen", CLOUD)


def test_users_are_changed_and_put_out_of_use_but_never_deleted(people: PeopleService) -> None:
    entry = Entry("zhou", "周大夫（测试）", frozenset({"physician", "head"}), frozenset({"03.04"}))
    person = people.add(entry, MAPLE)
    people.change(person, "周主任（测试）", {"head"}, {"03.04", "03.05"})
    people.set_active(person, active=False)
    shown = next(one for one in people.everybody() if one.id == person)
    assert (shown.name, shown.roles, shown.active) == ("周主任（测试）", {"head"}, False)
    assert people.names()["p2"] == "周主任（测试）"
    people.set_active(person, active=True)
    assert people.sign_in("zhou", MAPLE).departments == {"03.04", "03.05"}


@pytest.mark.parametrize(
    ("entry", "secret", "key"),
    [
        (Entry("CHEN", "陈二（测试）", frozenset({"coder"})), MAPLE, "login_taken"),
        (Entry(" ", "陈二（测试）", frozenset({"coder"})), MAPLE, "no_name"),
        (Entry("er", " ", frozenset({"coder"})), MAPLE, "no_name"),
        (Entry("er", "陈二（测试）", frozenset()), MAPLE, "no_role"),
        (Entry("er", "陈二（测试）", frozenset({"king"})), MAPLE, "no_role"),
        (Entry("er", "陈二（测试）", frozenset({"head"})), MAPLE, "no_department"),
        (Entry("er", "陈二（测试）", frozenset({"coder"})), "Kurz-1", "bad_length"),
        (Entry("er", "陈二（测试）", frozenset({"coder"})), "x" * 200, "bad_length"),
        (Entry("er", "陈二（测试）", frozenset({"coder"})), "12345678", "weak"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said(people: PeopleService, entry: Entry, secret: str, key: str) -> None:
    before = len(people.everybody())
    _refused(lambda: people.add(entry, secret), key)
    assert len(people.everybody()) == before


def test_the_last_administrator_stays(people: PeopleService) -> None:
    _refused(lambda: people.change(1, "陈管（测试）", {"coder"}, ()), "last_admin")
    _refused(lambda: people.set_active(1, active=False), "not_yourself")
    _refused(lambda: people.set_active(99, active=False), "unknown")
    second = people.add(Entry("er", "陈二（测试）", frozenset({"admin"})), MAPLE)
    people.change(1, "陈管（测试）", {"coder"}, ())
    _refused(people.everybody, "refused")
    assert people.sign_in("er", MAPLE).id == f"p{second}"


def test_the_audit_rebuilds_the_people_and_leaves_proofs_alone(people: PeopleService) -> None:
    people.add(Entry("lin", "林若溪（测试）", frozenset({"coder"})), MAPLE)
    with people._session.db.read() as reader:
        report = reader.check(replay=True)
    assert report.is_sound
    assert report.differing == ()


@pytest.mark.parametrize(
    ("secret", "strength"),
    [
        ("abc", Strength.TOO_SHORT),
        ("password", Strength.WEAK),
        ("abcdefgh", Strength.WEAK),
        ("11112222", Strength.WEAK),
        ("chen2026x", Strength.WEAK),
        ("maple-leaf", Strength.FAIR),
        ("红叶2026秋风起兮白云飞", Strength.FAIR),
        (MAPLE, Strength.STRONG),
    ],
)
def test_strength_is_by_length_and_kinds(secret: str, strength: Strength) -> None:
    assert strength_of(secret, "chen") is strength


def test_a_recovery_key_is_long_and_read_without_doubt() -> None:
    key = new_recovery_key()
    assert len(plain_key(key)) == 20
    assert not set(key) & set("0O1IL")
    assert key != new_recovery_key()


def test_of_several_tries_at_the_same_moment_one_is_let_through(people: PeopleService) -> None:
    people.sign_out()
    started, verified = threading.Barrier(6), []

    class Slow(Passwords):
        def fits(self, stored: str | None, secret: str) -> bool:
            verified.append(secret)
            return super().fits(stored, secret)

    def one(number: int) -> str:
        door = PeopleService(people._session, Slow(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)))
        started.wait()
        with pytest.raises(UserProblem) as caught:
            door.sign_in("chen", f"guess number {number}")
        return caught.value.key

    with ThreadPoolExecutor(6) as pool:
        keys = sorted(pool.map(one, range(6)))
    assert keys == ["people.wait"] * 5 + ["people.wrong"]
    assert len(verified) == 1
