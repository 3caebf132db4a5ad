"""A person's stream of events: who may open it, how it ends, and what it costs."""

import http.client
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial

import pytest
from django.conf import settings
from django.test import Client as Browser

from core.auth.jwt_tokens import issue_development_token
from core.models import Client, User
from core.realtime.publish import Event, frame, user_channel
from core.realtime.streams import MAX_QUEUED_EVENTS
from core.valkey import valkey
from deploy.launcher.ports import free_port
from tests.at_once import at_once
from tests.connection_count import ConnectionCount
from tests.own_valkey import OwnValkey
from tests.site import Site, address_of_test_database
from tests.wire import MARK, STREAM, Caller, OpenStream, ask_for_stream, stream_of, until


def is_told(screen: OpenStream) -> bool:
    """Return whether what came since makes a browser know of a new conversation, or ask."""
    return bool({"conversation.created", "resync"} & {frame.name for frame in screen.received()})


class TestOpening:
    def test_stream_opens_with_a_bearer(self, site: Site, camille: User) -> None:
        with stream_of(site, camille) as screen:
            assert screen.response.headers["Content-Type"] == "text/event-stream"
            assert screen.response.headers["Cache-Control"] == "no-store"
            assert screen.response.headers["X-Accel-Buffering"] == "no"

    def test_compressed_stream_brings_each_event_at_once(self, site: Site, camille: User) -> None:
        caller = Caller(site, camille)
        opened = ask_for_stream(
            site, **{"Authorization": f"Bearer {caller.token}", "Accept-Encoding": "gzip, br, zstd"}
        )
        headers = opened.response.headers
        assert headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in headers["Vary"]

        for subject in ("Toiture", "Façade"):
            asked_at = time.monotonic()
            caller.post("/conversations", {"subject": subject})
            told = opened.wait_for("conversation.created")

            assert told["conversation"]["subject"] == subject
            # Before the next heartbeat, which would push an event that waits.
            assert time.monotonic() - asked_at < settings.STREAM_HEARTBEAT_SECONDS / 2
        opened.close()

    def test_stream_opens_with_a_session(self, site: Site, camille: User) -> None:
        browser = Browser()
        browser.force_login(camille)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value

        opened = ask_for_stream(site, Cookie=f"{settings.SESSION_COOKIE_NAME}={cookie}")

        assert opened.status == 200
        opened.close()

    def test_stream_opens_with_a_ticket_once(self, site: Site, camille: User) -> None:
        ticket = Caller(site, camille).post("/stream-tickets")["ticket"]

        first = ask_for_stream(site, f"{STREAM}?ticket={ticket}")
        second = ask_for_stream(site, f"{STREAM}?ticket={ticket}")

        assert (first.status, second.status) == (200, 401)
        first.close()

    @pytest.mark.parametrize(
        ("path", "headers"),
        [
            (STREAM, {}),
            (f"{STREAM}?ticket=invented", {}),
            (STREAM, {"Authorization": "Bearer nonsense"}),
            (STREAM, {"Cookie": "sessionid=invented"}),
        ],
    )
    def test_stream_is_refused_to_a_stranger(
        self, site: Site, path: str, headers: dict[str, str]
    ) -> None:
        refused = ask_for_stream(site, path, **headers)

        assert refused.status == 401
        assert refused.response.headers["Content-Type"] == "application/json"

    def test_stream_with_a_token_in_the_url_is_refused(self, site: Site, camille: User) -> None:
        token = Caller(site, camille).token

        assert ask_for_stream(site, f"{STREAM}?ticket={token}").status == 401
        for word in ("token", "access_token", "bearer"):
            assert ask_for_stream(site, f"{STREAM}?{word}={token}").status == 400

    def test_stream_with_a_bad_bearer_and_a_session_is_refused(
        self, site: Site, camille: User
    ) -> None:
        browser = Browser()
        browser.force_login(camille)
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value

        refused = ask_for_stream(
            site, Authorization="Bearer nonsense", Cookie=f"sessionid={cookie}"
        )

        assert refused.status == 401


