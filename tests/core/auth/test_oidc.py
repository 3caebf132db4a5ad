"""People of the company sign in at their own provider, which runs here on loopback."""

import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from pytest_django import Settings

from core.auth import invitations, oidc, password_reset
from core.auth.invitations import CannotBeInvited
from core.models import PasswordReset, User
from notifications.outbound_email.password_email import email_of
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.core.audit.facts import facts
from tests.core.auth.browsers import ME, SESSION
from tests.core.auth.second_step import SECRET as APP_SECRET
from tests.core.auth.second_step import with_app
from tests.oidc_provider import CLIENT_ID, SECRET, OidcProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def provider(settings: Settings) -> Iterator[OidcProvider]:
    provider = OidcProvider(f"{SITE}/login/oidc/callback")
    settings.OIDC_ISSUER, settings.OIDC_NAME = provider.issuer, "Chantier ID"
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, SECRET
    oidc.forget_provider()
    provider.account["email"] = "Odile@demo.test"
    yield provider
    provider.close()
    oidc.forget_provider()


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def odile(odile: User) -> User:
    odile.set_password(PASSWORD)
    odile.locale = "en"
    odile.save()
    return odile


@pytest.fixture
def only(settings: Settings, provider: OidcProvider) -> None:
    settings.OIDC_ONLY = True


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def visit(address: str) -> str:
    """Open the provider's page as the person's browser does; return where it sends them."""
    try:
        build_opener(NoRedirect).open(address, timeout=5)
    except HTTPError as redirection:
        return str(redirection.headers["Location"])
    raise AssertionError("The provider sends everybody back.")


def begun(client: Client, **query: str) -> str:
    """Press the button; return the provider's address."""
    answer = client.get("/login/oidc", query)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def sign_in(client: Client, **query: str) -> Any:
    return client.get(visit(begun(client, **query)).removeprefix(SITE))


def is_in(client: Client) -> bool:
    return client.get(ME).status_code == 200


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


