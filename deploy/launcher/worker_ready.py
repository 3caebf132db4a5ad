"""Write `run/worker-1.ready` when a worker of `manage.py up` takes jobs.

The worker loads this module (`--include`). A file is used since a log level can hide a log line.
"""

import os
from pathlib import Path

from celery.signals import worker_ready

# The environment variable with the name of the worker.
PROCESS_NAME = "LIAISON_PROCESS"


def ready_file(data_dir: Path, name: str) -> Path:
    return data_dir / "run" / f"{name}.ready"


@worker_ready.connect
def write_ready_file(**_: object) -> None:
    file = ready_file(Path(os.environ["LIAISON_HOME"]), os.environ[PROCESS_NAME])
    file.write_text(f"{os.getpid()}\n")
