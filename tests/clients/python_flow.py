"""What the server of a portal does, by the Python client that `openapi-python-client` makes.

Run with the generated package in PYTHONPATH: it reads BASE_URL, TOKEN, BUSY_TOKEN, CREDENTIAL and
CHANTIER, and prints what it saw as JSON.
"""

import base64
import hashlib
import json
import os
import sys
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
from liaison_client import AuthenticatedClient
from liaison_client.api.conversations import list_changes, open_conversation
from liaison_client.api.files import announce_file, complete_file, sign_file_parts
from liaison_client.api.messages import send_message
from liaison_client.api.provisioning import put_client
from liaison_client.models import (
    Announced,
    AnnouncementRequest,
    Attachment,
    Changes,
    ClientRow,
    Conversation,
    DraftRequest,
    Message,
    OpeningRequest,
    PutClientRequest,
    Refusal,
    SignedParts,
    Upload,
    WantedPartRequest,
    WantedPartsRequest,
)

FILE = b"Reserve no 12 : joint du carrelage a reprendre\n" * 130_000
Answer = TypeVar("Answer")


def client_of(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=os.environ["BASE_URL"], token=token)


def right(answer: object, kind: type[Answer]) -> Answer:
    assert isinstance(answer, kind), answer
    return answer


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def send_file(client: AuthenticatedClient) -> UUID:
    announced = right(
        announce_file.sync(
            client=client,
            body=AnnouncementRequest(name="releve.txt", size=len(FILE), sha256=sha256(FILE)),
        ),
        Announced,
    )
    upload = right(announced.upload, Upload)
    size, count = right(upload.part_size, int), right(upload.part_count, int)
    parts = [FILE[number * size : (number + 1) * size] for number in range(count)]
    wanted = [
        WantedPartRequest(number=number, sha256=sha256(part))
        for number, part in enumerate(parts, start=1)
    ]
    signed = right(
        sign_file_parts.sync(announced.id, client=client, body=WantedPartsRequest(parts=wanted)),
        SignedParts,
    )
    for part in signed.parts:
        content = parts[part.number - 1]
        httpx.put(
            part.url, content=content, headers=part.headers.additional_properties
        ).raise_for_status()
    right(complete_file.sync(announced.id, client=client), Attachment)
    return right(announced.id, UUID)


def refused() -> dict[str, object]:
    """Open one conversation too many, and return what the answer says of it."""
    answer = open_conversation.sync_detailed(
        client=client_of(os.environ["BUSY_TOKEN"]), body=OpeningRequest(subject="Encore")
    )
    refusal = right(answer.parsed, Refusal)
    return {
        "status": answer.status_code,
        "code": refusal.errors[0].code,
        "retry_after": int(answer.headers["Retry-After"]),
    }


def provisioned() -> list[HTTPStatus]:
    """Put a client twice. Return both statuses."""
    client, statuses = client_of(os.environ["CREDENTIAL"]), []
    for _ in range(2):
        answer = put_client.sync_detailed(
            "erp-17", client=client, body=PutClientRequest(name="Famille Python")
        )
        assert right(answer.parsed, ClientRow).name == "Famille Python"
        statuses.append(answer.status_code)
    return statuses


def main() -> dict[str, object]:
    client = client_of(os.environ["TOKEN"])
    opening = OpeningRequest(subject="Portail", id=uuid4(), chantier=UUID(os.environ["CHANTIER"]))
    conversation = right(open_conversation.sync(client=client, body=opening), Conversation)
    draft = DraftRequest(id=uuid4(), body="Le carreau est fendu", attachments=[send_file(client)])
    sent, again = (
        send_message.sync_detailed(conversation.id, client=client, body=draft) for _ in range(2)
    )
    message = right(sent.parsed, Message)
    assert right(again.parsed, Message).id == message.id
    changes = right(list_changes.sync(conversation.id, client=client, since=0), Changes)
    return {
        "conversation": str(conversation.id),
        "sent": [sent.status_code, again.status_code],
        "changes": [each.body for each in changes.messages],
        "files": [file.name for file in message.attachments],
        "refused": refused(),
        "provisioned": provisioned(),
    }


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
