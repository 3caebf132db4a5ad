"""A bearer token speaks for its person, and is refused in every way it can be wrong."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, cast

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from pytest_django import Settings
from rest_framework.test import APIClient

from core.auth import jwt_tokens
from core.models import User

pytestmark = pytest.mark.django_db

ME = "/api/v1/me"


def me(token: str) -> HttpResponse:
    caller = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    return cast(HttpResponse, caller.get(ME))


def development_key() -> Any:
    """Return the key of the development issuer, from its file under LIAISON_HOME."""
    pem = (configured.LIAISON_HOME / "development-issuer.pem").read_bytes()
    return load_pem_private_key(pem, password=None)


def claims_of(person: User, **changes: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    claims = {
        "iss": jwt_tokens.DEVELOPMENT_ISSUER,
        "aud": configured.JWT_AUDIENCE,
        "sub": str(person.pk),
        "iat": now,
        "exp": now + timedelta(minutes=5),
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def signed(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, development_key(), algorithm="ES256")


@pytest.fixture(autouse=True)
def issuer(odile: User) -> None:
    """Have the issuer make its key, as it does with its first token."""
    jwt_tokens.issue_development_token(odile)


class TestABearer:
    def test_bearer_speaks_for_its_person(self, camille: User) -> None:
        answer = me(jwt_tokens.issue_development_token(camille))

        assert answer.status_code == 200
        assert json.loads(answer.content)["id"] == str(camille.pk)

    def test_bearer_needs_no_csrf_token(self, camille: User) -> None:
        token = jwt_tokens.issue_development_token(camille)
        caller = APIClient(enforce_csrf_checks=True, HTTP_AUTHORIZATION=f"Bearer {token}")

        assert caller.post("/api/v1/conversations", {"subject": "Portail"}).status_code == 201

    def test_bad_bearer_is_refused_although_there_is_a_session(self, camille: User) -> None:
        browser = APIClient()
        browser.force_login(camille)

        answer = browser.get(ME, headers={"Authorization": "Bearer nonsense"})

        assert answer.status_code == 401

    def test_refusal_asks_for_a_bearer(self) -> None:
        answer = APIClient().get(ME)

        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")

    def test_bearer_of_a_deactivated_person_is_refused(self, camille: User) -> None:
        token = jwt_tokens.issue_development_token(camille)
        camille.is_active = False
        camille.save()

        assert me(token).status_code == 401

    def test_bearer_that_was_good_a_moment_ago_is_refused_once_its_person_is_deactivated(
        self, camille: User
    ) -> None:
        token = jwt_tokens.issue_development_token(camille)
        assert me(token).status_code == 200
        camille.is_active = False
        camille.save()

        assert me(token).status_code == 401

    def test_signature_is_verified_once_in_five_seconds(
        self, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verified: list[str] = []
        decode = jwt.decode

        def counted(token: str, *key: Any, **options: Any) -> Any:
            if key:
                verified.append(token)
            return decode(token, *key, **options)

        monkeypatch.setattr(jwt, "decode", counted)
        with time_machine.travel(0, tick=False) as clock:
            clock.move_to(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
            token = jwt_tokens.issue_development_token(camille)
            for seconds in (0, 4, 2, 4):
                clock.shift(timedelta(seconds=seconds))
                assert me(token).status_code == 200

        assert verified == [token, token]

    def test_bearer_expires_after_thirty_days(self, camille: User) -> None:
        with time_machine.travel(0, tick=False) as clock:
            clock.move_to(datetime(2026, 3, 1, 8, 0, tzinfo=UTC))
            token = jwt_tokens.issue_development_token(camille)
            clock.shift(timedelta(days=30, seconds=-1))
            assert me(token).status_code == 200

            # Beyond the ten seconds of leeway.
            clock.shift(timedelta(seconds=12))
            assert me(token).status_code == 401

    def test_bearer_of_the_development_issuer_is_refused_where_that_is_off(
        self, camille: User, settings: Settings
    ) -> None:
        token = jwt_tokens.issue_development_token(camille)
        settings.JWT_DEVELOPMENT_ISSUER = False

        assert me(token).status_code == 401


class TestAForgedBearer:
    """Each of these differs from a good bearer by one thing."""

    def test_bearer_would_be_accepted_without_the_forgery(self, camille: User) -> None:
        assert me(signed(claims_of(camille))).status_code == 200

    @pytest.mark.parametrize(
        "changes",
        [
            pytest.param({"aud": "another-service"}, id="for another service"),
            pytest.param({"aud": None}, id="for nobody"),
            pytest.param({"iss": "https://elsewhere.test"}, id="of another issuer"),
            pytest.param({"iss": None}, id="of no issuer"),
            pytest.param({"exp": datetime(2020, 1, 1, tzinfo=UTC)}, id="expired"),
            pytest.param({"exp": None}, id="without an end"),
            pytest.param({"iat": None}, id="without a beginning"),
            pytest.param({"iat": datetime(2999, 1, 1, tzinfo=UTC)}, id="of the future"),
            pytest.param({"nbf": datetime(2999, 1, 1, tzinfo=UTC)}, id="not valid yet"),
            pytest.param({"sub": None}, id="without a person"),
            pytest.param({"sub": "018f0000-0000-7000-8000-000000000000"}, id="of nobody"),
            pytest.param({"sub": "camille@demo.test"}, id="of an address"),
            pytest.param({"sub": "1 OR 1=1"}, id="of nonsense"),
        ],
    )
    def test_bearer_with_a_wrong_claim_is_refused(
        self, camille: User, changes: dict[str, Any]
    ) -> None:
        assert me(signed(claims_of(camille, **changes))).status_code == 401

    def test_bearer_without_a_signature_is_refused(self, camille: User) -> None:
        assert me(jwt.encode(claims_of(camille), "", algorithm="none")).status_code == 401

    def test_bearer_signed_with_the_public_key_as_a_secret_is_refused(self, camille: User) -> None:
        public = (
            development_key()
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )

        assert me(hmac_token(claims_of(camille), secret=public)).status_code == 401

    def test_bearer_signed_by_another_key_is_refused(self, camille: User) -> None:
        stranger = ec.generate_private_key(ec.SECP256R1())

        assert me(jwt.encode(claims_of(camille), stranger, "ES256")).status_code == 401

    def test_bearer_whose_claims_were_changed_after_signing_is_refused(
        self, camille: User, marc: User
    ) -> None:
        header, _claims, signature = signed(claims_of(camille)).split(".")
        _header, claims, _signature = signed(claims_of(marc)).split(".")

        assert me(f"{header}.{claims}.{signature}").status_code == 401

    @pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é", "W10.W10.W10"])
    def test_text_that_is_no_token_is_refused(self, token: str) -> None:
        assert me(token).status_code == 401


def hmac_token(claims: dict[str, Any], *, secret: bytes) -> str:
    """Make an HS256 token. PyJWT refuses a public key as the secret, so this is by hand."""

    def part(content: bytes) -> bytes:
        return base64.urlsafe_b64encode(content).rstrip(b"=")

    numbers = {
        name: int(value.timestamp()) if isinstance(value, datetime) else value
        for name, value in claims.items()
    }
    head = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(numbers).encode())
    return (head + b"." + part(hmac.new(secret, head, hashlib.sha256).digest())).decode()


class TestIssueToken:
    """`manage.py issue_token EMAIL`"""

    def issue(self, email: str) -> str:
        out = StringIO()
        call_command("issue_token", email, stdout=out)
        return out.getvalue().strip()

    def test_issue_token_prints_a_bearer_that_works(self, camille: User) -> None:
        assert me(self.issue("Camille@demo.test")).status_code == 200

    def test_issue_token_refuses_an_unknown_email(self) -> None:
        with pytest.raises(CommandError, match="No active person"):
            self.issue("personne@demo.test")

    def test_issue_token_refuses_a_deactivated_person(self, camille: User) -> None:
        User.objects.update(is_active=False)

        with pytest.raises(CommandError, match="No active person"):
            self.issue("camille@demo.test")

    def test_issue_token_refuses_where_the_development_issuer_is_off(
        self, camille: User, settings: Settings
    ) -> None:
        settings.JWT_DEVELOPMENT_ISSUER = False

        with pytest.raises(CommandError, match="JWT_DEVELOPMENT_ISSUER"):
            self.issue("camille@demo.test")

    def test_development_key_is_readable_by_its_owner_alone(self) -> None:
        key_file = configured.LIAISON_HOME / "development-issuer.pem"

        assert key_file.stat().st_mode & 0o077 == 0
