"""Write the manifest, by which browsers install the site as an app."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext as _

THEME = "#12253f"
ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)
# A phone and a wide screen: a browser shows them before it installs.
SCREENSHOTS = (("narrow", "780x1688"), ("wide", "1440x900"))
# Which apps of a phone offer Liaison when one shares from them. The API judges each file.
SHARED_TYPES = ["image/*", "video/*", "audio/*", "application/pdf", "text/plain", "text/csv"]


def manifest_of(*, language: str, is_company: bool) -> dict[str, Any]:
    side = "staff" if is_company else "client"
    return {
        "id": "/",
        "name": "Liaison",
        "short_name": "Liaison",
        "description": _("The messages between you and the people who build."),
        "lang": language,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": THEME,
        "theme_color": THEME,
        "categories": ["business", "productivity"],
        "icons": [
            {"src": static(f"notifications/{name}"), "sizes": sizes, "type": "image/png",
             "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "screenshots": [
            {"src": static(f"notifications/screenshots/{side}-{form}.webp"), "sizes": sizes,
             "type": "image/webp", "form_factor": form, "label": _("The messages of a chantier")}
            for form, sizes in SCREENSHOTS
        ],
        "shortcuts": _shortcuts(f"/{side}/messages", is_company=is_company),
        "launch_handler": {"client_mode": "focus-existing"},
        "share_target": {
            "action": "/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "files", "accept": SHARED_TYPES}],
            },
        },
    }  # fmt: skip


def _shortcuts(messages: str, *, is_company: bool) -> list[dict[str, Any]]:
    """Return what a long press on the app's icon offers."""
    lists = (
        [
            (_("Unassigned"), f"{messages}?folder=unassigned"),
            (_("To answer"), f"{messages}?folder=to_answer"),
        ]
        if is_company
        else [(_("Messages"), messages)]
    )
    named = [(_("New message"), f"{messages}/new"), *lists, (_("Notifications"), "/notifications")]
    icons = [{"src": static("notifications/icon-192.png"), "sizes": "192x192"}]
    return [{"name": name, "url": url, "icons": icons} for name, url in named]
