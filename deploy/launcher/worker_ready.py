"""Write `run/worker.ready` when the worker of `manage.py up` takes jobs.

The worker loads this module (`--include`). A file is used since a log level can hide a log line.
"""

import os
from pathlib import Path

from celery.signals import worker_ready


def ready_file(data_dir: Path) -> Path:
    return data_dir / "run" / "worker.ready"


@worker_ready.connect
def write_ready_file(**_: object) -> None:
    ready_file(Path(os.environ["LIAISON_HOME"])).write_text(f"{os.getpid()}\n")
