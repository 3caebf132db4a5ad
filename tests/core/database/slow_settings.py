"""The settings, with an app whose migrations take longer than a statement may."""

# ruff: noqa: F403, F405
from core.settings import *

INSTALLED_APPS = [*INSTALLED_APPS, "tests.core.database.slow_app"]
DATABASES["default"]["OPTIONS"]["options"] += " -c statement_timeout=500"
