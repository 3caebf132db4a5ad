"""Bodies of requests, on the running web: in chunks, one byte a second, over the limit."""

from contextlib import ExitStack
from uuid import uuid4

import pytest
from django.test import Client

from core.models import User
from messaging.models import Conversation, Message
from notifications.inbound_email import parser
from notifications.models import InboundEmail
from tests.bench.processor import forget_peak, peak_bytes
from tests.cases.impatient_web import MAIL_BYTES, bearer, draft, messages, web
from tests.notifications.inbound_email.letters import letter
from tests.raw_http import RawCaller, chunks, head, trickling
from tests.site import Site
from tests.wire import Answer, Caller

__all__ = ["web"]

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def real_database(transactional_db: None) -> None:
    """The web process reads what a test wrote."""


def chunked(site: Site, method: str, path: str, body: bytes, **headers: str) -> RawCaller:
    headers = {"Transfer_Encoding": "chunked", **headers}
    return RawCaller(site.port, head(method, path, **headers), *chunks(body, 7))


def refusal(caller: RawCaller) -> tuple[int, str, str]:
    """Return status, code and detail of an answer in the format of the API."""
    status, content = caller.json()
    (error,) = content["errors"]
    assert content["type"] == ("client_error" if status < 500 else "server_error")
    assert error["attr"] is None
    return status, error["code"], error["detail"]


# --- Transfer-Encoding: chunked -------------------------------------------------------------------


class TestChunkedBodyIsReadLikeAnyOther:
    def test_post_of_a_message(self, web: Site, camille: User, conversation: Conversation) -> None:
        caller = chunked(web, "POST", messages(conversation), draft(), **bearer(camille))

        assert caller.json()[0] == 201
        assert Message.objects.get().body == "Le code du portail est 4512."

    def test_patch_of_a_conversation(
        self, web: Site, odile: User, conversation: Conversation
    ) -> None:
        path = f"/api/v1/conversations/{conversation.pk}"

        caller = chunked(web, "PATCH", path, b'{"subject": "Portail"}', **bearer(odile))

        assert caller.json()[0] == 200
        conversation.refresh_from_db()
        assert conversation.subject == "Portail"

    def test_put_of_a_read_mark(
        self, web: Site, odile: User, camille: User, conversation: Conversation
    ) -> None:
        sent = Caller(web, camille).post(f"/conversations/{conversation.pk}/messages", {
            "id": str(uuid4()), "body": "Bonjour",
        })  # fmt: skip
        path = f"/api/v1/conversations/{conversation.pk}/read"

        caller = chunked(web, "PUT", path, b'{"seq": %d}' % sent["seq"], **bearer(odile))

        assert caller.json()[1]["last_read_seq"] == sent["seq"]

    def test_email_that_came_in(self, web: Site) -> None:
        mail = letter("inconnu@reponse.demo.test").as_bytes()

        caller = chunked(web, "POST", "/inbound/email", mail, Authorization="Bearer secret")

        assert caller.json() == (200, {"verdict": "unknown_address"})
        # An empty body would have the same verdict.
        assert InboundEmail.objects.get().digest == parser.read(mail).digest

    def test_trailers_are_no_headers(self, web: Site, camille: User) -> None:
        token = bearer(camille)["Authorization"]
        caller = RawCaller(
            web.port,
            head("POST", "/api/v1/stream-tickets", Transfer_Encoding="chunked"),
            *chunks(b"{}", 7, trailers=f"Authorization: {token}\r\n"),
        )

        assert caller.json()[0] == 401

    def test_next_request_of_the_connection_is_read_after_it(
        self, web: Site, camille: User, conversation: Conversation
    ) -> None:
        caller = chunked(web, "POST", messages(conversation), draft(), **bearer(camille))
        caller.send(head("GET", "/api/v1/me", **bearer(camille)))

        assert caller.json()[0] == 201
        assert caller.json()[1]["id"] == str(camille.pk)


# --- One byte a second ----------------------------------------------------------------------------


