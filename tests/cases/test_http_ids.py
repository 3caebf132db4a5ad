"""CASES 5, ids and texts that PostgreSQL cannot hold: in paths, bodies, tokens and headers."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from django.core import signing
from django.test import Client as Browser
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.auth import issuers, jwt_tokens
from core.models import TokenIssuer, User
from messaging.models import Conversation
from tests.cases.operations import (
    OPERATIONS,
    WITH_BODY,
    World,
    differing,
    error_of,
    resolved,
    sample,
    world,
)
from tests.cast import Call

__all__ = ["world"]

IDS = [
    (operation, name)
    for operation in OPERATIONS
    for name in operation.names("path")
    # Those of another system look as it likes.
    if name.endswith("_id") and name != "external_id"
]
OTHER_SPELLINGS: dict[str, Callable[[str], Any]] = {
    "urn": lambda key: f"urn:uuid:{key}",
    "braces": lambda key: f"{{{key}}}",
    "no hyphens": lambda key: key.replace("-", ""),
    "an integer": lambda key: UUID(key).int,
    "a small integer": lambda key: 1,
    "a space before": lambda key: f" {key}",
    "a line feed after": lambda key: f"{key}\n",
    "a NUL after": lambda key: f"{key}\0",
    "hyphens elsewhere": lambda key: f"{key[:4]}-{key.replace('-', '')[4:]}",
    "other digits": lambda key: key.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    "a list": lambda key: [key],
    "an object": lambda key: {"id": key},
    "true": lambda key: True,
    "a fraction": lambda key: 1.5,
    "empty": lambda key: "",
    "a word": lambda key: "me",
}


@pytest.mark.django_db
class TestIdsInPaths:
    def test_upper_case_uuid_in_a_path_is_the_same_as_lower_case(self, world: World) -> None:
        answers = {}
        for operation, name in IDS:
            if operation.method != "GET":
                continue
            lower = world.value(operation, name)
            job, separator, key = lower.rpartition(":")
            upper = f"{job}{separator}{key.upper()}"
            found = world.call(operation, address=world.address(operation, **{name: upper}))
            same = world.call(operation)
            answers[f"{operation} {name}"] = (
                found.status_code == same.status_code and found.content == same.content
            )

        assert differing(answers, True) == {}

    def test_upper_case_uuid_in_a_path_is_what_is_changed(self, api: Call, world: World) -> None:
        upper = str(world.conversation.pk).upper()

        answer = api(world.marc).patch(f"/api/v1/conversations/{upper}", {"subject": "Portail"})

        assert answer.status_code == 200
        assert Conversation.objects.get(pk=world.conversation.pk).subject == "Portail"

    def test_upper_case_uuid_in_the_path_of_a_page_shows_it(
        self, client: Browser, world: World
    ) -> None:
        client.force_login(world.marc)

        page = client.get(f"/staff/messages/{str(world.conversation.pk).upper()}")

        assert str(world.conversation.pk) in page.content.decode()

    def test_other_spellings_in_a_path_are_a_404(self, world: World) -> None:
        answers = {}
        for operation, name in IDS:
            key = world.value(operation, name)
            for spelling in ("urn", "braces", "no hyphens", "a NUL after", "hyphens elsewhere"):
                wrong = str(OTHER_SPELLINGS[spelling](key))
                address = world.address(operation, **{name: wrong})
                answer = world.call(operation, address=address)
                answers[f"{operation} {name} {spelling}"] = error_of(answer)[0]

        assert differing(answers, 404) == {}

    def test_nul_in_any_part_of_a_path_is_a_404(self, world: World) -> None:
        answers = {
            f"{operation} {name}": error_of(
                world.call(operation, address=world.address(operation, **{name: "%00"}))
            )[0]
            for operation in OPERATIONS
            for name in operation.names("path")
        }

        assert differing(answers, 404) == {}


def places_of_ids(shape: dict[str, Any], known: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return each id of a body: its name, and a function from a value to the whole body."""
    found: list[tuple[str, Any]] = []
    for name, inner in shape.get("properties", {}).items():
        inner = resolved(next(iter(inner.get("oneOf", [inner]))))
        items = resolved(inner.get("items", {}))
        if inner.get("format") == "uuid":
            found.append((name, lambda value, name=name: {**known, name: value}))
        elif items.get("format") == "uuid":
            two = [str(uuid4()), str(uuid4())]
            found.append(
                (f"{name}.2", lambda value, name=name, two=two: {**known, name: [*two, value]})
            )
        elif "properties" in inner:
            for below, make in places_of_ids(inner, sample(inner)):
                found.append(
                    (
                        f"{name}.{below}",
                        lambda value, name=name, make=make: {**known, name: make(value)},
                    )
                )
    return found


