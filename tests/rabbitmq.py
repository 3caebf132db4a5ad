"""Debian's RabbitMQ (`rabbitmq-server`, with Erlang) on loopback, in a folder of its own."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kombu import Connection

from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import spawn

# First where Debian has the program itself. The one in the path changes to another account.
PLACES = os.pathsep.join(["/usr/lib/rabbitmq/bin", os.environ.get("PATH", ""), "/usr/sbin"])
MISSING = "RabbitMQ (rabbitmq-server) is not installed"
TOOL_SECONDS = 60


def rabbitmq_program() -> str | None:
    return shutil.which("rabbitmq-server", path=PLACES)


class RabbitMQ:
    """A server with neither the default port nor the default cookie."""

    name = "rabbitmq"
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: DataDir) -> None:
        program = rabbitmq_program()
        assert program is not None, MISSING
        self._program = Path(program)
        self._folder = data_dir.folder("rabbitmq")
        self._port = data_dir.port("rabbitmq")
        self._map: subprocess.Popen[bytes] | None = None
        self._map_port = data_dir.port("rabbitmq-map")
        self.pid_file = data_dir.path / "run" / "rabbitmq.pid"
        self.log = data_dir.log("rabbitmq")
        self.own_environment = {
            "PATH": PLACES,
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"liaison-{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(data_dir.port("rabbitmq-nodes")),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq"),
            "ERL_EPMD_PORT": str(self._map_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Its script then becomes the server, which signals reach.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}//"

    @property
    def environment(self) -> Mapping[str, str]:
        return {"CELERY_BROKER_URL": self.url}

    def start(self) -> subprocess.Popen[bytes]:
        if self._map is None:
            # Erlang's port mapper. The one that RabbitMQ starts by itself would never end.
            self._map = spawn(
                self.pid_file.with_name("rabbitmq-map.pid"),
                [str(shutil.which("epmd", path=PLACES))],
                environment=self.own_environment,
                output=subprocess.DEVNULL,
            )
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                [self._program],
                environment=self.own_environment,
                output=log,
                folder=self._folder,
            )

    def is_ready(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=1) as connected:
                connected.connect()
        except OSError:
            return False
        return True

    def tool(self, *arguments: str, program: str = "rabbitmqctl") -> str:
        """Run one of RabbitMQ's tools for this server; return what it prints."""
        done = subprocess.run(
            [str(self._program.with_name(program)), *arguments],
            env={**os.environ, **self.own_environment},
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def end(self) -> None:
        """End the port mapper, after the server."""
        if self._map is not None:
            self._map.kill()
            self._map.wait()
