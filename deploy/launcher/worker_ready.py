"""Loaded into the worker of `manage.py up`: leaves word when it takes jobs.

A file rather than a line of its log, which a log level can hide.
"""

import os
from pathlib import Path

from celery.signals import worker_ready


def ready_file(home: Path) -> Path:
    return home / "run" / "worker.ready"


@worker_ready.connect
def leave_word(**_: object) -> None:
    ready_file(Path(os.environ["LIAISON_HOME"])).write_text(f"{os.getpid()}\n")
