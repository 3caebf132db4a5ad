"""Take a backup, by the function and by the command, and list what a place holds."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command

from workers.backups import take
from workers.backups.retention import Keep
from workers.backups.store import Store

KEY = "a-key-for-the-backups-of-this-test"


def taken(store: Store, keep: Keep | None = None) -> take.Taken:
    return take.take(store, keep or Keep())


def backup(place: Path | str, *arguments: str) -> str:
    out = StringIO()
    call_command("backup", str(place), *arguments, stdout=out, stderr=out)
    return out.getvalue()


def files_of(place: Path) -> list[str]:
    return sorted(str(each.relative_to(place)) for each in place.rglob("*") if each.is_file())
