"""Write the page of an error: what happened, and what the person can do now.

Such a page needs no database, no session and no static file: its style is in it, allowed by its
digest in a policy of its own. It has no script.
"""

from base64 import b64encode
from hashlib import sha256

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from core.web.errors import RETRY_AFTER_SECONDS

# An unavailable page opens itself again after it.
RELOAD_SECONDS = 10
# Pages that may show something else a moment later.
WORTH_ANOTHER_TRY = frozenset({429, 500, 503})

STYLE = (settings.BASE_DIR / "core" / "templates" / "core" / "own_page.css").read_text()
STYLE_DIGEST = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{STYLE_DIGEST}'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def own_page(status: int, heading: str, text: str) -> HttpResponse:
    """Return a page in the active language."""
    context = {
        "status": status,
        "heading": heading,
        "text": text,
        "is_worth_another_try": status in WORTH_ANOTHER_TRY,
        # Without escaping: the digest is of these bytes, and the file is ours.
        "style": mark_safe(STYLE),  # noqa: S308
    }
    # Without the request: its context processors ask the database who is logged in.
    response = HttpResponse(render_to_string("core/own_page.html", context), status=status)
    response["Content-Security-Policy"] = POLICY
    return response


def of_status(status: int) -> HttpResponse:
    """Return the page of an error of which only the status is known."""
    return own_page(status, *_words(status))


def of_refusal(refusal: APIException) -> HttpResponse:
    """Return the page of an error that a page raised, such as TooMany, in its own words."""
    heading, _text = _words(refusal.status_code)
    response = own_page(refusal.status_code, heading, str(refusal.detail))
    if wait := getattr(refusal, "wait", None):
        response["Retry-After"] = str(wait)
    return response


def of_stale_form() -> HttpResponse:
    """Return the page of a form whose CSRF token is missing or wrong."""
    text = _(
        "Go back, reload it and send it again. If that does not help, allow cookies for this site."
    )
    return own_page(403, _("This page was open for too long"), text)


def unavailable() -> HttpResponse:
    """Return the page that opens itself again until the database is back."""
    response = own_page(503, *_words(503))
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    response["Refresh"] = str(RELOAD_SECONDS)
    return response


def _words(status: int) -> tuple[str, str]:
    """Return the heading, and what the person can do."""
    match status:
        case 403:
            return _("This page is not for you"), _(
                "Your account does not open it. If you need it, ask a manager of the company."
            )
        case 404:
            return _("Nothing at this address"), _(
                "The address is wrong, or what it showed was deleted or is not yours to see."
            )
        case 405:
            return _("This page does not open like this"), _(
                "Go back to the messages and use the buttons there."
            )
        case 429:
            return _("Too many attempts"), _("Wait a moment, then try again.")
        case 500:
            return _("Something broke on our side"), _(
                "The error is recorded and we look into it. Your messages are safe: try again."
            )
        case 503:
            return _("Back in a moment"), _(
                "The service is interrupted for a moment. Nothing is lost: this page tries again by"
                " itself."
            )
    return _("This request was not understood"), _(
        "The page you left may be too old. Go back, reload it and try again."
    )
