"""Write the service worker: one classic script, made of the parts in `static/notifications/sw`.

Above them stands what sends the outbox (`messaging/state/outbox-worker.js`), if it is published.
Refused: `importScripts`, one request for each part, whose changes not every browser looks for; and
a module, which Firefox does not accept here.
"""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from core.version import BUILD
from core.web import bundles

# `start` comes last: it hands what the browser tells to the others.
PARTS = ("store", "files", "pages", "previews", "share", "push", "start")
LANGUAGES = ("fr", "en")
SIDES = ("client", "staff")
PAGES = (
    *(f"/shell/{side}/{language}" for side in SIDES for language in LANGUAGES),
    *(f"/offline/{language}" for language in LANGUAGES),
)
# What notifications show.
FILES = ("notifications/icon-192.png", "notifications/badge-96.png")


def source() -> str:
    """Return the script. In development it is read anew each time."""
    return _source() if settings.DEBUG else _source_once()


@cache
def _source_once() -> str:
    return _source()


def _source() -> str:
    parts = "\n".join([bundles.worker_script(), *map(_part, PARTS)])
    build = {
        "pages": PAGES,
        "files": [staticfiles_storage.url(path) for path in FILES],
        # By side and language: a phone on a building site loads one of them.
        "apps": {f"{side}-{code}": _files_of(side, code) for side in SIDES for code in LANGUAGES},
        "statics": settings.STATIC_URL,
    }
    version = _version(parts, json.dumps(build))
    return f"const BUILD = {json.dumps(build | {'version': version})};\n\n{parts}"


def _files_of(side: str, language: str) -> tuple[str, ...]:
    """Return the published files of the pages that open without a network.

    Empty without published files: a page then tells the worker which modules it has loaded.
    """
    pages = (f"{side}-messages", "offline", "notifications")
    is_published = bundles.entry(pages[0], language) is not None
    return bundles.published_files(pages, language) if is_published else ()


def _version(*texts: str) -> str:
    """Return a name that changes with each deployment: browsers compare the script by its bytes."""
    published = getattr(staticfiles_storage, "hashed_files", {})
    digest = sha256("".join([*texts, BUILD, *sorted(published.values())]).encode())
    return digest.hexdigest()[:12]


def _part(name: str) -> str:
    found = finders.find(f"notifications/sw/{name}.js")
    return Path(str(found)).read_text()
