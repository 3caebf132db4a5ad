"""What the launcher knows of each thing it keeps running."""

import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Part(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def pid_file(self) -> Path: ...

    @property
    def stop_signal(self) -> signal.Signals: ...

    @property
    def log(self) -> Path | None:
        """Where it writes; None when the launcher shows what it prints."""

    def start(self) -> subprocess.Popen[bytes]: ...

    def is_ready(self) -> bool: ...


class Service(Part, Protocol):
    """An embedded service: a part that others must be told how to reach."""

    @property
    def log(self) -> Path: ...

    @property
    def environment(self) -> Mapping[str, str]: ...
