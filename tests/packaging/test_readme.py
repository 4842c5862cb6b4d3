"""README and change log say what the program does: commands, options, places, figures, versions."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import app
from app.cli.main import parser


@pytest.fixture(scope="session")
def readme(root: Path) -> str:
    """Return the text of README.md."""
    return (root / "README.md").read_text(encoding="utf-8")


def _fenced(text: str) -> list[str]:
    blocks = re.findall(r"^```\w+\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def _leaves(top: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command that does something, as its words and its parser."""
    groups = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(words), top
    for group in groups:
        for word, below in group.choices.items():
            yield from _leaves(below, (*words, word))


def _options(command: argparse.ArgumentParser) -> set[str]:
    return {option for action in command._actions for option in action.option_strings if option.startswith("--")}


HAN = re.compile(r"[\u4e00-\u9fff]")
LEAVES = dict(_leaves(parser()))


def _row(readme: str, command: str) -> str:
    return next(line for line in readme.splitlines() if line.startswith(f"| `bingan {command}"))


def test_every_command_in_a_block_is_one_the_program_takes(readme: str) -> None:
    lines = _fenced(readme)
    assert len(lines) > 10
    for line in lines:
        words = shlex.split(line.replace("\\", "/"))
        if words[0] == "bingan":
            parser().parse_args(words[1:])
        else:
            assert words[:2] in (["python3", "packaging/dev.py"], ["py", "-3.11"]), line
            assert words[-1] in {"run", "test", "setup", "lock"}, line


def test_the_table_names_every_command(readme: str) -> None:
    rows = re.findall(r"^\| `bingan ([^`]+)`", readme, re.MULTILINE)
    named = {command for command in LEAVES if any(row == command or row.startswith(f"{command} ") for row in rows)}
    assert named == set(LEAVES)
    assert len(rows) == len(LEAVES)


@pytest.mark.parametrize("command", sorted(LEAVES))
def test_the_table_names_the_options_of_a_command(readme: str, command: str) -> None:
    named = set(re.findall(r"--[a-z-]+", _row(readme, command)))
    assert named == _options(LEAVES[command]) - {"--help"}


@pytest.mark.parametrize("command", sorted(LEAVES))
def test_every_command_has_chinese_help(command: str) -> None:
    actions = [action for action in LEAVES[command]._actions if action.dest != "help"]
    silent = [action.dest for action in actions if action.option_strings and not HAN.search(action.help or "")]
    assert silent == []


def test_places_named_in_the_readme_exist(readme: str, root: Path) -> None:
    named = {place for place in re.findall(r"`([\w./-]+)`", readme) if "/" in place or place.endswith(".md")}
    made = {".venv/"}
    assert {place for place in named - made if not (root / place).exists()} == set()


def test_figures_of_the_built_in_codebook_are_those_of_its_manifest(readme: str, root: Path) -> None:
    manifest = tomllib.loads((root / "codebooks" / "builtin" / "manifest.toml").read_text(encoding="utf-8"))
    counts = {file["name"]: file["count"] for file in manifest["file"]}
    assert f"{counts['icd10.csv']:,} 条诊断、{counts['icd9cm3.csv']:,} 条手术" in readme
    assert f"`gnuhealth-icd9procs` {manifest['version']}" in readme


def test_the_newest_entry_of_the_change_log_is_this_version(root: Path) -> None:
    log = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)（(?:尚未发布|\d{4}-\d\d-\d\d)）$", log, re.MULTILINE)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert versions[0] == app.__version__ == project["version"]
    assert len(versions) == len(re.findall(r"^## ", log, re.MULTILINE))


def test_every_entry_of_the_change_log_says_what_to_do(root: Path) -> None:
    entries = (root / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    assert all("### 你需要做什么\n\n- " in entry for entry in entries)
