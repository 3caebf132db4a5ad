"""Tokens of the portal are verified with the keys that it publishes (JWKS, RFC 7517)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from core.auth import issuers, jwt_tokens
from core.models import User
from tests.portal import ISSUER, Portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(settings: Settings) -> Iterator[Portal]:
    portal = Portal()
    settings.JWT_ISSUER, settings.JWT_JWKS_URL = ISSUER, portal.url
    issuers.forget()
    yield portal
    issuers.forget()
    portal.close()


def status_of(token: str) -> int:
    caller = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    return int(caller.get("/api/v1/me").status_code)


class TestATokenOfThePortal:
    @pytest.mark.parametrize("kid", ["rsa-1", "ec-1"])
    def test_portal_token_speaks_for_the_person_with_its_external_id(
        self, portal: Portal, camille: User, kid: str
    ) -> None:
        token = portal.token("crm-camille@demo.test", kid=kid)

        answer = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}").get("/api/v1/me")

        assert answer.json()["id"] == str(camille.pk)

    def test_portal_keys_are_fetched_once_for_many_calls(
        self, portal: Portal, camille: User
    ) -> None:
        for _ in range(5):
            assert status_of(portal.token("crm-camille@demo.test")) == 200

        assert portal.times_asked == 1

    def test_portal_token_never_speaks_for_an_email_or_an_internal_id(
        self, portal: Portal, camille: User
    ) -> None:
        assert status_of(portal.token("camille@demo.test")) == 401
        assert status_of(portal.token(str(camille.pk))) == 401

    def test_portal_token_of_a_deactivated_person_is_refused(
        self, portal: Portal, camille: User
    ) -> None:
        User.objects.update(is_active=False)

        assert status_of(portal.token("crm-camille@demo.test")) == 401

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another-service"},
            {"iss": "https://elsewhere.test"},
            {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        ],
    )
    def test_portal_token_with_a_wrong_claim_is_refused(
        self, portal: Portal, camille: User, changes: dict[str, Any]
    ) -> None:
        assert status_of(portal.token("crm-camille@demo.test", **changes)) == 401

    def test_portal_token_with_an_unpublished_key_is_refused(
        self, portal: Portal, camille: User
    ) -> None:
        assert status_of(portal.token("crm-camille@demo.test", kid="rsa-2")) == 401

    def test_portal_keys_are_fetched_seldom_for_tokens_with_invented_keys(
        self, portal: Portal, camille: User
    ) -> None:
        for number in range(10):
            status_of(portal.token("crm-camille@demo.test", kid=f"rsa-invented-{number}"))

        assert portal.times_asked <= 2

    def test_portal_token_signed_by_one_key_under_the_name_of_another_is_refused(
        self, portal: Portal, camille: User
    ) -> None:
        claims = jwt.decode(
            portal.token("crm-camille@demo.test"), options={"verify_signature": False}
        )
        token = jwt.encode(claims, portal.rsa_key, algorithm="RS256", headers={"kid": "ec-1"})

        assert status_of(token) == 401

    def test_portal_key_signs_no_token_of_the_development_issuer(
        self, portal: Portal, camille: User, settings: Settings
    ) -> None:
        settings.JWT_DEVELOPMENT_ISSUER = False
        token = portal.token("crm-camille@demo.test", iss=jwt_tokens.DEVELOPMENT_ISSUER)

        assert status_of(token) == 401

    def test_portal_token_is_answered_503_while_the_portal_is_down(
        self, portal: Portal, camille: User
    ) -> None:
        token = portal.token("crm-camille@demo.test")
        portal.close()

        # Without this, Django's test client raises the error that becomes a 503.
        caller = APIClient(raise_request_exception=False, HTTP_AUTHORIZATION=f"Bearer {token}")
        answer = caller.get("/api/v1/me")

        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
