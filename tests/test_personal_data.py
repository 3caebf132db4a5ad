"""The map of personal data in SECURITY.md has every column that the models have.

A column is in the map or in `columns_without_personal_data.json`. What a new column holds is for
people to decide: neither list is filled by a program.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import ForeignKey, Model

from core.models import User
from tests.commands import ROOT

SECURITY = (ROOT / "SECURITY.md").read_text()
NOT_PERSONAL = ROOT / "tests" / "columns_without_personal_data.json"
# The apps of others that only hold what `migrate` fills.
MODELS = {model._meta.object_name or "": model for model in apps.get_models(True)}
COLUMNS_OF_A_MODEL = re.compile(r"`(\w+)`: ((?:`\w+`(?:, )?)+)")


def table() -> list[list[str]]:
    """Return the cells of the map, a list for each line."""
    part = SECURITY.split("## Personal data")[1].split("\n\n**Sub-processors")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def in_the_map() -> list[tuple[str, str]]:
    return [
        (model, column)
        for cells in table()
        for model, columns in COLUMNS_OF_A_MODEL.findall(cells[1])
        for column in re.findall(r"`(\w+)`", columns)
    ]


def not_personal() -> list[tuple[str, str]]:
    named: dict[str, list[str]] = json.loads(NOT_PERSONAL.read_text())
    return [(model, column) for model, columns in named.items() for column in columns]


def columns() -> list[tuple[str, str]]:
    return [(name, column) for name, model in MODELS.items() for column in columns_of(model)]


def columns_of(model: type[Model]) -> Iterator[str]:
    yield from (field.name for field in model._meta.concrete_fields)


class TestMapOfPersonalData:
    def test_every_column_is_in_the_map_or_said_to_hold_nothing_personal(self) -> None:
        known = {*in_the_map(), *not_personal()}

        assert [column for column in columns() if column not in known] == []

    def test_names_no_column_that_is_gone(self) -> None:
        known = set(columns())

        assert [each for each in (*in_the_map(), *not_personal()) if each not in known] == []

    def test_names_each_column_once(self) -> None:
        counted = Counter([*in_the_map(), *not_personal()])

        assert [column for column, count in counted.items() if count > 1] == []

    def test_models_have_different_names(self) -> None:
        assert len(MODELS) == len(apps.get_models(True))

    def test_whatever_names_a_person_is_personal(self) -> None:
        personal = set(in_the_map())
        links = [
            (name, field.name)
            for name, model in MODELS.items()
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.related_model is User
        ]

        assert [link for link in links if link not in personal] == []

    @pytest.mark.parametrize("cells", table(), ids=lambda cells: cells[0][:40])
    def test_line_says_who_reads_why_how_long_and_how_it_goes(self, cells: list[str]) -> None:
        assert len(cells) == 6
        assert all(cells)
        assert "to be filled" not in " ".join(cells)
