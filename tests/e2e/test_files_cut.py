"""Files sent while the network or the storage comes and goes."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from core.models import User
from messaging.models import Conversation
from tests import services
from tests.e2e.conftest import Visit
from tests.e2e.files import (
    LARGE,
    SCAN_MS,
    arrived_parts,
    choose,
    chosen,
    expect_drawn,
    file,
    jpeg,
)
from tests.e2e.screens import bubble, client_page, staff_page, write
from tests.e2e.waiting import wait_for
from tests.site import Site


@pytest.mark.cut
class TestLostSignal:
    def test_lost_signal_costs_only_the_part_that_was_cut(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation, phone=True)
        arrived = arrived_parts(client)
        cuts = [1]

        def cut(route: Route) -> None:
            if cuts:
                cuts.pop()
                client.context.set_offline(True)
                route.abort("internetdisconnected")
            else:
                route.continue_()

        client.route(re.compile("partNumber=2"), cut)
        choose(client, file("releve.txt", LARGE))
        write(client, "Le relevé complet")

        expect(client.get_by_text("En attente du réseau").first).to_be_visible(timeout=20_000)
        client.context.set_offline(False)

        company = staff_page(visit, odile, conversation)
        theirs = bubble(company, "Le relevé complet")
        expect(theirs.get_by_role("link", name="Télécharger releve.txt")).to_be_visible(
            timeout=40_000
        )
        assert sorted(arrived) == ["1", "2", "3"]

    def test_files_of_a_closed_page_are_sent_by_the_next_one(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation, phone=True)
        client.context.set_offline(True)
        choose(client, jpeg("tunnel.jpg"))
        write(client, "Pris dans le tunnel")
        expect(bubble(client, "Pris dans le tunnel")).to_contain_text("En attente du réseau")
        context = client.context
        client.close()

        context.set_offline(False)
        again = context.new_page()
        again.goto(f"/client/messages/{conversation.pk}")

        company = staff_page(visit, odile, conversation)
        expect_drawn(bubble(company, "Pris dans le tunnel").locator("img.full"))
        expect(bubble(again, "Pris dans le tunnel")).to_have_count(1)

    def test_text_is_sent_while_its_file_waits_for_the_network(
        self, visit: Visit, site: Site, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation)
        held: list[Route] = []
        client.route(re.compile("/quarantine/"), lambda route: held.append(route))

        choose(client, jpeg("lente.jpg"))
        write(client, "Lisez déjà ceci")

        theirs = bubble(company, "Lisez déjà ceci")
        expect(theirs).to_contain_text("Envoi en cours")
        wait_for(client, lambda: held)
        held[0].continue_()
        expect_drawn(theirs.locator("img.full"))


@pytest.mark.cut
def test_failed_file_is_sent_again_from_its_bubble(
    visit: Visit, camille: User, conversation: Conversation
) -> None:
    client = client_page(visit, camille, conversation, phone=True)
    # Like the login page of a hotel's network: it answers 200, and the file does not arrive.
    client.route(
        re.compile("/quarantine/"),
        lambda route: route.fulfill(headers={"Access-Control-Allow-Origin": "*"}),
    )

    choose(client, jpeg("tunnel.jpg"))
    write(client, "Le tunnel")
    mine = bubble(client, "Le tunnel")
    expect(mine).to_contain_text("Non envoyé")
    expect(mine).to_contain_text("Ce fichier n’est pas arrivé en entier.")
    client.unroute_all()
    mine.get_by_role("button", name="Réessayer : tunnel.jpg").tap()

    # Only a scanned photo can be opened.
    expect(mine.get_by_role("button", name="Agrandir tunnel.jpg")).to_be_visible(timeout=SCAN_MS)
    expect(mine.get_by_role("button", name="Réessayer")).to_have_count(0)


class TestCancelledFile:
    def test_file_cancelled_during_its_upload_is_shown_to_both(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation, phone=True)
        client.route(re.compile("partNumber=2"), lambda route: None)

        choose(client, file("releve.txt", LARGE))
        write(client, "Le mauvais relevé")
        mine = bubble(client, "Le mauvais relevé")
        mine.get_by_role("button", name="Annuler l’envoi de releve.txt").tap()

        for shown in (mine, bubble(company, "Le mauvais relevé")):
            expect(shown).to_contain_text("Non envoyé")
            expect(shown).to_contain_text("a retiré ce fichier")


@pytest.mark.cut
def test_storage_killed_during_an_upload_is_shown_and_costs_no_byte(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    client = client_page(visit, camille, conversation, phone=True)
    arrived = arrived_parts(client)

    with client.expect_event(
        "requestfinished", lambda asked: "partNumber=1" in asked.url, timeout=60_000
    ):
        choose(client, file("releve.txt", LARGE))
    with services.killed("s3"):
        expect(chosen(client)).to_contain_text("En attente du réseau", timeout=20_000)
        write(client, "Le relevé arrive")
        company = staff_page(visit, odile, conversation)
        theirs = bubble(company, "Le relevé arrive")
        expect(theirs).to_contain_text("Envoi en cours")

    link = theirs.get_by_role("link", name="Télécharger releve.txt")
    expect(link).to_be_visible(timeout=40_000)
    with company.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes() == LARGE
    assert arrived.count("1") == 1
