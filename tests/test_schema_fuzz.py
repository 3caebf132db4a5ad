"""Every operation of the OpenAPI document keeps to it, whatever it is asked.

schemathesis makes requests from the document, and checks each answer against it: no fault of ours,
no status that the document leaves out, the shape of each answer, and that what the document forbids
is refused. It asks the whole application (WSGI) as a client's user, as staff and as a manager. The
ids in addresses, and half of those in bodies, are of real rows, so that requests come further than
a 404.
"""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from core.valkey import key, valkey
from core.wsgi import application
from tests.cases.operations import OPERATIONS, Operation, World, world

__all__ = ["world"]

# Of each kind, for each operation and each caller. With them the module takes half a minute.
EXAMPLES = 5
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Reproducible: the requests follow from the document and from nothing else.
fixed = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

SCHEMA = schemathesis.openapi.from_path("core/openapi.yaml")
SCHEMA.app = application
ADDRESSES = {operation.path for operation in OPERATIONS}


@pytest.fixture
def no_limits(settings: Settings) -> Iterator[None]:
    settings.MESSAGES_PER_MINUTE = settings.CONVERSATIONS_PER_HOUR = 100_000
    settings.ATTACHMENTS_PER_HOUR = settings.LOGIN_ATTEMPTS_PER_ADDRESS = 100_000
    yield
    for name in valkey().scan_iter(match=key("count", "*")):
        valkey().delete(name)


@pytest.fixture
def lasting_connection() -> Iterator[None]:
    """Keep the connection of the test, whose transaction each request shares."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def caller(request: pytest.FixtureRequest) -> User:
    person: User = request.getfixturevalue(request.param)
    return person


@pytest.mark.django_db
@pytest.mark.usefixtures("no_limits", "lasting_connection")
@pytest.mark.parametrize("caller", ["camille", "odile", "marc"], indirect=True)
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
class TestEveryOperation:
    def test_answers_as_the_document_says(
        self, operation: Operation, caller: User, world: World
    ) -> None:
        asked = SCHEMA[operation.path][operation.method]
        # The caller of WSGI asks for compressed answers, and does not unpack them.
        headers = {
            "Authorization": f"Bearer {issue_development_token(caller)}",
            "Accept-Encoding": "identity",
        }
        ids = {name: world.value(operation, name) for name in operation.names("path")}
        known = known_ids(world)

        @fixed
        @given(case=asked.as_strategy(path_parameters=ids), real=st.booleans())
        def right(case: Any, real: bool) -> None:
            if real and isinstance(case.body, dict):
                case.body = {**case.body, **{n: v for n, v in known.items() if n in case.body}}
            check(case, headers, CHECKS)

        @fixed
        @given(case=asked.as_strategy(GenerationMode.NEGATIVE))
        def wrong(case: Any) -> None:
            # A made-up id can be the word of another address (`/staff/tasks/queues`).
            assume(case.formatted_path == operation.path or case.formatted_path not in ADDRESSES)
            check(case, headers, [*CHECKS, negative_data_rejection])

        right()
        if has_anything_to_get_wrong(operation):
            wrong()


def known_ids(world: World) -> dict[str, Any]:
    """Return a value for each field of a body that is an id, of a row that exists."""
    return {
        "id": str(uuid4()),
        "chantier": str(world.conversation.chantier_id),
        "client": str(world.conversation.client_id),
        "assigned_to": str(world.marc.pk),
        "owner": str(world.marc.pk),
        "reply_to": str(world.message.pk),
        "attachments": [str(world.file.pk)],
        "ids": [f"fan_out_message:{world.message.pk}"],
    }


def has_anything_to_get_wrong(operation: Operation) -> bool:
    return bool(operation.body_shape or operation.names("path") or operation.names("query"))


def check(case: Any, headers: dict[str, str], checks: list[Callable[..., Any]]) -> None:
    # A statement that fails ends its own transaction and not that of the test.
    with transaction.atomic():
        answer = case.call(headers=headers)
    case.validate_response(answer, checks=checks)
