"""Lists of the admin in the order of a dictionary, with fields that say what they are."""

from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import DateTimeField, Model
from django.utils.translation import gettext_lazy as _

from core.database.folding import FoldText

M = TypeVar("M", bound=Model)


class NamedMoment(AdminSplitDateTime):
    """A date and a time, each with a name for a screen reader."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        day, time = context["widget"]["subwidgets"]
        day["attrs"]["aria-label"], time["attrs"]["aria-label"] = _("Date"), _("Time")
        return context


class InOrderOfNames(admin.ModelAdmin[M]):
    """A list by name as a dictionary orders it, «École» beside «Ecole», also when it is clicked."""

    ordering = (FoldText("name"), "name")
    formfield_overrides: ClassVar = {DateTimeField: {"widget": NamedMoment}}

    class Media:
        css: ClassVar = {"all": ("core/admin.css",)}
        js = ("core/admin.js",)

    @admin.display(description=_("name"), ordering=FoldText("name"))
    def named(self, row: Any) -> str:
        return str(row.name)
