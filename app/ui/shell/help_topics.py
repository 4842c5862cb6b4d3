"""The help as topics and sections, read from ``resources/help``: found by words, and for what has the focus."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Final

from app.common.paths import data
from app.ui.shell.pinyin import found_at

KEYS: Final = "keys"
"""The topic without a file: it is built from the action table."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: id, title, file ('' for the generated one), the pages it is about."""

    id: str
    title: str
    file: str = ""
    pages: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The markdown of the topic."""
        return (data("resources") / "help" / self.file).read_text("utf-8") if self.file else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a topic with the text under it."""

    topic: Topic
    title: str
    body: str


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics of ``resources/help/index.toml`` in order."""
    with (data("resources") / "help" / "index.toml").open("rb") as handle:
        found = tomllib.load(handle)["topic"]
    return tuple(Topic(one["id"], one["title"], one.get("file", ""), tuple(one.get("pages", ()))) for one in found)


@cache
def sections() -> tuple[Section, ...]:
    """Return every section of every topic, in order."""
    return tuple(section for topic in topics() for section in _sections_of(topic))


def find(words: str) -> tuple[Section, ...]:
    """Return the sections about the words: first those whose heading or topic they name, then by their text.

    Headings are also found by pinyin.
    """
    named = [one for one in sections() if found_at(words, one.title) or found_at(words, one.topic.title)]
    inside = [one for one in sections() if one not in named and words.casefold() in one.body.casefold()]
    return (*named, *inside)


def about(page: str, title: str) -> tuple[Topic, Section | None]:
    """Return the topic of a page and its section about something with a title, None for the whole topic.

    A page without a topic of its own has the first one.
    """
    mine = [topic for topic in topics() if page in topic.pages]
    for section in sections():
        if section.topic in mine and title and (title in section.title or title in section.body):
            return section.topic, section
    return (mine or topics())[0], None


def _sections_of(topic: Topic) -> list[Section]:
    found: list[Section] = []
    title, lines = topic.title, list[str]()
    for line in topic.text.splitlines():
        if line.startswith("#"):
            found.append(Section(topic, title, "\n".join(lines)))
            title, lines = line.lstrip("#").strip(), []
        else:
            lines.append(line)
    found.append(Section(topic, title, "\n".join(lines)))
    return [one for one in found if one.body.strip()]
