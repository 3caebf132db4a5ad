"""The types of what the launcher starts, watches and stops."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Service(Protocol):
    """A process that the launcher keeps running: embedded service, web, worker or beat."""

    @property
    def name(self) -> str: ...

    @property
    def pid_file(self) -> Path: ...

    @property
    def stop_signal(self) -> signal.Signals: ...

    @property
    def log(self) -> Path | None:
        """The file it writes to. None when the launcher prints its output."""

    def start(self) -> subprocess.Popen[bytes]: ...

    def is_ready(self) -> bool: ...


class EmbeddedService(Service, Protocol):
    """PostgreSQL, Valkey or S3: other processes need its address, in `environment`."""

    @property
    def log(self) -> Path: ...

    @property
    def environment(self) -> Mapping[str, str]: ...
