"""A person of the company sets up a second factor and logs in with it, in a real browser."""

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import CDPSession, Page, expect

from core.models import User
from core.valkey import valkey
from deploy.launcher.ports import free_port
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible
from tests.site import Site

# A device with a fingerprint reader, on which the finger always lies.
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def named_site(site: Site, tmp_path: Path) -> Iterator[Site]:
    """Start a web process at a name: browsers give passkeys to no IP address.

    Name it before `visit` in a test: the pages must close before the process ends.
    """
    port = free_port()
    address = {"PUBLIC_URL": f"http://localhost:{port}"}
    other = Site(port, tmp_path, {**site.environment, **address})
    other.start_web()
    yield other
    other.stop()


@pytest.fixture
def strict_site(site: Site, tmp_path: Path) -> Iterator[Site]:
    """Start a web process whose company asks for a second factor."""
    other = Site(free_port(), tmp_path, {**site.environment, "STAFF_MFA": "required"})
    other.environment["PUBLIC_URL"] = other.url
    other.start_web()
    yield other
    other.stop()


@pytest.fixture
def odile(odile: User) -> User:
    valkey().flushdb()
    odile.set_password(PASSWORD)
    odile.save()
    return odile


def log_in(page: Page) -> None:
    page.get_by_label("Adresse électronique").fill("odile@demo.test")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()


def log_out(page: Page) -> None:
    page.get_by_role("button", name="Odile Perrin, votre profil").click()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile("/login$"))


def device_of(page: Page) -> tuple[CDPSession, dict[str, Any]]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


class TestPasskeys:
    # A status of 400 is an error in the browser's log.
    @pytest.mark.cut
    def test_passkey_is_added_named_used_lost_and_removed(
        self, named_site: Site, visit: Visit, odile: User
    ) -> None:
        home = f"http://localhost:{named_site.port}"
        page = visit(None, f"{home}/login?next=/security")
        devtools, device = device_of(page)
        log_in(page)

        page.get_by_role("link", name="Ajouter une clé d’accès").click()
        expect_accessible(page)
        page.get_by_label("Nom de la clé d’accès").fill("Ordinateur du dépôt")
        page.get_by_role("button", name="Ajouter la clé d’accès").click()
        expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
        expect_accessible(page)
        codes = page.get_by_role("listitem").all_inner_texts()
        assert len(codes) == 10
        page.get_by_role("link", name="Je les ai gardés").click()
        expect(page.get_by_text("Ordinateur du dépôt")).to_be_visible()
        expect_accessible(page)
        page.get_by_label("Nom de la clé d’accès").fill("Bureau")
        page.get_by_role("button", name="Renommer").click()
        expect(page.locator("strong", has_text="Bureau")).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

        log_out(page)
        log_in(page)
        expect(page).to_have_url(f"{home}/login/code")
        expect_accessible(page)
        assert page.request.get(f"{home}/api/v1/me").status == 401
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()
        expect(page).to_have_url(re.compile("/staff/messages"))

        page.goto(f"{home}/")
        log_out(page)
        log_in(page)
        devtools.send("WebAuthn.clearCredentials", device)
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()
        expect(page.get_by_text("La clé d’accès n’a pas été donnée.")).to_be_visible()
        page.get_by_label("Code de secours").fill(codes[0])
        page.get_by_role("button", name="Continuer").click()
        expect(page).to_have_url(re.compile("/staff/messages"))

        page.goto(f"{home}/security")
        page.get_by_role("button", name="Retirer Bureau").click()
        expect(page.get_by_text("Bureau")).to_have_count(0)
        log_out(page)
        log_in(page)
        expect(page).to_have_url(re.compile("/staff/messages"))

    @pytest.mark.cut
    def test_same_credential_id_with_another_key_opens_nothing(
        self, named_site: Site, visit: Visit, odile: User
    ) -> None:
        home = f"http://localhost:{named_site.port}"
        page = visit(None, f"{home}/login?next=/security/passkey")
        devtools, device = device_of(page)
        log_in(page)
        page.get_by_label("Nom de la clé d’accès").fill("Bureau")
        page.get_by_role("button", name="Ajouter la clé d’accès").click()
        expect(page.get_by_role("heading", name="Codes de secours")).to_be_visible()
        (held,) = devtools.send("WebAuthn.getCredentials", device)["credentials"]
        page.goto(f"{home}/security")
        log_out(page)

        log_in(page)
        devtools.send("WebAuthn.clearCredentials", device)
        key = ec.generate_private_key(ec.SECP256R1())
        made = b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        forged = {**held, "privateKey": made.decode(), "signCount": 100}
        devtools.send("WebAuthn.addCredential", {**device, "credential": forged})
        page.get_by_role("button", name="Utiliser ma clé d’accès").click()

        expect(page.get_by_role("alert")).to_contain_text("Cette clé d’accès n’a pas marché.")
        assert page.request.get(f"{home}/api/v1/me").status == 401


class TestWhereOneIsRequired:
    @pytest.mark.cut
    @pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
    def test_first_login_sets_up_an_app(
        self, strict_site: Site, visit: Visit, odile: User, phone: bool
    ) -> None:
        page = visit(None, f"{strict_site.url}/staff/messages", phone=phone)
        log_in(page)
        expect(page.get_by_role("heading", name="Mettre en place une application")).to_be_visible()
        expect_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        link = page.get_by_role("link", name="Sur ce téléphone, ouvrir l’application.")
        address = urlsplit(link.get_attribute("href") or "")
        (secret,) = parse_qs(address.query)["secret"]
        assert page.locator("code").inner_text().replace(" ", "") == secret
        assert page.locator("img.qr").evaluate(
            "(image) => image.complete && image.naturalWidth > 50"
        )

        page.get_by_label("Les six chiffres").fill("000000")
        page.get_by_role("button", name="Continuer").click()
        expect(page.get_by_role("alert")).to_contain_text("Ce n’est pas le code")
        expect_accessible(page)
        page.get_by_label("Les six chiffres").fill(code_of(secret))
        page.get_by_role("button", name="Continuer").click()

        page.get_by_role("link", name="Je les ai gardés").click()
        expect(page).to_have_url(re.compile("/staff/messages"))