class TestConnectionsThatSendOneByteASecond:
    @pytest.mark.parametrize("count", [16, 500])
    def test_others_are_answered_meanwhile_and_they_get_408(
        self, web: Site, camille: User, conversation: Conversation, count: int
    ) -> None:
        began = head("POST", "/api/v1/session", Content_Length="1000", Accept_Language="fr")
        with ExitStack() as closing:
            slow = [RawCaller(web.port, began, b"{") for _ in range(count)]
            for one in slow:
                closing.callback(one.close)
            with trickling(slow, b" ", 0.5):
                answers = [call(web, camille, conversation) for _ in range(3)]
                alive = RawCaller(web.port, head("GET", "/livez")).answer()

                assert [answer.status for answer in answers] == [201, 201, 201]
                assert alive.read() == b"ok"
                assert not any(one.has_answer() for one in slow)

            refusals = [refusal(one) for one in slow]

        assert {(status, code) for status, code, _ in refusals} == {(408, "body_too_slow")}
        assert "trop lente" in refusals[0][2]

    def test_stalled_body_is_408_and_closes_the_connection(self, web: Site) -> None:
        api, page, lying, extension = (
            RawCaller(web.port, begun)
            for begun in (
                head("POST", "/api/v1/session", Content_Length="9") + b"{",
                head("POST", "/login", Content_Length="9", Accept_Language="en") + b"e",
                head("POST", "/api/v1/session", Content_Length="100") + b"{}",
                head("POST", "/api/v1/session", Transfer_Encoding="chunked") + b"1;",
            )
        )
        with trickling([extension], b"a", 0.2):
            plain = page.answer()

            assert (plain.status, plain.headers.get_content_type()) == (408, "text/plain")
            assert "too slow" in plain.read().decode()
            assert plain.headers["Connection"] == "close"
            assert [refusal(one)[0] for one in (api, lying, extension)] == [408] * 3
            assert all(one.is_closed() for one in (api, page, lying, extension))

    def test_page_of_another_origin_may_read_the_refusal(self, web: Site) -> None:
        begun = head("POST", "/api/v1/session", Content_Length=str(2 * MB), Origin="http://a.test")

        answer = RawCaller(web.port, begun).answer()

        assert answer.status == 413
        assert "origin" in answer.headers["Vary"]


class TestHeadsThatSendOneByteASecond:
    def test_others_are_answered_meanwhile_and_they_are_closed(
        self, web: Site, camille: User, conversation: Conversation
    ) -> None:
        slow = [RawCaller(web.port, b"GET /api/v1/me HTTP/1.1\r\nX: ") for _ in range(500)]
        with trickling(slow, b"a", 0.5):
            assert call(web, camille, conversation).status == 201
            assert [one.answer().status for one in slow] == [408] * 500
        for one in slow:
            one.close()

    def test_connection_that_never_asks_is_closed(self, web: Site) -> None:
        silent = [RawCaller(web.port, sent) for sent in (b"", b"\r\n", b"GET")]
        second = RawCaller(web.port, head("GET", "/livez"))
        assert second.answer().read() == b"ok"
        second.send(b"GET /livez HTTP/1.1\r\nX: ")

        assert [one.answer().status for one in (*silent, second)] == [408] * 4

    def test_head_that_never_ends_is_431(self, web: Site) -> None:
        caller = RawCaller(web.port, b"GET / HTTP/1.1\r\n")
        caller.send_all_it_takes(b"X: %s\r\n" % (b"a" * 1000) for _ in range(100))

        assert caller.answer().status == 431


def call(site: Site, person: User, conversation: Conversation) -> Answer:
    body = {"id": str(uuid4()), "body": "Oui"}
    return Caller(site, person).call("POST", f"/conversations/{conversation.pk}/messages", body)


# --- Body over the limit --------------------------------------------------------------------------


