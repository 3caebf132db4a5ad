"""Invite a person by an email with a link to choose the first password.

The link is valid for a week and for one use: like the one of a forgotten password, it covers the
password and the last login.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, record
from core.auth import oidc
from core.jobs.enqueue import Job, enqueue
from core.models import PasswordReset, User
from core.web.errors import Refusal

VALID_FOR = timedelta(days=7)


class CannotBeInvited(Refusal):
    default_code = "cannot_be_invited"
    default_detail = _(
        "This person is deactivated, or has logged in already: a forgotten password is replaced "
        "from the login page."
    )


class LinkTokens(PasswordResetTokenGenerator):
    """Django's tokens of new passwords, which end with the access of their person, too."""

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        value: str = super()._make_hash_value(user, timestamp)
        ended = user.access_ended_at
        return value if ended is None else f"{value} {ended.timestamp()}"


class InvitationTokens(LinkTokens):
    """Django's tokens of new passwords, valid for longer and never in place of the others."""

    key_salt = "core.auth.invitations"

    def check_token(self, user: User | None, token: str | None) -> bool:
        moment, dash, _rest = (token or "").partition("-")
        if user is None or not token or not dash:
            return False
        try:
            made_at = base36_to_int(moment)
        except ValueError:
            return False
        expected = (
            self._make_token_with_timestamp(user, made_at, secret)
            for secret in (self.secret, *self.secret_fallbacks)
        )
        if not any(constant_time_compare(one, token) for one in expected):
            return False
        age_seconds = self._num_seconds(self._now()) - made_at
        return bool(age_seconds <= VALID_FOR.total_seconds())


tokens = InvitationTokens()
reset_tokens = LinkTokens()


def invitable() -> Q:
    """Match those who may be invited: active, and either without a password or never logged in."""
    has_none = Q(password="") | Q(password__startswith="!")  # noqa: S106 (Django's mark)
    return Q(is_active=True) & (has_none | Q(last_login=None))


def may_choose(person: User) -> bool:
    """Tell whether the link of an invitation may lead to a password."""
    return person.is_active and not oidc.takes_no_password(person)


def can_be_invited(person: User) -> bool:
    return may_choose(person) and (person.last_login is None or not person.has_usable_password())


def link_for(person: User) -> str:
    return address_with(person, tokens.make_token(person))


def address_with(person: User, token: str) -> str:
    """Return the address of the page. The site is the configured one, never a Host."""
    key = urlsafe_base64_encode(force_bytes(person.pk))
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('new-password', args=[key, token])}"


@transaction.atomic
def invite(person: User) -> None:
    """Have the email sent, by a worker. Raises CannotBeInvited."""
    locked = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if oidc.takes_no_password(locked):
        raise CannotBeInvited(
            _("This person needs no password: they log in with %(name)s.")
            % {"name": settings.OIDC_NAME}
        )
    if not can_be_invited(locked):
        raise CannotBeInvited
    locked.invited_at = timezone.now()
    locked.save(update_fields=["invited_at"])
    record(None, Action.PERSON_INVITED, locked)
    asked = PasswordReset.objects.create(email=locked.email, is_invitation=True)
    enqueue(Job.SEND_PASSWORD_RESET, reset_id=asked.pk)


def invite_new(people: Iterable[UUID]) -> list[User]:
    """Invite those of them who were never invited and never logged in; return them."""
    never = User.objects.filter(invitable(), pk__in=list(people), invited_at=None, last_login=None)
    invited = [person for person in never if can_be_invited(person)]
    for person in invited:
        invite(person)
    return invited
