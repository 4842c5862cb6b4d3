"""What the program asks beside a file: from when a scheme is used; for which place and level rates hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from app.drg.rates import level_name, same_level
from app.drg.tariffs import RateKey
from app.ui.widgets import Button, Card, DictionaryField, FieldBox, FieldLook, RuledField, Text, row

_DAY = "例如 2026-01-01，可留空"


class Few:
    """A short list of values as a dictionary field takes it: code and word are the same."""

    def __init__(self, values: Sequence[str]) -> None:
        self._values = tuple(dict.fromkeys(values))

    def label(self, code: str) -> str:
        """Return nothing behind the value."""
        return ""

    def find(self, text: str) -> str | None:
        """Return the value typed, whatever its case."""
        return next((value for value in self._values if value.upper() == text.strip().upper()), None)

    def search(self, text: str) -> Sequence[tuple[str, str]]:
        """Return the values that hold a text."""
        return [(value, "") for value in self._values if text.upper() in value.upper()]


class DateCard(Card):
    """Asks from which discharge date on a scheme is used; ``then(date as typed)``."""

    def __init__(self, parent: QWidget, title: str, verb: str, shown: str, then: Callable[[str], object]) -> None:
        super().__init__(parent.window(), width=460)
        self.setObjectName("date_card")
        self._then = then
        self.field = RuledField()
        self.field.setObjectName("valid_from")
        self.field.show_value(shown, FieldLook(code=True, hint=_DAY))
        self._yes = Button(verb, kind="primary")
        no = Button("取消", keys="Esc")
        self.box.addWidget(Text(title, "title", wrap=True))
        told = "从哪一天起出院的病例用这个方案。留空时，没有其他方案按日期生效的病例用当前启用的方案。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        self.box.addWidget(FieldBox("启用日期", self.field))
        self.box.addSpacing(8)
        self.box.addLayout(row(None, no, self._yes))
        no.clicked.connect(self.close_card)
        self._yes.clicked.connect(self._on_yes)
        self.open(self.field)

    def _on_yes(self) -> None:
        self.close_card()
        self._then(self.field.text().strip())


class RatesCard(Card):
    """Asks for place and level, both of them, from what the file holds; ``then(city, level)``."""

    def __init__(
        self, parent: QWidget, name: str, places: Sequence[RateKey], then: Callable[[str, str], object]
    ) -> None:
        super().__init__(parent.window(), width=460)
        self.setObjectName("rates_card")
        self._places, self._then = places, then
        cities = [place.city for place in places if place.city]
        self.city = DictionaryField(Few(cities)) if cities else RuledField()
        self.level = DictionaryField(Few([place.level for place in places]))
        self._yes = Button("导入", kind="primary")
        no = Button("取消", keys="Esc")
        self.box.addWidget(Text(f"导入费率 {name}", "title", wrap=True))
        there = "、".join(f"{place.city} {place.year} 年{level_name(place.level)}".strip() for place in places)
        told = f"费率只对一个地区、一个医院级别有效，请写明；年度按出院日期选用。文件中有：{there}。"
        self.box.addWidget(Text(told, tone="secondary", wrap=True))
        for label, key, field in (
            ("地区", "city", self.city),
            ("级别", "level", self.level),
        ):
            field.setObjectName(key)
            field.textChanged.connect(self._on_typed)
            self.box.addWidget(FieldBox(label, field))
        self._missing = Text("", "caption", "muted", wrap=True)
        self.box.addWidget(self._missing)
        self.box.addLayout(row(None, no, self._yes))
        no.clicked.connect(self.close_card)
        self._yes.clicked.connect(self._on_yes)
        self._on_typed()
        self.open(self.city)

    def _on_typed(self, _typed: str = "") -> None:
        city, level = (field.text().strip() for field in (self.city, self.level))
        fits = any(same_level(place.level, level) and place.city in ("", city) for place in self._places)
        self._yes.setEnabled(bool(city) and fits)
        missing = "地区、级别都要写。" if not (city and level) else "" if fits else "文件中没有这样的费率。"
        self._missing.setText(missing)

    def _on_yes(self) -> None:
        self.close_card()
        self._then(*(field.text().strip() for field in (self.city, self.level)))
