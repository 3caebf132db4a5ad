"""Show the page between the password and the open session: the second factor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import APIException

from core.auth import passkeys, second_factors, second_step
from core.auth.second_factors import SecondStep
from core.models import User
from core.web.requests import own_address


@sensitive_post_parameters()
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def second_step_page(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a passkey, or lead to the page that sets up a first factor."""
    person = second_step.pending(request)
    if person is None:
        return redirect("login")
    if second_factors.step_of(person) == SecondStep.SET_UP:
        return redirect("security-app")
    if request.method != "POST":
        return _page(request, person)
    try:
        if answer := request.POST.get("credential", ""):
            passkeys.check(person, answer)
        else:
            second_factors.check_code(person, request.POST.get("code", ""))
    except APIException as refusal:
        return _page(request, person, refusal)
    wanted = own_address(request, second_step.next_page(request)) or "/"
    second_step.open_session(request, person, by="second_factor")
    return redirect(wanted)


def _page(request: HttpRequest, person: User, refusal: APIException | None = None) -> HttpResponse:
    context = {
        "person": person,
        "error": refusal.detail if refusal else "",
        "passkey": passkeys.options(person) if passkeys.has_one(person) else None,
        "has_app": second_factors.of(person, second_factors.Type.TOTP).exists(),
    }
    status = refusal.status_code if refusal else 200
    response = render(request, "core/second_step.html", context, status=status)
    if retry_after_seconds := getattr(refusal, "retry_after_seconds", None):
        response["Retry-After"] = str(retry_after_seconds)
    return response
