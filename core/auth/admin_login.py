"""Log in to the Django admin, with the limits and the second step of every other login."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from rest_framework.exceptions import APIException

from core.auth import second_step
from core.auth.login import InvalidCredentials, check_password
from core.auth.second_factors import SecondStep
from core.models import User
from core.web.requests import own_address

# Django's page shows it to nobody: `admin_login` goes on.
RIGHT = "right"


class AdminLogInForm(AdminAuthenticationForm):
    """Check the password as `core.auth.login` does. It is never valid, so Django logs nobody in.

    `person` is set after a right password, `refusal` after too many attempts.
    """

    person: User | None = None
    refusal: APIException | None = None

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        assert self.request is not None, "LoginView gives its request to the form"
        try:
            person = check_password(self.request, email=email, password=password)
        except InvalidCredentials:
            raise self.get_invalid_login_error() from None
        except APIException as refusal:
            self.refusal = refusal
            raise ValidationError(str(refusal.detail), code="refused") from refusal
        self.confirm_login_allowed(person)
        self.person = person
        raise ValidationError(RIGHT)


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """Show Django's page; after a right password, open the session or lead to the second step.

    Answer 429 with Retry-After after too many attempts.
    """
    response = admin.site.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if not isinstance(form, AdminLogInForm):
        return response
    if form.person is not None:
        wanted = own_address(request, request.POST.get("next", request.GET.get("next", "")))
        wanted = wanted or reverse("admin:index")
        step = second_step.begin(request, form.person, next_page=wanted)
        return redirect(wanted if step == SecondStep.NONE else "second-step")
    if form.refusal:
        response.status_code = form.refusal.status_code
        if retry_after_seconds := getattr(form.refusal, "retry_after_seconds", None):
            response["Retry-After"] = str(retry_after_seconds)
    return response


admin.site.login_form = AdminLogInForm
