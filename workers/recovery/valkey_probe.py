"""Know within two seconds that Valkey is frozen, full or gone, also when there is no work."""

import time

from redis.exceptions import RedisError

from core.valkey import key, valkey

LOOK_SECONDS = 0.5
AWAY_LOOK_SECONDS = 1.0
# One slow answer of a busy machine is no fault.
AWAY_AFTER_SECONDS = 1.0
KEPT_MS = 5_000


class ValkeyProbe:
    """What one worker knows of Valkey. `look` asks it now and then, 0.2 s at most."""

    def __init__(self) -> None:
        self.looked_at = -1e9
        self.failing_since: float | None = None
        self.is_away = False

    def look(self) -> bool:
        """Ask Valkey if it is time to; return whether it went away or came back."""
        now = time.monotonic()
        if now - self.looked_at < (AWAY_LOOK_SECONDS if self.is_away else LOOK_SECONDS):
            return False
        self.looked_at = now
        before = self.is_away
        if takes_writes():
            self.failing_since, self.is_away = None, False
        else:
            self.failing_since = self.failing_since or now
            self.is_away = self.is_away or now - self.failing_since >= AWAY_AFTER_SECONDS
        return self.is_away != before


def takes_writes() -> bool:
    """Write a key: a full Valkey answers pings and takes nothing."""
    try:
        valkey().set(key("alive"), 1, px=KEPT_MS)
    except (RedisError, OSError):
        return False
    return True
