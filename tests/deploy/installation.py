"""What a client does on a machine that was installed by the documents, through its nginx."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.attachments.senders import announcement, put
from tests.deploy.nginx_machine import HERE, PUBLIC_NAME, Caller, Machine
from tests.site import ROOT
from tests.waiting import until

UNITS_OF_WORKERS = ("liaison-worker@.service", "liaison-attachments.service")


@contextmanager
def workers(machine: Machine) -> Iterator[None]:
    """Start the workers as their units say."""
    with ExitStack() as stack:
        for name in UNITS_OF_WORKERS:
            command, environment = machine.unit(name)
            # As systemd writes the instance and a percent sign.
            words = shlex.split(command.replace("%%", "%").replace("%i", "1"))
            log = stack.enter_context((machine.folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        yield


@dataclass
class LoggedIn:
    """A person with a session in a browser, who calls the API as its pages do."""

    caller: Caller
    cookies: str = ""
    token: str = ""

    @classmethod
    def at(cls, port: int, email: str, password: str) -> "LoggedIn":
        caller = Caller(port, HERE)
        status, session = caller.session(email, password)
        assert status == 302, status
        _, headers, _ = caller.ask("GET", "/client/messages", Cookie=session)
        cookies = " ".join(headers.get_all("Set-Cookie", []))
        (csrf,) = re.findall(r"csrftoken=(\w+)", cookies)
        return cls(caller, f"{session}; csrftoken={csrf}", csrf)

    def call(self, method: str, path: str, data: Any = None) -> Any:
        """Call /api/v1 and return the JSON. Fails unless the status is one of success."""
        status, _, answer = self.caller.ask(
            method, f"/api/v1{path}", None if data is None else json.dumps(data).encode(),
            **{
                "Cookie": self.cookies, "X-CSRFToken": self.token,
                "Referer": f"https://{PUBLIC_NAME}/client/messages",
                "Content-Type": "application/json",
            },
        )  # fmt: skip
        assert status in {200, 201, 202, 204}, (path, status, answer)
        return json.loads(answer) if answer else None

    def send_file(self, name: str, content: bytes) -> str:
        """Send a file as the page does, straight to S3; return its id."""
        announced = self.call("POST", "/attachments", announcement(name, content))
        status, _ = put(announced["upload"]["url"], content, announced["upload"]["headers"])
        assert status == 200
        self.call("POST", f"/attachments/{announced['id']}/complete", {})
        return str(announced["id"])

    def last_message(self, conversation: str) -> dict[str, Any]:
        found = self.call("GET", f"/conversations/{conversation}/messages")
        return dict(max(found["results"], key=lambda message: message["seq"]))

    def preview(self, attachment: str, max_px: int) -> str:
        """Wait until a file was examined; return the address of its preview in S3."""

        def answered() -> str:
            status, headers, _ = self.caller.ask(
                "GET", f"/api/v1/attachments/{attachment}/preview/{max_px}", Cookie=self.cookies
            )
            return headers["Location"] if status == 302 else ""

        until(answered, "the file has no preview")
        return answered()
