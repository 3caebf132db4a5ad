"""The network is cut or the server killed: no message is lost or doubled."""

import re

import pytest
from playwright.sync_api import Route, expect

from core.models import User
from messaging.models import Conversation, Message
from messaging.queries.conversations import pending_messages
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, wait_until_live, write
from tests.e2e.waiting import wait_for
from tests.site import Site

pytestmark = pytest.mark.cut

STREAM = re.compile("/api/v1/stream")


class TestPhoneWithoutNetwork:
    def test_message_written_offline_is_sent_once_the_network_is_back(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = visit(camille, f"/client/messages/{conversation.pk}", phone=True)
        wait_until_live(client)

        client.context.set_offline(True)
        write(client, "Écrit dans le tunnel")
        expect(bubble(client, "Écrit dans le tunnel")).to_contain_text("En attente du réseau")
        client.context.set_offline(False)

        expect(bubble(client, "Écrit dans le tunnel").get_by_text("Envoyé")).to_be_attached()
        expect(bubble(client, "Écrit dans le tunnel")).to_have_count(1)
        assert Message.objects.count() == 1

    def test_message_left_unsent_by_a_page_is_sent_by_the_next_one(
        self, visit: Visit, site: Site, camille: User, conversation: Conversation
    ) -> None:
        client = visit(camille, f"/client/messages/{conversation.pk}")
        wait_until_live(client)
        client.route("**/messages", lambda route: route.abort())
        write(client, "Fermé trop vite")
        expect(bubble(client, "Fermé trop vite")).to_contain_text("En attente du réseau")

        client.unroute("**/messages")
        client.goto("/client/messages")

        client.goto(f"/client/messages/{conversation.pk}")
        expect(bubble(client, "Fermé trop vite").get_by_text("Envoyé")).to_be_attached()
        assert Message.objects.count() == 1

    def test_offline_page_shows_the_banner_and_catches_up(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        client = visit(camille, f"/client/messages/{conversation.pk}")
        wait_until_live(client)

        # The page connects again as it hears that it is offline: the network may still be there.
        client.route(STREAM, lambda route: route.abort())
        client.context.set_offline(True)
        say(odile, "Écrit pendant la coupure")
        expect(client.get_by_text("Vous êtes hors ligne")).to_be_visible()
        client.unroute(STREAM)
        client.context.set_offline(False)

        expect(bubble(client, "Écrit pendant la coupure")).to_be_visible()
        expect(client.get_by_text("Vous êtes hors ligne")).to_be_hidden()


class TestStreamThatNeverOpens:
    @pytest.mark.parametrize("path", ["/staff/messages", "/staff/tasks"])
    def test_stream_that_never_opens_shows_the_banner(
        self, visit: Visit, odile: User, path: str
    ) -> None:
        page = visit(odile, "/staff/notifications")
        page.route(STREAM, lambda route: route.abort())

        page.goto(path)

        expect(page.get_by_text("Reconnexion…")).to_be_visible()


class TestKilledServer:
    def test_page_of_a_killed_server_reconnects_and_catches_up(
        self,
        visit: Visit,
        site: Site,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
    ) -> None:
        client = visit(camille, f"/client/messages/{conversation.pk}")
        company = visit(odile, f"/staff/messages/{conversation.pk}")
        wait_until_live(client)
        wait_until_live(company)

        site.stop_web(kill=True)
        say(odile, "Écrit pendant la panne")
        write(client, "Envoyé pendant la panne")
        expect(client.get_by_text("Reconnexion…")).to_be_visible()
        site.start_web()

        expect(bubble(client, "Écrit pendant la panne")).to_be_visible(timeout=30_000)
        expect(bubble(client, "Envoyé pendant la panne")).to_have_attribute(
            "state", re.compile("sent|read"), timeout=30_000
        )
        expect(bubble(company, "Envoyé pendant la panne")).to_be_visible(timeout=30_000)
        expect(client.get_by_text("Reconnexion…")).to_be_hidden()
        assert Message.objects.count() == 2


class TestTabs:
    def test_tabs_share_one_stream_and_survive_the_tab_that_holds_it(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        first = visit(camille, f"/client/messages/{conversation.pk}")
        wait_until_live(first)
        asked: list[Route] = []
        first.context.route(re.compile("/stream"), lambda route: asked.append(route))
        second, third = (first.context.new_page() for _ in range(2))
        for tab in (second, third):
            tab.goto(f"/client/messages/{conversation.pk}")
            wait_until_live(tab)
        assert asked == []

        # A killed tab cannot tell the others that it ends.
        first.evaluate("() => { BroadcastChannel.prototype.postMessage = () => {}; }")
        first.close()
        wait_for(second, lambda: asked)
        # No tab reads the stream now: the tabs miss the message, and what the worker publishes.
        say(odile, "Toujours là")
        wait_for(second, lambda: not pending_messages().exists())
        asked[0].continue_()

        for tab in (second, third):
            expect(bubble(tab, "Toujours là")).to_be_visible()
        say(odile, "Et encore")
        for tab in (second, third):
            expect(bubble(tab, "Et encore")).to_be_visible()
        assert len(asked) == 1
