"""Every refusal has one format and the caller's language, also while a service is down."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from core.models import User
from core.valkey import forget_clients
from tests.cast import Call
from tests.commands import python
from tests.sockets import closed_port

CONVERSATIONS = "/api/v1/conversations"


@pytest.mark.django_db
class TestARefusal:
    def test_refusal_names_the_field_the_code_and_the_reason(
        self, api: Call, camille: User
    ) -> None:
        answer = api(camille).post(
            CONVERSATIONS, {"subject": ""}, headers={"Accept-Language": "en"}
        )

        assert answer.status_code == 400
        assert answer.json() == {
            "type": "validation_error",
            "errors": [{"code": "blank", "detail": "Write something.", "attr": "subject"}],
        }

    def test_refusal_404_has_the_format_of_the_api(self, api: Call, camille: User) -> None:
        answer = api(camille).get(f"{CONVERSATIONS}/{uuid4()}")

        assert answer.status_code == 404
        assert answer.json()["errors"][0]["code"] == "not_found"

    def test_refusal_401_has_the_format_of_the_api(self) -> None:
        answer = APIClient().get(CONVERSATIONS)

        assert answer.status_code == 401
        assert answer.json()["errors"][0]["code"] == "not_authenticated"

    def test_refusal_405_has_the_format_of_the_api(self, api: Call, camille: User) -> None:
        answer = api(camille).delete(CONVERSATIONS)

        assert answer.status_code == 405
        assert answer.json()["errors"][0]["code"] == "method_not_allowed"

    @pytest.mark.parametrize(
        ("content", "content_type", "status"),
        [
            ("{", "application/json", 400),
            ("[]", "application/json", 400),
            ("null", "application/json", 400),
            ('"a"', "application/json", 400),
            ("é", "application/json; charset=ascii", 400),
            ("subject=a", "application/x-www-form-urlencoded", 415),
            ("<a/>", "text/xml", 415),
        ],
    )
    def test_refusal_of_a_body_that_is_no_json_object_has_the_format_of_the_api(
        self, api: Call, camille: User, content: str, content_type: str, status: int
    ) -> None:
        answer = api(camille).generic("POST", CONVERSATIONS, content, content_type=content_type)

        assert answer.status_code == status
        assert answer.json()["errors"][0]["detail"]


@pytest.mark.django_db
class TestTheLanguageOfARefusal:
    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            ("fr", "Écrivez quelque chose."),
            ("en-GB, fr;q=0.5", "Write something."),
            ("de", "Écrivez quelque chose."),
            ("", "Écrivez quelque chose."),
        ],
    )
    def test_refusal_follows_accept_language_and_is_french_otherwise(
        self, api: Call, camille: User, asked: str, said: str
    ) -> None:
        answer = api(camille).post(
            CONVERSATIONS, {"subject": ""}, headers={"Accept-Language": asked}
        )

        assert answer.json()["errors"][0]["detail"] == said

    def test_refusal_of_the_framework_follows_accept_language(
        self, api: Call, camille: User
    ) -> None:
        draft = {"subject": "a" * 1000}

        french = api(camille).post(CONVERSATIONS, draft, headers={"Accept-Language": "fr"})
        english = api(camille).post(CONVERSATIONS, draft, headers={"Accept-Language": "en"})

        assert "caractères" in french.json()["errors"][0]["detail"]
        assert "characters" in english.json()["errors"][0]["detail"]


ASK = """
import json, sys, django
django.setup()
from django.test import Client
answers = {}
for path in ("/api/v1/me", "/login", "/", "/livez", "/readyz"):
    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    if path not in ("/livez", "/readyz"):
        client.cookies["sessionid"] = "a" * 32
    answer = client.get(path, headers={"Accept-Language": "en"}, secure=True)
    answers[path] = [answer.status_code, answer.get("Retry-After"), answer.content.decode()]
print("ANSWERS" + json.dumps(answers))
"""


Answers = dict[str, tuple[int, str, str]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Return status, Retry-After and content by path, from a process without a database."""
    ran = python("-c", ASK, DATABASE_URL=f"postgres://a:b@127.0.0.1:{closed_port()}/liaison")
    assert ran.returncode == 0, ran.stderr
    found: Answers = json.loads(ran.stdout.partition("ANSWERS")[2])
    return found


class TestWhileTheDatabaseIsAway:
    def test_api_without_database_is_503_and_says_when_to_try_again(self, answers: Answers) -> None:
        status, retry_after, content = answers["/api/v1/me"]

        assert (status, retry_after) == (503, "2")
        assert json.loads(content)["errors"][0]["code"] == "unavailable"

    @pytest.mark.parametrize("path", ["/login", "/"])
    def test_page_without_database_is_503_and_says_when_to_try_again(
        self, answers: Answers, path: str
    ) -> None:
        status, retry_after, content = answers[path]

        assert (status, retry_after) == (503, "2")
        assert "Nothing is lost" in content
        # It loads nothing: the static files may be away too.
        assert "<style>" in content
        assert "/static/" not in content

    def test_process_without_database_is_alive_but_not_ready(self, answers: Answers) -> None:
        assert answers["/livez"][0] == 200
        assert answers["/readyz"][0] == 503
        parts = json.loads(answers["/readyz"][2])
        assert (parts["database"] != "ok", parts["valkey"]) == (True, "ok")


@pytest.mark.django_db
class TestWhileValkeyIsAway:
    @pytest.fixture(autouse=True)
    def away(self, settings: Settings) -> Iterator[None]:
        settings.REDIS_URL = f"redis://127.0.0.1:{closed_port()}/0"
        forget_clients()
        yield
        forget_clients()

    def test_ticket_without_valkey_is_503(self, camille: User) -> None:
        caller = APIClient(raise_request_exception=False)
        caller.force_authenticate(camille)

        answer = caller.post("/api/v1/stream-tickets")

        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")

    def test_reading_and_login_work_without_valkey(self, api: Call, camille: User) -> None:
        camille.set_password("chantier-demo")
        camille.save()

        assert api(camille).get(CONVERSATIONS).status_code == 200
        draft = {"email": "camille@demo.test", "password": "chantier-demo"}
        assert APIClient().post("/api/v1/session", draft).status_code == 200
