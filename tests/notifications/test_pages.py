"""The pages of notifications: the service worker, the manifest and the demo's mailbox."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from notifications.outbound_email import demo_mailbox

pytestmark = pytest.mark.django_db


class TestPages:
    def test_service_worker_is_not_cached(self, client: Client) -> None:
        answer = client.get("/sw.js")

        assert answer["Content-Type"] == "text/javascript"
        assert answer["Cache-Control"] == "no-cache"
        assert b"showNotification" in answer.content

    def test_manifest_makes_an_app(self, client: Client, odile: User) -> None:
        client.force_login(odile)

        shape = client.get("/manifest.webmanifest").json()

        assert (shape["id"], shape["scope"], shape["display"]) == ("/", "/", "standalone")
        assert {icon["purpose"] for icon in shape["icons"]} == {"any", "maskable"}
        assert shape["shortcuts"][0]["url"] == "/staff/messages/new"

    def test_mailbox_is_open_to_the_company_in_a_demonstration(
        self, client: Client, odile: User, camille: User, settings: Settings
    ) -> None:
        settings.DEBUG = True
        client.force_login(camille)
        assert client.get("/staff/mailbox").status_code == 404
        client.force_login(odile)
        assert client.get("/staff/mailbox").status_code == 200
        settings.DEBUG = False
        assert client.get("/staff/mailbox").status_code == 404

    def test_mailbox_shows_what_was_sent_and_when(
        self, client: Client, odile: User, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DEBUG, settings.LIAISON_HOME = True, tmp_path
        settings.EMAIL_BACKEND = "notifications.outbound_email.demo_mailbox.FileMailbox"
        EmailMessage("Carrelage", "Jeudi ?", to=["camille@demo.test"]).send()
        client.force_login(odile)

        page = client.get("/staff/mailbox").content.decode()

        (letter,) = demo_mailbox.stored_emails()
        assert letter.sent_at is not None
        assert abs(timezone.now() - letter.sent_at) < timedelta(minutes=1)
        assert "Carrelage" in page
        assert "Jeudi ?" in page

    def test_notifications_page_redirects_to_the_persons_side(
        self, client: Client, camille: User
    ) -> None:
        client.force_login(camille)
        assert client.get("/notifications").headers["Location"] == "/client/notifications"
        assert client.get("/staff/notifications").status_code == 302
