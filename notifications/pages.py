"""The pages of notifications: preferences, service worker, manifest, unsubscribing, mailbox."""

import json
from pathlib import Path

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.exceptions import APIException

from core.models import User
from core.serializers import MeSerializer
from core.web.page_access import person_page
from core.web.requests import person
from notifications import actions, queries
from notifications.outbound_email.demo_mailbox import stored_emails
from notifications.push.payload import home_of, side_of
from notifications.serializers import DeviceSerializer, PreferenceSerializer

THEME = "#12253f"
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)


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
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the service worker. Its address is at the root, so its scope is every page.

    Not cached, so that a browser gets a new version at its next check.
    """
    found = finders.find("notifications/sw.js")
    if not isinstance(found, str):
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Answer the manifest, by which browsers install the site as an app."""
    is_company = isinstance(request.user, User) and request.user.is_company
    messages = "/staff/messages" if is_company else "/client/messages"
    shape = {
        "id": "/",
        "name": "Liaison",
        "short_name": "Liaison",
        "description": _("The messages between you and the people who build."),
        "lang": request.LANGUAGE_CODE,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": THEME,
        "theme_color": THEME,
        "icons": [
            {"src": static(f"notifications/{name}"), "sizes": sizes, "type": "image/png",
             "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("New message"), "url": f"{messages}/new"},
            {"name": _("Notifications"), "url": "/notifications"},
        ],
        "launch_handler": {"client_mode": "focus-existing"},
    }  # fmt: skip
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
