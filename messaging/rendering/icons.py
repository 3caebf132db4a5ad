"""The line icons of core/icons.js and of messaging/desk/icons.js, which are their only sources."""

import re
from functools import cache

from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SOURCES = (
    settings.BASE_DIR / "core" / "static" / "core" / "icons.js",
    settings.BASE_DIR / "messaging" / "static" / "messaging" / "desk" / "icons.js",
)
_ICON = re.compile(r'^  (\w+): icon\("([^"]+)"\)', re.MULTILINE)


@cache
def paths() -> dict[str, str]:
    """Return the path of each icon by its name."""
    return dict(_ICON.findall("".join(source.read_text() for source in SOURCES)))


@cache
def icon(name: str) -> SafeString:
    """Return an icon that is drawn once in the page, by `sprite`. Screen readers skip it."""
    if name not in paths():
        raise KeyError(name)
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" stroke-width="2"'
        ' aria-hidden="true"><use href="#i-{}"/></svg>',
        name,
    )


def sprite(page: str) -> SafeString:
    """Return the drawings of the icons that a page uses."""
    used = sorted(set(re.findall(r'href="#i-(\w+)"', page)))
    drawings = format_html_join(
        "",
        '<symbol id="i-{}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-linecap="round" stroke-linejoin="round"><path d="{}"/></symbol>',
        ((name, paths()[name]) for name in used),
    )
    return format_html('<svg hidden width="0" height="0" aria-hidden="true">{}</svg>', drawings)