class TestBodyOverTheLimit:
    TOO_LARGE = (413, "body_too_large")

    def test_declared_length(self, web: Site, camille: User, conversation: Conversation) -> None:
        large = draft("a" * MB)
        begun = head("POST", messages(conversation), Content_Length=str(len(large)),
                     Accept_Language="fr", **bearer(camille))  # fmt: skip

        caller = RawCaller(web.port, begun)
        caller.send_all_it_takes([large])

        status, code, detail = refusal(caller)
        assert (status, code) == self.TOO_LARGE
        assert "1024\u00a0ko" in detail

    def test_chunked(self, web: Site, camille: User, conversation: Conversation) -> None:
        begun = head("POST", messages(conversation), Transfer_Encoding="chunked",
                     **bearer(camille))  # fmt: skip

        caller = RawCaller(web.port, begun)
        caller.send_all_it_takes(chunks(draft("a" * MB), 4096))

        assert refusal(caller)[:2] == self.TOO_LARGE

    def test_declared_length_is_refused_before_it_is_sent(self, web: Site) -> None:
        begun = head("POST", "/api/v1/session", Content_Length=str(10**15),
                     Expect="100-continue")  # fmt: skip

        assert refusal(RawCaller(web.port, begun))[:2] == self.TOO_LARGE

    def test_caller_that_sends_everything_first_reads_the_refusal(self, web: Site) -> None:
        large = b"a" * (8 * MB)
        caller = RawCaller(
            web.port, head("POST", "/api/v1/session", Content_Length=str(len(large))), large
        )

        assert refusal(caller)[:2] == self.TOO_LARGE

    def test_longer_than_declared_is_no_second_request(
        self, web: Site, camille: User, conversation: Conversation
    ) -> None:
        sent = draft()
        begun = head("POST", messages(conversation), Content_Length=str(len(sent)),
                     **bearer(camille))  # fmt: skip

        caller = RawCaller(web.port, begun, sent + b"{" * 100)

        assert caller.answer().status == 400
        assert caller.is_closed()

    def test_both_lengths_are_400(self, web: Site) -> None:
        both = head("POST", "/api/v1/session", Content_Length="2", Transfer_Encoding="chunked")

        assert RawCaller(web.port, both, b"2\r\n{}\r\n0\r\n\r\n").answer().status == 400

    def test_just_below_the_limit_is_read(
        self, web: Site, camille: User, conversation: Conversation
    ) -> None:
        large = draft()
        large += b" " * (MB - len(large))
        caller = RawCaller(
            web.port,
            head("POST", messages(conversation), Transfer_Encoding="chunked", **bearer(camille)),
            *chunks(large, 65536),
        )

        assert caller.json()[0] == 201

    @pytest.mark.parametrize("length", ["declared", "chunked"])
    @pytest.mark.parametrize(("size", "status"), [(MAIL_BYTES, 200), (MAIL_BYTES + 1, 413)])
    def test_mails_have_a_limit_of_their_own(
        self, web: Site, length: str, size: int, status: int
    ) -> None:
        mail = letter("inconnu@reponse.demo.test").as_bytes()
        mail += b"a" * (size - len(mail))
        headers = (
            {"Transfer_Encoding": "chunked"}
            if length == "chunked"
            else {"Content_Length": str(size)}
        )
        caller = RawCaller(
            web.port, head("POST", "/inbound/email", Authorization="Bearer secret", **headers)
        )
        caller.send_all_it_takes(chunks(mail, 65536) if length == "chunked" else [mail])

        assert caller.answer().status == status

    # 401: read to its end, and refused for want of the secret; 400: so does anymail.
    @pytest.mark.parametrize(
        ("path", "size", "status"),
        [
            ("/inbound/email", MAIL_BYTES, 401),
            ("/inbound/email", MAIL_BYTES + 1, 413),
            ("/inbound/email/", MB + 1, 413),
            ("/anymail/postmark/inbound/", MAIL_BYTES, 400),
            ("/anymail/postmark/inbound/", MAIL_BYTES + 1, 413),
            ("/anymail", MB + 1, 413),
            ("//anymail/postmark/inbound/", MB + 1, 413),
            ("/login", MB + 1, 413),
            ("/admin/login/", MB + 1, 413),
            ("/nowhere", MB + 1, 413),
            ("/api/v1/me", MB + 1, 413),
        ],
    )
    def test_every_address_has_a_limit(self, web: Site, path: str, size: int, status: int) -> None:
        begun = head("POST", path, Content_Length=str(size), Accept_Language="fr")
        caller = RawCaller(web.port, begun)
        caller.send_all_it_takes([b"a" * size])

        answer = caller.answer()

        assert answer.status == status
        assert status != 413 or "trop volumineux" in answer.read().decode()

    def test_webhooks_of_strangers_that_arrive_hold_little_memory(self, web: Site) -> None:
        begun = head("POST", "/anymail/postmark/inbound/", Content_Length=str(MAIL_BYTES))
        forget_peak(web.web.pid)
        before = peak_bytes(web.web.pid)
        with ExitStack() as closing:
            callers = [RawCaller(web.port, begun, b"a" * (MAIL_BYTES - 1)) for _ in range(20)]
            for one in callers:
                closing.callback(one.close)
                one.send(b"a")

            assert {one.answer().status for one in callers} == {400}
            assert peak_bytes(web.web.pid) - before < 10 * MAIL_BYTES

    @pytest.mark.parametrize(
        ("path", "status"), [("/login", 413), ("/inbound/email", 401), ("/api/v1/session", 413)]
    )
    def test_other_servers_than_ours_have_the_same_limits(
        self, client: Client, path: str, status: int
    ) -> None:
        answer = client.post(path, b"a" * (2 * MB), content_type="text/plain")

        assert answer.status_code == status
        assert status != 413 or b"1024" in answer.content

    def test_stream_reads_no_body(self, web: Site, camille: User) -> None:
        begun = head("GET", "/api/v1/stream", Transfer_Encoding="chunked", **bearer(camille))
        caller = RawCaller(web.port, begun, b"5\r\n")

        assert caller.answer().status == 200
        caller.close()
