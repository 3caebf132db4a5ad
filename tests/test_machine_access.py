"""Every operation of programs answers each kind of credential with the status of the table.

The caller is nobody, a credential of one scope, one that has expired, one that was revoked, or a
person: Marc, with a bearer of the portal. The table of people is in `test_access`.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.auth import credentials
from core.auth.jwt_tokens import issue_development_token
from core.auth.machine_views import MachineOrManagerView, MachineView
from core.models import Client, MachineCredential, User
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation
from notifications.webhooks import endpoints
from tests.test_access import patterns

CALLERS = (
    "none", "provisioning", "webhooks", "events:read", "messages:read", "expired", "revoked",
    "person",
)  # fmt: skip
TABLE = """
                         none provisioning webhooks events:read messages:read expired revoked person
GET provisioned-client    401          200      403         403           403     401     401    401
PUT provisioned-client    401          200      403         403           403     401     401    401
GET provisioned-user      401          200      403         403           403     401     401    401
PUT provisioned-user      401          200      403         403           403     401     401    401
POST provisioned-user-anonymise 401    204      403         403           403     401     401    401
GET provisioned-chantier  401          200      403         403           403     401     401    401
PUT provisioned-chantier  401          200      403         403           403     401     401    401
POST provisioning-bulk    401          200      403         403           403     401     401    401
GET events                401          403      403         200           403     401     401    401
GET webhooks              401          403      200         403           403     401     401    200
POST webhooks             401          403      201         403           403     401     401    201
GET webhook               401          403      200         403           403     401     401    200
PATCH webhook             401          403      200         403           403     401     401    200
DELETE webhook            401          403      204         403           403     401     401    204
POST webhook-rotate       401          403      201         403           403     401     401    201
POST webhook-replay       401          403      200         403           403     401     401    200
POST webhook-test         401          403      200         403           403     401     401    200
GET conversation-records  401          403      403         403           200     401     401    401
GET message-records       401          403      403         403           200     401     401    401
GET file-record           401          403      403         403           302     401     401    401
"""
BODIES: dict[str, dict[str, Any]] = {
    "provisioned-client": {"name": "Famille Roy"},
    "provisioned-user": {"name": "Ali Roy"},
    "provisioned-user-anonymise": {"email": "camille@demo.test"},
    "provisioned-chantier": {"name": "Villa Roy"},
    "webhooks": {"url": "https://erp.test/hook"},
    "webhook": {"description": "ERP"},
    "webhook-rotate": {},
    "webhook-replay": {},
    "webhook-test": {},
    "provisioning-bulk": {"rows": [{"kind": "clients", "external_id": "a-42", "row": {}}]},
}


class Case(NamedTuple):
    method: str
    name: str
    caller: str
    status: int


def cases() -> Iterator[Case]:
    _callers, *rows = TABLE.strip().splitlines()
    for row in rows:
        method, name, *statuses = row.split()
        for caller, status in zip(CALLERS, statuses, strict=True):
            yield Case(method, name, caller, int(status))


@pytest.fixture
def shown_file(camille: User, conversation: Conversation) -> Attachment:
    """A checked file of a message. Its bytes are asked for by nobody."""
    file = Attachment.objects.create(
        uploader=camille, name="plan.pdf", size=9, sha256=bytes(32), kind=Attachment.Kind.PDF,
        content_type="application/pdf", uploaded_at=timezone.now(), verdict="clean",
        status=Attachment.Status.READY,
    )  # fmt: skip
    draft = Draft(body="", attachment_ids=(file.pk,))
    send_message(author=camille, conversation_id=conversation.pk, draft=draft)
    return file


@pytest.fixture
def rows(camille: User, villa: Any) -> None:
    Client.objects.filter(users=camille).update(external_id="a-42")
    User.objects.filter(pk=camille.pk).update(external_id="a-42")
    type(villa).objects.filter(pk=villa.pk).update(external_id="a-42")


def bearer_of(caller: str, marc: User) -> str | None:
    match caller:
        case "none":
            return None
        case "person":
            return issue_development_token(marc)
        case "expired":
            return credentials.issue("ERP", EVERYTHING, expires_at=timezone.now()).secret
        case "revoked":
            issued = credentials.issue("ERP", EVERYTHING)
            credentials.revoke(issued.credential)
            return issued.secret
    return credentials.issue("ERP", [caller]).secret


EVERYTHING = list(MachineCredential.Scope.values)


@pytest.mark.django_db
@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "case", list(cases()), ids=lambda case: f"{case.method} {case.name} {case.caller}"
)
def test_program_is_answered_as_the_table_says(
    case: Case, marc: User, conversation: Conversation, shown_file: Attachment
) -> None:
    webhook = endpoints.create(url="https://erp.test/", description="", kinds=[], by=None).endpoint
    bearer = bearer_of(case.caller, marc)
    caller = APIClient()
    caller.credentials(**({"HTTP_AUTHORIZATION": f"Bearer {bearer}"} if bearer else {}))
    before = list(User.objects.order_by("pk").values()), list(Client.objects.values())
    needed = get_resolver().reverse_dict.getlist(case.name)[0][0][0][1]
    body = BODIES[case.name] if case.method not in ("GET", "DELETE") else None
    ids = {
        "external_id": "a-42",
        "webhook_id": webhook.pk,
        "conversation_id": conversation.pk,
        "attachment_id": shown_file.pk,
    }

    answer = caller.generic(
        case.method,
        reverse(case.name, kwargs={name: ids[name] for name in needed}),
        data="" if body is None else json.dumps(body),
        content_type="application/json",
    )

    assert answer.status_code == case.status, answer.content
    if case.status >= 400:
        assert "Camille" not in answer.content.decode()
        assert (list(User.objects.order_by("pk").values()), list(Client.objects.values())) == before


def test_every_operation_of_programs_is_in_the_table() -> None:
    views = {
        (method, pattern.name)
        for _path, pattern in patterns(get_resolver())
        if issubclass(
            view := getattr(pattern.callback, "cls", object), (MachineView, MachineOrManagerView)
        )
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if hasattr(view, method.lower())
    }

    assert views == {(case.method, case.name) for case in cases()}


def test_every_scope_has_a_column() -> None:
    assert set(EVERYTHING) <= set(CALLERS)
