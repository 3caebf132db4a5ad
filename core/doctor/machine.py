"""Examine this machine: room on the disks, open files, who may read our folder, static files."""

import resource
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from core.doctor.findings import Finding, error, warning, well
from core.web import bundles
from core.web.static_files import uncollected

GB = 1_000_000_000
LOW_BYTES, FULL_BYTES = 2 * GB, GB // 5
# Each open stream of a web process is one.
OPEN_FILES = 4_096
SECRETS = ("services.env", "secrets")


def examine() -> Iterator[Finding]:
    seen: set[int] = set()
    for folder in (Path(settings.LIAISON_HOME), Path(tempfile.gettempdir())):
        if folder.exists() and (device := folder.stat().st_dev) not in seen:
            seen.add(device)
            yield _room(folder)
    yield _open_files()
    yield from _readable_by_others()
    yield _static_files()
    said = bundles.state()
    if said not in ("", "ok"):
        yield warning(
            _("Pages load each module by itself: %(state)s") % {"state": said},
            advice=_("Install from a release, or run `make bundles`."),
        )


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    says = _("%(size).1f GB are free in %(folder)s.") % {"size": free / GB, "folder": folder}
    if free < FULL_BYTES:
        return error(says, advice=_("Make room now: files and emails are about to be refused."))
    if free < LOW_BYTES:
        return warning(says, advice=_("Make room, or move it to another disk."))
    return well(says)


def _open_files() -> Finding:
    most, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    says = _("A process may open %(most)s files.") % {"most": most}
    if most < OPEN_FILES:
        return warning(
            says, advice=_("Raise it (`LimitNOFILE=65536` of the unit): each open page needs one.")
        )
    return well(says)


def _readable_by_others() -> Iterator[Finding]:
    home = Path(settings.LIAISON_HOME)
    for path in filter(Path.exists, [home, *(home / name for name in SECRETS)]):
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            yield error(
                _("Every account of this machine may open %(path)s.") % {"path": path},
                advice=_("Run `chmod o-rwx %(path)s`.") % {"path": path},
            )


def _static_files() -> Finding:
    if missing := len(uncollected()):
        return error(
            _("%(count)s static files are not collected.") % {"count": missing},
            advice=_("Run `manage.py collectstatic`, then start the web again."),
        )
    return well(_("The static files are collected."))
