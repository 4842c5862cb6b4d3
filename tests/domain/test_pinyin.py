"""How words are read: as pypinyin reads them, without its tables in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.common.pinyin import initials, syllables, tables_read
from app.domain.dictionaries import DICTIONARIES

_WORDS = ("重症医学科", "调整顺序", "银行行长", "长春", "参数", "朝阳区", "重庆市渝中区")


def _syllables(words: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # anew: the program unloads it once it has read it

    return lazy_pinyin(words)


def _read(words: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  # as above

    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


@pytest.mark.parametrize("words", _WORDS)
def test_words_are_read_as_whole_words(words: str) -> None:
    assert initials(words) == _read(words)
    assert syllables(words) == tuple(_syllables(words))


def test_every_value_of_every_dictionary_is_read_as_pypinyin_reads_it() -> None:
    labels = {entry.label for one in DICTIONARIES.values() for entry in one.entries}
    wrong = {label: (initials(label), _read(label)) for label in labels if initials(label) != _read(label)}
    assert not wrong


def test_letters_digits_and_signs_stand_for_themselves() -> None:
    assert syllables("ICU 2型") == ("i", "c", "u", " ", "2", "xing")
    assert initials("ICU 2型") == "icu 2x"
    assert not initials("")


def test_a_start_keeps_no_table_of_pypinyin_and_a_later_one_reads_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path))
    (tmp_path / "cache").mkdir()
    ask = (
        "from app.common.pinyin import initials; print(initials('长春'), any('pypinyin' in one for one in sys.modules))"
    )
    for begin in ("", "sys.modules['pypinyin'] = None; "):
        command = [sys.executable, "-c", f"import sys; {begin}{ask}"]
        told = subprocess.run(command, check=True, capture_output=True).stdout
        assert told == (b"cc True\n" if begin else b"cc False\n")  # the second names what it forbids


def test_its_tables_can_be_read_again() -> None:
    for _ in range(2):
        with tables_read():
            from pypinyin import lazy_pinyin  # noqa: PLC0415  # what the block is for

            assert lazy_pinyin("长春") == ["chang", "chun"]
        assert "pypinyin" not in sys.modules


def test_the_tables_are_prepared_once_on_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path))
    begin = "import sys; sys.modules['pypinyin'] = None; "
    ask = "from app.common.pinyin import prepare; prepare()"
    done = [
        subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode
        for code in (begin + ask, ask, begin + ask)
    ]
    assert done == [1, 0, 0]  # the third needs no pypinyin
    assert list((tmp_path / "cache").glob("syllables*"))
