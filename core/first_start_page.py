"""Show the page that makes the first manager; nothing is there once there is one."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import APIException

from core.auth import first_manager, lockout
from core.auth.first_manager import WrongCode
from core.models import NAME_LENGTH, User
from core.text import is_blank, visible_line
from core.web.requests import address_of

# Its counter is of the caller's address alone: there is nobody yet whose email would count.
ATTEMPT = "first-start"


class FirstManagerForm(forms.Form):
    name = forms.CharField(max_length=NAME_LENGTH, error_messages={"required": _("Write a name.")})
    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("Write your email address."),
            "invalid": _("This is no email address: it looks like name@example.com."),
        },
    )
    password = forms.CharField(
        max_length=256, strip=False, error_messages={"required": _("Choose a password.")}
    )
    code = forms.CharField(max_length=50, error_messages={"required": _("Write the setup code.")})

    def clean_name(self) -> str:
        name = visible_line(self.cleaned_data["name"])
        if is_blank(name):
            raise forms.ValidationError(_("Write a name."))
        return name

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if password := given.get("password"):
            person = User(email=given.get("email", ""), name=given.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


@sensitive_post_parameters()
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def first_start(request: HttpRequest) -> HttpResponse:
    """Ask for the first manager's name, email and password, and for the setup code."""
    if first_manager.has_manager():
        raise Http404
    if request.method != "POST":
        first_manager.log_setup_code()
        return _page(request, FirstManagerForm())
    form = FirstManagerForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        lockout.count_attempt("", address_of(request), at=ATTEMPT)
        first_manager.create_first_manager(
            **form.cleaned_data, locale="en" if (get_language() or "").startswith("en") else "fr"
        )
    except WrongCode as refusal:
        form.add_error("code", str(refusal.detail))
        return _page(request, form, status=refusal.status_code)
    except APIException as refusal:
        form.add_error(None, str(refusal.detail))
        return _page(request, form, status=refusal.status_code)
    return redirect(f"{reverse('login')}?first-password&next={reverse('admin:index')}")


def _page(request: HttpRequest, form: FirstManagerForm, *, status: int = 200) -> HttpResponse:
    return render(request, "core/first_start.html", {"form": form}, status=status)
