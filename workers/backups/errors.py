"""What a person who makes or restores a backup is told."""


class BackupError(Exception):
    """A backup that cannot be made, read or restored, with the reason and what to do."""
