"""What is between a right password and an open session: the second factor.

Until it is given nobody is logged in: the session only remembers, for ten minutes, who may give it.
"""

import time
from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from core.auth import audited, second_factors
from core.auth.second_factors import SecondStep
from core.models import User
from core.web.errors import Refusal

PENDING = "second_step"
LOGGED_IN_AT = "logged_in_at"
MAX_SECONDS = 10 * 60
# So long after a login, factors may be added and removed.
FRESH_SECONDS = 15 * 60


class MfaRequired(Refusal):
    """The password is right, and a code is asked for, too."""

    default_code = "mfa_required"
    default_detail = _(
        "Give the code of your authentication app as well, or one of your recovery codes."
    )


class MfaSetupRequired(Refusal):
    """The password is right, and the company asks for a second factor, which is not set up."""

    status_code = 403
    default_code = "mfa_setup_required"
    default_detail = _(
        "Your company asks for a second factor: log in on the page of Liaison to set one up."
    )


def check(user: User, code: str | None) -> None:
    """Check the second factor of a caller that gives all at once.

    Raises MfaRequired, MfaSetupRequired, and what `second_factors.check_code` raises.
    """
    step = second_factors.step_of(user)
    if step == SecondStep.SET_UP:
        raise MfaSetupRequired
    if step == SecondStep.ASK:
        if not code:
            raise MfaRequired
        second_factors.check_code(user, code)


def open_session(request: HttpRequest, user: User, *, by: str) -> None:
    """Log a person in, who has given all that is asked for: `by` what, for the audit."""
    request.session.pop(PENDING, None)
    login(request, user)
    request.session[LOGGED_IN_AT] = time.time()
    audited.logged_in(user, by)


def begin(
    request: HttpRequest, user: User, *, next_page: str = "", by: str = "password"
) -> SecondStep:
    """Open the session of a person without a second step, else remember who is at it."""
    step = second_factors.step_of(user)
    if step == SecondStep.NONE:
        open_session(request, user, by=by)
        return step
    if request.user.is_authenticated:
        # In the admin, one may log in as somebody else.
        logout(request)
    # Another key: who planted the one before shall not be asked for this person's code.
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.pk),
        # Ends this when the password changes.
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
        "next": next_page,
    }
    return step


def pending(request: HttpRequest) -> User | None:
    """Return who is at the second step in this browser."""
    held: dict[str, Any] = request.session.get(PENDING) or {}
    if not held or not 0 <= time.time() - held["at"] <= MAX_SECONDS:
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or not constant_time_compare(held["hash"], user.get_session_auth_hash()):
        return None
    return user


def next_page(request: HttpRequest) -> str:
    """Return where the person wanted to go, as the login was asked. Check it before use."""
    return str((request.session.get(PENDING) or {}).get("next", ""))


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person of this session logged in a moment ago."""
    age_seconds = time.time() - float(request.session.get(LOGGED_IN_AT, 0))
    return 0 <= age_seconds <= FRESH_SECONDS
