"""The pages of notifications: preferences, service worker, manifest, unsubscribing, mailbox."""

import json

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import APIException

from core.models import User
from core.serializers import MeSerializer
from core.web.own_pages import own_page
from core.web.page_access import person_page
from core.web.requests import person
from notifications import actions, queries, service_worker
from notifications.element_docs import documented_elements
from notifications.manifest import manifest_of
from notifications.outbound_email.demo_mailbox import stored_emails
from notifications.push.payload import home_of, side_of
from notifications.serializers import DeviceSerializer, PreferenceSerializer


@person_page()
def components(request: HttpRequest) -> HttpResponse:
    """Show the elements for other sites to a developer. 404 without DEBUG."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "notifications/components.html", {"elements": documented_elements()})


@person_page()
def my_notifications(request: HttpRequest) -> HttpResponse:
    """Redirect to the page of the person's own side, client or staff."""
    return redirect(f"{side_of(person(request))}-notifications")


@person_page(of_company=False)
def client_preferences(request: HttpRequest) -> HttpResponse:
    return _preferences(request)


@person_page(of_company=True)
def staff_preferences(request: HttpRequest) -> HttpResponse:
    return _preferences(request)


def _preferences(request: HttpRequest) -> HttpResponse:
    """Show how a person is told: devices, emails, quiet hours, muted conversations."""
    user = person(request)
    shown = PreferenceSerializer(
        queries.preference_of(user),
        context={
            "mutes": queries.mutes_of(user),
            "refused": queries.refused_address(user.email),
        },
    )
    state = {
        "me": MeSerializer(user).data,
        "preferences": shown.data,
        "devices": DeviceSerializer(queries.devices_of(user), many=True).data,
    }
    return render(
        request, "notifications/preferences.html", {"state": state, "home": home_of(user)}
    )


@person_page(of_company=True)
def emails_to_sort(request: HttpRequest) -> HttpResponse:
    """Show the emails that wait to be put in a conversation. The page asks the API for them."""
    state = {"me": MeSerializer(person(request)).data}
    return render(request, "notifications/emails.html", {"state": state})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker. Its address is at the root, so its scope is every page.

    Not cached, so that a browser gets a new version at its next check.
    """
    response = HttpResponse(service_worker.source(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


# Browsers keep it, so it says nothing that may change.
NOBODYS = {"csrf_token": "", "is_kept_by_browsers": True}


@require_safe
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """Answer the page that the service worker shows when the network does not answer."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        return render(request, "notifications/offline.html", NOBODYS)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """Say that shared files were not taken: the service worker takes them, and it is not here."""
    if request.method == "GET":
        return redirect("home")
    return own_page(
        409,
        _("These files could not be taken over"),
        _("Open Liaison once with a network, then share them again."),
    )


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the manifest, by which browsers install the site as an app."""
    is_company = isinstance(request.user, User) and request.user.is_company
    shape = manifest_of(language=request.LANGUAGE_CODE, is_company=is_company)
    response = HttpResponse(json.dumps(shape), content_type="application/manifest+json")
    response["Cache-Control"] = "no-cache"
    response["Vary"] = "Cookie, Accept-Language"
    return response


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the emails to a person.

    Mail programs send a POST by themselves (RFC 8058). A GET shows a page with a button and changes
    nothing, since virus scanners follow every link.
    """
    context = {"token": token, "is_done": request.method == "POST"}
    if request.method == "POST":
        try:
            actions.unsubscribe(token)
        except APIException as refusal:
            context = {"error": refusal.detail}
    status = 400 if "error" in context else 200
    return render(request, "notifications/unsubscribe.html", context, status=status)


# The emails have inline styles, as mail programs want them. No script in them may run.
@csp_replace({"style-src": [SELF, UNSAFE_INLINE], "frame-src": [SELF], "img-src": [SELF]})
@person_page()
def demo_mailbox(request: HttpRequest) -> HttpResponse:
    """Show the emails of a demonstration to the company's people. 404 without DEBUG."""
    if not (settings.DEBUG and person(request).is_company):
        raise Http404
    return render(request, "notifications/mailbox.html", {"emails": stored_emails()})