@pytest.mark.django_db
class TestIdsInBodies:
    def test_urn_uuid_and_integers_in_json_are_a_400_that_names_the_id(self, world: World) -> None:
        answers = {}
        for operation in WITH_BODY:
            shape = operation.body_shape or {}
            for name, body in places_of_ids(shape, sample(shape)):
                for spelling, spell in OTHER_SPELLINGS.items():
                    value = spell(str(uuid4()))
                    status, attr = error_of(world.call(operation, body=body(value)))
                    answers[f"{operation} {name} {spelling}"] = (status, str(attr)[: len(name)])
                    wanted = (400, name)
                    if answers[f"{operation} {name} {spelling}"] == wanted:
                        del answers[f"{operation} {name} {spelling}"]

        assert answers == {}

    def test_upper_case_id_in_json_is_the_same_as_lower_case(self, api: Call, world: World) -> None:
        key = str(uuid4())
        messages = f"/api/v1/conversations/{world.conversation.pk}/messages"

        first = api(world.marc).post(messages, {"id": key.upper(), "body": "Oui"})
        again = api(world.marc).post(messages, {"id": key, "body": "Oui"})

        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == key


def file_of(uploader: User) -> str:
    file = Attachment.objects.create(
        uploader=uploader, name="plan.pdf", size=9, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
    )  # fmt: skip
    return str(file.pk)


@pytest.mark.django_db
class TestNestedIds:
    """Which of 20 files? `attr` says it."""

    @pytest.fixture
    def messages(self, world: World) -> str:
        return f"/api/v1/conversations/{world.conversation.pk}/messages"

    def test_unknown_file_of_a_message_is_named_by_its_place(
        self, api: Call, world: World, messages: str, camille: User
    ) -> None:
        mine = [file_of(world.marc) for _ in range(20)]

        for place, wrong in ((3, str(uuid4())), (19, file_of(camille)), (0, "x"), (7, None)):
            files = [*mine[:place], wrong, *mine[place + 1 :]]
            answer = api(world.marc).post(messages, {"body": "Plans", "attachments": files})
            assert error_of(answer) == (400, f"attachments.{place}")

    def test_file_of_an_earlier_message_is_named_by_its_place(
        self, api: Call, world: World, messages: str
    ) -> None:
        mine = [file_of(world.marc) for _ in range(3)]
        sent = api(world.marc).post(messages, {"body": "Plan", "attachments": [mine[2]]})
        assert sent.status_code == 201

        answer = api(world.marc).post(messages, {"body": "Plans", "attachments": mine})

        assert error_of(answer) == (400, "attachments.2")

    def test_file_that_is_there_twice_is_named_by_its_place(
        self, api: Call, world: World, messages: str
    ) -> None:
        one, other = file_of(world.marc), file_of(world.marc)

        answer = api(world.marc).post(
            messages, {"body": "", "attachments": [one, other, other.upper()]}
        )

        assert error_of(answer) == (400, "attachments.2")

    def test_unknown_file_of_a_first_message_is_named_by_its_whole_place(
        self, api: Call, world: World, morel: Any
    ) -> None:
        files = [file_of(world.marc), str(uuid4())]
        opening = {
            "subject": "Portail",
            "client": str(morel.pk),
            "message": {"body": "Plans", "attachments": files},
        }

        answer = api(world.marc).post("/api/v1/conversations", opening)

        assert error_of(answer) == (400, "message.attachments.1")
        assert not Conversation.objects.filter(subject="Portail").exists()

    def test_other_ids_that_are_not_there_are_named(
        self, api: Call, world: World, messages: str
    ) -> None:
        marc, conversation = api(world.marc), f"/api/v1/conversations/{world.conversation.pk}"
        unknown = str(uuid4())

        assert error_of(marc.post(messages, {"body": "a", "reply_to": unknown})) == (
            400,
            "reply_to",
        )
        for name in ("chantier", "assigned_to"):
            assert error_of(marc.patch(conversation, {name: unknown})) == (400, name)
        for name in ("chantier", "client"):
            opening = {"subject": "Portail", name: unknown}
            assert error_of(marc.post("/api/v1/conversations", opening)) == (400, name)

    def test_task_id_that_is_none_is_named_by_its_place(self, api: Call, world: World) -> None:
        good = f"fan_out_message:{world.message.pk}"

        for act, more in (("retry", {}), ("discard", {"reason": "En double"})):
            for bad in ("nonsense", "unknown_job:1", "fan_out_message:", "a\0b", "urn:uuid:1"):
                asked = {"ids": [good, str(uuid4()), bad], **more}
                answer = api(world.marc).post(f"/api/v1/staff/tasks/{act}", asked)
                assert error_of(answer) == (400, "ids.2"), (act, bad)


