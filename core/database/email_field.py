"""Define a column of email addresses in one spelling, however they are typed."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import models

from core.text import email_spelling


class OneSpelling(forms.EmailField):
    """Clean what is typed before it is checked: a pasted address can hold invisible characters."""

    def to_python(self, value: Any) -> str:
        return email_spelling(super().to_python(value) or "")


class OneSpellingEmailField(models.EmailField[str, str]):
    """Store an address in its one spelling, and look it up by any.

    This holds for forms, `save`, `bulk_create`, `update` and `filter(email=…)`. Raw SQL goes
    around it; a constraint of the table refuses capitals and spaces there.
    """

    def to_python(self, value: Any) -> Any:
        return _spelled(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return _spelled(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Also give the spelling to the instance: its caller may go on with it."""
        spelled = _spelled(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, spelled)
        return spelled

    def formfield(self, *args: Any, **options: Any) -> Any:
        return super().formfield(*args, **{"form_class": OneSpelling, **options})


def collisions(addresses: Iterable[str]) -> list[str]:
    """Return a sentence for each address that is there in several spellings."""
    spellings = defaultdict(list)
    for address in sorted(addresses):
        spellings[email_spelling(address)].append(address)
    return [
        f"{len(found)} people have the address {spelling} in other spellings: "
        f"{', '.join(map(repr, found))}."
        for spelling, found in spellings.items()
        if len(found) > 1
    ]


def _spelled(value: Any) -> Any:
    return email_spelling(value) if isinstance(value, str) else value
