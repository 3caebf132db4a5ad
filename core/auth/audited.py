"""Record logins in the audit: who came in, who was refused and why. No password is in it."""

from collections.abc import Mapping

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver

from core.audit import reads
from core.audit.record import Action, Kind, Thing, Who, record
from core.models import User
from core.text import email_spelling, shortened

STRANGER = Who(Kind.STRANGER)


def logged_in(user: User, by: str) -> None:
    """Record a login by a `password`, a `second_factor` or the company's `provider`."""
    record(user, Action.LOGGED_IN, user, {"by": by})


def refused(user: User, because: str) -> None:
    """Record that somebody was refused who gave a person's email: `because` of what."""
    record(STRANGER, Action.LOGIN_REFUSED, user, {"because": because})


def email_refused(email: str) -> None:
    """Record a wrong password. The email may be nobody's."""
    user = User.objects.filter(email=email_spelling(email)).first()
    record(STRANGER, Action.LOGIN_REFUSED, _typed(email, user), {"because": "password"})


def blocked(email: str) -> None:
    """Record that an email has to wait, once in ten minutes: a program may try for hours."""
    reads.note(STRANGER, Action.LOGIN_BLOCKED, _typed(email, None))


def provider_refused(code: str) -> None:
    """Record that somebody came back from the company's provider in vain, by the refusal's code.

    Once in ten minutes for each address, since the address of the page takes anything.
    """
    reads.note(STRANGER, Action.LOGIN_REFUSED, Thing("core.user", code), {"because": "provider"})


def _typed(email: str, user: User | None) -> Thing:
    """Name a person by what was typed: only an address, since people type passwords there too."""
    if user is not None:
        return Thing("core.user", str(user.pk), user.name)
    return Thing("core.user", "", shortened(email, 200) if "@" in email else "")


@receiver(user_logged_out)
def _logged_out(user: User | None, **_: Mapping[str, object]) -> None:
    """Record a logout, of our pages, of the API and of the admin."""
    if user is not None:
        record(user, Action.LOGGED_OUT, user)
