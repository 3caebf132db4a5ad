"""Limit how often a password can be guessed.

One counter is of the email and the IP address together, so nobody can lock a person out from
another address. The other, with a much higher limit, is of the IP address alone: the people of one
site often share it.

An attempt is counted before its password is checked, so that of many at once only as many are tried
as the limit allows. It is given back if the password was right or could not be checked.
"""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.utils.translation import ngettext

from core.text import email_spelling
from core.web import rate_limits
from core.web.errors import TooMany

PERSON = "login-person"
ADDRESS = "login-address"
# Of an email: longer ones are nobody's, and must not fill Valkey.
EMAIL_LENGTH = 254
# Longer than elsewhere. With 0.2 s, forty attempts at once on a busy machine got one uncounted
# guess (seen).
TIMEOUT_SECONDS = 2.0


def count_attempt(email: str, address: str) -> None:
    """Count an attempt. Raise TooMany if this email from this address, or the address, is over.

    A refused attempt spends nothing of the address, which others share.
    """
    window = settings.LOGIN_LOCKOUT
    try:
        rate_limits.spend(
            PERSON,
            _pair(email, address),
            at_most=settings.LOGIN_ATTEMPTS_PER_PERSON,
            window=window,
            timeout_seconds=TIMEOUT_SECONDS,
        )
        _spend_of_address(email, address, window)
    except TooMany as refusal:
        minutes = ceil(refusal.retry_after_seconds / 60)
        raise TooMany(
            timedelta(seconds=refusal.retry_after_seconds),
            ngettext(
                "Too many attempts. Try again in %(minutes)d minute.",
                "Too many attempts. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes},
        ) from refusal


def give_back_attempt(email: str, address: str) -> None:
    """Take an attempt back whose password could not be checked."""
    rate_limits.give_back(PERSON, _pair(email, address), window=settings.LOGIN_LOCKOUT)
    rate_limits.give_back(ADDRESS, address, window=settings.LOGIN_LOCKOUT)


def forgive(email: str, address: str) -> None:
    """Forget the failures of a person who has logged in. Those of the address stay."""
    rate_limits.forget(PERSON, _pair(email, address))
    rate_limits.give_back(ADDRESS, address, window=settings.LOGIN_LOCKOUT)


def _spend_of_address(email: str, address: str, window: timedelta) -> None:
    try:
        rate_limits.spend(
            ADDRESS,
            address,
            at_most=settings.LOGIN_ATTEMPTS_PER_ADDRESS,
            window=window,
            timeout_seconds=TIMEOUT_SECONDS,
        )
    except TooMany:
        rate_limits.give_back(PERSON, _pair(email, address), window=window)
        raise


def _pair(email: str, address: str) -> str:
    return f"{email_spelling(email)[:EMAIL_LENGTH]}|{address}"
