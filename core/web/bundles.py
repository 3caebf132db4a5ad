"""Name the scripts and styles that a page loads: the published ones, or else the modules.

`make bundles` writes the published files and their manifest into `core/bundles/`. Each name holds
a hash of its content. With JS_MODULES, or without a manifest, pages load the modules of the
sources.
"""

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import structlog
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage

logger = structlog.get_logger(__name__)

PREFIX = "bundles"
STYLES = (
    "core/tokens.css",
    "core/base.css",
    "core/profile.css",
    "core/copy-banner.css",
    "messaging/rendered.css",
)
ICONS = (
    "core/mark.svg", "core/mark-unread.svg", "notifications/apple-touch-icon.png",
    "notifications/icon-192.png",
)  # fmt: skip
NOT_BUILT = "not built, so pages load each module by itself: run `make bundles`"


@dataclass(frozen=True)
class BundledPage:
    """The addresses of what a page runs.

    `script` is run, and imports `preloads`. What the page imports when it is needed is `later`.
    """

    script: str
    preloads: tuple[str, ...]
    later: tuple[str, ...] = ()

    @property
    def in_order(self) -> tuple[str, ...]:
        """All that is loaded at first, what is imported before what imports it."""
        return (*reversed(self.preloads), self.script)


def entry(page: str, language: str) -> BundledPage | None:
    """Return the published script of a page of settings.PAGES; None: it loads its modules."""
    manifest = _manifest()
    if manifest is None:
        return None
    found = manifest["languages"].get(language, manifest["languages"][settings.LANGUAGE_CODE])[page]
    return BundledPage(
        _address(found["script"]), _addresses(found["preloads"]), _addresses(found["later"])
    )


def styles() -> tuple[str, ...]:
    """Return the addresses of the style sheets of every page."""
    manifest = _manifest()
    if manifest is None:
        return tuple(staticfiles_storage.url(path) for path in STYLES)
    return _addresses(manifest["styles"])


def worker_script() -> str:
    """Return the published script that the service worker runs; empty without published files."""
    manifest = _manifest()
    return (settings.BUNDLES_MANIFEST.parent / manifest["worker"]).read_text() if manifest else ""


def published_files(pages: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the addresses of all that these pages load: scripts, styles, icons.

    Without published files these are all modules of the sources.
    """
    icons = tuple(staticfiles_storage.url(path) for path in ICONS)
    bundled = [found for page in pages if (found := entry(page, language))]
    scripts = [
        address for page in bundled for address in (page.script, *page.preloads, *page.later)
    ] or [staticfiles_storage.url(path) for path in own_modules()]
    return tuple(dict.fromkeys([*styles(), *scripts, *icons]))


def state() -> str:
    """Say for `/readyz` what pages load."""
    if settings.JS_MODULES:
        return "modules, as JS_MODULES asks"
    return "ok" if _manifest() else NOT_BUILT


def own_modules() -> list[str]:
    """Return the static paths of the modules of our own apps, vendored ones included."""
    roots = [Path(app.path, "static") for app in apps.get_app_configs()]
    ours = [root for root in roots if settings.BASE_DIR in root.parents and root.is_dir()]
    return sorted(
        file.relative_to(root).as_posix()
        for root in ours
        if ".venv" not in root.parts
        for file in root.rglob("*.js")
    )


def is_published(path: str) -> bool:
    """Tell whether a static path is a file of `make bundles`."""
    return path.startswith(f"{PREFIX}/")


def _manifest() -> Any:
    if settings.JS_MODULES:
        return None
    # WhiteNoise lists the files once, at the start, unless DEBUG is set.
    return _manifest_of(_changed_at()) if settings.DEBUG else _manifest_at_start()


@cache
def _manifest_at_start() -> Any:
    return _manifest_of(_changed_at())


def _changed_at() -> int:
    try:
        return settings.BUNDLES_MANIFEST.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(1)
def _manifest_of(changed_at: int) -> Any:
    """Read the manifest. `changed_at` makes a new one be read."""
    try:
        return json.loads(settings.BUNDLES_MANIFEST.read_text())
    except (OSError, ValueError):
        logger.warning("browser_files_not_built", reason=NOT_BUILT)
        return None


def _address(name: str) -> str:
    # Not through the storage: the name has its hash already.
    return f"{settings.STATIC_URL}{PREFIX}/{name}"


def _addresses(names: list[str]) -> tuple[str, ...]:
    return tuple(map(_address, names))
