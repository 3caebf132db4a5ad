"""How fast Liaison is, beside bare Django on the same PostgreSQL: `python -m tests.bench`.

    python -m tests.bench sending stream      only these

Everything is measured in one run, on services and data of its own: figures of two runs, or of two
machines, say little beside each other. The exit code tells whether it could measure; an aim that
is missed is said in the table.
"""

import os
import secrets
import sys
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

# Each is a module of this package with `run(machine)`, in the order in which they run.
MEASUREMENTS = ("sending", "stream", "reads", "attachments")

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "DEBUG": "false",
    "HTTPS": "false",
    "JWT_DEVELOPMENT_ISSUER": "true",
    "LOG_LEVEL": "WARNING",
    # Deliveries by email are made, and go nowhere.
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "REALTIME_PREFIX": "bench",
    # No limit on what one person may send: that is what is measured.
    "MESSAGES_PER_MINUTE": "1000000000",
}


def main(names: list[str]) -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        data_dir = DataDir(Path(folder))
        data_dir.create()
        os.environ |= ENVIRONMENT
        os.environ |= {"LIAISON_HOME": folder, "SECRET_KEY": secrets.token_urlsafe(48)}
        # Never a given database, which could be somebody's: always our own, durable as a real one.
        with started(embedded_services(data_dir, {})):
            django.setup()
            call_command("migrate", verbosity=0)
            with Machine(data_dir) as machine:
                for name in names or MEASUREMENTS:
                    run: Callable[[Machine], None] = import_module(f"tests.bench.{name}").run
                    others = Others()
                    run(machine)
                    print(f"(other work took {others.share():.0%} of the processors meanwhile)")
    print(f"\nMeasured in {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    main(sys.argv[1:])
