"""Drive a headless Firefox ESR by its own protocol, Marionette.

By hand beside marionette_driver, which is no longer developed by its own classifier, brings twelve
packages and has no types; and beside selenium, whose geckodriver no registry has. A command is a
line of JSON with its length before it.
"""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.browser import firefox
from tests.push_websocket import PushServer
from tests.waiting import until

START_SECONDS = 60
STOP_SECONDS = 10
COMMAND_SECONDS = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Nothing of Firefox's own may ask the network or cover a page.
QUIET = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "datareporting.healthreport.uploadEnabled": False,
    "extensions.systemAddon.update.enabled": False,
    "intl.accept_languages": "fr-FR, fr",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    # The port is written in the profile.
    "marionette.port": 0,
}

PUSHED = {
    # Marionette switches it off, unless the profile says otherwise.
    "dom.push.connection.enabled": True,
    "dom.push.testing.allowInsecureServerURL": True,
    # Milliseconds before it connects again.
    "dom.push.retryBaseInterval": 100,
    # Windows of Firefox itself: a machine without a desktop shows no others.
    "alerts.useSystemBackend": False,
}


class CommandFailed(Exception):
    """Firefox answered an error."""


class Marionette:
    """The connection to one Firefox."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), COMMAND_SECONDS)
        self._stream = self._socket.makefile("rb")
        self._last = 0
        self._read()
        self.command("WebDriver:NewSession", capabilities={"alwaysMatch": {}})

    def command(self, name: str, **parameters: Any) -> Any:
        """Return the answer to a command. Raises CommandFailed."""
        self._last += 1
        words = json.dumps([0, self._last, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(words), words))
        _kind, number, error, answer = self._read()
        assert number == self._last
        if error:
            raise CommandFailed(f"{name}: {error['error']}: {error['message']}")
        return answer

    def run(self, script: str, *arguments: Any, is_chrome: bool = False) -> Any:
        """Run the body of an async function in the page, or in Firefox itself."""
        self.command("Marionette:SetContext", value="chrome" if is_chrome else "content")
        body = f"return (async function () {{ {script} }}).apply(null, arguments);"
        parameters = {"script": body, "args": list(arguments), "newSandbox": False}
        try:
            return self.command("WebDriver:ExecuteScript", **parameters)["value"]
        finally:
            if is_chrome:
                self.command("Marionette:SetContext", value="content")

    def close(self) -> None:
        self._stream.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox closed the connection"
            length += byte
        return json.loads(self._stream.read(int(length)))


@contextmanager
def started_firefox(folder: Path, push: PushServer) -> Iterator[Marionette]:
    """Start a Firefox with a profile of its own, connected to a push service."""
    path = firefox()
    assert path, "No Firefox: `python -m tests.e2e.browser` installs it"
    profile = folder / "profile"
    profile.mkdir()
    preferences = {**QUIET, **PUSHED, "dom.push.serverURL": push.websocket_url}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines))
    arguments = [
        path, "--headless", "--no-remote", "--profile", str(profile),
        "--marionette", "--remote-allow-system-access",
    ]  # fmt: skip
    # Firefox refuses the home of another account.
    environment = {**os.environ, "HOME": str(folder), "MOZ_HEADLESS": "1", "TZ": "Europe/Paris"}
    with (folder / "firefox.log").open("wb") as log:
        process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
    try:
        marionette = Marionette(_port_of(profile, process, folder / "firefox.log"))
        yield marionette
        marionette.close()
    finally:
        _end(process)


def _port_of(profile: Path, process: subprocess.Popen[bytes], log: Path) -> int:
    written = profile / "MarionetteActivePort"

    def is_ready() -> bool:
        assert process.poll() is None, log.read_text()[-2000:]
        return written.exists() and bool(written.read_text())

    until(is_ready, "Firefox does not start", START_SECONDS)
    return int(written.read_text())


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
