"""How words are read: as pypinyin reads them, without its tables in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pypinyin import Style, lazy_pinyin

from app.common.pinyin import initials, syllables
from app.domain.dictionaries import DICTIONARIES

_WORDS = ("重症医学科", "调整顺序", "银行行长", "长春", "参数", "朝阳区", "重庆市渝中区")


def _read(words: str) -> str:
    return "".join(lazy_pinyin(words, style=Style.FIRST_LETTER)).lower()


@pytest.mark.parametrize("words", _WORDS)
def test_words_are_read_as_whole_words(words: str) -> None:
    assert initials(words) == _read(words)
    assert syllables(words) == tuple(lazy_pinyin(words))


def test_every_value_of_every_dictionary_is_read_as_pypinyin_reads_it() -> None:
    labels = {entry.label for one in DICTIONARIES.values() for entry in one.entries}
    wrong = {label: (initials(label), _read(label)) for label in labels if initials(label) != _read(label)}
    assert not wrong


def test_letters_digits_and_signs_stand_for_themselves() -> None:
    assert syllables("ICU 2型") == ("i", "c", "u", " ", "2", "xing")
    assert initials("ICU 2型") == "icu 2x"
    assert not initials("")


def test_a_later_start_reads_without_pypinyin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINGAN_HOME", str(tmp_path))
    (tmp_path / "cache").mkdir()
    ask = "import sys; from app.common.pinyin import initials; print(initials('长春'), 'pypinyin' in sys.modules)"
    told = [subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True).stdout for _ in range(2)]
    assert told == [b"cc True\n", b"cc False\n"]
