"""Limit how often a password can be guessed.

One counter is of the email and the IP address together, so nobody can lock a person out from
another address. The other, with a much higher limit, is of the IP address alone: the people of one
site often share it.
"""

from django.conf import settings
from django.utils.translation import gettext as _

from core.web import rate_limits
from core.web.errors import TooMany

PERSON = "login-person"
ADDRESS = "login-address"


def check(email: str, address: str) -> None:
    """Raise TooMany if this email from this address, or the address alone, failed too often."""
    by_person = rate_limits.counted(PERSON, _pair(email, address))
    by_address = rate_limits.counted(ADDRESS, address)
    if (
        by_person >= settings.LOGIN_ATTEMPTS_PER_PERSON
        or by_address >= settings.LOGIN_ATTEMPTS_PER_ADDRESS
    ):
        minutes = int(settings.LOGIN_LOCKOUT.total_seconds() // 60)
        raise TooMany(
            settings.LOGIN_LOCKOUT,
            _("Too many attempts. Try again in %(minutes)d minutes.") % {"minutes": minutes},
        )


def record_failure(email: str, address: str) -> None:
    rate_limits.count(PERSON, _pair(email, address), window=settings.LOGIN_LOCKOUT)
    rate_limits.count(ADDRESS, address, window=settings.LOGIN_LOCKOUT)


def forget_failures(email: str, address: str) -> None:
    rate_limits.forget(PERSON, _pair(email, address))


def _pair(email: str, address: str) -> str:
    return f"{email}|{address}"
