"""Drive WebKitGTK's MiniBrowser by WebDriver (W3C), on a screen of its own.

By hand beside selenium, which brings six packages for the five commands used here. A command is
one HTTP request with JSON.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from deploy.launcher.ports import free_port
from tests.waiting import until

START_SECONDS = 60
STOP_SECONDS = 10
COMMAND_SECONDS = 60
SCREEN = "1440x900x24"


class CommandFailed(Exception):
    """WebKit answered an error."""


class WebDriver:
    """One session: a MiniBrowser that keeps nothing of an earlier one."""

    def __init__(self, port: int, browser: Path) -> None:
        self._port = port
        self._session = ""
        options = {"binary": str(browser), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self._session = self.post("", capabilities=wanted)["sessionId"]

    def post(self, path: str, **parameters: Any) -> Any:
        return self._call("POST", path, parameters)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of an async function in the page."""
        # The protocol waits for the promise that a script returns.
        body = f"return (async function () {{ {script} }}).apply(null, arguments);"
        return self.post("/execute/sync", script=body, args=list(arguments))

    def end(self) -> None:
        self._call("DELETE", "", None)

    def _call(self, method: str, path: str, parameters: dict[str, Any] | None) -> Any:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=COMMAND_SECONDS)
        session = f"/session/{self._session}" if self._session else "/session"
        body = None if parameters is None else json.dumps(parameters)
        try:
            connection.request(method, session + path, body, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            raise CommandFailed(f"{method} {path}: {value['error']}: {value.get('message')}")
        return value


@contextmanager
def started_webkit(folder: Path) -> Iterator[int]:
    """Start WebKitGTK's driver and a screen for its browsers. Yield the port of the driver."""
    port = free_port()
    with (folder / "webkit.log").open("wb") as log, _screen(folder, log) as display:
        environment = {
            **os.environ, "DISPLAY": display, "HOME": str(folder), "TZ": "Europe/Paris",
            # The browser prefers French.
            "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr_FR",
            # No desktop is there to ask.
            "GTK_A11Y": "none", "NO_AT_BRIDGE": "1", "GIO_USE_VFS": "local",
        }  # fmt: skip
        process = subprocess.Popen(
            ["WebKitWebDriver", f"--port={port}"], env=environment, stdout=log, stderr=log
        )
        try:
            until(lambda: _answers(port), "WebKit's driver does not start", START_SECONDS)
            yield port
        finally:
            _end(process)


@contextmanager
def _screen(folder: Path, log: Any) -> Iterator[str]:
    """Start an X server without a monitor, which chooses a free number by itself."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=[writing], stdout=log, stderr=log,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, (folder / "webkit.log").read_text()[-2000:]
        yield f":{number}"
    finally:
        _end(process)


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/status")
        return bool(json.loads(connection.getresponse().read())["value"]["ready"])
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
