"""A real nginx with the configuration of the deployments, in front of the running product.

Where nginx is not installed, these tests say so and skip.
"""

import base64
import http.client
import io
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from attachments.models import Attachment
from attachments.storage import objects
from core.auth.jwt_tokens import issue_development_token
from core.models import User
from core.valkey import valkey
from deploy.launcher.app_processes import is_alive
from deploy.launcher.ports import free_port
from messaging.models import Conversation, Message
from notifications.outbound_email.reply_address import address_for
from tests.bundles import build_bundles
from tests.deploy.nginx_machine import (
    HERE,
    PASSWORD,
    SECRET,
    THERE,
    Caller,
    Machine,
    make_certificate,
    nginx_program,
    running,
    status_of,
    written,
)
from tests.notifications.inbound_email.letters import letter
from tests.notifications.inbound_email.provider_forms import (
    Handed,
    mailgun,
    mailgun_raw,
    postmark,
)
from tests.site import ROOT, Site
from tests.waiting import until

KEPT = "max-age=31536000, public, immutable"


@pytest.fixture(scope="session")
def nginx() -> str:
    return nginx_program()


def test_the_one_of_a_machine_is_sound(nginx: str, tmp_path: Path) -> None:
    make_certificate(tmp_path)
    letsencrypt = "/etc/letsencrypt/live/liaison.example.com"
    main = written(tmp_path, "liaison.conf", {letsencrypt: str(tmp_path)})

    done = subprocess.run(
        [nginx, "-t", "-c", str(main)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


class TestInFrontOfTheProduct:
    @pytest.fixture
    def port(self, nginx: str, site: Site, tmp_path: Path) -> Iterator[int]:
        port = free_port()
        changes = {
            "server 172.31.240.11:8000": f"server 127.0.0.1:{site.port}",
            "server 172.31.240.12:8000 fail_timeout=1s;": "",
            "listen 80;": f"listen 127.0.0.1:{port};",
        }
        with running(nginx, written(tmp_path, "container.conf", changes), port):
            yield port

    def test_pages_pass_and_figures_do_not(self, port: int) -> None:
        assert status_of(port, "/livez") == http.client.OK
        assert status_of(port, "/metrics") == http.client.FORBIDDEN

    def test_a_stream_is_not_held_back(self, port: int, odile: User) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        token = issue_development_token(odile)
        connection.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()

        # The greeting: much less than a buffer of nginx holds.
        line = answer.readline()
        connection.close()

        assert answer.status == http.client.OK
        assert line.startswith(b"retry:")


class TestInFrontOfTwoContainers:
    """Each web has an address of its own, as in compose.yaml, on loopback."""

    ONE, TWO = "127.0.3.11", "127.0.3.12"
    # nginx tries an address that refused again after this time (`fail_timeout`).
    AWAY_SECONDS = 2

    def test_web_that_is_away_at_the_start_of_nginx_is_used_once_it_is_there(
        self, nginx: str, site: Site, tmp_path: Path
    ) -> None:
        port, web_port = free_port(), free_port()
        changes = {
            "server 172.31.240.11:8000": f"server {self.ONE}:{web_port}",
            "server 172.31.240.12:8000": f"server {self.TWO}:{web_port}",
            "listen 80;": f"listen 127.0.0.1:{port};",
        }
        main = written(tmp_path, "container.conf", changes)
        with ExitStack() as first, ExitStack() as later:
            first.enter_context(web_at(self.ONE, web_port, site))
            later.enter_context(running(nginx, main, port))
            assert statuses(port, 20) == {http.client.OK}

            later.enter_context(web_at(self.TWO, web_port, site))
            time.sleep(self.AWAY_SECONDS)
            first.close()

            assert statuses(port, 20) == {http.client.OK}
            # A container that is made anew has the same address.
            later.enter_context(web_at(self.ONE, web_port, site))
            assert statuses(port, 20) == {http.client.OK}


@contextmanager
def web_at(address: str, port: int, site: Site) -> Iterator[None]:
    command = [sys.executable, "-m", "core.server", "--host", address, "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--drain-seconds", "0"], cwd=ROOT, env=site.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: is_alive(address, port), "the web process does not answer")
        yield
    finally:
        process.terminate()
        process.wait(30)


def statuses(port: int, count: int) -> set[int]:
    return {status_of(port, "/livez") for _ in range(count)}


@pytest.fixture(scope="module")
def ports(
    nginx: str, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, int]]:
    """Follow the document, and start its nginx twice; a second one stands behind "two"."""
    build_bundles()
    machine = Machine(tmp_path_factory.mktemp("machine"))
    make_certificate(machine.folder)
    machine.follow_the_document()
    ports = {name: free_port() for name in ("web", "one", "inner", "two")}
    inner = machine.folder / "inner"
    inner.mkdir()
    changes = {
        "server 172.31.240.11:8000": f"server 127.0.0.1:{ports['web']}",
        "server 172.31.240.12:8000 fail_timeout=1s;": "",
        "listen 80;": f"listen 127.0.0.1:{ports['inner']};",
    }
    with ExitStack() as stack:
        stack.enter_context(machine.web(ports["web"]))
        one = machine.site("one", port=ports["one"], upstream=ports["web"])
        two = machine.site("two", port=ports["two"], upstream=ports["inner"])
        between = written(inner, "container.conf", changes)
        for name, main in {"one": one, "inner": between, "two": two}.items():
            stack.enter_context(running(nginx, main, ports[name]))
        yield ports


