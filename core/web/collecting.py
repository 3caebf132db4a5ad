"""Collect the static files again only after one of them has changed.

`collectstatic` hashes and compresses all of them each time, which took 2 of the 9 seconds of a
start.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from core.version import version_in
from core.web.static_files import CollectedFiles, files_of_the_code

# What the collected files depend on beside their sources.
PACKAGES = ("django", "whitenoise", "brotli")


def collect_if_changed() -> None:
    """Run `collectstatic`, unless the files of the code are those that it last ended with."""
    of_the_code = state()
    last = Path(f"{settings.STATIC_ROOT}-collected")
    if last.exists() and last.read_text() == of_the_code and CollectedFiles().hashed_files:
        return
    last.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    last.write_text(of_the_code)


def state() -> str:
    """Return a hash of each file's path, size and time of change, and of the versions."""
    digest = hashlib.sha256()
    versions = version_in(settings.BASE_DIR), *map(version, PACKAGES)
    digest.update(repr(versions).encode())
    for name, path in sorted(files_of_the_code()):
        found = path.stat()
        digest.update(repr((name, str(path), found.st_size, found.st_mtime_ns)).encode())
    return digest.hexdigest()
