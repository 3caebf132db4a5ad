"""A forgotten password: the email, its link, and who learns what."""

import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from pytest_django import Settings

from core.auth import password_reset
from core.models import PasswordReset, User
from notifications import actions
from notifications.models import PushSubscription
from notifications.outbound_email.password_email import EmailNotSent
from tests.at_once import at_once
from tests.cast import PASSWORD
from tests.sockets import closed_port

NEW = "trois gravillons bleus"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

Mails = list[EmailMultiAlternatives]


@pytest.fixture
def camille(camille_with_password: User) -> User:
    return camille_with_password


@pytest.fixture
def ask(client: Browser) -> Callable[..., Any]:
    """Give a function that fills in the form, and lets a worker do its work."""

    def asked(email: str, **headers: str) -> Any:
        answer = client.post("/password", {"email": email}, headers=headers)
        for row in PasswordReset.objects.all():
            actions.send_password_reset(row.pk)
        return answer

    return asked


def link_in(mail: EmailMultiAlternatives) -> str:
    (link,) = re.findall(r"http://\S+", str(mail.body))
    return str(link)


def shown(answer: Any) -> str:
    """Return a page without what differs at each request: its CSRF token and its nonce."""
    return re.sub(r'(content|value|nonce)="[^" ]{20,}"', "", answer.content.decode())


def opened(browser: Browser, link: str) -> Any:
    """Open a link as a browser does: it follows the redirection."""
    return browser.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)


