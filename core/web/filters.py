"""Filters of lists. A value that a filter cannot read is refused, never ignored."""

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_filters.fields import IsoDateTimeField

from core.ids import id_of
from core.web.fields import MOMENT_WANTED, moment_of

FLAGS = {"true": True, "1": True, "false": False, "0": False}


class _IdFormField(forms.UUIDField):
    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return id_of(value)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class _MomentFormField(IsoDateTimeField):
    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return moment_of(value)
        except ValueError:
            raise ValidationError(MOMENT_WANTED, code="invalid") from None


class _FlagFormField(forms.NullBooleanField):
    # Django's own reads the words of its menu, and takes what it cannot read for unknown.
    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if value.lower() not in FLAGS:
            raise ValidationError(_("Give true or false."), code="invalid")
        return FLAGS[value.lower()]


class IdFilter(django_filters.UUIDFilter):
    field_class = _IdFormField


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = _MomentFormField


class FlagFilter(django_filters.BooleanFilter):
    field_class = _FlagFormField
