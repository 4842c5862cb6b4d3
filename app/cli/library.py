"""Opening the library for a command: in a library with people it asks who works, as the window does.

The password is asked for at the terminal, or read from the first line of standard input when that is no terminal.
It is taken from no option and no environment variable: others on the computer can read those.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.common.clock import SystemClock
from app.common.errors import UserProblem
from app.common.paths import config_dir, home, library_path

if TYPE_CHECKING:
    from app.services.assets import Assets
    from app.services.composition import Services


def add_user(parser: argparse.ArgumentParser) -> None:
    """Add ``--user`` to a command that works in the library."""
    parser.add_argument("--user", default="", metavar="NAME", help="用户名；病案库已设置用户时须给出，并输入口令")


@contextmanager
def library(args: argparse.Namespace, *, writes: bool = True) -> Iterator[Services]:
    """Yield the services over the library. What only reads works beside a window that has it: who signed in and what
    was given away is written down all the same.

    Raises :class:`UserProblem` without a user, for a wrong password, and for one that has to be changed first; with
    ``writes`` also while a window has the library.
    """
    from app.services.audit_head import head_store  # noqa: PLC0415 - as below
    from app.services.composition import open_services  # noqa: PLC0415 - engines load only for this command

    beside = library_path().exists() and not writes
    services = open_services(home(), read_only=beside, notes=beside, config=head_store(config_dir()))
    try:
        if services.people.has_people:
            _sign_in(services, args.user)
        yield services
        services.people.sign_out()
    finally:
        services.close()


@contextmanager
def own_tables(args: argparse.Namespace) -> Iterator[Assets]:
    """Yield code books, schemes and prices for a change, by whoever may make it; without a library nobody is asked.

    Raises :class:`UserProblem` when a window has the library, and as :func:`library` does.
    """
    from app.services.assets import Assets  # noqa: PLC0415 - engines load only for this command
    from app.services.writer import writing  # noqa: PLC0415 - as above

    if library_path().exists():
        with library(args) as services:
            yield services.assets
    else:
        with writing():
            yield Assets(home(), SystemClock())


def _sign_in(services: Services, login: str) -> None:
    if not login:
        raise UserProblem("people.no_seat", remedy="people.remedy.no_seat")
    services.people.sign_in(login, _ask(login))
    if services.people.must_change():
        raise UserProblem("people.must_change", remedy="people.remedy.must_change")


def _ask(login: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"{login} 的口令：")
    return sys.stdin.readline().rstrip("\r\n")
