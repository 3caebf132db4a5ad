"""Show the pages of a forgotten password: ask for the link, then choose another password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.auth import password_reset
from core.auth.login import log_out
from core.models import User
from core.web.errors import TooMany

# The session key of the token, and what stands for it in the address meanwhile.
SESSION_TOKEN = "password_reset_token"  # noqa: S105 (a name)
IN_SESSION = "choose"


class EmailForm(forms.Form):
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("Write your email address."),
            "invalid": _("This is no email address: it looks like name@example.com."),
        },
    )


class PasswordForm(forms.Form):
    """One field, since the page can show what is typed; a second one would be a second guess."""

    # The most that `POST /session` takes.
    password = forms.CharField(
        max_length=256,
        strip=False,
        error_messages={"required": _("Choose a password.")},
    )

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for an email address, and say the same whosever it is."""
    if request.method != "POST":
        return _forgotten(request, email=request.GET.get("email", ""))
    form = EmailForm(request.POST)
    typed = request.POST.get("email", "")
    if not form.is_valid():
        return _forgotten(request, email=typed, error=str(form.errors["email"][0]), status=400)
    try:
        password_reset.ask(request, email=form.cleaned_data["email"])
    except TooMany as refusal:
        response = _forgotten(request, email=typed, error=str(refusal.detail), status=429)
        response["Retry-After"] = str(refusal.retry_after_seconds)
        return response
    return render(request, "core/password_asked.html", {"email": form.cleaned_data["email"]})


@sensitive_post_parameters()
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Ask for the new password.

    The token goes from the address into the session at once: it stands in no Referer, no history
    and no picture of the screen.
    """
    if token != IN_SESSION:
        return _with_token_in_session(request, key, token)
    user, token = _person_of(key), request.session.get(SESSION_TOKEN, "")
    if user is None or not password_reset.opens(user, token):
        return render(request, "core/password_link_old.html", status=400)
    form = PasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        return _chosen(request, user, token, form.cleaned_data["password"])
    context: dict[str, Any] = {
        "person": user,
        "errors": form.errors.get("password", []),
        "is_first": not user.has_usable_password(),
    }
    status = 400 if form.is_bound else 200
    return render(request, "core/password_new.html", context, status=status)


def _chosen(request: HttpRequest, user: User, token: str, password: str) -> HttpResponse:
    is_first = not user.has_usable_password()
    if not password_reset.choose_password(request, user, token=token, password=password):
        return render(request, "core/password_link_old.html", status=400)
    # Another person may be logged in here. The token goes with the session.
    log_out(request)
    return redirect(f"{reverse('login')}?{'first' if is_first else 'new'}-password")


def _with_token_in_session(request: HttpRequest, key: str, token: str) -> HttpResponse:
    user = _person_of(key)
    if user is not None and password_reset.opens(user, token):
        request.session[SESSION_TOKEN] = token
        response: HttpResponse = redirect("new-password", key=key, token=IN_SESSION)
    else:
        response = render(request, "core/password_link_old.html", status=400)
    # Not on the form: with it, browsers send no Origin, and its CSRF check would fail.
    response["Referrer-Policy"] = "no-referrer"
    return response


def _person_of(key: str) -> User | None:
    try:
        return User.objects.filter(pk=urlsafe_base64_decode(key).decode()).first()
    except (ValueError, ValidationError):
        return None


def _forgotten(
    request: HttpRequest, *, email: str, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"email": email, "error": error}
    return render(request, "core/password_forgotten.html", context, status=status)
