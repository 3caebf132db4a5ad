"""Two rows of one person become one: nothing is left behind, nothing crosses sides or clients."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from model_bakery import baker

from core.merging import fields_to_people, merge
from core.models import Client, User
from messaging.models import Conversation, Message, Note
from tests.cast import Say

pytestmark = pytest.mark.django_db
FIELDS = {
    f"{field.model._meta.label}.{field.name}": field
    for field in fields_to_people()
    if field.name != "merged_into"
}


@pytest.fixture
def nadia(db: None) -> User:
    """A second row of Odile's."""
    return User.objects.create(
        email="nadia@demo.test", name="Odile Perrin", role=User.Role.STAFF, external_id=None
    )


def left_behind(person: User) -> dict[str, int]:
    """Count the rows that name a person, by the column that does."""
    counts = {
        name: field.model._base_manager.filter(**{field.name: person}).count()
        for name, field in FIELDS.items()
    }
    return {name: count for name, count in counts.items() if count}


@pytest.fixture
def made(
    conversation: Conversation, say: Say, camille: User, marc: User
) -> Callable[[models.ForeignKey[Any, Any], User], Any]:
    """Give a function that makes a row of a model, which names a person in a column."""
    message = say(camille, "Bonjour")
    note = Note.objects.create(conversation=conversation, author=marc, body="Vu")
    given = {Conversation: conversation, Message: message, Note: note, Client: camille.client}

    def make(field: models.ForeignKey[Any, Any], person: User) -> Any:
        columns: dict[str, Any] = {}
        for column in field.model._meta.concrete_fields:
            if isinstance(column, models.ForeignKey) and not column.null:
                columns[column.name] = marc if column.related_model is User else given.get(
                    column.related_model
                )  # fmt: skip
        known = {name: value for name, value in columns.items() if value is not None}
        return baker.make(field.model, **{**known, **SPECIAL.get(field.model.__name__, {}),
                                          field.name: person})  # fmt: skip

    return make


# What chance would choose against a rule of the table.
SPECIAL: dict[str, dict[str, Any]] = {}


class TestNothingIsLeftBehind:
    @pytest.mark.parametrize("name", FIELDS)
    def test_row_of_each_foreign_key_goes_to_the_kept_person(
        self, made: Callable[..., Any], odile: User, nadia: User, name: str
    ) -> None:
        row = made(FIELDS[name], nadia)
        assert left_behind(nadia)

        merge(odile, nadia)

        assert left_behind(nadia) == {}
        assert name in left_behind(odile)
        row.__class__._base_manager.get(pk=odile.pk if FIELDS[name].primary_key else row.pk)

    @pytest.mark.parametrize("name", FIELDS)
    def test_rows_that_both_have_leave_one(
        self, made: Callable[..., Any], odile: User, nadia: User, name: str
    ) -> None:
        made(FIELDS[name], odile)
        made(FIELDS[name], nadia)

        merge(odile, nadia)

        assert left_behind(nadia) == {}
