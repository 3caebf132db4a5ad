"""Read the keys of backups from the settings."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from workers.backups.cipher import Key
from workers.backups.errors import BackupError


@dataclass(frozen=True)
class Keys:
    """The key to encrypt with (None: backups are not encrypted), and all that can read."""

    key: Key | None
    readable: tuple[Key, ...] = ()


def keys_of_settings(*, must_encrypt: bool = False) -> Keys:
    """Return the keys. Raises BackupError for a missing or a weak one."""
    secret = settings.BACKUP_KEY or _of_file()
    if must_encrypt and not secret:
        raise BackupError(
            "There is no key to encrypt with: set BACKUP_KEY, or BACKUP_KEY_FILE to a file with it."
        )
    key = Key(secret) if secret else None
    older = tuple(map(Key, settings.BACKUP_KEY_FALLBACKS))
    return Keys(key, (key, *older) if key else older)


def _of_file() -> str:
    if not settings.BACKUP_KEY_FILE:
        return ""
    try:
        return Path(settings.BACKUP_KEY_FILE).read_text().strip()
    except OSError as error:
        raise BackupError(
            f"BACKUP_KEY_FILE={settings.BACKUP_KEY_FILE} cannot be read ({error.strerror})."
        ) from error
