"""Lists of the admin in the order of a dictionary."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.database.folding import FoldText

M = TypeVar("M", bound=Model)


class InOrderOfNames(admin.ModelAdmin[M]):
    """A list by name as a dictionary orders it, «École» beside «Ecole», also when it is clicked."""

    ordering = (FoldText("name"), "name")

    @admin.display(description=_("name"), ordering=FoldText("name"))
    def named(self, row: Any) -> str:
        return str(row.name)
