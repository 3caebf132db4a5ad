"""When the company and its people work. In `core.models` by name."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class HoursOfAWeekday(models.Model):
    """Hours of one weekday in which somebody works."""

    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    starts_at = models.TimeField(_("from"))
    ends_at = models.TimeField(_("until"))

    class Meta:
        abstract = True
        ordering = ("weekday", "starts_at")
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="%(class)s_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("The end comes before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class WorkingPeriod(HoursOfAWeekday):
    """Hours in which the company works."""


class OwnWorkingPeriod(HoursOfAWeekday):
    """Hours in which one person works. With one such row, the company's do not count for them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="working_periods"
    )


class Closure(models.Model):
    """Days on which the company is closed, beside public holidays: weeks of August, a bridge."""

    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    label = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        ordering = ("first_day",)
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="closure_ends_after_it_starts",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message=_("The end comes before the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.first_day:%Y-%m-%d} - {self.last_day:%Y-%m-%d}"


class Availability(models.Model):
    """Whether a person of the company is away. Without a row, the person is there."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True,
        related_name="availability", limit_choices_to=~Q(role="client"),
    )  # fmt: skip
    is_absent = models.BooleanField(_("absent"), default=False)
    # None: until the person says so.
    absent_until = models.DateTimeField(_("absent until"), null=True, blank=True)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")

    def __str__(self) -> str:
        return f"{self.user_id}: {'absent' if self.is_absent else 'present'}"

    def is_absent_at(self, moment: datetime | None = None) -> bool:
        """Tell whether the person is away at a moment, now by default. It ends by itself."""
        moment = moment or timezone.now()
        return self.is_absent and (self.absent_until is None or self.absent_until > moment)