class TestTheEmail:
    def test_link_of_the_email_changes_the_password_once(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        ask("Camille@Demo.test")
        (mail,) = mailoutbox
        form = opened(client, link_in(mail))
        address = form.redirect_chain[-1][0]

        changed = client.post(address, {"password": NEW})

        assert changed.headers["Location"] == "/login?new-password"
        camille.refresh_from_db()
        assert camille.check_password(NEW)
        again = opened(Browser(), link_in(mail))
        assert again.status_code == 400
        assert "n’est plus valable" in again.content.decode()

    @pytest.mark.parametrize(
        ("locale", "said"), [("fr", "Votre mot de passe"), ("en", "Your password")]
    )
    def test_email_is_in_the_persons_language(
        self, camille: User, ask: Callable[..., Any], mailoutbox: Mails, locale: str, said: str
    ) -> None:
        User.objects.filter(pk=camille.pk).update(locale=locale)

        ask("camille@demo.test", **{"Accept-Language": "fr"})

        assert mailoutbox[0].subject.startswith(said)
        assert f'lang="{locale}"' in str(mailoutbox[0].alternatives[0][0])

    def test_link_leads_to_the_configured_site_whatever_the_host_says(
        self, client: Browser, camille: User, settings: Settings, mailoutbox: Mails
    ) -> None:
        settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://liaison.exemple.fr"

        client.post(
            "/password",
            {"email": "camille@demo.test"},
            headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"},
        )
        actions.send_password_reset(PasswordReset.objects.get().pk)

        assert "https://liaison.exemple.fr/password/" in str(mailoutbox[0].body)
        assert "evil.test" not in mailoutbox[0].message().as_string()

    def test_link_is_too_old_after_an_hour(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        ask("camille@demo.test")

        with time_machine.travel(time.time() + 3_601):
            assert opened(client, link_in(mailoutbox[0])).status_code == 400

    def test_login_makes_an_older_link_invalid(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        ask("camille@demo.test")

        Browser().post("/login", {"email": "camille@demo.test", "password": PASSWORD})

        assert opened(client, link_in(mailoutbox[0])).status_code == 400

    def test_person_without_a_password_reads_that_there_is_none(
        self, bruno: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        """Bruno comes from the portal: a password would be a second way into his account."""
        ask("bruno@demo.test")

        assert "portail" in str(mailoutbox[0].body)
        assert "http" not in str(mailoutbox[0].body)

    def test_email_that_the_server_does_not_take_is_tried_again(
        self, client: Browser, camille: User, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
        client.post("/password", {"email": "camille@demo.test"})

        with pytest.raises(EmailNotSent):
            actions.send_password_reset(PasswordReset.objects.get().pk)

        assert PasswordReset.objects.exists()


class TestNobodyLearnsWhoHasAnAccount:
    def test_answer_is_the_same_for_an_unknown_address(
        self, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        known = shown(ask("camille@demo.test"))
        unknown = shown(ask("personne@demo.test"))

        assert known.replace("camille", "personne") == unknown
        assert [mail.to for mail in mailoutbox] == [["Camille Morel <camille@demo.test>"]]
        assert not PasswordReset.objects.exists()

    def test_request_asks_the_database_the_same_for_an_unknown_address(
        self, client: Browser, camille: User, django_assert_num_queries: Any
    ) -> None:
        """So that the time tells nothing: the person is looked up by a worker."""
        for email in ("camille@demo.test", "personne@demo.test"):
            # One row, between the two ends of its transaction.
            with django_assert_num_queries(3) as queries:
                client.post("/password", {"email": email})
            assert "core_user" not in str(queries.captured_queries)

    def test_deactivated_person_gets_nothing(
        self, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        User.objects.filter(pk=camille.pk).update(is_active=False)

        assert ask("camille@demo.test").status_code == 200
        assert mailoutbox == []

    @pytest.mark.parametrize("typed", ["", "camille", "a@b", "x" * 300 + "@demo.test"])
    def test_what_is_no_address_is_refused_in_words(self, client: Browser, typed: str) -> None:
        answer = client.post("/password", {"email": typed})

        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
        assert 'aria-describedby="form-error"' in answer.content.decode()


class TestTheLimits:
    def test_sixth_request_of_an_address_is_told_to_wait(
        self, client: Browser, camille: User
    ) -> None:
        for _ in range(5):
            assert client.post("/password", {"email": "camille@demo.test"}).status_code == 200

        refused = client.post("/password", {"email": "camille@demo.test"})

        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "Trop d" in refused.content.decode()
        # The login has counters of its own.
        assert (
            Browser()
            .post("/login", {"email": "camille@demo.test", "password": PASSWORD})
            .headers["Location"]
            == "/"
        )

    def test_mailbox_is_filled_by_nobody(self, settings: Settings, camille: User) -> None:
        settings.TRUSTED_PROXY_COUNT = 1

        for number in range(9):
            answer = Browser().post(
                "/password",
                {"email": "camille@demo.test"},
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
            )
            assert answer.status_code == 200

        assert PasswordReset.objects.count() == password_reset.EMAILS_PER_HOUR

    def test_new_password_lets_in_a_person_who_was_locked_out(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        right = {"email": "camille@demo.test", "password": NEW}
        for _ in range(6):
            client.post("/login", {**right, "password": "non"})
        ask("camille@demo.test")
        form = opened(client, link_in(mailoutbox[0]))
        client.post(form.redirect_chain[-1][0], {"password": NEW})

        assert client.post("/login", right).headers["Location"] == "/"


class TestTheNewPassword:
    @pytest.fixture
    def form(
        self, client: Browser, camille: User, mailoutbox: Mails, ask: Callable[..., Any]
    ) -> str:
        ask("camille@demo.test")
        return str(opened(client, link_in(mailoutbox[0])).redirect_chain[-1][0])

    def test_token_is_in_no_address_and_no_referer(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        ask("camille@demo.test")
        link = link_in(mailoutbox[0]).removeprefix("http://127.0.0.1:8000")
        token = link.rpartition("/")[2]

        first = client.get(link)
        form = client.get(first.headers["Location"])

        assert first.headers["Referrer-Policy"] == "no-referrer"
        # With no-referrer, a browser would send the form without an Origin.
        assert form.headers["Referrer-Policy"] == "same-origin"
        assert token not in first.headers["Location"]
        assert token not in form.content.decode()
        assert "no-store" in form.headers["Cache-Control"]

    @pytest.mark.parametrize("weak", ["", "court", "password", "camille@demo.test", "12345678"])
    def test_weak_password_is_refused_in_words(
        self, client: Browser, camille: User, form: str, weak: str
    ) -> None:
        answer = client.post(form, {"password": weak})

        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
        camille.refresh_from_db()
        assert camille.check_password(PASSWORD)

    def test_every_session_and_device_of_the_person_ends(
        self, client: Browser, camille: User, ask: Callable[..., Any], mailoutbox: Mails
    ) -> None:
        elsewhere = Browser()
        elsewhere.force_login(camille)
        ask("camille@demo.test")
        form = opened(client, link_in(mailoutbox[0])).redirect_chain[-1][0]
        device = {"user": camille, "p256dh": "x", "auth": "x"}
        PushSubscription.objects.create(**device, endpoint="https://a", session_key="abc")
        by_token = PushSubscription.objects.create(**device, endpoint="https://b")

        client.post(form, {"password": NEW})

        assert elsewhere.get("/api/v1/me").status_code == 401
        assert list(PushSubscription.objects.all()) == [by_token]

    @pytest.mark.django_db(transaction=True)
    def test_two_uses_at_once_change_the_password_once(
        self, client: Browser, camille: User, form: str
    ) -> None:
        token = client.session["password_reset_token"]

        def use(number: int) -> str:
            browser = Browser()
            browser.cookies = client.cookies
            answer = browser.post(form, {"password": f"{NEW} {number}"})
            return answer.headers.get("Location", "refused")

        answers = at_once(*(partial(use, number) for number in range(4)))

        assert sorted(answers) == ["/login?new-password", "refused", "refused", "refused"]
        camille.refresh_from_db()
        assert not default_token_generator.check_token(camille, token)

    def test_form_of_another_site_changes_nothing(self, camille: User, form: str) -> None:
        strict = Browser(enforce_csrf_checks=True)

        assert strict.post(form, {"password": NEW}).status_code == 403
        camille.refresh_from_db()
        assert camille.check_password(PASSWORD)

    @pytest.mark.parametrize("key", ["x", "AAAA", "%00", "ZmZm", "é"])
    def test_link_that_nobody_sent_is_answered_in_words(self, client: Browser, key: str) -> None:
        assert client.get(f"/password/{key}/abc-def").status_code == 400
        assert client.get(f"/password/{key}/choose").status_code == 400
