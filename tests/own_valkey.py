"""A Valkey that a test can kill and start again on the same port."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

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

    @contextmanager
    def refusing_to_publish(self) -> Iterator[None]:
        """Publish nothing, while subscriptions go on."""
        with redis.Redis.from_url(self.service.environment["REDIS_URL"]) as client:
            client.acl_setuser("default", commands=["-publish"])
            try:
                yield
            finally:
                client.acl_setuser("default", commands=["+publish"])
