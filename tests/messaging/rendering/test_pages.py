"""The pages of messaging can be read without a script."""

import json
import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dates import MONTHS

from attachments.models import Attachment
from core.models import User
from messaging.models import (
    Conversation,
    HistoryLine,
    Message,
    MessageAttachment,
    Participant,
)
from tests.cast import Say
from tests.e2e.threads import long_thread

Read = Callable[..., str]
TAGS = re.compile(r"<[^>]*>")


@pytest.fixture
def read(client: Browser) -> Read:
    """`read(camille, "/client/messages")` returns the server's HTML of an inbox."""

    def get(person: User, path: str, headers: dict[str, str] | None = None, **cookies: str) -> str:
        client.force_login(person)
        client.cookies.load(cookies)
        answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        page = answer.content.decode()
        return page[page.index("<s-") : page.index('<script id="first-state"')]

    return get


def words(html: str) -> str:
    """Return what a person reads."""
    return " ".join(unescape(TAGS.sub(" ", html)).split())


def address(conversation: Conversation, side: str = "client") -> str:
    return f"/{side}/messages/{conversation.pk}"


@pytest.mark.django_db
class TestList:
    def test_shows_subject_site_and_last_message(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Le carreleur passe jeudi.")

        html = read(camille, "/client/messages")

        assert f'href="{address(conversation)}"' in html
        assert conversation.subject in words(html)
        assert "Odile : Le carreleur passe jeudi." in words(html)

    def test_empty_list_says_who_answers(self, read: Read, camille: User) -> None:
        assert "Une question sur votre chantier" in words(read(camille, "/client/messages"))

    def test_never_shows_another_clients_conversation(
        self, read: Read, yanis: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Le carreleur passe jeudi.")

        html = read(yanis, "/client/messages")

        assert "carreleur" not in html
        assert conversation.subject not in html

    def test_form_of_a_new_conversation_says_that_it_needs_a_script(
        self, read: Read, camille: User
    ) -> None:
        assert "autorisez JavaScript" in words(read(camille, "/client/messages/new"))


@pytest.mark.django_db
class TestThread:
    @pytest.mark.parametrize("side", ["client", "staff"])
    def test_shows_the_messages_and_a_way_back(
        self,
        read: Read,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        side: str,
    ) -> None:
        say(camille, "Quand vient le carreleur ?")
        say(odile, "Jeudi. Mon numéro : 06 12 34 56 78.")

        html = read(camille if side == "client" else odile, address(conversation, side))

        assert "Quand vient le carreleur ?" in words(html)
        assert 'href="tel:0612345678"' in html
        assert f'href="/{side}/messages"' in html
        assert "Pour écrire, autorisez JavaScript" in words(html)

    def test_page_links_the_older_and_the_newer_messages(
        self, read: Read, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, camille, odile, count=130)

        newest = read(camille, address(conversation))
        older = read(camille, f"{address(conversation)}?before=81")

        assert "Message numéro 130." in words(newest)
        assert 'href="?before=81"' in newest
        assert "Message numéro 80." in words(older)
        assert "Message numéro 81." not in words(older)
        assert 'href="?before=31"' in older
        assert 'href="?after=80"' in older

    @pytest.mark.parametrize("asked", ["x", "-1", "9" * 30, "²", ""])
    def test_page_with_an_odd_place_is_the_newest(
        self, read: Read, camille: User, odile: User, conversation: Conversation, asked: str
    ) -> None:
        long_thread(conversation, camille, odile, count=60)

        assert "Message numéro 60." in words(
            read(camille, f"{address(conversation)}?before={asked}")
        )

    def test_line_stands_above_the_first_unread_message(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Bonjour.")
        say(odile, "Le carreleur passe jeudi.")
        Participant.objects.filter(conversation=conversation, user=camille).update(
            last_read_seq=1, unread_count=1
        )

        shown = words(read(camille, address(conversation)))

        assert re.search(r"Bonjour\. .*Nouveaux messages .*Le carreleur passe jeudi\.", shown)

    def test_deleted_message_leaves_its_trace(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Une erreur.")
        Message.objects.filter(pk=message.pk).update(deleted_at=message.created_at, body="")

        assert "Message supprimé" in words(read(camille, address(conversation)))

    def test_times_are_those_of_the_readers_device(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Bonjour.")
        Message.objects.filter(pk=message.pk).update(created_at="2026-01-05T22:30:00Z")
        HistoryLine.objects.update(at="2026-01-05T22:29:00Z")

        here = read(camille, address(conversation))
        on_reunion = read(camille, address(conversation), time_zone="Indian/Reunion")
        nowhere = read(camille, address(conversation), time_zone="../etc/passwd")

        assert "lundi 5 janvier" in words(here)
        assert ">23:30<" in here
        assert "mardi 6 janvier" in words(on_reunion)
        assert ">02:30<" in on_reunion
        assert ">23:30<" in nowhere

    def test_rendering_makes_no_query(
        self, client: Browser, camille: User, odile: User, conversation: Conversation
    ) -> None:
        def count() -> int:
            # The lower of two: what the process keeps for a minute may end before one of them.
            counts = []
            for _ in range(2):
                with CaptureQueriesContext(connection) as queries:
                    client.get(address(conversation))
                counts.append(len(queries))
            return min(counts)

        long_thread(conversation, camille, odile, count=10)
        client.force_login(camille)
        few = count()
        Message.objects.filter(conversation=conversation).delete()
        long_thread(conversation, camille, odile, count=50)

        assert count() == few


def tags_of(html: str) -> list[tuple[str, list[str]]]:
    """Return the tags of a page, each with the names of its attributes."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, [name for name, _ in attrs]))

    Parser().feed(html)
    return found


HOSTILE = {
    "tag": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "template": "{{ 7|add:7 }} {% csrf_token %} {0} %s",
    "right-to-left": "\u202egnp.exe\u202c \u2066x\u2069",
    "one word": "a" * 10_000,
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", HOSTILE)
class TestHostileTexts:
    def test_message_and_subject_are_shown_as_text(
        self,
        read: Read,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        kind: str,
    ) -> None:
        text = HOSTILE[kind]
        say(odile, text)
        Conversation.objects.filter(pk=conversation.pk).update(subject=text[:120])
        User.objects.filter(pk=odile.pk).update(name=text[:100])

        html = read(camille, address(conversation))

        assert " ".join(text.split()) in words(html)
        assert not {"script", "img"} & {tag for tag, _ in tags_of(html)}
        assert not {"onmouseover", "onerror"} & {
            name for _, names in tags_of(html) for name in names
        }


def send_photo(author: User, conversation: Conversation, say: Say) -> None:
    message = say(author, "Le mur")
    photo = Attachment.objects.create(
        uploader=author, name="mur.jpg", size=2_500_000, sha256=bytes(32), has_preview=True,
        content_type="image/jpeg", kind="image", status="ready", width=1600, height=1200,
        uploaded_at=timezone.now(), verdict="clean",
    )  # fmt: skip
    MessageAttachment.objects.create(
        message=message, attachment=photo, conversation=conversation, position=0
    )
    Message.objects.filter(pk=message.pk).update(attachment_count=1)


@pytest.mark.django_db
class TestSlowLink:
    @pytest.mark.parametrize("header", [{"Save-Data": "on"}, {"ECT": "3g"}], ids=["save", "slow"])
    def test_picture_waits_for_a_tap(
        self,
        read: Read,
        camille: User,
        conversation: Conversation,
        say: Say,
        header: dict[str, str],
    ) -> None:
        send_photo(camille, conversation, say)

        assert 'src="/api/v1/attachments/' in read(camille, address(conversation))
        html = read(camille, address(conversation), headers=header)

        assert not re.search(r'(src|srcset)="[^"]*/preview/', html)
        assert "Afficher environ 20 ko" in words(html)


@pytest.mark.django_db
class TestFiles:
    def test_shows_photos_and_documents_by_month(
        self, read: Read, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Voici le plan.")
        for position, (name, kind) in enumerate([("photo.jpg", "image"), ("plan.pdf", "pdf")]):
            file = Attachment.objects.create(
                uploader=odile, name=name, kind=kind, size=860_000, sha256=bytes(32),
                status=Attachment.Status.READY, verdict="clean", has_preview=True,
                width=800, height=600, uploaded_at=message.created_at,
            )  # fmt: skip
            MessageAttachment.objects.create(
                message=message, conversation=conversation, attachment=file, position=position
            )

        html = read(camille, f"{address(conversation)}/files")

        assert "s-message-list" not in html
        assert f"{MONTHS[timezone.localtime().month]} {timezone.localtime().year}" in words(html)
        assert "plan.pdf PDF · 840 ko" in words(html)
        assert "Odile Perrin, à l’instant" in words(html)
        assert f'href="{address(conversation)}" aria-current="page"' in html

    def test_without_files_says_where_they_will_be(
        self, read: Read, camille: User, conversation: Conversation
    ) -> None:
        html = read(camille, f"{address(conversation)}/files")

        assert "Aucun fichier pour l’instant." in words(html)

    def test_of_another_client_are_not_found(
        self, client: Browser, yanis: User, conversation: Conversation
    ) -> None:
        client.force_login(yanis)

        assert client.get(f"{address(conversation)}/files").status_code == 404

    def test_state_of_the_page_is_what_the_api_answers(
        self, client: Browser, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(60):
            file = Attachment.objects.create(
                uploader=odile, name=f"{number}.jpg", kind="image", size=1, sha256=bytes(32)
            )
            MessageAttachment.objects.create(
                message=say(odile, f"Photo {number}"), conversation=conversation,
                attachment=file, position=0,
            )  # fmt: skip
        client.force_login(camille)

        page = client.get(f"{address(conversation)}/files").content.decode()
        (text,) = re.findall(r'<script id="first-state"[^>]*>(.*?)</script>', page)
        state = json.loads(text)
        api = f"/api/v1/conversations/{conversation.pk}/attachments"
        first, second = state["files"], client.get(state["files"]["next"]).json()

        assert first["results"] == client.get(api).json()["results"]
        assert len(second["results"]) == 10
        assert second["next"] is None
