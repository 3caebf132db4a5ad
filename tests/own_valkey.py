"""A Valkey that a test can kill and start again on the same port."""

import subprocess
from pathlib import Path

from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import DataDir
from tests.waiting import until


class OwnValkey:
    def __init__(self, folder: Path) -> None:
        data_dir = DataDir(folder)
        data_dir.create()
        self.service = Valkey(data_dir)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.process is None:
            self.process = self.service.start()
            until(self.service.is_ready, "Valkey does not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
