"""Start and ask `tests.bench.listeners`, and the server of `tests.bench.plain_streams`."""

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Any

from django.conf import settings

from core.realtime.publish import company_channel
from deploy.launcher.app_processes import AppProcess, is_alive
from deploy.launcher.data_dir import REPOSITORY
from deploy.launcher.ports import free_port
from tests.bench.servers import HOST, CouldNotMeasure, Machine

# So many streams are opened at a time.
AT_ONCE = 200


class PlainServer:
    """The plain ASGI loop, as long as it is entered."""

    NAME = "plain-streams"

    def __init__(self, machine: Machine) -> None:
        self.machine, self.port = machine, free_port()

    def __enter__(self) -> "PlainServer":
        command = (
            *("-m", "uvicorn", "tests.bench.plain_streams:application"),
            *("--http", "core.web.protocol:HeadLimits", "--lifespan", "off"),
            *("--no-proxy-headers", "--host", HOST, "--port", str(self.port)),
        )
        environment = {**os.environ, "REDIS_URL": settings.REDIS_URL}
        self.machine.start(
            AppProcess(
                self.NAME,
                command,
                self.machine.data_dir,
                environment,
                ready=lambda: is_alive(HOST, self.port),
            )
        )
        self.pid = self.machine.pid_of(self.NAME)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.machine.stop(self.NAME)


class CrowdProcess:
    """Open streams of a server, as long as it is entered."""

    def __init__(self, port: int, credentials: list[str], at_once: int = AT_ONCE) -> None:
        self.request = {
            "host": HOST,
            "port": port,
            "credentials": credentials,
            "at_once": at_once,
            "redis_url": settings.REDIS_URL,
            "channel": company_channel(),
        }

    def __enter__(self) -> "CrowdProcess":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.listeners"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        opened = self._say(self.request)
        self.opened: int = opened["opened"]
        self.opening_seconds: float = opened["seconds"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()

    def ask(self, name: str, **keywords: Any) -> dict[str, Any]:
        return self._say({"ask": name, **keywords})

    def _say(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise CouldNotMeasure("The crowd ended.")
        said: dict[str, Any] = json.loads(line)
        return said
