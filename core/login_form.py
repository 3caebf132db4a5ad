"""Show the login form, for those who come from us and those who come back from a provider."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.exceptions import APIException

from core.auth import oidc


def login_form(
    request: HttpRequest, refusal: APIException | None = None, *, email: str = ""
) -> HttpResponse:
    """Show the form, with what was refused before."""
    context = {
        "email": email,
        "next": request.POST.get("next", request.GET.get("next", "")),
        "error": refusal.detail if refusal else "",
        "provider": settings.OIDC_NAME if oidc.is_on() else "",
        "has_new_password": "new-password" in request.GET,
        "has_first_password": "first-password" in request.GET,
    }
    response = render(
        request, "core/login.html", context, status=refusal.status_code if refusal else 200
    )
    if retry_after_seconds := getattr(refusal, "retry_after_seconds", None):
        response["Retry-After"] = str(retry_after_seconds)
    return response
