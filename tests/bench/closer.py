"""Closer looks: measurements with tables of their own, on a web process and workers alone."""

import os
import secrets
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

from deploy.embedded import embedded_services
from deploy.launcher.data_dir import DataDir
from tests.bench.processor import Others
from tests.bench.servers import Machine
from tests.services import started

# Each is a module of this package with `run(machine)`.
MEASUREMENTS = (
    "sending",
    "stream",
    "reads",
    "attachments",
    "files_at_once",
    "workers",
    "bridges",
    "crowds",
    "idle_streams",
    "stream_events",
    "long_lists",
    "searches",
    "sustained",
)
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "DEBUG": "false",
    "HTTPS": "false",
    "JWT_DEVELOPMENT_ISSUER": "true",
    "LOG_LEVEL": "WARNING",
    # Emails are composed and dropped.
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "REALTIME_PREFIX": "bench",
    # No limit: one person sends as fast as possible.
    "MESSAGES_PER_MINUTE": "1000000000",
}


def look_closer(names: list[str]) -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        data_dir = DataDir(Path(folder))
        data_dir.create()
        os.environ |= ENVIRONMENT
        os.environ |= {"LIAISON_HOME": folder, "SECRET_KEY": secrets.token_urlsafe(48)}
        # Always our own services, never an external database. PostgreSQL writes durably, as in
        # production.
        with started(embedded_services(data_dir, {})):
            django.setup()
            call_command("migrate", verbosity=0)
            with Machine(data_dir) as machine:
                for name in names:
                    run: Callable[[Machine], None] = import_module(f"tests.bench.{name}").run
                    others = Others()
                    run(machine)
                    print(f"(other work took {others.share():.0%} of the processors)")
    print(f"\nMeasured in {time.monotonic() - began:.0f} s.")
