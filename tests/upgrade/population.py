"""Rows of every kind, made through the API, and by SQL where only a fault would make them."""

import base64
import hashlib
import http.client
import io
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.attachments import samples
from tests.upgrade.calls import Site
from tests.upgrade.place import Place
from tests.waiting import until


def small_pdf() -> bytes:
    content = io.BytesIO()
    samples.picture(120, 90).save(content, "PDF")
    return content.getvalue()


CAMILLE, ODILE, MARC = "camille@demo.test", "odile@demo.test", "marc@demo.test"
LONG_TEXT = "Le mur porteur du salon — vérifié le 12 mai, côté jardin. 🏗️ " * 20
FILES = {"salon.jpg": samples.photo(size=(200, 150), gps=True), "plan.pdf": small_pdf()}
STATES = ("pending", "sending", "sent", "displayed", "skipped", "failed", "dead")


def populate(site: Site) -> dict[str, int]:
    """Return how many rows of each kind there are."""
    thread = open_thread(site)
    talk(site, thread)
    send_files(site, thread)
    read_and_unread(site, thread)
    wish(site, thread)
    desk(site, thread)
    integrate(site)
    until(lambda: settled(site.place), "work is still pending")
    by_sql(site.place)
    return kinds(site.place)


def open_thread(site: Site) -> str:
    """Return the path of a new conversation of Camille's."""
    opened = site.do(
        CAMILLE, "POST", "/conversations", {"id": str(uuid4()), "subject": "Fissure au plafond"}
    )
    return f"/conversations/{opened['id']}"


def talk(site: Site, thread: str) -> None:
    said = [
        say(site, CAMILLE if n % 3 else ODILE, thread, f"Point {n} : {LONG_TEXT[: 40 * n]}")
        for n in range(1, 25)
    ]
    mine = [message for message in said if message["seq"] % 3 == 2]
    site.do(CAMILLE, "PATCH", f"{thread}/messages/{mine[0]['id']}", {"body": "Corrigé : 2,40 m"})
    site.do(CAMILLE, "DELETE", f"{thread}/messages/{mine[1]['id']}")
    say(site, ODILE, thread, "Bien reçu.", reply_to=mine[2]["id"])
    note = site.do(ODILE, "POST", f"{thread}/notes", {"body": "Voir l'assurance."})
    site.do(ODILE, "PATCH", f"{thread}/notes/{note['id']}", {"body": "Voir l'assurance décennale."})
    gone = site.do(ODILE, "POST", f"{thread}/notes", {"body": "Erreur"})
    site.do(ODILE, "DELETE", f"{thread}/notes/{gone['id']}")


def say(site: Site, who: str, thread: str, body: str, **more: Any) -> Any:
    return site.do(who, "POST", f"{thread}/messages", {"id": str(uuid4()), "body": body, **more})


def send_files(site: Site, thread: str) -> None:
    sent = [send_file(site, name, content) for name, content in FILES.items()]
    say(site, CAMILLE, thread, "Les photos", attachments=sent)
    # One that is in no message, and one whose bytes never came.
    send_file(site, "oublié.pdf", small_pdf())
    announce(site, "jamais.jpg", samples.photo(size=(80, 60)))
    infected = send_file(site, "facture.pdf", small_pdf() + samples.EICAR)
    say(site, CAMILLE, thread, "La facture", attachments=[infected])


def announce(site: Site, name: str, content: bytes) -> Any:
    return site.do(
        CAMILLE,
        "POST",
        "/attachments",
        {
            "id": str(uuid4()),
            "name": name,
            "size": len(content),
            "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
            "content_type": "application/pdf" if name.endswith("pdf") else "image/jpeg",
        },
    )


def send_file(site: Site, name: str, content: bytes) -> str:
    announced = announce(site, name, content)
    upload = announced["upload"]
    address = urlsplit(upload["url"])
    storage = http.client.HTTPConnection(address.netloc, timeout=30)
    storage.request("PUT", f"{address.path}?{address.query}", content, upload["headers"])
    assert storage.getresponse().status == 200
    storage.close()
    site.do(CAMILLE, "POST", f"/attachments/{announced['id']}/complete")
    state = f"/attachments/{announced['id']}"
    until(
        lambda: site.get(CAMILLE, state)["status"] not in ("uploading", "scanning"),
        f"{name} is not analysed",
    )
    return str(announced["id"])


