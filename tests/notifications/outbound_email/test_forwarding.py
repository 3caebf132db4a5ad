"""Messages that are sent on by email: once, with their files, and with a line in the thread."""

import io
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from attachments.models import Attachment
from attachments.storage import objects
from core.jobs.lease import due
from core.models import User
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, HistoryLine, Notice
from notifications.models import ForwardedEmail
from notifications.outbound_email import forwarding
from notifications.outbound_email.password_email import EmailNotSent
from notifications.queries import pending_forwards
from tests.cast import Call, Say
from tests.messaging.addresses import of
from tests.notifications.mail_server import DEFERRED, REFUSED, MailServer
from workers.engine import execute
from workers.registry import FORWARDED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server")]

Send = Callable[[], list[str]]
ARTISAN = "artisan@demo.test"


@pytest.fixture
def send() -> Send:
    """Do what workers do for each email that is due; return the outcomes."""

    def run() -> list[str]:
        keys = list(due(pending_forwards()).values_list("pk", flat=True))
        return [execute.execute(FORWARDED, key) for key in keys]

    return run


def forward(
    api: Call, author: User, conversation: Conversation, *messages: Any, **more: Any
) -> Any:
    draft = {"to": ARTISAN, "messages": [str(each.pk) for each in messages], **more}
    return api(author).post(of(conversation, "forward"), draft)


def plain_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def file_of(uploader: User, name: str, content: bytes) -> Attachment:
    file = Attachment.objects.create(
        uploader=uploader, name=name, size=len(content), sha256=bytes(32), format="pdf",
        content_type="application/pdf", kind="pdf", status="ready", verdict="clean",
        uploaded_at=timezone.now(),
    )  # fmt: skip
    key = objects.file_key(file.pk, objects.ORIGINAL)
    objects.write(key, io.BytesIO(content), content_type="application/pdf")
    return file


def with_file(author: User, conversation: Conversation, file: Attachment) -> Any:
    draft = Draft(body="Le plan", attachment_ids=(file.pk,))
    return send_message(author=author, conversation_id=conversation.pk, draft=draft).message


class TestForwarding:
    def test_artisan_reads_the_messages_and_answers_the_person(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        send: Send, mail_server: MailServer,
    ) -> None:  # fmt: skip
        first, _other = say(camille, "Le joint est fendu"), say(camille, "Secret")

        answer = forward(api, odile, conversation, first, comment="Peux-tu passer ?")
        assert (answer.status_code, answer.json()["ended_at"]) == (201, None)
        assert send() == ["succeeded"]

        [letter] = mail_server.letters
        text = plain_of(letter)
        assert letter["To"] == ARTISAN
        assert letter["Reply-To"] == "Odile Perrin <odile@demo.test>"
        assert letter["Subject"] == "Tr : Carrelage du séjour – Villa Lumière"
        assert text.startswith("Peux-tu passer ?")
        assert "Camille Morel" in text
        assert "Le joint est fendu" in text
        assert "Secret" not in text
        assert "camille@demo.test" not in str(letter)

    def test_it_is_a_line_that_the_company_reads_alone(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        forward(api, odile, conversation, say(camille, "Bonjour"))

        line = HistoryLine.objects.get(kind="forwarded")
        assert (line.by, line.details) == (odile, {"address": ARTISAN, "count": 1})
        assert ARTISAN not in api(camille).get(of(conversation, "messages")).content.decode()

    def test_files_go_along_and_those_that_may_not_are_named(
        self, api: Call, camille: User, odile: User, conversation: Conversation, send: Send,
        mail_server: MailServer, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        plan = with_file(camille, conversation, file_of(camille, "plan.pdf", b"%PDF plan"))
        large = with_file(camille, conversation, file_of(camille, "coupe.pdf", b"%PDF coupe"))
        scanned = file_of(camille, "virus.pdf", b"%PDF virus")
        Attachment.objects.filter(pk=scanned.pk).update(status="scanning")
        third = with_file(camille, conversation, scanned)
        monkeypatch.setattr(forwarding, "FILES_MAX_BYTES", 9)

        forward(api, odile, conversation, plan, large, third)
        send()

        [letter] = mail_server.letters
        attached = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
        assert attached == {"plan.pdf": b"%PDF plan"}
        assert "Non joints" in (text := plain_of(letter))
        assert "coupe.pdf, virus.pdf" in text

    def test_request_and_job_that_come_twice_send_one_email(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        send: Send, mail_server: MailServer,
    ) -> None:  # fmt: skip
        message, draft_id = say(camille, "Bonjour"), str(uuid4())
        answers = [forward(api, odile, conversation, message, id=draft_id) for _ in range(2)]
        other = forward(api, odile, conversation, message, id=draft_id, comment="Autre")

        assert [one.status_code for one in (*answers, other)] == [201, 200, 409]
        send()
        [email] = ForwardedEmail.objects.all()
        assert execute.execute(FORWARDED, email.pk) == "nothing"
        assert len(mail_server.letters) == 1
        assert HistoryLine.objects.filter(kind="forwarded").count() == 1

    def test_mail_server_that_defers_gets_it_later(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        send: Send, mail_server: MailServer, clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        forward(api, odile, conversation, say(camille, "Bonjour"))
        mail_server.answer = DEFERRED
        with pytest.raises(EmailNotSent):
            send()
        mail_server.answer = "250 OK"
        clock.shift(timedelta(minutes=10))

        assert send() == ["succeeded"]
        assert len(mail_server.letters) == 1

    def test_refused_address_is_told_to_who_forwards_it(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        send: Send, mail_server: MailServer,
    ) -> None:  # fmt: skip
        forward(api, odile, conversation, say(camille, "Bonjour"))
        mail_server.answer = REFUSED

        assert send() == ["failed"]

        notice = Notice.objects.get(kind="not_forwarded")
        assert notice.recipient == odile
        assert notice.text.startswith(ARTISAN)
        assert "No such mailbox" in ForwardedEmail.objects.get().refusal

    def test_message_of_another_conversation_is_refused(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        yanis: User, haddad: Any,
    ) -> None:  # fmt: skip
        gone = say(camille, "Oups")
        api(camille).delete(of(conversation, f"messages/{gone.pk}"))

        answer = forward(api, odile, conversation, gone)

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "messages")
        assert not ForwardedEmail.objects.exists()

    @pytest.mark.parametrize("address", ["artisan", "a@b\r\nBcc: x@y.fr", "", "a@b.fr, c@d.fr"])
    def test_what_is_no_address_is_refused(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        address: str,
    ) -> None:  # fmt: skip
        answer = forward(api, odile, conversation, say(camille, "Bonjour"), to=address)

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "to")

    def test_message_deleted_before_it_leaves_is_left_out(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        send: Send, mail_server: MailServer,
    ) -> None:  # fmt: skip
        kept, gone = say(camille, "Le joint"), say(camille, "Mon code est 1234")
        forward(api, odile, conversation, kept, gone)
        api(camille).delete(of(conversation, f"messages/{gone.pk}"))

        send()

        assert "1234" not in mail_server.raw[0].decode()
