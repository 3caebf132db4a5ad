"""One version's web and worker as processes, and who calls them."""

import http.client
import json
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from deploy.launcher.ports import free_port
from deploy.launcher.process_group import stop_together
from tests.upgrade.old_code import Code
from tests.upgrade.place import Place
from tests.waiting import until

STOP_SECONDS = 20


class Answer(NamedTuple):
    status: int
    content: Any


@dataclass
class Site:
    """Web and worker of one version, until the end of the block."""

    place: Place
    code: Code
    port: int = field(default_factory=free_port)
    with_worker: bool = True

    @property
    def log(self) -> Path:
        return self.place.home / f"{self.code.name}.log"

    processes: list[tuple[subprocess.Popen[bytes], signal.Signals]] = field(default_factory=list)

    def __enter__(self) -> "Site":
        environment = self.place.environment
        web = self.code.start(environment, self.log, *self.code.web_command(self.port))
        self.processes = [(web, signal.SIGINT)]
        if self.with_worker:
            worker = self.code.start(environment, self.log, *self.code.worker_command("one"))
            self.processes.append((worker, signal.SIGTERM))
        try:
            until(lambda: answers(self.port), f"{self.code.name} does not answer")
        except AssertionError:
            stop_together(self.processes, STOP_SECONDS)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stop_together(self.processes, STOP_SECONDS)
        if error is not None:
            error.add_note(self.log.read_text()[-4000:])

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Answer:
        return ask(self.port, self.place.token(who), method, path, body)

    def database(self) -> str:
        """Return what /readyz says of the database."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/readyz")
        with connection.getresponse() as response:
            return str(json.loads(response.read())["database"])

    def get(self, who: str, path: str) -> Any:
        answer = self.ask(who, "GET", path)
        assert answer.status == 200, (path, answer)
        return answer.content

    def do(self, who: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.ask(who, method, path, body)
        assert answer.status in (200, 201, 204), (method, path, answer)
        return answer.content


def ask(port: int, token: str, method: str, path: str, body: Any = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, f"/api/v1{path}", content, headers)
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    is_json = "json" in (response.headers["Content-Type"] or "")
    return Answer(response.status, json.loads(text) if text and is_json else text)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
