"""Show the second factors of a person of the company, to set up, look at and remove them.

Two kinds of people come here: those who are logged in, from their profile menu, and those at the
second step of a login whose company asks for a first factor. The second kind sees nothing else.
"""

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.exceptions import APIException

from core.auth import passkeys, second_factors, second_step
from core.auth.factor_adapter import UnreadableSecret
from core.auth.login import log_out
from core.auth.second_factors import SecondStep, Type
from core.models import User
from core.web.page_access import person_page
from core.web.requests import own_address

# In the session: the secret of an app until it has shown a code, and what comes after new codes.
SECRET = "second_factor_secret"  # noqa: S105 (a name)
SHOWS_CODES = "shows_recovery_codes"
AFTER_CODES = "after_recovery_codes"
# Digits of a recovery code, as they are shown.
GROUP = 5


class Adding(NamedTuple):
    """Who adds a factor; at the login, it is the first one."""

    person: User
    is_login: bool


Page = Callable[..., HttpResponse]


def adding_page(page: Page) -> Page:
    """Decorate a page for those who may add a factor: after a login a moment ago, or in one."""

    @sensitive_post_parameters()
    @never_cache
    @csrf_protect
    @wraps(page)
    def guarded(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            if not request.user.is_company:
                return redirect("home")
            if not second_step.is_fresh(request):
                return redirect("security")
            return page(request, Adding(request.user, is_login=False))
        person = second_step.pending(request)
        if person is None:
            return redirect_to_login(request.get_full_path())
        if second_factors.step_of(person) != SecondStep.SET_UP:
            return redirect("second-step")
        return page(request, Adding(person, is_login=True))

    return guarded


def fresh_action(action: Page) -> Page:
    """Decorate what a person of the company does after a login a moment ago. POST alone."""

    @never_cache
    @require_POST
    @csrf_protect
    @wraps(action)
    def guarded(request: HttpRequest, **values: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(reverse("security"))
        if not request.user.is_company:
            return redirect("home")
        if not second_step.is_fresh(request):
            return redirect("security")
        return action(request, request.user, **values)

    return guarded


@person_page(of_company=True)
def overview(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User), "person_page lets nobody else in"
    return _overview(request, request.user)


def _overview(
    request: HttpRequest, person: User, refusal: APIException | None = None
) -> HttpResponse:
    try:
        codes_left = len(second_factors.recovery_codes(person))
    except UnreadableSecret:
        codes_left = 0
    context = {
        "app": second_factors.of(person, Type.TOTP).first(),
        "passkeys": second_factors.of(person, Type.WEBAUTHN),
        "can_add_passkey": passkeys.are_possible(),
        "has_factor": second_factors.has_one(person),
        "codes_left": codes_left,
        "is_required": second_factors.is_required(),
        "is_fresh": second_step.is_fresh(request),
        "error": refusal.detail if refusal else "",
    }
    status = refusal.status_code if refusal else 200
    return render(request, "core/security.html", context, status=status)


@require_POST
@csrf_protect
def log_in_again(request: HttpRequest) -> HttpResponse:
    """Log out and in again, since factors change only a moment after a login."""
    log_out(request)
    return redirect_to_login(reverse("security"))


@require_http_methods(["GET", "HEAD", "POST"])
@adding_page
def app(request: HttpRequest, adding: Adding) -> HttpResponse:
    """Show the secret of a new app as a QR code, until a code of the app proves that it has it."""
    secret = _secret(request, adding.person)
    if request.method != "POST":
        return _app(request, adding, secret)
    try:
        with second_factors.adding(adding.person, only_first=adding.is_login):
            second_factors.add_app(adding.person, secret, request.POST.get("code", ""))
    except APIException as refusal:
        return _app(request, adding, secret, refusal)
    request.session.pop(SECRET, None)
    return factor_added(request, adding)


@require_http_methods(["GET", "HEAD", "POST"])
@adding_page
def new_passkey(request: HttpRequest, adding: Adding) -> HttpResponse:
    if not passkeys.are_possible():
        raise Http404
    if request.method != "POST":
        return _new_passkey(request, adding)
    name, answer = request.POST.get("name", ""), request.POST.get("credential", "")
    try:
        with second_factors.adding(adding.person, only_first=adding.is_login):
            passkeys.add(adding.person, name, answer)
    except APIException as refusal:
        return _new_passkey(request, adding, refusal)
    return factor_added(request, adding)


def _new_passkey(
    request: HttpRequest, adding: Adding, refusal: APIException | None = None
) -> HttpResponse:
    context = {
        "is_login": adding.is_login,
        "passkey": passkeys.new_options(adding.person),
        "name": request.POST.get("name", ""),
        "error": refusal.detail if refusal else "",
    }
    status = refusal.status_code if refusal else 200
    return render(request, "core/security_passkey.html", context, status=status)


def factor_added(request: HttpRequest, adding: Adding) -> HttpResponse:
    """Open the session of a login, and show the recovery codes."""
    wanted = reverse("security")
    if adding.is_login:
        wanted = own_address(request, second_step.next_page(request)) or "/"
        second_step.open_session(request, adding.person, by="second_factor")
    request.session[SHOWS_CODES], request.session[AFTER_CODES] = True, wanted
    return redirect("security-codes")


@require_safe
@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes once, after they were made."""
    if not isinstance(request.user, User):
        return redirect_to_login(reverse("security"))
    if not request.session.pop(SHOWS_CODES, False):
        return redirect("security")
    context = {
        "codes": [
            f"{code[:GROUP]} {code[GROUP:]}" for code in second_factors.recovery_codes(request.user)
        ],
        "next": request.session.pop(AFTER_CODES, reverse("security")),
    }
    return render(request, "core/security_codes.html", context)


@fresh_action
def new_codes(request: HttpRequest, person: User) -> HttpResponse:
    second_factors.new_recovery_codes(person)
    request.session[SHOWS_CODES], request.session[AFTER_CODES] = True, reverse("security")
    return redirect("security-codes")


@fresh_action
def remove(request: HttpRequest, person: User, factor_id: int) -> HttpResponse:
    row = get_object_or_404(second_factors.of(person, *second_factors.REAL), pk=factor_id)
    try:
        second_factors.remove(person, [row])
    except APIException as refusal:
        return _overview(request, person, refusal)
    return redirect("security")


@fresh_action
def rename(request: HttpRequest, person: User, factor_id: int) -> HttpResponse:
    """Give a passkey another name."""
    row = get_object_or_404(second_factors.of(person, Type.WEBAUTHN), pk=factor_id)
    passkeys.rename(row, request.POST.get("name", ""))
    return redirect("security")


def _secret(request: HttpRequest, person: User) -> str:
    """Return the secret of the app that a person sets up here, encrypted in the session.

    It is bound to the person: who has planted a session in this browser knows no secret of theirs.
    """
    adapter = get_adapter()
    held = request.session.get(SECRET)
    if held is None or held["person"] != str(person.pk):
        secret = adapter.encrypt(generate_totp_secret())
        held = request.session[SECRET] = {"person": str(person.pk), "secret": secret}
    return str(adapter.decrypt(held["secret"]))


def _app(
    request: HttpRequest, adding: Adding, secret: str, refusal: APIException | None = None
) -> HttpResponse:
    adapter = get_adapter()
    address = adapter.build_totp_url(adding.person, secret)
    picture = b64encode(adapter.build_totp_svg(address).encode()).decode()
    context = {
        "person": adding.person,
        "is_login": adding.is_login,
        "can_add_passkey": adding.is_login and passkeys.are_possible(),
        "picture": f"data:image/svg+xml;base64,{picture}",
        "address": address,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "error": refusal.detail if refusal else "",
    }
    status = refusal.status_code if refusal else 200
    return render(request, "core/security_app.html", context, status=status)
