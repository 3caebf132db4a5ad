"""The rules of a manager, and the conversations whose time is over by them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.audit.record import Action, Thing, record
from core.models import Chantier, User
from core.web.errors import NotAllowed
from messaging.models import Conversation, HistoryLine, RetentionRule
from messaging.retention_models import MOST_YEARS

Scope = RetentionRule.Scope


@dataclass(frozen=True)
class Because:
    """Why a conversation is purged: a rule, or what a person who ordered it wrote."""

    scope: str = ""
    years: int | None = None
    reason: str = ""


def years_before(now: datetime, years: int) -> datetime:
    """Return the same day some years ago; the 28th of February for its 29th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)


def rules() -> dict[str, RetentionRule]:
    return {rule.scope: rule for rule in RetentionRule.objects.select_related("set_by")}


def set_rule(by: User, scope: str, years: int | None) -> RetentionRule | None:
    """Keep conversations of a sort for so many years; None: for ever. Raises NotAllowed.

    Raises ValidationError for another number of years than 1 to 99.
    """
    if by.role != User.Role.MANAGER:
        raise NotAllowed
    if years is None:
        if RetentionRule.objects.filter(scope=Scope(scope)).delete()[0]:
            record(by, Action.SETTING_DELETED, Thing("messaging.retentionrule", scope))
        return None
    if not 1 <= years <= MOST_YEARS:
        raise ValidationError(_("Give a number of years from 1 to 99, or keep everything."))
    rule, _is_new = RetentionRule.objects.update_or_create(
        scope=Scope(scope),
        defaults={"years": years, "set_by": by, "set_at": timezone.now()},
    )
    record(by, Action.SETTING_CHANGED, Thing("messaging.retentionrule", scope), {"years": years})
    return rule


def over(rule: RetentionRule, now: datetime | None = None) -> QuerySet[Any]:
    """Return the conversations whose time is over by a rule, whether held or not.

    The time of a chantier's begins when it was archived, that of a free subject when it was closed;
    a later message or an opening begins it anew. When in doubt it is the later moment.
    """
    before = years_before(now or timezone.now(), rule.years)
    kept = Conversation.objects.filter(purged_at=None, last_activity_at__lt=before)
    if rule.scope == Scope.CHANTIER:
        return kept.filter(
            chantier__status=Chantier.Status.ARCHIVED, chantier__archived_at__lt=before
        )
    closed = Max("lines__at", filter=Q(lines__kind=HistoryLine.Kind.CLOSED))
    return (
        kept.filter(chantier=None)
        .filter(Q(status=Conversation.Status.CLOSED) | Q(archived_at__isnull=False))
        # One that was closed before there were lines: any change may have closed it.
        .annotate(ended_at=Greatest(Coalesce(closed, F("changed_at")), F("last_activity_at")))
        .filter(ended_at__lt=before)
    )


def all_over(now: datetime | None = None) -> Iterator[tuple[RetentionRule, QuerySet[Any]]]:
    for _scope, rule in sorted(rules().items()):
        yield rule, over(rule, now)


def is_still_over(conversation: Conversation, because: Because) -> bool:
    """Tell whether what was ordered may still begin: by today's rules, or by hand."""
    if not because.scope:
        return may_be_purged(conversation)
    rule = RetentionRule.objects.filter(scope=because.scope).first()
    return rule is not None and over(rule).filter(pk=conversation.pk).exists()


def may_be_purged(conversation: Conversation) -> bool:
    """Tell whether a person may order its purge: nobody can be writing in it."""
    is_over = conversation.status == Conversation.Status.CLOSED or conversation.archived_at
    return bool(is_over) or bool(conversation.chantier and conversation.chantier.is_archived)
