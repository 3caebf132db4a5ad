"""The operations of the OpenAPI document, with addresses and bodies that mean something.

A new operation is tried by every test that goes through them. `World` says which rows the ids in
addresses are of.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from rest_framework.test import APIClient

from attachments.models import Attachment
from attachments.storage import sealed
from core.auth import credentials
from core.models import Chantier, Client, MachineCredential, User
from messaging.actions.notes import write_note
from messaging.models import CannedReply, Conversation, Export, Message, Note, SavedFilter
from notifications.inbound_email import originals
from notifications.models import InboundEmail, PushSubscription, WebhookEndpoint
from notifications.webhooks import endpoints
from tests.cast import Say

DOCUMENT: dict[str, Any] = yaml.safe_load((settings.BASE_DIR / "core/openapi.yaml").read_text())


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    described: dict[str, Any] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/v1')}"

    @cached_property
    def body_shape(self) -> dict[str, Any] | None:
        content = self.described.get("requestBody", {}).get("content", {})
        return resolved(content["application/json"]["schema"]) if content else None

    @property
    def has_session(self) -> bool:
        return {"session": []} in self.described.get("security", [])

    @property
    def is_of_program(self) -> bool:
        return {"credential": []} in self.described.get("security", [])

    def names(self, place: str) -> list[str]:
        """Return the names of the parameters in the `path` or the `query`."""
        return [
            each["name"] for each in self.described.get("parameters", ()) if each["in"] == place
        ]

    def required_query(self) -> dict[str, Any]:
        return {
            each["name"]: sample(each["schema"])
            for each in self.described.get("parameters", ())
            if each["in"] == "query" and each.get("required")
        }


def resolved(shape: dict[str, Any]) -> dict[str, Any]:
    if reference := shape.get("$ref"):
        found: dict[str, Any] = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
        return found
    return shape


FORMATS: dict[str, Callable[[], str]] = {
    "uuid": lambda: str(uuid4()),
    "date-time": lambda: "2126-11-30T08:00:00Z",
    "uri": lambda: "https://push.test/1",
    "email": lambda: "marc@exemple.fr",
}


def sample(shape: dict[str, Any]) -> Any:
    """Return a value of a shape, with the required fields of objects only."""
    shape = resolved(shape)
    for several in ("allOf", "oneOf", "anyOf"):
        if several in shape:
            return sample(shape[several][0])
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape.get("type")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {
                name: sample(inner)
                for name, inner in shape.get("properties", {}).items()
                if name in shape.get("required", ())
            }
        case "array":
            return [sample(shape["items"])]
        case "string" if shape.get("format") in FORMATS:
            return FORMATS[shape["format"]]()
        case "integer" | "number":
            return shape.get("minimum", 1)
        case "boolean":
            return True
    return "Bonjour"


def _operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, described)
        for path, methods in DOCUMENT["paths"].items()
        for method, described in methods.items()
    ]


OPERATIONS = _operations()
WITH_BODY = [each for each in OPERATIONS if each.body_shape is not None]
SENDING = [each for each in OPERATIONS if each.method in ("POST", "PUT", "PATCH")]
READING = [each for each in OPERATIONS if each.method == "GET"]


# Of a client, a chantier and a person in another system.
EXTERNAL_ID = "a-42"


@dataclass
class World:
    """The rows that the ids in addresses are of. All of them are Marc's, who may do everything."""

    marc: User
    conversation: Conversation
    message: Message
    note: Note
    file: Attachment
    device: PushSubscription
    email: InboundEmail
    saved: SavedFilter
    reply: CannedReply
    credential: MachineCredential
    webhook: WebhookEndpoint
    export: Export
    # Of a program that may do everything.
    secret: str

    def value(self, operation: Operation, name: str) -> str:
        """Return the value of a parameter of a path."""
        values: dict[str, Any] = {
            "conversation_id": self.conversation.pk,
            "message_id": self.message.pk,
            "note_id": self.note.pk,
            "attachment_id": self.file.pk,
            "client_id": self.conversation.client_id,
            "chantier_id": self.conversation.chantier_id,
            "device_id": self.device.pk,
            "email_id": self.email.key,
            "filter_id": self.saved.pk,
            "reply_id": self.reply.pk,
            "worker_id": uuid4(),
            "max_px": 320,
            "task_id": f"fan_out_message:{self.message.pk}",
            "queue": "maintenance",
            "name": "unknown",
            "external_id": EXTERNAL_ID,
            "credential_id": self.credential.pk,
            "webhook_id": self.webhook.pk,
            "export_id": self.export.pk,
        }
        if name == "verb":
            return "resume" if "schedules" not in operation.path else "enable"
        return str(values[name])

    def address(self, operation: Operation, **values: str) -> str:
        """Return the address of an operation. `values` replace those of its path."""
        address = operation.path
        for name in re.findall(r"{(\w+)}", operation.path):
            address = address.replace(f"{{{name}}}", values.get(name, self.value(operation, name)))
        return address

    def caller(self, operation: Operation, **options: Any) -> APIClient:
        """Return a browser or a program that may do everything."""
        caller = APIClient(**options)
        if operation.is_of_program:
            caller.credentials(HTTP_AUTHORIZATION=f"Bearer {self.secret}")
        else:
            caller.force_authenticate(self.marc)
        return caller

    def call(
        self,
        operation: Operation,
        *,
        address: str = "",
        query: dict[str, Any] | None = None,
        body: Any = None,
        content: bytes | str | None = None,
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Call as Marc, or as a program.

        `content` is a body as it goes over the wire, `body` one to write as JSON.

        Without both, the body is a sample of what the operation takes.
        """
        caller = self.caller(operation, raise_request_exception=False)
        if content is None:
            shape = operation.body_shape
            body = sample(shape) if body is None and shape else body
            content = "" if body is None else json.dumps(body)
        sent: Any = content
        return caller.generic(
            operation.method,
            address or self.address(operation),
            sent,
            content_type=content_type,
            query_params=operation.required_query() | (query or {}),
            headers=headers,
        )


@pytest.fixture
def world(marc: User, odile: User, conversation: Conversation, say: Say) -> World:
    message = say(marc, "Le carreau est fendu")
    note = write_note(author=marc, conversation=conversation, body="Pressé", note_id=uuid4()).note
    file = Attachment.objects.create(
        uploader=marc, name="plan.pdf", size=9, sha256=bytes(32), content_type="application/pdf",
        kind=Attachment.Kind.PDF,
    )  # fmt: skip
    device = PushSubscription.objects.create(
        user=marc, endpoint="https://push.test/1", p256dh="p", auth="a"
    )
    email = email_kept(b"1", state=InboundEmail.State.WAITING)
    saved = SavedFilter.objects.create(owner=marc, name="Villa")
    reply = CannedReply.objects.create(owner=marc, shortcut="merci", text_fr="Merci.")
    Client.objects.filter(pk=conversation.client_id).update(external_id=EXTERNAL_ID)
    Chantier.objects.filter(conversations=conversation).update(external_id=EXTERNAL_ID)
    User.objects.filter(pk=odile.pk).update(external_id=EXTERNAL_ID)
    credential = credentials.issue("Portail", ["provisioning"]).credential
    secret = credentials.issue("ERP", list(MachineCredential.Scope.values)).secret
    webhook = endpoints.create(url="https://erp.test/", description="", kinds=[], by=None).endpoint
    export = Export.objects.create(
        by=marc, kind="conversation", subject=conversation.pk, label="Villa", locale="fr"
    )
    return World(
        marc, conversation, message, note, file, device, email, saved, reply, credential, webhook,
        export, secret,
    )  # fmt: skip


def email_kept(digest: bytes, **columns: Any) -> InboundEmail:
    """Return an email whose original is in its row, without the bucket."""
    key, raw = uuid4(), b"From: camille@demo.test\r\n\r\nLe code du portail est 1234"
    return InboundEmail.objects.create(
        digest=digest.ljust(32), key=key, sender="camille@demo.test", verdict="unknown_address",
        author=User.objects.filter(email="camille@demo.test").first(), original_bytes=len(raw),
        sealed=sealed.seal(f"{originals.FOLDER}{key}", raw), **columns,
    )  # fmt: skip


def error_of(answer: Any) -> tuple[int, str | None]:
    """Return the status and the first `attr` of an error, which has the shape of the API."""
    assert answer["Content-Type"] == "application/json", (answer.status_code, answer.content[:300])
    found = answer.json()
    assert set(found) == {"type", "errors"}, found
    first = found["errors"][0]
    assert set(first) == {"code", "detail", "attr"}
    assert first["detail"]
    return answer.status_code, first["attr"]


def differing(answers: Mapping[str, Any], right: object) -> dict[str, Any]:
    """Return the answers that are not the right one, by what was asked. Empty: all are."""
    assert answers, "nothing was asked"
    return {name: found for name, found in answers.items() if found != right}