class TestManyStreams:
    def test_sixth_stream_of_a_person_ends_the_oldest(self, site: Site, camille: User) -> None:
        with ExitStack() as open_streams:
            screens = [open_streams.enter_context(stream_of(site, camille)) for _ in range(5)]
            assert not screens[0].ended.wait(0.2)

            sixth = open_streams.enter_context(stream_of(site, camille))

            assert screens[0].ended.wait(5)
            assert not any(screen.ended.is_set() for screen in [*screens[1:], sixth])

    def test_stream_is_forgotten_when_its_browser_leaves(self, site: Site, camille: User) -> None:
        with stream_of(site, camille):
            assert until(lambda: count_of_streams(site) == 1)

        assert until(lambda: count_of_streams(site) == 0)


class TestASlowBrowser:
    """It does not read for a while, so the buffers of the connection are full."""

    def test_browser_that_reads_again_gets_each_event_in_order(
        self, site: Site, camille: User
    ) -> None:
        with closing(unread_stream_of(site, camille)) as slow:
            publish_marks(camille, 100)

            assert marks_of(slow, 100) == list(range(100))

    def test_browser_that_never_keeps_up_is_closed_and_delays_nobody(
        self, site: Site, camille: User, bruno: User
    ) -> None:
        with closing(unread_stream_of(site, camille)) as slow, stream_of(site, bruno) as quick:
            assert until(lambda: count_of_streams(site) == 2)
            publish_marks(camille, 2 * MAX_QUEUED_EVENTS)
            Caller(site, bruno).post("/conversations", {"subject": "Toiture"})

            quick.wait_for("conversation.created")
            assert until(lambda: count_of_streams(site) == 1)
            # What was written before can be read, and then the answer ends as it should.
            marks = marks_of(slow, 2 * MAX_QUEUED_EVENTS)
            assert marks == list(range(len(marks)))
            assert len(marks) < 2 * MAX_QUEUED_EVENTS


MARK_BYTES = 64 * 1024


