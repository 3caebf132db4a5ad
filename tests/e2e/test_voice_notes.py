"""Voice notes, from the recorder of a phone to the ears of the other side."""

from pathlib import Path

from playwright.sync_api import expect

from core.models import User
from messaging.models import Conversation
from tests.attachments import samples, sounds
from tests.e2e.conftest import Visit
from tests.e2e.files import SCAN_MS, choose, chosen, expect_accessible, file, send
from tests.e2e.screens import bubble, client_page, staff_page, write
from tests.e2e.waiting import wait_for


def test_voice_note_of_a_phone_is_heard_by_the_company_and_keeps_its_true_ending(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    company = staff_page(visit, odile, conversation)
    client = client_page(visit, camille, conversation, phone=True)
    note = sounds.wav()

    choose(client, file("Nouvel enregistrement", note, ""))
    write(client, "Le code du portail")

    heard = bubble(company, "Le code du portail")
    player = heard.get_by_label("Écouter Nouvel enregistrement.wav")
    expect(player).to_be_visible(timeout=SCAN_MS)
    wait_for(company, lambda: player.evaluate("(sound) => sound.duration") == 2)
    # By the keyboard alone.
    player.focus()
    company.keyboard.press("Space")
    wait_for(company, lambda: player.evaluate("(sound) => sound.currentTime > 0.1"))
    player.evaluate("(sound) => { sound.currentTime = 1.8; }")
    wait_for(company, lambda: player.evaluate("(sound) => sound.ended"))

    with company.expect_download() as download:
        heard.get_by_role("link", name="Télécharger Nouvel enregistrement.wav").click()
    assert download.value.suggested_filename == "Nouvel enregistrement.wav"
    assert Path(download.value.path()).read_bytes() == note
    expect_accessible(company)

    # Its sender hears it too.
    expect(client.get_by_label("Écouter Nouvel enregistrement.wav")).to_be_visible(timeout=SCAN_MS)


def test_sound_that_no_browser_plays_is_downloaded(
    visit: Visit, camille: User, conversation: Conversation
) -> None:
    page = client_page(visit, camille, conversation)

    choose(page, file("message.amr", sounds.amr(), "audio/amr"))
    write(page, "Ancien téléphone")

    note = bubble(page, "Ancien téléphone")
    link = note.get_by_role("link", name="Télécharger message.amr")
    expect(link).to_be_visible(timeout=SCAN_MS)
    expect(note.locator("audio")).to_have_count(0)


def test_archive_is_refused_before_it_is_sent_and_a_file_without_an_ending_is_not(
    visit: Visit, camille: User, conversation: Conversation
) -> None:
    page = client_page(visit, camille, conversation)
    tray = page.locator("attachment-tray")

    choose(page, file("photos.zip", samples.archive(("a.txt", b"a")), "application/zip"))
    expect(tray).to_contain_text("Envoyez un par un les fichiers qu’elle contient")
    expect(tray).to_contain_text("photos, vidéos, notes vocales, PDF, Word")
    expect(chosen(page)).to_have_count(0)

    choose(page, file("Devis", samples.pdf(), ""))
    expect(chosen(page)).to_contain_text("Devis.pdf", timeout=SCAN_MS)
    send(page)
    expect(page.get_by_role("link", name="Télécharger Devis.pdf")).to_be_visible(timeout=SCAN_MS)
