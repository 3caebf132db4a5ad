"""Who asked for an export is told once that it is ready, on the phone and by email."""

import pytest

from core.models import User
from messaging.actions import exports
from messaging.models import Conversation, Export
from tests.cast import Say
from tests.messaging.exporting.making import make
from tests.notifications.conftest import Device
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import PushService
from workers.engine.execute import execute
from workers.registry import TOLD_EXPORTS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server")]


@pytest.fixture
def ready(camille: User, conversation: Conversation, say: Say) -> Export:
    say(camille, "Le carrelage est fendu")
    return make(camille, "conversation", conversation.pk)


class TestExportNotice:
    def test_person_is_told_by_a_push_and_an_email_with_the_page_and_the_hash(
        self, camille: User, ready: Export, push_service: PushService, device: Device,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        phone = device(camille, "phone")

        assert execute(TOLD_EXPORTS, ready.pk) == "succeeded"
        assert execute(TOLD_EXPORTS, ready.pk) == "nothing"

        [pushed] = [
            each.payload["notification"] for each in push_service.received
            if each.path == phone.path
        ]  # fmt: skip
        assert pushed["title"] == "Votre export est prêt"
        assert pushed["navigate"].endswith("/client/exports")
        [letter] = mail_server.letters
        body = letter.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert str(letter["Subject"]) == "Votre export est prêt – Carrelage du séjour"
        assert "/client/exports" in text
        assert bytes(ready.sums_sha256 or b"").hex() in text.replace("\n", "")
        # Only the page of the person gives the file out.
        assert "export.zip" not in text

    def test_failed_export_is_told_too(
        self, camille: User, ready: Export, push_service: PushService, mail_server: MailServer
    ) -> None:
        Export.objects.filter(pk=ready.pk).update(status="running")
        exports.give_up(ready.pk, "broken")

        assert execute(TOLD_EXPORTS, ready.pk) == "succeeded"

        [letter] = mail_server.letters
        assert str(letter["Subject"]).startswith("Votre export n’a pas pu être préparé")

    def test_nobody_is_told_of_an_export_that_was_cancelled(
        self, camille: User, ready: Export, mail_server: MailServer
    ) -> None:
        Export.objects.filter(pk=ready.pk).update(status="running")
        exports.cancel_export(Export.objects.get(pk=ready.pk), by=camille)

        assert execute(TOLD_EXPORTS, ready.pk) == "nothing"
        assert mail_server.letters == []
