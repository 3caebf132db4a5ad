"""Log in to the Django admin, with the limits of every other login."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from core.auth.login import InvalidCredentials, check_password
from core.web.errors import TooMany


class AdminLogInForm(AdminAuthenticationForm):
    """Check the password as `core.auth.login` does; `refusal` is set after too many attempts."""

    refusal: TooMany | None = None

    def clean(self) -> dict[str, Any]:
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password:
            assert self.request is not None, "LoginView gives its request to the form"
            try:
                self.user_cache = check_password(self.request, email=email, password=password)
            except InvalidCredentials:
                raise self.get_invalid_login_error() from None
            except TooMany as refusal:
                self.refusal = refusal
                raise ValidationError(str(refusal.detail), code="throttled") from refusal
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """Show Django's page; answer 429 with Retry-After after too many attempts."""
    response = admin.site.login(request)
    form = (getattr(response, "context_data", None) or {}).get("form")
    if isinstance(form, AdminLogInForm) and form.refusal:
        response.status_code = form.refusal.status_code
        response["Retry-After"] = str(form.refusal.retry_after_seconds)
    return response


admin.site.login_form = AdminLogInForm
