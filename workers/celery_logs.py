"""Keep Celery to our logs: without these receivers it adds handlers, a level and a banner."""

import sys
from typing import Any

from celery.signals import celeryd_after_setup, setup_logging
from django.conf import settings

from core.logs.streams import say


@setup_logging.connect
def leave_logging(**_: Any) -> None:
    """Do nothing: Django has set the logs up. That somebody listens keeps Celery from it."""


@celeryd_after_setup.connect
def show_no_banner(instance: Any, **_: Any) -> None:
    """Have a worker start without its banner, and write its other words as lines of the log."""
    instance.quiet = True
    if settings.LOG_FORMAT != "text":
        # Celery writes them past `sys.stdout`, in a handler of a signal.
        sys.modules["celery.apps.worker"].safe_say = say  # type: ignore[attr-defined]
