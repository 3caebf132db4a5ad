"""The disaster of deploy/docs/backup.md: a backup under load, a lost machine, and a new one."""

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.launcher.data_dir import REPOSITORY
from deploy.launcher.ports import free_port
from tests.attachments import samples
from tests.attachments.senders import announcement, put
from tests.cast import PASSWORD
from tests.deploy.data_dirs import new_data_dir
from tests.deploy.launched import Launcher
from tests.e2e.screens import bubble, wait_until_live, write
from tests.waiting import until

SMALL_DEMO = {"DEMO_SIZE": "0.05", "WEB_PROCESSES": "1", "MESSAGES_PER_MINUTE": "100000"}
CALLERS = 4
GAPS = """
SELECT conversation_id FROM messaging_message GROUP BY 1 HAVING count(*) <> max(seq)
"""
KEY = "the-key-of-the-rehearsal-and-of-nothing-else"


class Writer:
    """A caller of the API who remembers what the server has acknowledged."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self.acknowledged: dict[str, str] = {}

    def call(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content)

    def say(self, conversation: str, text: str, *files: str) -> None:
        message_id = str(uuid4())
        message = {"id": message_id, "body": text, "attachments": list(files)}
        self.call("POST", f"/api/v1/conversations/{conversation}/messages", message)
        self.acknowledged[message_id] = text

    def send_photo(self, conversation: str, content: bytes) -> str:
        announced = self.call("POST", "/api/v1/attachments", announcement("a.jpg", content))
        upload, file = announced["upload"], str(announced["id"])
        assert put(str(upload["url"]), content, upload["headers"])[0] == 200
        self.call("POST", f"/api/v1/attachments/{file}/complete")
        self.say(conversation, "Une photo", file)
        return file


@contextmanager
def load(writer: Writer, conversation: str) -> Iterator[None]:
    """Let several people write until the block ends."""
    is_over = threading.Event()
    failures: list[Exception] = []

    def go_on(caller: int) -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            try:
                writer.say(conversation, f"Charge {caller}-{number}")
            except Exception as error:  # Shown below.
                failures.append(error)
                return

    threads = [threading.Thread(target=go_on, args=[caller]) for caller in range(CALLERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert failures == []


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=REPOSITORY, env=environment,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows(launcher: Launcher, query: str) -> list[tuple[Any, ...]]:
    (address,) = re.findall(
        "^DATABASE_URL=(.*)$", launcher.data_dir.services_env.read_text(), re.MULTILINE
    )
    with psycopg.connect(address) as session:
        return session.execute(query).fetchall()


def log_in(browser: Browser, port: int, path: str) -> Page:
    context = browser.new_context(base_url=f"http://127.0.0.1:{port}", locale="fr-FR")
    page = context.new_page()
    page.goto(f"/login?next={path}")
    page.locator("input[name=email]").fill("camille@demo.test")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button.button").click()
    page.wait_for_url(f"**{path}")
    wait_until_live(page)
    return page


def sha256_of(writer: Writer, file: str) -> str:
    """Download a file as a person does, and return its SHA-256."""
    connection = http.client.HTTPConnection("127.0.0.1", writer.port, timeout=30)
    headers = {"Authorization": f"Bearer {writer.token}"}
    connection.request("GET", f"/api/v1/attachments/{file}/content", headers=headers)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 302, (answer.status, said)
    address = urlsplit(answer.headers["Location"])
    there = http.client.HTTPConnection(address.netloc, timeout=30)
    there.request("GET", f"{address.path}?{address.query}")
    got = there.getresponse()
    content = got.read()
    assert got.status == 200, content
    return hashlib.sha256(content).hexdigest()


def lose(launcher: Launcher) -> None:
    """Kill everything of a machine at once, and take its disk away."""
    os.kill(launcher.process.pid, signal.SIGKILL)
    launcher.process.wait()
    until(lambda: launcher.survivors() == [], "something survives the launcher", 60)
    shutil.rmtree(launcher.data_dir.path)
    launcher.data_dir.path.mkdir()


def is_ready(launcher: Launcher, file: str) -> Callable[[], bool]:
    query = f"SELECT status FROM attachments_attachment WHERE id = '{file}'"  # noqa: S608
    return lambda: rows(launcher, query) == [("ready",)]


def test_lost_machine_is_restored_elsewhere_with_all_that_was_acknowledged_before_the_backup(
    browser: Browser, tmp_path: Path
) -> None:
    port, place = free_port(), tmp_path / "place"
    more = {**SMALL_DEMO, "BACKUP_KEY": KEY}
    with new_data_dir() as here, new_data_dir() as elsewhere:
        first = Launcher(here, port, **more)
        try:
            first.wait_until_ready()
            token = manage(first.environment, "issue_token", "bruno@demo.test").strip()
            writer = Writer(port, token)
            conversation = next(
                each["id"]
                for each in writer.call("GET", "/api/v1/conversations")["results"]
                if not each.get("is_closed")
            )
            photo = writer.send_photo(conversation, samples.photo())
            until(is_ready(first, photo), "the photo is not ready", 60)
            digest = sha256_of(writer, photo)
            page = log_in(browser, port, f"/client/messages/{conversation}")

            busy = writer.call("POST", "/api/v1/conversations", {"subject": "Charge"})["id"]

            with load(writer, busy):
                until(lambda: len(writer.acknowledged) > 20, "nobody writes", 60)
                before = dict(writer.acknowledged)
                said = manage(first.environment, "backup", "--encrypt", str(place))
                during = dict(writer.acknowledged)
                writer.say(conversation, "Reçu après la sauvegarde")
                expect(bubble(page, "Reçu après la sauvegarde")).to_be_visible()
                write(page, "Écrit après la sauvegarde")
                own = bubble(page, "Écrit après la sauvegarde")
                expect(own).to_have_attribute("state", "sent")
            assert "encrypted" in said
            assert len(during) > len(before)
            secrets = tmp_path / "secrets"
            shutil.copytree(here.path / "secrets", secrets)
            lose(first)
        finally:
            first.process.kill()

        shutil.copytree(secrets, elsewhere.path / "secrets", dirs_exist_ok=True)
        there = {**first.environment, "LIAISON_HOME": str(elsewhere.path)}
        assert "is restored" in manage(there, "restore", str(place))

        second = Launcher(elsewhere, port, **more)
        try:
            second.wait_until_ready()
            found = rows(second, "SELECT id::text, body FROM messaging_message")
            # What was acknowledged before is there, nothing is there twice, no seq is left out.
            assert before.items() <= dict(found).items()
            assert len(dict(found)) == len(found)
            assert rows(second, GAPS) == []
            # The key of development tokens lay on the lost disk.
            token = manage(second.environment, "issue_token", "bruno@demo.test")
            writer.token = token.strip()
            assert sha256_of(writer, photo) == digest
            manage(second.environment, "storage_audit")

            # The page that was open is right by itself, and offers what the backup did not have.
            expect(own).to_contain_text("Le serveur a été restauré sans ce message")
            expect(bubble(page, "Reçu après la sauvegarde")).to_have_count(0)
            writer.say(conversation, "Après le sinistre")
            expect(bubble(page, "Après le sinistre")).to_be_visible()
            own.get_by_role("button", name="Réessayer").click()
            expect(own).to_have_attribute("state", "sent")
        finally:
            second.stop()


@pytest.fixture(autouse=True)
def own_services(published: None) -> None:
    """The bundles are built before the product starts."""
