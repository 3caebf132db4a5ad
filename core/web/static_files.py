"""Name and compress the static files, and find those that were not collected."""

from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import brotli
from django.apps import apps
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

from core.web.bundles import is_published

# Of 0 to 11. At 11, the default, `collectstatic` took 100 s of processor time (measured).
BROTLI_QUALITY = 6


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # (without types)
    """Serve static files. Browsers keep those with a hash in their name for good."""

    # Seconds: a year.
    FOREVER = 365 * 24 * 60 * 60

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = super().__call__(request)
        if response.status_code == HTTPStatus.NOT_FOUND and self._is_ours(request.path_info):
            # A file of a version that this process does not have yet.
            response["Cache-Control"] = "no-cache"
        return response

    def immutable_file_test(self, path: str, url: str) -> bool:
        name = url.removeprefix(self.static_prefix)
        return is_published(name) or bool(super().immutable_file_test(path, url))

    def _is_ours(self, url: str) -> bool:
        return url.startswith(self.static_prefix)


class QuickCompressor(Compressor):  # type: ignore[misc]  # (without types)
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=BROTLI_QUALITY))


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # (without types)
    """Give files names with a hash, from the manifest that `manage.py collectstatic` writes.

    A file that is not in the manifest keeps its own name, at which WhiteNoise serves it from the
    code: a page never fails because a file was not collected. `/readyz` tells it.
    """

    def load_manifest(self) -> tuple[dict[str, str], str]:
        """Return the names and their hash. A manifest that was cut counts as none."""
        try:
            names, digest = super().load_manifest()
        except ValueError:
            return {}, ""
        return names, digest

    def post_process(self, paths: dict[str, Any], **options: Any) -> Iterator[Any]:
        """Leave the published files out: they have their hash, and import each other by name."""
        own = {name: found for name, found in paths.items() if not is_published(name)}
        yield from super().post_process(own, **options)

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name

    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)


@cache
def uncollected() -> tuple[str, ...]:
    """Return the static files of the code that this process found in no manifest.

    Cached, since a process reads the manifest once, at its start. Without a manifest by design
    (DEBUG) the answer is empty.
    """
    collected = getattr(staticfiles_storage, "hashed_files", None)
    if collected is None:
        return ()
    names = {name for name, _path in files_of_the_code()}
    return tuple(sorted(name for name in names - collected.keys() if not is_published(name)))


def files_of_the_code() -> Iterator[tuple[str, Path]]:
    """Yield the name and the path of each static file that `collectstatic` collects."""
    ignored: Any = apps.get_app_config("staticfiles")
    for finder in get_finders():
        for path, storage in finder.list(ignored.ignore_patterns):
            prefix = getattr(storage, "prefix", None)
            yield f"{prefix}/{path}" if prefix else path, Path(storage.path(path))
