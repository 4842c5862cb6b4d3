"""What is compared: old and new scheme, months of discharge. Values a place can keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.services.types import AssetLine
from app.ui.ports import JsonValue


@dataclass(frozen=True, slots=True)
class Wish:
    """Ids of the schemes ('' the shipped one), the period as typed, the list shown. ``ran``: it was compared."""

    old: str = ""
    new: str = ""
    period: str = ""
    tab: str = "cases"
    ran: bool = False

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as arguments of a place."""
        return {"old": self.old, "new": self.new, "period": self.period, "tab": self.tab, "ran": self.ran}

    @classmethod
    def of(cls, args: Mapping[str, JsonValue], known: Wish) -> Wish:
        """Return what the arguments of a place say, the rest as it was."""
        old, new = (_id(args.get(key), getattr(known, key)) for key in ("old", "new"))
        period, tab = args.get("period"), args.get("tab")
        same = (old, new) == (known.old, known.new)
        return cls(
            old,
            new,
            period if isinstance(period, str) else known.period,
            tab if isinstance(tab, str) else known.tab,
            bool(args.get("ran", known.ran if same else False)),
        )


def _id(given: JsonValue, known: str) -> str:
    if not isinstance(given, str):
        return known
    return "" if given == "starter" else given


class SchemeChoices:
    """The schemes as a dictionary field takes them: the title stands for the scheme, made unique where needed."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._notes: dict[str, str] = {}

    def show(self, lines: Sequence[AssetLine]) -> None:
        """Offer other schemes."""
        titles = [line.title for line in lines]
        self._ids = {
            line.title if titles.count(line.title) == 1 else f"{line.title} {line.id}": line.id for line in lines
        }
        self._notes = {title: "使用中" for title, line in zip(self._ids, lines, strict=True) if line.active}

    def title_of(self, asset_id: str) -> str:
        """Return what stands for a scheme, '' for one that is gone."""
        return next((title for title, one in self._ids.items() if one == asset_id), "")

    def id_of(self, title: str) -> str | None:
        """Return the scheme that a title stands for."""
        return self._ids.get(title)

    def others(self, asset_id: str) -> list[str]:
        """Return the other schemes, the latest import first."""
        return [one for one in reversed(self._ids.values()) if one != asset_id]

    def label(self, code: str) -> str:
        """Return nothing behind the title in the field."""
        return ""

    def find(self, text: str) -> str | None:
        """Return the scheme that was typed, whatever its case."""
        return next((title for title in self._ids if title.upper() == text.strip().upper()), None)

    def search(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the schemes whose title holds a text."""
        return [(title, self._notes.get(title, "")) for title in self._ids if text.upper() in title.upper()]