class TestSignIn:
    def test_button_of_the_login_page_leads_to_the_provider_and_back(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        page = text_of(client.get("/login?next=/staff/replies"))
        assert "Continue with Chantier ID" in page
        assert 'href="/login/oidc?next=%2Fstaff%2Freplies"' in page

        answer = sign_in(client, next="/staff/replies")

        assert answer.headers["Location"] == "/staff/replies"
        assert client.get(ME).json()["email"] == "odile@demo.test"

    def test_without_a_provider_there_is_no_button_and_no_page(self, client: Client) -> None:
        assert "Continue with" not in text_of(client.get("/login"))
        assert client.get("/login/oidc").status_code == 404
        assert client.get("/login/oidc/callback?code=a&state=b").status_code == 404

    def test_each_sign_in_has_its_own_state_nonce_and_challenge(
        self, client: Client, provider: OidcProvider
    ) -> None:
        asked = [parse_qs(urlsplit(begun(client)).query) for _time in range(2)]

        for name in ("state", "nonce", "code_challenge"):
            assert asked[0][name] != asked[1][name]
            assert len(asked[0][name][0]) >= 43

    def test_next_of_another_site_leads_home(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        assert sign_in(client, next="https://evil.example/").headers["Location"] == "/"

    def test_sign_in_changes_the_session_key(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        address = begun(client)
        before = client.cookies["sessionid"].value

        client.get(visit(address).removeprefix(SITE))

        assert client.cookies["sessionid"].value != before

    def test_secret_given_in_the_body_where_the_provider_wants_it_there(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        provider.document_lies["token_endpoint_auth_methods_supported"] = ["client_secret_post"]

        sign_in(client)

        assert provider.token_requests[0]["client_secret"] == SECRET


def refused(client: Client, answer: Any, words: str) -> None:
    page = text_of(answer)
    assert words in page
    # The form of the page sends a password to where passwords are taken.
    assert 'method="post" action="/login"' in page
    assert answer.status_code in (400, 403)
    assert not is_in(client)


class TestWhatIsRefused:
    BROKEN = "This did not work, or it took too long. Begin again."
    NOBODY = "Nobody of the company has this address here."

    def test_wrong_state(self, client: Client, provider: OidcProvider, odile: User) -> None:
        back = urlsplit(visit(begun(client)))
        query = {name: values[0] for name, values in parse_qs(back.query).items()}

        answer = client.get(f"{back.path}?{urlencode(query | {'state': 'x' * 43})}")

        refused(client, answer, self.BROKEN)
        # One try: the right answer comes too late.
        refused(client, client.get(f"{back.path}?{back.query}"), self.BROKEN)
        assert not provider.token_requests

    def test_answer_that_another_browser_asked_for(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        victim = Client(headers={"accept-language": "en"})
        begun(victim)

        answer = victim.get(visit(begun(client)).removeprefix(SITE))

        refused(victim, answer, self.BROKEN)

    def test_answer_without_a_beginning(self, client: Client, provider: OidcProvider) -> None:
        refused(client, client.get("/login/oidc/callback?code=a&state=b"), self.BROKEN)

    def test_answer_that_comes_twice(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        back = visit(begun(client)).removeprefix(SITE)
        client.get(back)
        client.post("/logout")

        refused(client, client.get(back), self.BROKEN)

    def test_answer_after_ten_minutes(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        back = visit(begun(client)).removeprefix(SITE)

        with time_machine.travel(time.time() + 601):
            refused(client, client.get(back), self.BROKEN)

    def test_person_who_says_no_at_the_provider(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        provider.refuses_with = "access_denied"

        refused(client, sign_in(client), self.BROKEN)

    @pytest.mark.parametrize(
        "lie",
        [
            {"nonce": "another"}, {"nonce": None}, {"aud": "another-client"},
            {"aud": [CLIENT_ID, "another-client"]}, {"azp": "another-client"},
            {"iss": "https://another.example"}, {"exp": 1_000_000_000}, {"exp": None},
            {"sub": None},
        ],
        ids=lambda lie: "-".join(f"{name}={value}" for name, value in lie.items()),
    )  # fmt: skip
    def test_token_that_is_not_for_this_sign_in(
        self, client: Client, provider: OidcProvider, odile: User, lie: dict[str, Any]
    ) -> None:
        provider.lies = lie

        refused(client, sign_in(client), self.BROKEN)

    def test_token_signed_by_somebody_else(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

        refused(client, sign_in(client), self.BROKEN)

    def test_answer_of_another_issuer(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        back = visit(begun(client)).removeprefix(SITE)
        other = back.replace("chantier", "another")
        assert other != back

        refused(client, client.get(other), self.BROKEN)
        assert not provider.token_requests

    @pytest.mark.parametrize(
        "claims",
        [{"email_verified": False}, {"email_verified": None}, {"email_verified": "false"},
         {"email": None}, {"email": ["odile@demo.test"]}],
        ids=["not verified", "nothing said", "a text", "no email", "a list"],
    )  # fmt: skip
    def test_email_that_is_not_verified(
        self, client: Client, provider: OidcProvider, odile: User, claims: dict[str, Any]
    ) -> None:
        provider.account |= claims

        refused(client, sign_in(client), "no verified email address")

    def test_is_in_the_audit_and_so_is_a_login(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        sign_in(client)
        provider.account["email"] = "stranger@demo.test"
        sign_in(Client())

        recorded = [fact for fact in facts() if fact.action.startswith("login")]
        assert [(fact.action, fact.actor_kind) for fact in recorded] == [
            ("login", "person"),
            ("login.refused", "stranger"),
        ]
        assert [fact.details for fact in recorded] == [{"by": "provider"}, {"because": "provider"}]

    def test_email_of_a_client(self, client: Client, provider: OidcProvider, camille: User) -> None:
        provider.account["email"] = "camille@demo.test"

        refused(client, sign_in(client), self.NOBODY)

    def test_unknown_email_creates_nobody(self, client: Client, provider: OidcProvider) -> None:
        provider.account["email"] = "new@demo.test"

        refused(client, sign_in(client), self.NOBODY)
        assert not User.objects.exists()

    def test_deactivated_person(self, client: Client, provider: OidcProvider, odile: User) -> None:
        odile.is_active = False
        odile.save()

        refused(client, sign_in(client), self.NOBODY)

    def test_provider_that_is_away_is_told_in_words(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        provider.is_down = True

        answer = client.get("/login/oidc")

        assert answer.status_code == 503
        assert "The sign-in does not answer." in text_of(answer)

    @pytest.mark.parametrize(
        "document",
        [{"issuer": "https://another.example"}, {"token_endpoint": "ftp://127.0.0.1/token"},
         {"jwks_uri": None}],
        ids=["another issuer", "no http", "no keys"],
    )  # fmt: skip
    def test_document_that_cannot_be_trusted(
        self, client: Client, provider: OidcProvider, document: dict[str, Any]
    ) -> None:
        provider.document_lies = document

        assert client.get("/login/oidc").status_code == 503


class TestEntra:
    def test_address_that_entra_has_verified_counts(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        provider.account |= {"email_verified": None, "xms_edov": True}

        sign_in(client)

        assert is_in(client)


class TestTheSecondFactor:
    def test_ours_is_asked_for_after_the_provider(
        self, client: Client, provider: OidcProvider, odile: User
    ) -> None:
        with_app(odile)

        assert sign_in(client).headers["Location"] == "/login/code"
        assert not is_in(client)
        client.post("/login/code", {"code": code_of(APP_SECRET)})
        assert is_in(client)

    def test_required_one_is_set_up_after_the_provider(
        self, client: Client, provider: OidcProvider, odile: User, settings: Settings
    ) -> None:
        settings.STAFF_MFA = "required"

        assert sign_in(client).headers["Location"] == "/login/code"
        assert client.get("/login/code").headers["Location"] == "/security/app"
        assert not is_in(client)

    def test_provider_that_has_one_itself_is_enough(
        self, client: Client, provider: OidcProvider, odile: User, settings: Settings
    ) -> None:
        settings.STAFF_MFA, settings.OIDC_HAS_SECOND_FACTOR = "required", True
        with_app(odile)

        sign_in(client)

        assert is_in(client)


class TestProviderOnly:
    @pytest.fixture(autouse=True)
    def _only(self, only: None) -> None:
        pass

    def test_password_of_the_company_opens_no_door(self, client: Client, odile: User) -> None:
        form = {"email": "odile@demo.test", "password": PASSWORD}

        page = client.post("/login", form)
        answer = client.post(SESSION, form, content_type="application/json")

        assert page.status_code == answer.status_code == 403
        assert "People of the company do not log in by a password" in text_of(page)
        assert answer.json()["errors"][0]["code"] == "use_provider"
        assert not is_in(client)

    def test_wrong_password_says_nothing_about_it(self, client: Client, odile: User) -> None:
        answer = client.post("/login", {"email": "odile@demo.test", "password": "non"})

        assert answer.status_code == 400

    def test_provider_and_the_passwords_of_clients_still_open(
        self, client: Client, odile: User, camille_with_password: User
    ) -> None:
        sign_in(client)
        assert is_in(client)
        other = Client()
        other.post("/login", {"email": "camille@demo.test", "password": PASSWORD})
        assert is_in(other)

    @pytest.mark.parametrize("may", [True, False])
    def test_superusers_by_setting(self, client: Client, settings: Settings, may: bool) -> None:
        settings.OIDC_SUPERUSER_PASSWORDS = may
        User.objects.create_superuser("ada@demo.test", PASSWORD, name="Ada")
        form = {"username": "ada@demo.test", "password": PASSWORD}

        answer = client.post("/admin/login/", form)

        assert answer.status_code == (302 if may else 403)
        assert is_in(client) == may

    def test_link_of_a_forgotten_password_is_not_for_the_company(
        self, client: Client, odile: User
    ) -> None:
        link = password_reset.link_for(odile).removeprefix(SITE)

        assert client.get(link, follow=True).status_code == 400
        asked = PasswordReset(email=odile.email)
        assert "with Chantier ID" in email_of(asked, odile).body

    def test_nobody_of_the_company_is_invited_to_choose_a_password(
        self, client: Client, marc: User
    ) -> None:
        link = invitations.link_for(marc).removeprefix(SITE)

        with pytest.raises(CannotBeInvited, match="Chantier ID"):
            invitations.invite(marc)
        assert client.get(link, follow=True).status_code == 400
        assert invitations.invite_new([marc.pk]) == []