def unread_stream_of(site: Site, person: User) -> http.client.HTTPResponse:
    """Open a stream whose connection takes some megabytes, then nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.sock = socket.socket()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
    connection.sock.settimeout(20)
    connection.sock.connect(("127.0.0.1", site.port))
    token = issue_development_token(person)
    connection.request("GET", STREAM, headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse()


def publish_marks(person: User, count: int) -> None:
    for number in range(count):
        event = Event(MARK, {"number": number, "filling": "x" * MARK_BYTES})
        valkey().publish(user_channel(person.pk), frame(event))


def marks_of(response: http.client.HTTPResponse, count: int) -> list[int]:
    """Return the numbers of the marks that come, until the last one or the end of the answer."""
    found: list[int] = []
    while len(found) < count and (line := response.readline()):
        if line.startswith(b'data: {"number'):
            found.append(json.loads(line.removeprefix(b"data: "))["number"])
    return found


def count_of_streams(site: Site) -> int:
    """Return what `/metrics` says. The web counts once a second."""
    asking = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    with closing(asking):
        asking.request("GET", "/metrics")
        text = asking.getresponse().read().decode()
    [count] = re.findall(r"^liaison_streams_open(?:\{\})? (\S+)$", text, re.MULTILINE)
    return int(float(count))


# --- A site with a Valkey of its own, which is killed, and streams that check often -------------


@pytest.fixture(scope="module")
def kept_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnValkey]:
    valkey = OwnValkey(tmp_path_factory.mktemp("own"))
    valkey.start()
    yield valkey
    valkey.kill()


@pytest.fixture
def own_valkey(kept_valkey: OwnValkey) -> OwnValkey:
    kept_valkey.start()
    return kept_valkey


@pytest.fixture(scope="module")
def own_site(
    django_db_setup: None, kept_valkey: OwnValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    site = Site(
        port=free_port(),
        logs=tmp_path_factory.mktemp("own-site"),
        environment={
            **os.environ,
            **kept_valkey.service.environment,
            "DATABASE_URL": address_of_test_database(),
            "STREAM_HEARTBEAT_SECONDS": "0.2",
            "STREAM_RECHECK_SECONDS": "0.5",
        },
    )
    site.start_web()
    yield site
    site.stop()


@pytest.mark.django_db(transaction=True)
class TestAnOpenStream:
    @pytest.mark.parametrize("encoding", ["identity", "gzip"])
    def test_open_stream_sends_heartbeats(
        self, own_site: Site, camille: User, encoding: str
    ) -> None:
        token = Caller(own_site, camille).token
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": encoding}

        with closing(ask_for_stream(own_site, **headers)) as screen:
            assert until(lambda: screen.comments.count(": still here") >= 3, 5)

    def test_streams_that_open_at_once_and_are_checked_take_two_connections_at_most(
        self, own_site: Site, morel: Client
    ) -> None:
        people = [
            User.objects.create(
                email=f"p{number}@demo.test", name="P", role=User.Role.CLIENT, client=morel
            )
            for number in range(40)
        ]

        def open_stream(person: User) -> OpenStream:
            return open_streams.enter_context(stream_of(own_site, person))

        with ConnectionCount() as connections, ExitStack() as open_streams:
            screens = at_once(*(partial(open_stream, person) for person in people))
            # Long enough for each to be checked twice.
            enough = [": still here"] * 6
            assert until(lambda: all(screen.comments[1:7] == enough for screen in screens))

        assert connections.most <= 2

    def test_open_stream_ends_when_the_person_is_deactivated(
        self, own_site: Site, camille: User
    ) -> None:
        with stream_of(own_site, camille) as screen:
            assert not screen.ended.wait(0.8)

            User.objects.filter(pk=camille.pk).update(is_active=False)

            assert screen.ended.wait(5)

    def test_open_stream_ends_when_the_person_changes_sides(
        self, own_site: Site, odile: User, morel: Client
    ) -> None:
        with stream_of(own_site, odile) as screen:
            User.objects.filter(pk=odile.pk).update(role=User.Role.CLIENT, client=morel)

            assert screen.ended.wait(5)

    def test_open_stream_says_resync_when_valkey_was_killed_and_is_back(
        self, own_site: Site, own_valkey: OwnValkey, camille: User
    ) -> None:
        with stream_of(own_site, camille) as screen:
            Caller(own_site, camille).post("/conversations", {"subject": "Avant"})
            screen.wait_for("conversation.created")

            own_valkey.kill()
            own_valkey.start()

            screen.wait_for("resync")
            Caller(own_site, camille).post("/conversations", {"subject": "Après"})
            # If a wake-up failed just now the event is dropped, and `resync` says so.
            assert until(lambda: is_told(screen))

    def test_event_that_could_not_be_sent_is_followed_by_resync(
        self, own_site: Site, own_valkey: OwnValkey, camille: User
    ) -> None:
        with stream_of(own_site, camille) as screen:
            Caller(own_site, camille).post("/conversations", {"subject": "Avant"})
            screen.wait_for("conversation.created")

            with own_valkey.refusing_to_publish():
                Caller(own_site, camille).post("/conversations", {"subject": "Perdue"})
                assert not until(lambda: is_told(screen), 2)

            assert [frame.name for frame in screen.until("resync")] == ["resync"]

    def test_stream_opens_while_valkey_is_away(
        self, own_site: Site, own_valkey: OwnValkey, camille: User
    ) -> None:
        own_valkey.kill()

        with stream_of(own_site, camille) as screen:
            assert until(lambda: ": still here" in screen.comments, 5)
            own_valkey.start()
            screen.wait_for("resync")

    def test_stream_with_a_ticket_waits_for_valkey(
        self, own_site: Site, own_valkey: OwnValkey, camille: User
    ) -> None:
        own_valkey.kill()

        refused = ask_for_stream(own_site, f"{STREAM}?ticket=any")

        assert (refused.status, refused.response.headers["Retry-After"]) == (503, "2")
