"""Debian's Postfix with the lines of email-in.md hands an email over, and keeps one that waits."""

import os
import re
import shutil
import smtplib
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.launcher.ports import free_port
from tests.deploy.documents import blocks
from tests.site import ROOT
from tests.waiting import until

PATH = f"{os.environ['PATH']}:/usr/sbin"
TO = "reply+abcdef@reply.example.com"
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
"""


@dataclass
class Receiver:
    """Takes what is handed over, and answers the given statuses one after the other, then 200."""

    statuses: list[int]
    received: list[tuple[str, bytes]] = field(default_factory=list)


def handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append((self.headers["Authorization"], body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler


@contextmanager
def listening(receiver: Receiver) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(receiver)) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that the accounts of Postfix can reach, unlike those of pytest."""
    if os.geteuid() != 0:
        pytest.skip("Postfix is started by root alone")
    if shutil.which("postfix", path=PATH) is None:
        pytest.skip("postfix is not installed")
    with tempfile.TemporaryDirectory(prefix="liaison-postfix-") as name:
        made = Path(name)
        made.chmod(0o755)
        for part in ("etc", "queue", "data"):
            (made / part).mkdir()
        shutil.chown(made / "data", "postfix")
        yield made


def configure(folder: Path, port: int, web_port: int) -> None:
    (folder / "etc/master.cf").write_text(MASTER.format(port=port))
    (folder / "etc/main.cf").write_text(MAIN.format(folder=folder))
    shutil.copy(ROOT / "deploy/postfix/liaison-inbound", folder)
    (of_postfix,) = [
        block.text for block in blocks("email-in.md") if "/etc/postfix/master.cf" in block.text
    ]
    (own_file,) = [block.text for block in blocks("email-in.md") if "install -m 600" in block.text]
    (owner,) = [block.text for block in blocks("email-in.md") if block.text.startswith("chown")]
    script = own_file + owner + of_postfix
    for there, here in {
        "/etc/postfix": f"{folder}/etc",
        "/etc/liaison-inbound.conf": f"{folder}/inbound.conf",
        "/opt/liaison/deploy/postfix": str(folder),
    }.items():
        script = script.replace(there, here)
    run(folder, "sh", "-euc", script, PUBLIC_URL=f"http://127.0.0.1:{web_port}",
        INBOUND_EMAIL_SECRET="a secret")  # fmt: skip


def run(folder: Path, *command: str, **environment: str) -> None:
    given = {"PATH": PATH, "MAIL_CONFIG": str(folder / "etc"), **environment}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def started(folder: Path, port: int) -> Iterator[None]:
    run(folder, "postfix", "check")
    run(folder, "postfix", "start")
    try:
        yield
    finally:
        run(folder, "postfix", "stop")


def test_email_that_is_refused_for_a_moment_is_handed_over_later(folder: Path) -> None:
    receiver, port = Receiver([503]), free_port()
    with listening(receiver) as web_port:
        configure(folder, port, web_port)
        with started(folder, port), smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            smtp.sendmail("camille@example.org", [TO], "Subject: Oui\n\nBonjour\n")
            until(lambda: len(receiver.received) == 2, "it was not handed over again", 60)

    (secret, first), (_, second) = receiver.received
    assert secret == "Bearer a secret"
    assert first == second
    email = message_from_bytes(second, policy=policy.default)
    assert (email["Delivered-To"], email["Return-Path"]) == (TO, "<camille@example.org>")
    assert "Bonjour" in email.get_content()
    assert (folder / "inbound.conf").stat().st_mode & 0o777 == 0o600


def test_email_that_is_too_large_for_liaison_comes_back(folder: Path) -> None:
    receiver, port = Receiver([413]), free_port()
    with listening(receiver) as web_port:
        configure(folder, port, web_port)
        with started(folder, port), smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            smtp.sendmail("camille@example.org", [TO], "Subject: Plan\n\nPlan\n")
            log = folder / "log"
            until(lambda: "status=bounced" in log.read_text(), "it did not come back", 60)

    assert len(receiver.received) == 1
    assert re.search(r"dsn=5\S+, status=bounced \(.*The email is too large", log.read_text())
