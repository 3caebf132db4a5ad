"""Lead to the company's own sign-in, and take back who comes from there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from rest_framework.exceptions import APIException

from core.auth import audited, oidc, second_step
from core.auth.second_factors import SecondStep
from core.login_form import login_form
from core.web.requests import own_address


@require_safe
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    if not oidc.is_on():
        raise Http404
    if request.user.is_authenticated:
        return redirect("home")
    wanted = own_address(request, request.GET.get("next", ""))
    try:
        return redirect(oidc.begin(request, next_page=wanted))
    except APIException as refusal:
        return login_form(request, refusal)


@require_safe
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """Open the session of the person who comes back, or lead to the second step."""
    if not oidc.is_on():
        raise Http404
    try:
        person, wanted = oidc.finish(request)
    except APIException as refusal:
        audited.provider_refused(str(refusal.get_codes()))
        return login_form(request, refusal)
    wanted = own_address(request, wanted) or "/"
    if settings.OIDC_HAS_SECOND_FACTOR:
        second_step.open_session(request, person, by="provider")
        return redirect(wanted)
    step = second_step.begin(request, person, next_page=wanted, by="provider")
    return redirect(wanted if step == SecondStep.NONE else "second-step")