def read_and_unread(site: Site, thread: str) -> None:
    site.do(ODILE, "PUT", f"{thread}/read", {"seq": 12})
    site.do(CAMILLE, "PUT", f"{thread}/read", {"seq": 20})
    site.do(CAMILLE, "PUT", f"{thread}/unread", {"seq": 15})


def wish(site: Site, thread: str) -> None:
    site.do(CAMILLE, "PATCH", "/preferences", {"email": "always", "email_delay_minutes": 30})
    site.do(ODILE, "POST", f"{thread}/mute", {"muted": True})
    site.do(
        CAMILLE,
        "POST",
        "/push-subscriptions",
        {
            "endpoint": "https://fcm.googleapis.com/fcm/send/upgrade",
            "keys": {
                "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1Xbj"
                "hazAkj7I99e8QcYP7DkM",
                "auth": "tBHItJI5svbpez7KI4CCXg",
            },
            "label": "Téléphone",
        },
    )


def desk(site: Site, thread: str) -> None:
    """What the company does with a conversation, in the versions that know it."""
    site.do(ODILE, "PATCH", thread, {"status": "closed"})
    say(site, CAMILLE, thread, "Encore une question.")
    tables = site.place.tables()
    if "messaging_snooze" not in tables:
        return
    site.do(ODILE, "POST", f"{thread}/take", {"confirmed": True})
    site.do(MARC, "POST", f"{thread}/snooze", {"until": "2030-01-07T08:00:00Z"})
    reply = {"shortcut": "bien-vu", "text_fr": "Bien reçu.", "text_en": "Received."}
    site.do(ODILE, "POST", "/canned-replies", reply)
    site.do(ODILE, "POST", "/saved-filters", {"name": "À moi", "query": {"folder": "mine"}})


def integrate(site: Site) -> None:
    """What other software is told, in the versions that know it."""
    if "notifications_webhookendpoint" not in site.place.tables():
        return
    made = site.do(MARC, "POST", "/webhooks", {"url": "https://erp.example.com/hooks"})
    site.do(MARC, "PATCH", f"/webhooks/{made['webhook']['id']}", {"is_paused": True})
    site.do(MARC, "POST", "/credentials", {"name": "Portail", "scopes": ["events:read"]})


def settled(place: Place) -> bool:
    return not place.rows("SELECT 1 FROM messaging_message WHERE fanned_out_at IS NULL LIMIT 1")


def by_sql(place: Place) -> None:
    """Give deliveries each state, and leave work that was not done when the site stopped."""
    for number, state in enumerate(STATES):
        place.write(
            "UPDATE notifications_delivery SET status = %s WHERE id IN"
            " (SELECT id FROM notifications_delivery ORDER BY id OFFSET %s LIMIT 1)",
            state,
            number,
        )
    # A message that nobody was told of yet, and one that was given up.
    place.write(
        "UPDATE messaging_message SET fanned_out_at = NULL, due_at = now() WHERE id ="
        " (SELECT id FROM messaging_message WHERE deleted_at IS NULL ORDER BY id DESC LIMIT 1)"
    )
    place.write(
        "UPDATE messaging_message SET fanned_out_at = NULL, due_at = NULL,"
        " last_error = 'RuntimeError' WHERE id = (SELECT id FROM messaging_message"
        " WHERE deleted_at IS NULL ORDER BY id DESC OFFSET 1 LIMIT 1)"
    )


def kinds(place: Place) -> dict[str, int]:
    """Return the number of rows of each table that has any."""
    counts = {name: len(place.rows(f'TABLE "{name}"')) for name in sorted(place.tables())}
    return {
        name: count
        for name, count in counts.items()
        if count and not name.startswith(("django_", "auth_", "workers_"))
    }
