"""The widgets of the house. Pages import from here only."""

from app.ui.widgets.action_button import ActionButton
from app.ui.widgets.badges import Chip, ProgressLine, SeverityBadge, StatePill
from app.ui.widgets.buttons import Button, IconButton
from app.ui.widgets.cells import CELL, EMPTY, Cell, CellDelegate, plain
from app.ui.widgets.chart_place import ChartPlace, Ground, Mark
from app.ui.widgets.checks import CheckBox, ComboBox
from app.ui.widgets.dictionary import Choices, DictionaryField
from app.ui.widgets.fields import FieldBox, FieldLook, RuledField
from app.ui.widgets.filter import FilterBox
from app.ui.widgets.frames import Card, FloatFrame, Scrim, ask
from app.ui.widgets.panes import Header, Pane, Panel, ScrollPane, SectionHeader, Splitter, column, row
from app.ui.widgets.side_list import LINE, SideDelegate, SideLine, SideList
from app.ui.widgets.states import Message, Skeleton, StateStack
from app.ui.widgets.switches import SegmentedControl, StepBar, Tabs
from app.ui.widgets.table import CellModel, Column, DataTable
from app.ui.widgets.text import IconLabel, KeyCap, Rule, Text, restyle

__all__ = [
    "CELL",
    "EMPTY",
    "LINE",
    "ActionButton",
    "Button",
    "Card",
    "Cell",
    "CellDelegate",
    "CellModel",
    "ChartPlace",
    "CheckBox",
    "Chip",
    "Choices",
    "Column",
    "ComboBox",
    "DataTable",
    "DictionaryField",
    "FieldBox",
    "FieldLook",
    "FilterBox",
    "FloatFrame",
    "Ground",
    "Header",
    "IconButton",
    "IconLabel",
    "KeyCap",
    "Mark",
    "Message",
    "Pane",
    "Panel",
    "ProgressLine",
    "Rule",
    "RuledField",
    "Scrim",
    "ScrollPane",
    "SectionHeader",
    "SegmentedControl",
    "SeverityBadge",
    "SideDelegate",
    "SideLine",
    "SideList",
    "Skeleton",
    "Splitter",
    "StatePill",
    "StateStack",
    "StepBar",
    "Tabs",
    "Text",
    "ask",
    "column",
    "plain",
    "restyle",
    "row",
]
