"""Show the pages of no other app: home, login, language, errors, documentation of the API."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.exceptions import APIException

from core.auth import second_step
from core.auth.first_manager import has_manager
from core.auth.login import check_password, log_out
from core.auth.second_factors import SecondStep
from core.login_form import login_form
from core.models import User
from core.web import own_pages
from core.web.requests import own_address

# Swagger and Redoc insert style elements and HTML. These pages show no data of ours.
docs_policy = csp_replace(
    {
        "style-src": [SELF, UNSAFE_INLINE],
        "worker-src": [SELF, "blob:"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "require-trusted-types-for": None,
        "trusted-types": None,
    }
)


@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """Redirect a person to their messages, and a stranger to the login.

    While there is no manager, to the page that makes the first one.
    """
    if not isinstance(request.user, User):
        return redirect("login" if has_manager() else "first-start")
    return redirect("staff-messages" if request.user.is_company else "client-messages")


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Show the login form, or log in. `next` is the page to go to afterwards, on this site only."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    if request.method != "POST":
        return login_form(request)
    email = request.POST.get("email", "")
    try:
        person = check_password(request, email=email, password=request.POST.get("password", ""))
    except APIException as refusal:
        return login_form(request, refusal, email=email)
    step = second_step.begin(request, person, next_page=_next(request))
    return redirect(_next(request) if step == SecondStep.NONE else "second-step")


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    log_out(request)
    response = HttpResponseRedirect("/login")
    # The back button must not show the messages of a person who has logged out.
    response["Clear-Site-Data"] = '"cache"'
    return response


@require_POST
@csrf_protect
def language(request: HttpRequest) -> HttpResponse:
    """Store the language that a person chose in the menu, and show the same page in it.

    Another language than ours changes nothing: no form of ours asks for it.
    """
    if not isinstance(request.user, User):
        return redirect("login")
    locale = request.POST.get("locale", "")
    if locale in User.Locale.values:
        request.user.locale = locale
        request.user.save(update_fields=["locale"])
    return redirect(page_before(request))


@docs_policy
def api_docs(request: HttpRequest) -> HttpResponse:
    return render(request, "core/api_docs.html")


@docs_policy
def api_redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "core/api_redoc.html")


def error_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return own_pages.of_status(400)


def error_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return own_pages.of_status(403)


def error_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return own_pages.of_status(404)


def error_500(request: HttpRequest) -> HttpResponse:
    return own_pages.of_status(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return own_pages.of_stale_form()


def _next(request: HttpRequest) -> str:
    """Return the page that `next` asks for if it is on this site, else home."""
    return own_address(request, request.POST.get("next", request.GET.get("next", ""))) or "/"


def page_before(request: HttpRequest) -> str:
    """Return the page that sent the form, also after it changed its address by script."""
    return own_address(request, request.headers.get("Referer", "")) or "/"
