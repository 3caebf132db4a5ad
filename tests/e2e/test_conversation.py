"""A client and the company write to each other, each at their own browser."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, Request, expect

from core.models import Chantier, User
from messaging.actions.reads import read_up_to
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import (
    bubble,
    client_page,
    row,
    staff_page,
    wait_for_a_frame,
    wait_until_live,
    write,
)
from tests.e2e.threads import long_thread

SUBJECT = "Carrelage du séjour"


class TestConversation:
    def test_conversation_is_live_both_ways(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = visit(odile, "/staff/messages")
        wait_until_live(company)
        client = client_page(visit, camille, conversation)

        write(client, "Le carrelage n'est pas le bon.")

        expect(row(company, SUBJECT)).to_contain_text("Camille : Le carrelage n'est pas le bon.")
        expect(row(company, SUBJECT).locator("unread-badge")).to_have_text("1")
        expect(row(company, SUBJECT)).to_contain_text("À répondre")
        expect(company).to_have_title("(1) Messages – Liaison")
        icon = company.locator('link[rel="icon"]')
        expect(icon).to_have_attribute("href", re.compile("mark-unread"))

        row(company, SUBJECT).click()
        expect(bubble(company, "Le carrelage n'est pas le bon.")).to_be_visible()
        expect(company).to_have_title("Messages – Liaison")
        expect(icon).to_have_attribute("href", re.compile(r"core/mark\."))
        expect(bubble(client, "Le carrelage").get_by_text("Lu")).to_be_attached()

        write(company, "Je vérifie et je vous rappelle.")
        expect(bubble(client, "Je vérifie et je vous rappelle.")).to_be_visible()
        expect(row(company, SUBJECT)).not_to_contain_text("À répondre")

    def test_unread_count_survives_a_reload(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        client = visit(camille, "/client/messages")
        wait_until_live(client)
        company = staff_page(visit, odile, conversation)

        write(company, "Première réponse")
        write(company, "Deuxième réponse")

        expect(client).to_have_title("(2) Messages – Liaison")
        expect(row(client, SUBJECT).locator("unread-badge")).to_have_text("2")
        client.reload()
        expect(client).to_have_title("(2) Messages – Liaison")

        row(client, SUBJECT).click()
        expect(client.get_by_text("Nouveaux messages", exact=True)).to_be_visible()
        expect(client).to_have_title("Messages – Liaison")
        # The whole thread is on the screen.
        expect(client.get_by_role("button", name="Aller au dernier message")).to_have_count(0)
        client.reload()
        expect(bubble(client, "Deuxième réponse")).to_be_visible()
        expect(client).to_have_title("Messages – Liaison")

    def test_person_who_is_writing_is_shown(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        company = staff_page(visit, odile, conversation)

        company.get_by_role("textbox", name="Répondre au client…").press_sequentially("Bonj")

        expect(client.get_by_text("Odile Perrin écrit…")).to_be_visible()
        expect(client.get_by_text("Odile Perrin écrit…")).to_be_hidden(timeout=8_000)

    def test_edited_and_deleted_message_is_shown_to_the_other_side(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Rendez-vous a 17 h")
        client = client_page(visit, camille, conversation)
        company = staff_page(visit, odile, conversation)

        bubble(client, "Rendez-vous").hover()
        client.get_by_role("button", name="Actions sur le message").click()
        client.get_by_role("menuitem", name="Modifier").click()
        client.get_by_role("textbox", name="Texte du message").fill("Rendez-vous à 17 h")
        client.get_by_role("button", name="Enregistrer").click()
        expect(bubble(company, "Rendez-vous à 17 h")).to_contain_text("modifié")

        client.get_by_role("button", name="Actions sur le message").click()
        client.get_by_role("menuitem", name="Supprimer").click()
        asked = client.get_by_role("alertdialog", name="Supprimer ce message pour tout le monde ?")
        asked.get_by_role("button", name="Supprimer").click()
        expect(company.locator("message-bubble")).to_contain_text("Message supprimé")
        expect(company.get_by_text("Rendez-vous à 17 h")).to_have_count(0)

    def test_client_opens_a_conversation_about_a_chantier(
        self, visit: Visit, camille: User, odile: User, villa: Chantier
    ) -> None:
        company = visit(odile, "/staff/messages")
        wait_until_live(company)
        client = visit(camille, "/client/messages")

        client.get_by_role("link", name="Écrire à l’entreprise").first.click()
        expect(client.get_by_label("De quoi s’agit-il ?")).to_contain_text(
            "Villa Lumière (CH-2041)"
        )
        client.get_by_label("Sujet").fill("Volets roulants")
        client.get_by_label("Votre message").fill("Quand sont-ils posés ?")
        client.get_by_role("button", name="Envoyer").click()

        expect(bubble(client, "Quand sont-ils posés ?")).to_be_visible()
        expect(client).to_have_url(re.compile(r"/client/messages/[0-9a-f-]{36}$"))
        expect(row(company, "Volets roulants")).to_contain_text("Famille Morel")
        assert Conversation.objects.get().chantier == villa


class TestMessagesOfOneAuthor:
    def test_five_messages_of_one_author_within_five_minutes_show_one_name_and_one_time(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, count=5)
        written_every(timedelta(minutes=1), messages)

        client = client_page(visit, camille, conversation)

        expect(client.locator("message-bubble")).to_have_count(5)
        expect(names_shown(client)).to_have_count(1)
        expect(times_shown(client)).to_have_count(1)
        first = bubble(client, "Message numéro 1.").locator(".author")
        expect(first).to_contain_text("Odile Perrin")
        expect(bubble(client, "Message numéro 5.").locator("time")).to_be_visible()

    def test_messages_six_minutes_apart_each_show_their_name_and_time(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, count=3)
        written_every(timedelta(minutes=6), messages)

        client = client_page(visit, camille, conversation)

        expect(names_shown(client)).to_have_count(3)
        expect(times_shown(client)).to_have_count(3)


class TestComposer:
    def test_composer_sends_once_for_a_double_click(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)

        client.get_by_role("textbox").fill("Une seule fois")
        client.get_by_role("button", name="Envoyer").dblclick()

        expect(bubble(client, "Une seule fois").get_by_text("Envoyé")).to_be_attached()
        expect(bubble(client, "Une seule fois")).to_have_count(1)
        assert Message.objects.count() == 1

    def test_composer_sends_on_enter_and_breaks_the_line_on_shift_enter(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)

        field = client.get_by_role("textbox")
        field.press_sequentially("Un")
        field.press("Shift+Enter")
        field.press_sequentially("Deux")
        field.press("Enter")

        expect(bubble(client, "Deux").get_by_text("Envoyé")).to_be_attached()
        assert Message.objects.get().body == "Un\nDeux"

    def test_composer_breaks_the_line_on_enter_on_a_phone(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation, phone=True)

        field = client.get_by_role("textbox")
        field.press_sequentially("Un")
        field.press("Enter")
        field.press_sequentially("Deux")
        client.get_by_role("button", name="Envoyer").tap()

        expect(bubble(client, "Deux").get_by_text("Envoyé")).to_be_attached()
        assert Message.objects.get().body == "Un\nDeux"

    def test_composer_keeps_the_draft_of_each_conversation(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)

        client.get_by_role("textbox").fill("À finir plus tard")
        client.reload()

        expect(client.get_by_role("textbox")).to_have_value("À finir plus tard")


class TestInternalNote:
    def test_internal_note_is_seen_by_colleagues_and_never_by_the_client(
        self, visit: Visit, camille: User, odile: User, marc: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        colleague = staff_page(visit, marc, conversation)
        company = staff_page(visit, odile, conversation)

        company.get_by_role("textbox").fill("Bonjour Camille")
        company.get_by_role("button", name="Note interne").click()
        expect(company.get_by_role("textbox")).to_have_value("")
        company.get_by_role("textbox").fill("Attention, impayé.")
        company.get_by_role("button", name="Noter").click()

        expect(colleague.locator("internal-note")).to_contain_text("Attention, impayé.")
        company.get_by_role("button", name="Répondre", exact=True).click()
        expect(company.get_by_role("textbox")).to_have_value("Bonjour Camille")
        write(company, "Bonjour Camille")
        expect(bubble(client, "Bonjour Camille")).to_be_visible()
        expect(client.get_by_text("impayé")).to_have_count(0)
        assert Message.objects.count() == 1


class TestThread:
    def test_thread_loads_older_messages_and_keeps_the_scroll_position(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, odile, camille, count=120)
        read_up_to(reader=camille, conversation=conversation, seq=120)
        pages: list[str] = []
        client = client_page(visit, camille, conversation)
        client.on("request", lambda asked: pages.append(asked.url) if is_page(asked) else None)

        for loaded, (first, count) in enumerate(((71, 100), (21, 120)), start=1):
            read = bubble(client, f"Message numéro {first}.")
            read.scroll_into_view_if_needed()
            expect(client.locator("message-bubble")).to_have_count(count)
            # A list that moves by itself, or asks for another page, does so within a few frames.
            for _ in range(10):
                wait_for_a_frame(client)
            expect(read).to_be_in_viewport()
            expect(client.locator("message-bubble")).to_have_count(count)
            assert len(pages) == loaded

        expect(bubble(client, "Message numéro 1.")).to_have_count(1)

    def test_thread_opens_at_the_first_unread_message(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, count=80)
        read_up_to(reader=camille, conversation=conversation, seq=20)

        client = client_page(visit, camille, conversation)

        expect(client.get_by_text("Nouveaux messages", exact=True)).to_be_in_viewport()
        expect(bubble(client, "Message numéro 21.")).to_be_in_viewport()
        # The last page is loaded only when the reader goes there.
        expect(bubble(client, "Message numéro 80.")).to_have_count(0)
        client.get_by_role("button", name=re.compile("nouveaux messages|dernier message")).click()
        expect(bubble(client, "Message numéro 80.")).to_be_in_viewport()

    def test_thread_does_not_move_a_reader_who_is_further_up(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        long_thread(conversation, camille, count=40)
        client = client_page(visit, camille, conversation)
        bubble(client, "Message numéro 5.").scroll_into_view_if_needed()

        say(odile, "Une réponse")

        expect(client.get_by_role("button", name="1 nouveau message")).to_be_visible()
        expect(bubble(client, "Message numéro 5.")).to_be_in_viewport()
        client.get_by_role("button", name="1 nouveau message").click()
        expect(bubble(client, "Une réponse")).to_be_in_viewport()
        expect(client.get_by_role("button", name="1 nouveau message")).to_have_count(0)

    def test_slow_finger_can_leave_the_end_of_the_thread(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, camille, count=40)
        client = client_page(visit, camille, conversation)
        expect(bubble(client, "Message numéro 40.")).to_be_in_viewport()
        bubble(client, "Message numéro 40.").hover()

        for _ in range(40):
            client.mouse.wheel(0, -8)
            wait_for_a_frame(client)

        expect(client.get_by_role("button", name="dernier message")).to_be_visible()
        expect(bubble(client, "Message numéro 40.")).not_to_be_in_viewport()

    def test_reader_can_scroll_up_while_the_thread_still_grows(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, camille, count=40)
        client = client_page(visit, camille, conversation)
        expect(bubble(client, "Message numéro 40.")).to_be_in_viewport()

        bubble(client, "Message numéro 40.").evaluate(
            """last => {
                const thread = last.closest('[role="log"]');
                last.style.display = "block";
                last.style.minHeight = "20rem";
                thread.scrollTop = 0;
            }"""
        )

        expect(client.get_by_role("button", name="dernier message")).to_be_visible()
        expect(bubble(client, "Message numéro 1.")).to_be_in_viewport()

    def test_long_text_just_sent_is_shown_whole(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, camille, count=20)
        client = client_page(visit, camille, conversation, phone=True)

        write(client, "Merci.\n" * 9 + "À demain !")

        expect(bubble(client, "À demain !").get_by_text("Envoyé")).to_be_attached()
        expect(client.get_by_role("button", name="dernier message")).to_have_count(0)


def written_every(pause: timedelta, messages: list[Message]) -> None:
    """Give the messages their times, the last one now."""
    now = timezone.now()
    for age, message in enumerate(reversed(messages)):
        Message.objects.filter(pk=message.pk).update(created_at=now - age * pause)


def is_page(asked: Request) -> bool:
    return "/messages?" in asked.url


def names_shown(page: Page) -> Locator:
    return page.locator("message-bubble .author:visible")


def times_shown(page: Page) -> Locator:
    return page.locator("message-bubble time:visible")
