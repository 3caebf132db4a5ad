"""The public address through real proxies: trusted, unknown, too narrow, and other servers."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from core.doctor import public_address
from core.doctor.caller import new_token
from core.doctor.findings import Finding, Level
from core.models import User
from deploy.launcher.ports import free_port
from tests.deploy.nginx_machine import WRAPPER, nginx_program
from tests.site import Site
from tests.sockets import frozen_port
from tests.waiting import until

PASSES = """
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass {url};
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        {more}
    }}
}}
"""


@contextmanager
def proxy(folder: Path, url: str, more: str = "") -> Iterator[str]:
    program, port = nginx_program(), free_port()
    user = "user root;"
    (folder / "site.conf").write_text(PASSES.format(port=port, url=url, more=more))
    (folder / "nginx.conf").write_text(WRAPPER.format(folder=folder, user=user))
    running = subprocess.Popen([program, "-c", folder / "nginx.conf", "-p", folder])
    try:
        until((folder / "pid").exists, "nginx does not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


def doubts() -> list[Finding]:
    return [one for one in public_address.examine() if one.level != Level.OK]


@pytest.fixture
def asked(settings: Settings, site: Site) -> Site:
    settings.PUBLIC_URL, settings.HTTPS = site.url, False
    return site


class TestProxies:
    def test_web_without_a_proxy_sees_who_calls(self, asked: Site) -> None:
        found = list(public_address.examine())

        assert [one.level for one in found] == [Level.OK]
        assert "127.0.0.1" in found[0].says

    def test_proxy_that_is_not_trusted_is_named(
        self, asked: Site, settings: Settings, tmp_path: Path
    ) -> None:
        with proxy(tmp_path, asked.url) as settings.PUBLIC_URL:
            [found] = doubts()

        assert found.advice.endswith("127.0.0.1 to TRUSTED_PROXIES.")

    def test_trusted_proxy_is_well(self, asked: Site, settings: Settings, tmp_path: Path) -> None:
        trusted = restarted(asked, settings, TRUSTED_PROXIES="127.0.0.1")
        with trusted, proxy(tmp_path, asked.url) as settings.PUBLIC_URL:
            assert doubts() == []

    def test_caller_who_chooses_the_address_is_found(
        self, asked: Site, settings: Settings, tmp_path: Path
    ) -> None:
        trusted = restarted(asked, settings, TRUSTED_PROXIES="127.0.0.1,203.0.113.0/24,0.0.0.0/0")
        with trusted, proxy(tmp_path, asked.url) as settings.PUBLIC_URL:
            [found] = doubts()

        assert "TRUSTED_PROXIES" in found.advice
        assert found.level == Level.ERROR

    def test_proxy_that_refuses_an_email_of_4_mb_is_found(
        self, asked: Site, settings: Settings, tmp_path: Path
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = "s"
        settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": ["name:word"]}
        changes = {"TRUSTED_PROXIES": "127.0.0.1", "ANYMAIL_WEBHOOK_SECRET": "name:word"}
        with restarted(asked, settings, **changes):
            with proxy(tmp_path, asked.url) as settings.PUBLIC_URL:
                narrow = doubts()
            wide = "client_max_body_size 26m;"
            with proxy(tmp_path, asked.url, wide) as settings.PUBLIC_URL:
                assert doubts() == []

        assert ["client_max_body_size" in one.advice for one in narrow] == [True, True]
        assert ["/inbound/email" in one.says for one in narrow] == [True, False]
        assert ["/anymail/" in one.says for one in narrow] == [False, True]

    @pytest.mark.parametrize(
        ("outer", "is_held_back"),
        [(None, False), ("", True), ("proxy_buffering off;", False)],
        ids=["one_proxy", "outer_one_buffers", "outer_one_does_not_buffer"],
    )
    def test_proxy_that_holds_back_events_is_found(
        self, asked: Site, settings: Settings, tmp_path: Path, odile: User, outer: str | None,
        is_held_back: bool,
    ) -> None:  # fmt: skip
        """The first nginx obeys the web, which asks not to buffer, and passes that on to nobody."""
        with ExitStack() as stack:
            stack.enter_context(restarted(asked, settings, TRUSTED_PROXIES="127.0.0.1"))
            address = asked.url
            for number, more in enumerate(["", outer]):
                if more is not None:
                    (folder := tmp_path / str(number)).mkdir()
                    address = stack.enter_context(proxy(folder, address, more))
            settings.PUBLIC_URL = address

            found = [one for one in public_address.examine() if "vents" in one.says]

        assert ["proxy_buffering off" in one.advice for one in found] == [is_held_back]
        assert [one.level for one in found] == [Level.ERROR if is_held_back else Level.OK]

    def test_proxy_that_loses_the_query_of_the_stream_is_found(
        self, asked: Site, settings: Settings, tmp_path: Path, odile: User
    ) -> None:
        more = "if ($uri = /api/v1/stream) { set $args ''; }"
        trusted = restarted(asked, settings, TRUSTED_PROXIES="127.0.0.1")
        with trusted, proxy(tmp_path, asked.url, more) as settings.PUBLIC_URL:
            [found] = doubts()

        assert "401" in found.says
        assert "/api/v1/stream" in found.advice

    def test_proxy_that_does_not_reach_the_web_is_found(
        self, asked: Site, settings: Settings, tmp_path: Path
    ) -> None:
        with proxy(tmp_path, f"http://127.0.0.1:{free_port()}") as settings.PUBLIC_URL:
            [found] = doubts()

        assert "502" in found.says


@contextmanager
def restarted(site: Site, settings: Settings, **environment: str) -> Iterator[None]:
    settings.TRUSTED_PROXIES = environment["TRUSTED_PROXIES"].split(",")
    site.stop_web()
    site.environment |= environment
    site.start_web()
    try:
        yield
    finally:
        for name in environment:
            del site.environment[name]
        site.stop_web()


class TestOtherServers:
    def test_server_that_is_not_ours_is_found(self, asked: Site, settings: Settings) -> None:
        # Another installation: it does not know our token.
        settings.REALTIME_PREFIX = "another"

        assert "404" in doubts()[0].says

    def test_nobody_at_the_address_is_found(self, settings: Settings) -> None:
        settings.PUBLIC_URL, settings.HTTPS = f"http://127.0.0.1:{free_port()}", False

        assert "PUBLIC_URL" in doubts()[0].advice

    def test_server_that_never_answers_is_found(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(public_address, "PATIENCE_SECONDS", 0.5)
        with frozen_port() as port:
            settings.PUBLIC_URL, settings.HTTPS = f"http://127.0.0.1:{port}", False

            assert "PUBLIC_URL" in doubts()[0].advice

    def test_cookies_that_need_https_are_told_of(self, settings: Settings) -> None:
        settings.PUBLIC_URL, settings.HTTPS = f"http://127.0.0.1:{free_port()}", True

        assert "HTTPS" in doubts()[0].says


class TestCaller:
    def test_nobody_else_learns_an_address(self) -> None:
        assert Browser().get("/doctor/guessed").status_code == 404

    def test_token_opens_it(self) -> None:
        answer = Browser(REMOTE_ADDR="203.0.113.7").get(f"/doctor/{new_token()}")

        assert answer.json()["address"] == "203.0.113.7"
