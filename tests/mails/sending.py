"""Send the letters that the mails answer: by the real rules, templates and mail backend."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr

import time_machine
from django.core import mail as outbox
from django.test import override_settings
from django.utils import timezone

from core.models import Chantier, Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from tests.mails.letter import Letter
from tests.mails.mime import parsed
from tests.notifications.conftest import do_what_is_due

QUESTION = (
    "Bonjour,\n\nLe carrelage grand format est arrivé au dépôt ce matin.\n"
    "Souhaitez-vous la pose droite ou la pose décalée ?\n"
    "Le carreleur peut venir jeudi à 8 h ou vendredi à 14 h.\n\nBonne journée"
)
BODIES = {
    "fr": (QUESTION,),
    "en": (
        "Hello,\n\nThe large tiles arrived at the warehouse this morning.\n"
        "Would you like them laid straight or staggered?\n"
        "The tiler can come on Thursday at 8 or on Friday at 2 pm.",
    ),
    # The name and the subject are so long that programs wrap what they write of them.
    "long": (QUESTION,),
    # Several messages, one with a list and a cited line of its own.
    "many": (
        "Voici le compte rendu de la visite de ce matin :\n- cloisons posées au R+1\n"
        "- gaines à reprendre dans la cuisine",
        "> La réserve n° 4 est levée\nJe confirme ce point. Voir https://exemple.fr/plans?lot=2&v=3",
        "Pouvez-vous nous dire qui ouvrira le portail lundi ?",
    ),
}
PEOPLE = {
    "fr": ("Odile Perrin", "Carrelage du séjour", "fr"),
    "en": ("Odile Perrin", "Living room tiles", "en"),
    "long": (
        "Marie-Antoinette de La Rochefoucauld-Perrin",
        "Réception des travaux de carrelage et de plomberie du rez-de-jardin",
        "fr",
    ),
    "many": ("Odile Perrin", "Compte rendu de visite", "fr"),
}


@contextmanager
def letters() -> Iterator[dict[str, Letter]]:
    """Write the messages and let the notifications send what becomes of them."""
    with (
        override_settings(
            REPLY_DOMAIN="reponse.liaison.example",
            DEFAULT_FROM_EMAIL="Liaison <notifications@liaison.example>",
            PUBLIC_URL="https://liaison.example",
        ),
        time_machine.travel(_yesterday_morning(), tick=False) as clock,
    ):
        client = Client.objects.create(name="Famille Morel")
        conversations = {key: _conversation(client, key) for key in PEOPLE}
        start = len(outbox.outbox)
        for key, conversation in conversations.items():
            author = User.objects.get(email=f"{key}@liaison.example")
            for body in BODIES[key]:
                send_message(author=author, conversation_id=conversation.pk, draft=Draft(body=body))
        do_what_is_due()
        clock.shift(timedelta(hours=1))
        do_what_is_due()
        sent = {key: _letter(key, outbox.outbox[start:]) for key in PEOPLE}
    yield sent


def _yesterday_morning() -> datetime:
    """Outside quiet hours, and so near that the reply addresses are still valid."""
    return (timezone.localtime() - timedelta(days=1)).replace(hour=9, minute=55, second=0)


def _conversation(client: Client, key: str) -> Conversation:
    name, subject, locale = PEOPLE[key]
    staff = User.objects.create(
        email=f"{key}@liaison.example", name=name, role=User.Role.STAFF, external_id=f"staff-{key}"
    )
    reader = User.objects.create(
        email=f"camille.{key}@exemple.fr", name="Camille Morel", role=User.Role.CLIENT,
        client=client, locale=locale, external_id=f"reader-{key}",
    )  # fmt: skip
    chantier = Chantier.objects.create(
        client=client, name="Villa Lumière", reference=f"CH-{key}", responsible=staff
    )
    opening = Opening(subject=subject, client=client.pk, chantier=chantier.pk)
    return open_conversation(opener=reader, opening=opening).conversation


def _letter(key: str, sent: list[outbox.EmailMessage]) -> Letter:
    address = f"camille.{key}@exemple.fr"
    subject = PEOPLE[key][1]
    [email] = [each for each in sent if address in each.to[0] and each.subject.startswith(subject)]
    message = parsed(email.message().as_bytes())
    text, html = _part(message, "plain"), _part(message, "html")
    sender_name, sender = parseaddr(str(message["From"]))
    reply_to = parseaddr(str(message["Reply-To"]))[1]
    keys = re.findall(r"/unsubscribe/(\S+)", text)
    return Letter(
        sender_name=sender_name,
        sender=sender,
        recipient_name="Camille Morel",
        recipient=address,
        reply_to=reply_to,
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        text=text,
        html=html,
        messages=BODIES[key],
        secrets=(reply_to.partition("+")[2].partition("@")[0], *keys),
    )


def _part(message: EmailMessage, kind: str) -> str:
    found = message.get_body(preferencelist=(kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n").strip("\n")
