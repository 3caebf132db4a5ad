"""Write addresses for a log: without what opens something, and without what people look for."""

import logging
import re

# Below them, an address holds a secret. `deploy/nginx` has the same list.
PLACES_OF_SECRETS = ("password", "unsubscribe", "doctor")
HIDDEN = "***"

_SECRET = re.compile(rf"(?i)^/+({'|'.join(PLACES_OF_SECRETS)})/.+")


def loggable(path: str) -> str:
    """Return a path, without its query, as it may be logged: `/unsubscribe/***`."""
    return _SECRET.sub(rf"/\1/{HIDDEN}", path.partition("?")[0])


class LoggablePaths(logging.Filter):
    """For a logger of Django that writes a path as the last value of its sentence."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple) and record.args:
            record.args = (*record.args[:-1], loggable(str(record.args[-1])))
        return True
