"""Words as jieba cuts them, out of our own table of them."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path

import jieba
import pytest

from app.matching.words import Words

_NAMES = ("肾病综合征", "胆总管结石", "高血压病", "I10")
_TEXTS = (
    "慢性阻塞性肺疾病急性加重期伴肺部感染，2型糖尿病性肾病",
    "患者因反复胸闷气促三天入院，既往肾病综合征病史",
    "腹腔镜下胆囊切除术+胆总管结石取出术（L1）",
    "COPD III级 abc 高血压病3级",
    "",
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("words")


@pytest.fixture(scope="module")
def plain() -> jieba.Tokenizer:
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    for name in _NAMES[:3]:
        tokenizer.add_word(name, 2000)
    return tokenizer


@pytest.mark.parametrize("text", _TEXTS)
def test_texts_are_cut_as_jieba_cuts_them(text: str, plain: jieba.Tokenizer, cache: Path) -> None:
    first, again = Words(_NAMES, cache), Words(_NAMES, cache)
    assert first.cut(text) == plain.lcut(text)
    assert again.cut(text) == plain.lcut(text)


@pytest.fixture
def few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jieba's dictionary be of three words: its own takes a second to read."""
    words = "综合征 30 n\n病史 20 n\n糖尿病 40 n\n".encode()
    monkeypatch.setattr(jieba.Tokenizer, "get_dict_file", lambda _self: BytesIO(words))


@pytest.mark.usefixtures("few_words")
def test_the_prepared_table_is_of_these_names_and_whole(tmp_path: Path) -> None:
    Words(_NAMES, tmp_path).cut("")
    assert "肾病综合征" in Words(_NAMES, tmp_path).cut("肾病综合征病史")
    assert "肾病综合征" not in Words((), tmp_path).cut("肾病综合征病史")
    for kept in tmp_path.glob("words-*.bin"):
        kept.write_bytes(kept.read_bytes()[:-9])
    assert "肾病综合征" in Words(_NAMES, tmp_path).cut("肾病综合征病史")


@pytest.mark.usefixtures("few_words")
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "糖尿病" in Words(_NAMES, tmp_path / "file" / "inside").cut("2型糖尿病")
