"""What people type finds what they look for, and nothing else: `corpus.txt`."""

import re
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.models import Chantier, Client, User
from messaging.models import Conversation, Message, MessageAttachment, Note, Participant

CORPUS = Path(__file__).with_name("corpus.txt").read_text()


class Query(NamedTuple):
    reader: str
    typed: str
    wanted: set[str]
    allowed: set[str]


def section(name: str) -> list[list[str]]:
    text = CORPUS.split(f"\n[{name}]\n")[1].split("\n[")[0]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [[part.strip() for part in line.split(" | ")] for line in lines]


def queries() -> Iterator[Query]:
    text = CORPUS.split("\n[queries]\n")[1]
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        typed, _, keys = line.rpartition("=>")
        reader, typed = typed[1:].split(" ", 1) if typed.startswith("@") else ("odile", typed)
        allowed = {*re.sub(r"[\[\]]", " ", keys).split()}
        yield Query(reader, typed.strip(), {*re.sub(r"\[.*\]", "", keys).split()}, allowed)


class World:
    """The rows of the corpus, by their keys."""

    def __init__(self) -> None:
        self.keys: dict[UUID, str] = {}
        self.people: dict[str, User] = {}
        self.conversations: dict[str, Conversation] = {}
        self.seqs: dict[str, int] = {}
        clients: dict[str, Client] = {}
        chantiers: dict[str, Chantier] = {}
        of: dict[str, Client] = {}
        rows = section("conversations")
        for key, client, chantier, reference, address, *_ in rows:
            of[key] = clients.setdefault(client, Client(name=client))
            chantiers.setdefault(
                reference,
                Chantier(client=of[key], name=chantier, reference=reference, address=address),
            )
        Client.objects.bulk_create(clients.values())
        Chantier.objects.bulk_create(chantiers.values())
        for key, name, email, side in section("people"):
            role = User.Role.STAFF if side == "staff" else User.Role.CLIENT
            of_side = None if side == "staff" else of[side]
            self.people[key] = User.objects.create(
                name=name, email=email, role=role, client=of_side
            )
        for key, _client, _chantier, reference, _address, status, subject in rows:
            self.conversations[key] = Conversation.objects.create(
                client=of[key], chantier=chantiers[reference], subject=subject, status=status,
                created_by=self.people["odile"], draft_digest=bytes(32),
            )  # fmt: skip
            self.keys[self.conversations[key].pk] = key
        for key, kind, conversation, author, day, text in section("texts"):
            self.write(key, kind, conversation, author, day, text)

    def write(self, key: str, kind: str, place: str, author: str, day: str, text: str) -> None:
        conversation, person = self.conversations[place], self.people[author]
        at = datetime.combine(
            datetime.fromisoformat(day), time(12), tzinfo=ZoneInfo("Europe/Paris")
        )
        if kind == "note":
            note = Note.objects.create(
                conversation=conversation, author=person, body=text, created_at=at
            )
            self.keys[note.pk] = key
            return
        seq = self.seqs[place] = self.seqs.get(place, 0) + 1
        message = Message.objects.create(
            conversation=conversation, author=person, seq=seq, version=seq, created_at=at,
            body=text if kind == "message" else "", draft_digest=bytes(32), due_at=None,
            attachment_count=int(kind == "file"),
        )  # fmt: skip
        Participant.objects.get_or_create(conversation=conversation, user=person)
        if kind == "message":
            self.keys[message.pk] = key
            return
        file = Attachment.objects.create(
            id=uuid4(), uploader=person, name=text, size=9, sha256=bytes(32),
            content_type="application/pdf", kind=Attachment.Kind.PDF,
        )  # fmt: skip
        MessageAttachment.objects.create(
            message=message, attachment=file, conversation=conversation, position=0
        )
        self.keys[file.pk] = key

    def found(self, reader: str, **query: Any) -> list[str]:
        caller = APIClient()
        caller.force_authenticate(self.people[reader])
        answer = caller.get("/api/v1/search", {"limit": 50, **query})
        assert answer.status_code == 200, answer.content
        return [self.keys.get(UUID(hit["id"]), str(hit)) for hit in answer.json()["results"]]


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_everything_that_people_look_for_is_found_and_nothing_else(world: World) -> None:
    wrong = []
    for query in queries():
        found = {*world.found(query.reader, q=query.typed)}
        if missing := query.wanted - found:
            wrong.append(f"{query.typed}: without {sorted(missing)}, found {sorted(found)}")
        elif more := found - query.allowed:
            wrong.append(f"{query.typed}: also {sorted(more)}")
    assert not wrong, "\n".join([f"{len(wrong)} of {len([*queries()])}", *wrong])
