"""What opens something stands in no log: neither in ours nor in the one of nginx."""

import http.client
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from core.logs.loggable import PLACES_OF_SECRETS, loggable
from deploy.launcher.app_processes import is_alive
from deploy.launcher.ports import free_port
from tests.deploy.nginx_machine import CONFIGURATIONS, nginx_program, running, written
from tests.site import ROOT, Site
from tests.waiting import until

# Parameters of routes that open something, or lead to what does.
SECRET_NAMES = {"token", "key", "secret", "code", "ticket"}
# The key of a portrait is the digest of its file.
HARMLESS = {"portraits/<str:key>"}
# Queries that open something: of the stream, and of a provider's answer to a login.
WITH_QUERY = [
    "/api/v1/stream?ticket={}",
    "/login/oidc/callback?code={}&state={}",
    "/login?next=/{}",
]


class Logs(NamedTuple):
    port: int
    ours: Path
    nginx: Path


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    for each in patterns:
        route = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, route)
        else:
            yield route


def with_secrets() -> list[str]:
    """Return the routes of the product whose path holds a secret."""
    return [
        route
        for route in routes(get_resolver().url_patterns)
        if route not in HARMLESS and SECRET_NAMES & set(re.findall(r"<\w+:(\w+)>", route))
    ]


def addresses(secret: str) -> list[str]:
    """Return an address for each route with a secret, and some that people make of them."""
    exact = ["/" + re.sub(r"<\w+:\w+>", secret, route) for route in with_secrets()]
    return [
        *exact,
        *(f"{path}/more" for path in exact),
        *(f"{path}?utm={secret}" for path in exact),
        *(path.replace("/", "//", 1) for path in exact),
        *(query.format(secret, secret) for query in WITH_QUERY),
    ]


@contextmanager
def web(site: Site, port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.server", "--port", str(port), "--drain-seconds", "0"],
            cwd=ROOT, env={**site.environment, "LOG_LEVEL": "DEBUG", "LOG_FOLD_SECONDS": "0"},
            stdout=file, stderr=file,
        )  # fmt: skip
    try:
        until(lambda: is_alive("127.0.0.1", port), "the web process does not answer")
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def logs(running_site: Site, tmp_path: Path, transactional_db: None) -> Iterator[Logs]:
    port, web_port = free_port(), free_port()
    changes = {
        "server 172.31.240.11:8000": f"server 127.0.0.1:{web_port}",
        "server 172.31.240.12:8000 fail_timeout=1s;": "",
        "listen 80;": f"listen 127.0.0.1:{port};",
    }
    main = written(tmp_path, "container.conf", changes)
    ours = tmp_path / "web.log"
    with web(running_site, web_port, ours), running(nginx_program(), main, port):
        yield Logs(port, ours, tmp_path / "access.log")


def test_no_log_holds_what_an_address_opens(logs: Logs) -> None:
    secret = secrets.token_urlsafe(24)
    asked = addresses(secret)
    for path in asked:
        for method in ("GET", "POST"):
            connection = http.client.HTTPConnection("127.0.0.1", logs.port, timeout=60)
            connection.request(method, path, headers={"Referer": f"https://a.test{path}"})
            connection.getresponse()
            connection.close()
    until(lambda: logs.nginx.read_text().count("\n") >= 2 * len(asked), "nginx logs too few")

    ours, nginx = logs.ours.read_text(), logs.nginx.read_text()

    for place in PLACES_OF_SECRETS:
        assert f"/{place}/***" in ours, place
        assert f"/{place}/***" in nginx, place
    assert '"route": "unsubscribe/<str:token>"' in ours
    assert [line for line in (ours + nginx).splitlines() if secret in line] == []


def test_every_route_with_a_secret_is_known_to_the_logs() -> None:
    assert {route.split("/")[0] for route in with_secrets()} == set(PLACES_OF_SECRETS)


@pytest.mark.parametrize("name", ["liaison.conf", "container.conf"])
def test_every_server_of_nginx_logs_by_our_format(name: str) -> None:
    text = (CONFIGURATIONS / name).read_text()
    (places,) = re.findall(r'"~\*\^/\+\(\?<place>([\w|]+)\)/\."', text)

    assert tuple(places.split("|")) == PLACES_OF_SECRETS
    assert text.count("access_log /var/log/nginx/access.log liaison;") == text.count("\nserver {")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/unsubscribe/abc", "/unsubscribe/***"),
        ("/password/MQ/abc-def", "/password/***"),
        ("//Doctor/abc", "/Doctor/***"),
        ("/password", "/password"),
        ("/api/v1/me?q=Dupont", "/api/v1/me"),
        ("/passwords/abc", "/passwords/abc"),
    ],
)
def test_address_in_a_log(path: str, shown: str) -> None:
    assert loggable(path) == shown
