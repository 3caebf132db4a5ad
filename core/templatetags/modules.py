"""Print what a page loads: the published scripts and styles, or the modules of the sources.

Modules need an import map, by which those of the apps find each other without a build.

Relative imports alone are not enough, for two reasons. Names of published files carry a digest
that the sources do not know, so the map has an entry for the plain address of every module. And an
app must not depend on the folder of another one: `#core/api.js` names a module by its app, `lit` a
vendored package.

Refused: Django's own rewriting of imports. It misses imports without a semicolon at the end, and
stops on circular ones.
"""

import json
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.web import bundles

register = template.Library()

VENDOR = "core/vendor"
# The folder of each vendored package, and the file that its bare name means.
PACKAGES = {
    "lit": ("lit", "index.js"),
    "lit-element": ("lit-element", "lit-element.js"),
    "lit-html": ("lit-html", "lit-html.js"),
    "@lit/reactive-element": ("reactive-element", "reactive-element.js"),
    "@noble/hashes": ("noble-hashes", "index.js"),
}


@register.inclusion_tag("core/scripts.html", takes_context=True)
def page_scripts(
    context: template.Context, page: str, *, after_paint: bool = False
) -> dict[str, Any]:
    """Print the scripts of a page of settings.PAGES, in its language.

    `after_paint`: the page is readable without them, so they are loaded after its first paint.
    """
    return {
        "after_paint": after_paint,
        "bundle": bundles.entry(page, (get_language() or settings.LANGUAGE_CODE)[:2]),
        "modules": [module for part in settings.PAGES[page].values() for module in part],
        "CSP_NONCE": context.get("CSP_NONCE"),
    }


@register.simple_tag
def page_styles() -> tuple[str, ...]:
    """Return the addresses of the style sheets of every page."""
    return bundles.styles()


@register.simple_tag
def import_map() -> SafeString:
    """Return the JSON of `<script type="importmap">`."""
    imports = _imports() if settings.DEBUG else _imports_once()
    # Only addresses of our own files. Without "<" none of them can end the script element.
    return mark_safe(json.dumps({"imports": imports}).replace("<", "\\u003c"))  # noqa: S308


def _imports() -> dict[str, str]:
    """Return the published address for every name and address of a module."""
    published = {path: staticfiles_storage.url(path) for path in bundles.own_modules()}
    imports = {f"{settings.STATIC_URL}{path}": url for path, url in published.items()}
    for path, url in published.items():
        imports |= dict.fromkeys(_names_of(path), url)
    return imports


@cache
def _imports_once() -> dict[str, str]:
    return _imports()


def _names_of(path: str) -> list[str]:
    if not path.startswith(f"{VENDOR}/"):
        return [f"#{path}"]
    for package, (folder, entry) in PACKAGES.items():
        inside = path.removeprefix(f"{VENDOR}/{folder}/")
        if inside != path:
            bare = [package] if inside == entry else []
            return [*bare, f"{package}/{inside}"]
    return []
