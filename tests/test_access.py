"""Every operation of the API answers each kind of caller with the status of the table.

The data is the Morels': Camille opened the conversation and wrote the message, and has a device and
a file that she has not sent yet; Odile of the company wrote the note and asked for an export. The
caller is nobody, Camille with an expired token, Yanis of another client, Bruno of the same client,
Odile, or the manager Marc. What a person may not see is a 404. Programs are in
`test_machine_access`.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
import time_machine
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.auth import credentials
from core.auth.jwt_tokens import DEVELOPMENT_TOKEN_AGE, issue_development_token
from core.models import Client, MachineCredential, User
from messaging.actions import notes
from messaging.models import CannedReply, Conversation, Export, Message, Note, SavedFilter
from notifications.models import InboundEmail, PushSubscription, WebhookEndpoint
from notifications.webhooks import endpoints
from tests.cases.operations import email_kept
from tests.cast import Say

CALLERS = ("nobody", "expired", "yanis", "bruno", "odile", "marc")
TABLE = """
                             nobody expired yanis bruno odile marc
POST   session                  400     401   400   400   400  400
DELETE session                  204     401   204   204   204  204
GET    me                       401     401   200   200   200  200
GET    availability             401     401   403   403   200  200
PUT    availability             401     401   403   403   200  200
GET    my-photo                 401     401   403   403   200  200
PUT    my-photo                 401     401   403   403   400  400
DELETE my-photo                 401     401   403   403   204  204
GET    clients                  401     401   200   200   200  200
GET    client-sheet             401     401   403   403   200  200
PUT    client-remark            401     401   403   403   200  200
GET    chantiers                401     401   200   200   200  200
GET    staff                    401     401   200   200   200  200
POST   stream-tickets           401     401   201   201   201  201
GET    conversations            401     401   200   200   200  200
POST   conversations            401     401   400   201   201  201
GET    conversation             401     401   404   200   200  200
PATCH  conversation             401     401   404   200   200  200
DELETE conversation             401     401   404   403   204  204
GET    messages                 401     401   404   200   200  200
POST   messages                 401     401   404   201   201  201
GET    message                  401     401   404   200   200  200
PATCH  message                  401     401   404   403   403  403
DELETE message                  401     401   404   403   403  204
GET    revisions                401     401   404   403   200  200
GET    changes                  401     401   404   200   200  200
PUT    read                     401     401   404   200   200  200
PUT    mark-unread              401     401   404   200   200  403
POST   typing                   401     401   404   204   204  204
POST   viewing                  401     401   404   403   204  204
GET    notes                    401     401   404   404   200  200
POST   notes                    401     401   404   404   201  201
GET    note                     401     401   404   404   200  200
PATCH  note                     401     401   404   404   200  403
DELETE note                     401     401   404   404   204  204
GET    note-revisions           401     401   404   404   200  200
POST   take                     401     401   404   403   200  409
PUT    follow                   401     401   404   403   204  204
DELETE follow                   401     401   404   403   409  204
POST   merge                    401     401   404   403   409  409
POST   split                    401     401   404   403   201  201
POST   forward                  401     401   404   403   201  201
POST   bulk                     401     401   403   403   200  200
POST   snooze                   401     401   404   403   200  200
DELETE snooze                   401     401   404   403   204  204
GET    folders                  401     401   403   403   200  200
GET    saved-filters            401     401   404   404   200  200
POST   saved-filters            401     401   404   404   201  201
PATCH  saved-filter             401     401   404   404   200  200
DELETE saved-filter             401     401   404   404   204  204
GET    canned-replies           401     401   404   404   200  200
POST   canned-replies           401     401   404   404   201  201
PATCH  canned-reply             401     401   404   404   200  200
DELETE canned-reply             401     401   404   404   204  204
GET    exports                  401     401   200   200   200  200
POST   exports                  401     401   404   201   201  201
GET    export-choices           401     401   404   200   200  200
GET    export                   401     401   404   404   200  404
DELETE export                   401     401   404   404   200  404
GET    export-content           401     401   404   404   409  404
GET    unread                   401     401   200   200   200  200
GET    search                   401     401   200   200   200  200
POST   attachments              401     401   400   400   400  400
GET    attachment               401     401   404   404   404  404
DELETE attachment               401     401   404   404   404  404
GET    attachment-parts         401     401   404   404   404  404
POST   attachment-parts         401     401   404   404   404  404
POST   attachment-complete      401     401   404   404   404  404
GET    attachment-content       401     401   404   404   404  404
GET    attachment-links         401     401   404   404   404  404
GET    attachment-preview       401     401   404   404   404  404
GET    conversation-attachments 401     401   404   200   200  200
GET    chantier-attachments     401     401   404   200   200  200
GET    devices                  401     401   200   200   200  200
POST   devices                  401     401   400   400   400  400
DELETE device                   401     401   404   404   404  404
POST   device-test              401     401   404   404   404  404
GET    push-key                 401     401   200   200   200  200
POST   push-displayed           400     400   400   400   400  400
POST   push-read                400     400   400   400   400  400
POST   push-unread              400     400   400   400   400  400
POST   push-renewed             400     400   400   400   400  400
GET    preferences              401     401   200   200   200  200
PATCH  preferences              401     401   200   200   200  200
POST   emails-again             401     401   200   200   200  200
POST   presence                 401     401   204   204   204  204
GET    mute                     401     401   404   200   200  200
POST   mute                     401     401   404   200   200  200
GET    conversation-deliveries  401     401   404   200   200  200
GET    deliveries               401     401   404   404   404  404
POST   deliveries-retry         401     401   404   404   404  404
GET    message-email            401     401   404   404   200  200
GET    emails                   401     401   403   403   200  200
GET    emails-summary           401     401   403   403   200  200
GET    email                    401     401   403   403   200  200
POST   email-place              401     401   403   403   200  200
POST   email-open               401     401   403   403   200  200
POST   email-set-aside          401     401   403   403   200  200
POST   email-bring-back         401     401   403   403   200  200
GET    tasks                    401     401   403   403   200  200
GET    task-summary             401     401   403   403   200  200
GET    task-queues              401     401   403   403   200  200
POST   queue-act                401     401   403   403   403  200
GET    task-workers             401     401   403   403   200  200
POST   worker-act               401     401   403   403   404  404
GET    task-schedules           401     401   403   403   200  200
POST   schedule-act             401     401   403   403   404  404
GET    task-failures            401     401   403   403   200  200
GET    task-series              401     401   403   403   200  200
GET    task-actions             401     401   403   403   200  200
GET    task-export              401     401   403   403   200  200
POST   task-retry-many          401     401   403   403   403  409
POST   task-discard             401     401   403   403   403  404
POST   task-retry               401     401   403   403   404  404
POST   task-cancel              401     401   403   403   404  404
GET    task                     401     401   403   403   404  404
PATCH  task                     401     401   403   403   404  404
GET    audit                    401     401   403   403   403  200
GET    audit-export             401     401   403   403   403  200
GET    credentials              401     401   403   403   403  200
POST   credentials              401     401   403   403   403  201
DELETE credential               401     401   403   403   403  204
POST   credential-rotate        401     401   403   403   403  201
GET    provisioned-client       401     401   401   401   401  401
PUT    provisioned-client       401     401   401   401   401  401
GET    provisioned-user         401     401   401   401   401  401
PUT    provisioned-user         401     401   401   401   401  401
POST   provisioned-user-anonymise 401   401   401   401   401  401
GET    provisioned-chantier     401     401   401   401   401  401
PUT    provisioned-chantier     401     401   401   401   401  401
POST   provisioning-bulk        401     401   401   401   401  401
GET    events                   401     401   401   401   401  401
GET    conversation-records     401     401   401   401   401  401
GET    message-records          401     401   401   401   401  401
GET    file-record              401     401   401   401   401  401
GET    webhooks                 401     401   403   403   403  200
POST   webhooks                 401     401   403   403   403  201
GET    webhook                  401     401   403   403   403  200
PATCH  webhook                  401     401   403   403   403  200
DELETE webhook                  401     401   403   403   403  204
POST   webhook-rotate           401     401   403   403   403  201
POST   webhook-replay           401     401   403   403   403  200
POST   webhook-test             401     401   403   403   403  200
"""
# Operations that another module tests: this caller cannot read a stream.
ELSEWHERE = {("GET", "stream"): "tests.flows.test_stream"}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "conversations"): {"subject": "Portail"},
    ("PATCH", "conversation"): {"subject": "Carrelage"},
    ("POST", "messages"): {"body": "Bonjour"},
    ("PATCH", "message"): {"body": "Bonsoir"},
    ("PUT", "read"): {"seq": 1},
    ("PUT", "availability"): {"status": "present"},
    ("PUT", "my-photo"): {"image": ""},
    ("PUT", "client-remark"): {"body": "Préfère le téléphone"},
    ("PUT", "mark-unread"): {"seq": 1},
    ("POST", "notes"): {"body": "À rappeler"},
    ("POST", "snooze"): {"until": "2126-11-30T08:00:00+01:00"},
    ("POST", "saved-filters"): {"name": "Villa", "query": {"folder": "mine"}},
    ("PATCH", "saved-filter"): {"name": "Villas"},
    ("POST", "canned-replies"): {"shortcut": "bonjour", "text_fr": "Bonjour {prenom},"},
    ("PATCH", "canned-reply"): {"text_en": "Hello {prenom},"},
    ("PATCH", "note"): {"body": "Rappelé"},
    ("POST", "task-discard"): {"reason": "En double"},
    ("POST", "email-open"): {},
    ("POST", "credentials"): {"name": "ERP", "scopes": ["provisioning"]},
    ("POST", "webhooks"): {"url": "https://erp.test/hook"},
    ("PATCH", "webhook"): {"description": "ERP"},
    ("POST", "attachment-parts"): {"parts": [{"number": 1, "sha256": "0" * 64}]},
}
QUERIES = {
    "changes": "since=0",
    "conversation-deliveries": "first=1&last=9",
    "search": "q=portail",
}


class Case(NamedTuple):
    method: str
    name: str
    caller: str
    status: int


def cases(table: str = TABLE) -> Iterator[Case]:
    _callers, *rows = table.strip().splitlines()
    for row in rows:
        method, name, *statuses = row.split()
        for caller, status in zip(CALLERS, statuses, strict=True):
            yield Case(method, name, caller, int(status))


class World(NamedTuple):
    morel: Client
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


@pytest.fixture
def world(
    morel: Client, camille: User, yanis: User, odile: User, conversation: Conversation, say: Say
) -> World:
    message = say(camille, "Le code du portail est 1234")
    note = notes.write_note(
        author=odile, conversation=conversation, body="Client pressé", note_id=uuid4()
    ).note
    file = Attachment.objects.create(
        uploader=camille, name="plan.pdf", size=9, sha256=bytes(32), content_type="application/pdf",
        kind=Attachment.Kind.PDF,
    )  # fmt: skip
    device = PushSubscription.objects.create(
        user=camille, endpoint="https://push.test/1", p256dh="p", auth="a"
    )
    # The message was made of another email.
    email_kept(b"1", message=message)
    waiting = email_kept(b"2", state="waiting")
    saved = SavedFilter.objects.create(owner=odile, name="Villa", is_shared=True)
    reply = CannedReply.objects.create(
        owner=odile, shortcut="merci", text_fr="Merci.", is_shared=True
    )
    credential = credentials.issue("ERP", ["provisioning"]).credential
    webhook = endpoints.create(url="https://erp.test/", description="", kinds=[], by=None).endpoint
    assert conversation.chantier_id is not None
    export = Export.objects.create(
        by=odile, kind="chantier", subject=conversation.chantier_id, label="Villa", locale="fr"
    )
    return World(
        morel, conversation, message, note, file, device, waiting, saved, reply, credential,
        webhook, export,
    )  # fmt: skip


@pytest.fixture
def token(request: pytest.FixtureRequest) -> Any:
    def of(caller: str) -> str | None:
        if caller == "nobody":
            return None
        if caller == "expired":
            earlier = timezone.now() - DEVELOPMENT_TOKEN_AGE - timedelta(minutes=1)
            with time_machine.travel(earlier):
                return issue_development_token(request.getfixturevalue("camille"))
        return issue_development_token(request.getfixturevalue(caller))

    return of


def address_of(name: str, world: World) -> str:
    ids = {
        "conversation_id": world.conversation.pk,
        "message_id": world.message.pk,
        "note_id": world.note.pk,
        "client_id": world.morel.pk,
        "chantier_id": world.conversation.chantier_id,
        "attachment_id": world.file.pk,
        "max_px": 320,
        "device_id": world.device.pk,
        "email_id": world.email.key,
        "filter_id": world.saved.pk,
        "reply_id": world.reply.pk,
        "task_id": "unknown",
        "worker_id": uuid4(),
        "queue": "maintenance",
        "name": "unknown",
        "external_id": "unknown",
        "credential_id": world.credential.pk,
        "webhook_id": world.webhook.pk,
        "export_id": world.export.pk,
        "verb": "enable" if name == "schedule-act" else "resume",
    }
    needed = get_resolver().reverse_dict.getlist(name)[0][0][0][1]
    address = reverse(name, kwargs={word: ids[word] for word in needed})
    if name == "export-choices":
        return f"{address}?conversation={world.conversation.pk}"
    return f"{address}?{QUERIES[name]}" if name in QUERIES else address


def body_of(case: Case, world: World) -> dict[str, Any] | None:
    body = BODIES.get((case.method, case.name))
    if case.name == "bulk":
        return {"conversations": [str(world.conversation.pk)], "status": "open"}
    if (case.method, case.name) == ("POST", "exports"):
        return {"kind": "conversation", "subject": str(world.conversation.pk)}
    if case.name == "merge":
        return {"into": str(world.conversation.pk)}
    if case.name == "forward":
        return {"messages": [str(world.message.pk)], "to": "artisan@demo.test"}
    if case.name == "split":
        return {"messages": [str(world.message.pk)], "subject": "Portail"}
    if case.name == "email-place":
        return {"conversation": str(world.conversation.pk)}
    if (case.method, case.name) == ("POST", "conversations"):
        return {**(body or {}), "client": str(world.morel.pk)}
    return body


@pytest.mark.django_db
@pytest.mark.parametrize(
    "case", list(cases()), ids=lambda case: f"{case.method} {case.name} {case.caller}"
)
def test_caller_is_answered_as_the_table_says(case: Case, world: World, token: Any) -> None:
    bearer = token(case.caller)
    caller = APIClient()
    caller.credentials(**({"HTTP_AUTHORIZATION": f"Bearer {bearer}"} if bearer else {}))
    before = Message.objects.get(pk=world.message.pk).body

    answer = caller.generic(
        case.method,
        address_of(case.name, world),
        data="" if (body := body_of(case, world)) is None else json.dumps(body),
        content_type="application/json",
    )

    assert answer.status_code == case.status, answer.content
    if case.status >= 400:
        assert "1234" not in answer.content.decode()
        assert Message.objects.get(pk=world.message.pk).body == before


# --- The table is complete ------------------------------------------------------------------------


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, path)
        else:
            yield path, entry


def operations() -> Iterator[tuple[str, str]]:
    """Yield the method and the name of every operation under /api/v1."""
    for path, pattern in patterns(get_resolver()):
        if not path.startswith("api/v1/"):
            continue
        view = getattr(pattern.callback, "cls", None)
        methods = ("get", "post", "put", "patch", "delete") if view else ("get",)
        for method in methods:
            if view is None or hasattr(view, method):
                yield method.upper(), str(pattern.name)


def other_tables() -> Iterator[str]:
    """Yield the tables, of the same form, in `test_access` modules of the apps' tests."""
    for path in Path(__file__).parent.glob("*/test_access.py"):
        yield import_module(f"tests.{path.parent.name}.test_access").TABLE


def test_every_operation_is_in_a_table() -> None:
    listed = {
        (case.method, case.name) for table in (TABLE, *other_tables()) for case in cases(table)
    }

    missing = set(operations()) - listed - ELSEWHERE.keys()

    assert missing == set()


def test_module_of_an_operation_tested_elsewhere_exists() -> None:
    assert all(find_spec(module) for module in ELSEWHERE.values())