SUBJECTS: tuple[Any, ...] = (
    "\0",
    "a\0b",
    "crm-marc@demo.test\0",
    "\ud800",
    "a" * 100_000,
    "",
    "١",
    1,
    None,
    [],
    {},
)


@pytest.mark.django_db
class TestSignedTokens:
    @pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: repr(subject)[:20])
    def test_nul_in_the_sub_of_a_signed_token_is_a_401(self, subject: Any) -> None:
        token = development_token(sub=subject)

        answer = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

        assert error_of(answer)[0] == 401

    @pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: repr(subject)[:20])
    def test_nul_in_the_sub_of_a_token_of_the_portal_is_a_401(self, subject: Any) -> None:
        key = jwt_tokens._development_key().public_key()
        TokenIssuer.objects.create(
            issuer="portal", keys=jwt.algorithms.ECAlgorithm.to_jwk(key), algorithms=["ES256"]
        )
        issuers.forget()
        token = development_token(iss="portal", sub=subject)

        answer = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

        assert error_of(answer)[0] == 401

    @pytest.mark.parametrize(
        "claims",
        [
            {"exp": float("inf")}, {"exp": "tomorrow"}, {"exp": []}, {"exp": 10**30},
            {"iat": float("inf")}, {"nbf": float("nan")}, {"iss": "\0"}, {"iss": []},
            {"aud": "\0"}, {"aud": [["liaison"]]}, {"aud": {}},
        ],
        ids=str,
    )  # fmt: skip
    def test_other_claims_that_make_no_sense_are_a_401(
        self, marc: User, claims: dict[str, Any]
    ) -> None:
        token = development_token(**{"sub": str(uuid4()), **claims})

        answer = APIClient().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})

        assert error_of(answer)[0] == 401

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer", "Bearer ", "Bearer \0", "Bearer a.b.c", "Bearer é.é.é",
            "Bearer " + "a" * 9999, "bearer a b c", "Basic bWFyYzphYmM=",
            "Bearer eyJhbGciOiJub25lIn0.e30.",
            "Bearer eyJhbGciOiJFUzI1NiJ9." + "W1tb" * 3000 + ".AA", "\0",
        ],
        ids=lambda header: header[:20],
    )  # fmt: skip
    def test_broken_authorization_is_a_401(self, header: str) -> None:
        answer = APIClient().get("/api/v1/me", headers={"Authorization": header})

        assert error_of(answer)[0] == 401

    @pytest.mark.parametrize("path", ["displayed", "read"])
    @pytest.mark.parametrize(
        "value",
        [
            "\0", "a\0b", None, 1, [], {}, ["\0", "\0", 1], [None, None, None], "x" * 32,
            ["1" * 32, "2" * 32, "\0"], ["1" * 32, "2" * 32, 10**30],
            ["1" * 32, "2" * 32, -1], ["1" * 32], [1, 2, 3], {"a": 1},
        ],
        ids=lambda value: str(value)[:20],
    )  # fmt: skip
    def test_nul_in_a_token_of_a_push_is_a_400(self, path: str, value: Any) -> None:
        token = signing.dumps(value, salt=f"push-{path}")

        answer = APIClient().post(f"/api/v1/push/{path}", {"token": token})

        assert error_of(answer)[0] == 400

    @pytest.mark.parametrize("value", ["\0", None, 1, [], "x" * 32])
    def test_nul_in_the_token_of_an_unsubscribe_link_is_a_400(
        self, client: Browser, value: Any
    ) -> None:
        token = signing.dumps(value, salt="email-unsubscribe")

        assert client.post(f"/unsubscribe/{token}").status_code == 400

    def test_nul_in_the_session_cookie_is_no_session(self, client: Browser) -> None:
        for value in (r'"aaaaaaaa\000"', r'"\303\251aaaaaaa"', "a" * 5000, "'; DROP TABLE--"):
            client.cookies.load({"sessionid": "x" * 32})
            answer = client.get("/api/v1/me", headers={"Cookie": f"sessionid={value}"})
            assert error_of(answer)[0] == 401
            assert client.get("/login", headers={"Cookie": f"sessionid={value}"}).status_code == 200


def development_token(**claims: Any) -> str:
    now = datetime.now(UTC)
    whole = {
        "iss": jwt_tokens.DEVELOPMENT_ISSUER, "aud": "liaison", "iat": now,
        "exp": now + timedelta(hours=1), **claims,
    }  # fmt: skip
    # PyJWT signs no `sub` or `iss` that is no text: the token is made by hand.
    return jwt.api_jws.encode(
        dumps(whole).replace("Infinity", "1e400").encode(),
        jwt_tokens._development_key(),
        algorithm="ES256",
    )


def dumps(claims: dict[str, Any]) -> str:
    plain = {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in claims.items()
    }
    return json.dumps(plain)