class TestDocumentOfAMachine:
    """systemd's web behind Debian's nginx; a second nginx in between, as in front of containers."""

    def test_login_page_has_its_stylesheets(self, ports: dict[str, int]) -> None:
        caller = Caller(ports["one"], HERE)

        status, _, page = caller.ask("GET", "/login")

        sheets = re.findall(r'rel="stylesheet" href="(/static/[^"]+)"', page.decode())
        assert status == http.client.OK
        assert sheets
        assert fates(caller, sheets) == {(http.client.OK, KEPT)}

    def test_page_of_messages_has_its_scripts(
        self, ports: dict[str, int], transactional_db: None, camille: User
    ) -> None:
        give_password(camille)
        caller = Caller(ports["one"], HERE)
        _, cookie = caller.session(camille.email, PASSWORD)

        status, _, page = caller.ask("GET", "/client/messages", Cookie=cookie)

        (modules,) = re.findall(r' data-modules="([^"]+)"', page.decode())
        assert status == http.client.OK
        assert len(modules.split()) > 1
        assert fates(caller, modules.split()) == {(http.client.OK, KEPT)}

    def test_ready_page_lacks_nothing(self, ports: dict[str, int]) -> None:
        status, _, words = Caller(ports["one"], HERE).ask("GET", "/readyz")

        assert (status, b"collectstatic" in words) == (http.client.OK, False)

    @pytest.mark.parametrize("way", ["one", "two"])
    def test_email_of_4_mb_is_accepted(
        self, ports: dict[str, int], way: str, transactional_db: None, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        message = letter(address_for(camille, conversation), "Voici le plan.")
        message.add_attachment(os.urandom(3 * 1024 * 1024), maintype="application",
                               subtype="pdf", filename="plan.pdf")  # fmt: skip
        raw = message.as_bytes()
        assert len(raw) > 4_000_000

        status, _, answer = Caller(ports[way], HERE).ask(
            "POST", "/inbound/email", raw, Authorization=f"Bearer {SECRET}"
        )

        assert (status, answer) == (http.client.OK, b'{"verdict": "accepted"}')
        assert Message.objects.get().body == "Voici le plan."

    @pytest.mark.parametrize("way", ["one", "two"])
    @pytest.mark.parametrize("form", [mailgun, mailgun_raw, postmark])
    def test_photo_of_a_phone_by_a_providers_webhook_is_accepted(
        self, ports: dict[str, int], way: str, form: Callable[[EmailMessage], Handed],
        transactional_db: None, camille: User, conversation: Conversation,
    ) -> None:  # fmt: skip
        photo = photo_of_a_phone()
        message = letter(address_for(camille, conversation), "Voici la fuite.")
        message.add_attachment(photo, maintype="image", subtype="jpeg", filename="IMG_0412.jpeg")

        assert hand_over(form(message), ports[way], SECRET) == http.client.OK
        assert Message.objects.get().body == "Voici la fuite."
        key = objects.quarantine_key(Attachment.objects.get().pk)
        assert b"".join(objects.chunks(key)) == photo

    @pytest.mark.parametrize(("word", "status"), [("former", 200), ("another", 400), ("", 400)])
    def test_provider_may_still_have_the_former_secret(
        self, ports: dict[str, int], word: str, status: int, transactional_db: None,
        camille: User, conversation: Conversation,
    ) -> None:  # fmt: skip
        message = letter(address_for(camille, conversation))

        assert hand_over(postmark(message), ports["one"], word) == status
        assert Message.objects.exists() == (status == http.client.OK)

    @pytest.mark.parametrize("path", ["/login", "/anymails", "/inbound/email/", "/api/v1/session"])
    def test_other_bodies_of_2_mb_are_refused(self, ports: dict[str, int], path: str) -> None:
        status, _, _ = Caller(ports["one"], HERE).ask("POST", path, b"x" * 2_000_000)

        assert status == http.client.REQUEST_ENTITY_TOO_LARGE

    @pytest.mark.parametrize("way", ["one", "two"])
    def test_wrong_passwords_lock_out_their_caller_only(
        self, ports: dict[str, int], way: str, transactional_db: None, camille: User
    ) -> None:
        give_password(camille)
        guesser, owner = Caller(ports[way], HERE), Caller(ports[way], THERE)

        # Each time as somebody else, by their own word; once as the owner.
        guesses = [
            guesser.log_in(camille.email, "wrong", forged=forged)
            for forged in (
                "203.0.113.1",
                "203.0.113.2",
                THERE,
                "127.0.0.1",
                "203.0.113.5, 127.0.0.1",
            )
        ]

        assert guesses == [http.client.BAD_REQUEST] * 5
        assert guesser.log_in(camille.email, PASSWORD, forged="203.0.113.6") == 429
        assert owner.log_in(camille.email, PASSWORD, forged=HERE) == http.client.FOUND


def hand_over(handed: Handed, port: int, word: str) -> int:
    """Post an email as a provider that knows this word does; return the status."""
    password = base64.b64encode(f"liaison:{word}".encode()).decode()
    status, _, _ = Caller(port, HERE).ask(
        "POST", f"/anymail/{handed.path}", handed.body,
        **{"Content-Type": handed.content_type, "Authorization": f"Basic {password}"},
    )  # fmt: skip
    return status


@cache
def photo_of_a_phone() -> bytes:
    """Return a JPEG of 5 MB."""
    written = io.BytesIO()
    noise = Image.effect_noise((3000, 2000), 100).convert("RGB")
    noise.save(written, "JPEG", quality=93)
    assert 5_000_000 < written.tell() < 8_000_000, written.tell()
    return written.getvalue()


def give_password(user: User) -> None:
    # The failures of an earlier test.
    valkey().flushdb()
    user.set_password(PASSWORD)
    user.save()


def fates(caller: Caller, files: list[str]) -> set[tuple[int, str | None]]:
    """Return the statuses of files, each with how long browsers keep them."""
    answers = (caller.ask("GET", file) for file in files)
    return {(status, headers["Cache-Control"]) for status, headers, _ in answers}
