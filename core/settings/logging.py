"""Set what is logged, and how its lines are written (`core.logs`)."""

from django.core.exceptions import ImproperlyConfigured

from core.logs.setup import configuration
from core.settings.env import env

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# `text` for a person at a terminal; anything else is one JSON object a line. With `json`, what
# commands of `manage.py` print to the standard error is, too.
LOG_FORMAT = env.str("LOG_FORMAT", default="")
# An error that comes again within this time is counted. 0: each is written in full.
LOG_FOLD_SECONDS = env.float("LOG_FOLD_SECONDS", default=30.0)

try:
    LOGGING = configuration(LOG_LEVEL, LOG_FORMAT, LOG_FOLD_SECONDS)
except ValueError as _error:
    raise ImproperlyConfigured(str(_error)) from _error
