"""Issuers of tokens as rows: several portals, their keys, and people whom a token creates."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from rest_framework.test import APIClient

from core.auth import issuer_keys, issuers, jwt_tokens
from core.models import Client, TokenIssuer, User
from tests.portal import ISSUER, Portal

pytestmark = pytest.mark.django_db
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
SUBJECT = "crm-camille@demo.test"


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    issuers.forget()
    yield
    issuers.forget()


def jwks(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


def add(**columns: Any) -> TokenIssuer:
    row = TokenIssuer(**{"issuer": ISSUER} | columns)
    row.full_clean()
    row.save()
    issuers.forget()
    return row


def token(
    key: Any, algorithm: str, sub: str = SUBJECT, *, kid: str | None = None, **changes: Any
) -> str:
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER, "aud": "liaison", "sub": sub, "iat": now,
        "exp": now + timedelta(minutes=5), **changes,
    }  # fmt: skip
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def ask(bearer: str) -> Any:
    caller = APIClient(HTTP_AUTHORIZATION=f"Bearer {bearer}", raise_request_exception=False)
    return caller.get("/api/v1/me")


class TestKeysThatAreWritten:
    @pytest.mark.parametrize(
        ("key", "jwk", "algorithm"),
        [
            (RSA, RSAAlgorithm.to_jwk(RSA.public_key()), "RS256"),
            (RSA, RSAAlgorithm.to_jwk(RSA.public_key()), "PS256"),
            (EC, ECAlgorithm.to_jwk(EC.public_key()), "ES256"),
            (ED, OKPAlgorithm.to_jwk(ED.public_key()), "EdDSA"),
        ],
        ids=["RS256", "PS256", "ES256", "EdDSA"],
    )
    @pytest.mark.parametrize("kid", [None, "k1"])
    def test_each_algorithm_with_and_without_a_key_id(
        self, camille: User, key: Any, jwk: str, algorithm: str, kid: str | None
    ) -> None:
        others = json.loads(RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key()))
        published = {**json.loads(jwk), **({"kid": kid} if kid else {})}
        add(keys=jwks(others, published), algorithms=[algorithm])

        assert ask(token(key, algorithm, kid=kid)).json()["id"] == str(camille.pk)

    def test_pem(self, camille: User) -> None:
        pem = EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        add(keys=pem.decode())

        assert ask(token(EC, "ES256")).status_code == 200

    def test_algorithm_that_the_issuer_does_not_use_is_refused(self, camille: User) -> None:
        add(keys=jwks(json.loads(RSAAlgorithm.to_jwk(RSA.public_key()))), algorithms=["RS256"])

        assert ask(token(RSA, "PS256")).status_code == 401
        assert ask(token("a secret of thirty-two bytes or more", "HS256")).status_code == 401

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            (RSAAlgorithm.to_jwk(RSA), "privée"),
            ('{"kty": "oct", "k": "c2VjcmV0"}', "pas publique"),
            ("nonsense", "ni un JWKS ni un PEM"),
            ("-----BEGIN PRIVATE KEY-----", "privée"),
            ('{"keys": []}', "aucune clé"),
        ],
        # The keys differ from one process to another.
        ids=["private", "secret", "nonsense", "PEM", "none"],
    )
    def test_private_key_and_nonsense_are_refused_with_words(self, keys: str, words: str) -> None:
        with pytest.raises(issuer_keys.UnreadableKeys, match=words):
            issuer_keys.written_keys(keys)


class TestIssuers:
    def test_two_portals_name_people_by_ids_of_their_own(self, camille: User, bruno: User) -> None:
        User.objects.filter(pk=camille.pk).update(external_id="42")
        User.objects.filter(pk=bruno.pk).update(external_id="b:42")
        add(keys=ECAlgorithm.to_jwk(EC.public_key()))
        add(
            issuer="https://other.test", keys=OKPAlgorithm.to_jwk(ED.public_key()),
            algorithms=["EdDSA"], external_id_prefix="b:", audience="chat", subject_claim="person",
        )  # fmt: skip

        of_first = ask(token(EC, "ES256", "42"))
        of_second = ask(token(ED, "EdDSA", "x", iss="https://other.test", aud="chat", person=42))
        forged = ask(token(EC, "ES256", "x", iss="https://other.test", aud="chat", person=42))

        assert of_first.json()["id"] == str(camille.pk)
        assert of_second.json()["id"] == str(bruno.pk)
        assert forged.status_code == 401

    def test_leeway_is_that_of_the_issuer(self, camille: User) -> None:
        row = add(keys=ECAlgorithm.to_jwk(EC.public_key()), leeway_seconds=120)
        ended = token(EC, "ES256", exp=datetime.now(UTC) - timedelta(seconds=60))
        assert ask(ended).status_code == 200

        TokenIssuer.objects.filter(pk=row.pk).update(leeway_seconds=10)
        issuers.forget()

        assert ask(ended).status_code == 401

    def test_one_that_is_switched_off_is_refused_soon(
        self, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(keys=ECAlgorithm.to_jwk(EC.public_key()))
        assert ask(token(EC, "ES256")).status_code == 200

        TokenIssuer.objects.update(is_active=False)
        assert ask(token(EC, "ES256")).status_code == 200
        monkeypatch.setattr(issuers, "FRESH_SECONDS", 0)

        assert ask(token(EC, "ES256")).status_code == 401

    def test_row_that_nobody_can_read_stops_no_other(self, camille: User) -> None:
        add(keys=ECAlgorithm.to_jwk(EC.public_key()))
        TokenIssuer.objects.create(issuer="https://broken.test", keys="nonsense")
        issuers.forget()

        assert ask(token(EC, "ES256")).status_code == 200


class TestKeysAtAnAddress:
    @pytest.fixture
    def portal(self) -> Iterator[Portal]:
        portal = Portal()
        add(keys_url=portal.url)
        yield portal
        portal.close()

    def test_rotated_key_is_taken_at_once(
        self, portal: Portal, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert ask(portal.token(SUBJECT)).status_code == 200
        monkeypatch.setattr(issuer_keys, "AGAIN_SECONDS", 0)

        portal.published = [{**json.loads(ECAlgorithm.to_jwk(EC.public_key())), "kid": "new"}]

        assert ask(token(EC, "ES256", kid="new")).status_code == 200

    def test_withdrawn_key_is_refused_once_the_keys_are_old(
        self, portal: Portal, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        longest = (
            issuer_keys.FRESH_SECONDS + issuer_keys.TIMEOUT_SECONDS + jwt_tokens.VERIFIED_SECONDS
        )
        assert longest < 60
        monkeypatch.setattr(jwt_tokens, "VERIFIED_SECONDS", 0)
        kept = portal.token(SUBJECT)
        assert ask(kept).status_code == 200
        portal.published = portal.published[1:]
        assert ask(kept).status_code == 200

        monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0)

        assert ask(kept).status_code == 401

    def test_known_keys_do_while_the_address_does_not_answer(
        self, portal: Portal, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jwt_tokens, "VERIFIED_SECONDS", 0)
        kept = portal.token(SUBJECT)
        assert ask(kept).status_code == 200
        portal.close()
        monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0)
        assert ask(kept).status_code == 200

        monkeypatch.setattr(issuer_keys, "KEPT_SECONDS", 0)

        assert ask(kept).status_code == 503


class TestAddingThem:
    def test_command_adds_one_and_changes_it(self, camille: User, tmp_path: Path) -> None:
        pem = tmp_path / "key.pem"
        pem.write_bytes(
            EC.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )

        assert "added" in call_command("add_issuer", ISSUER, "--keys-file", str(pem))
        issuers.forget()
        assert ask(token(EC, "ES256")).status_code == 200

        assert "changed" in call_command("add_issuer", ISSUER, "--audience", "chat")
        issuers.forget()
        assert ask(token(EC, "ES256")).status_code == 401
        assert ask(token(EC, "ES256", aud="chat")).status_code == 200

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ([], "soit les clés"),
            (["--keys-url", "file:///etc/passwd"], "URL"),
            (["--keys-file", "/does/not/exist"], "No such file"),
        ],
    )
    def test_command_says_what_is_wrong(self, arguments: list[str], words: str) -> None:
        with pytest.raises(CommandError, match=words):
            call_command("add_issuer", ISSUER, *arguments)

    def test_admin_adds_one(self, client: Browser, camille: User) -> None:
        ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada")
        client.force_login(ada)
        form = {
            "issuer": ISSUER, "audience": "liaison", "is_active": "on", "algorithms": ["ES256"],
            "keys": ECAlgorithm.to_jwk(EC.public_key()), "leeway_seconds": 10,
            "subject_claim": "sub", "client_claim": "client", "email_claim": "email",
            "name_claim": "name",
        }  # fmt: skip

        answer = client.post("/admin/core/tokenissuer/add/", form)

        assert answer.status_code == 302, answer.content.decode()
        assert ask(token(EC, "ES256")).status_code == 200


class TestNewcomers:
    @pytest.fixture
    def creates(self, morel: Client) -> None:
        Client.objects.filter(pk=morel.pk).update(external_id="C1")
        add(keys=ECAlgorithm.to_jwk(EC.public_key()), creates_people=True)

    @pytest.mark.usefixtures("creates")
    def test_token_creates_a_person_of_a_client_that_is_known_once(self, morel: Client) -> None:
        bearer = token(EC, "ES256", "P9", client="C1", email="Zoe@mail.test", name="Zoé Roy")

        ids = {ask(bearer).json()["id"] for _ in range(2)}

        person = User.objects.get(external_id="P9")
        assert ids == {str(person.pk)}
        assert (person.client, person.role, person.email) == (morel, "client", "zoe@mail.test")
        assert not person.has_usable_password()

    @pytest.mark.usefixtures("creates")
    @pytest.mark.parametrize(
        "claims",
        [
            {"client": "C2", "email": "zoe@mail.test", "name": "Zoé"},
            {"email": "zoe@mail.test", "name": "Zoé"},
            {"client": "C1", "name": "Zoé"},
            {"client": "C1", "email": "no address", "name": "Zoé"},
            {"client": "C1", "email": "marc@demo.test", "name": "Zoé"},
            {"client": "C1", "email": "camille@demo.test", "name": "Zoé"},
        ],
        ids=["unknown client", "no client", "no email", "bad email", "a manager's", "another's"],
    )
    def test_token_that_does_not_say_who_creates_nobody(
        self, camille: User, marc: User, claims: dict[str, str]
    ) -> None:
        before = list(User.objects.order_by("pk").values())

        assert ask(token(EC, "ES256", "P9", **claims)).status_code == 401
        assert list(User.objects.order_by("pk").values()) == before

    @pytest.mark.usefixtures("creates")
    def test_deactivated_person_is_not_brought_back(self, camille: User) -> None:
        User.objects.filter(pk=camille.pk).update(is_active=False)
        bearer = token(EC, "ES256", client="C1", email="new@mail.test", name="Zoé")

        assert ask(bearer).status_code == 401

    def test_other_issuers_create_nobody(self, morel: Client) -> None:
        Client.objects.filter(pk=morel.pk).update(external_id="C1")
        add(keys=ECAlgorithm.to_jwk(EC.public_key()))

        bearer = token(EC, "ES256", "P9", client="C1", email="zoe@mail.test", name="Zoé")

        assert ask(bearer).status_code == 401
        assert not User.objects.filter(external_id="P9").exists()
