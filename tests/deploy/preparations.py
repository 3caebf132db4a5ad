"""What some pages of deploy/docs need before their commands are run, and what these lead to."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from django.db import connection

from core.leaving import NAME
from core.models import Client, MachineCredential, TokenIssuer, User
from notifications.models import InboundEmail
from tests.attachments.scanning import clamav
from tests.attachments.scanning.clamav import CONFIGURATION
from tests.attachments.scanning.clamav import running as running_clamd
from tests.deploy.documents import DOCS
from tests.deploy.nginx_machine import Machine
from tests.notifications.imap_server import ImapServer
from tests.notifications.mail_server import MailServer, controller
from workers.models import Backup

NEW_PASSWORD = "the-new-password"


@dataclass
class Place:
    """Where the pages are followed: the machine, and the services that they name."""

    machine: Machine
    web_port: int
    https_port: int
    http_port: int
    services: dict[str, str]
    # /etc/liaison.env after deployments.md.
    settings: str


def bucket_of_the_page() -> str:
    return f"{os.environ['S3_BUCKET']}-documents"


@contextmanager
def people_of_the_erp(place: Place, **_: Any) -> Iterator[None]:
    aubert = Client.objects.create(name="Famille Aubert", external_id="C-1001")
    for external_id, name, role, client in (
        ("E-7", "Léa Marchand", User.Role.STAFF, None),
        ("P-2001", "Jeanne Aubert", User.Role.CLIENT, aubert),
        ("P-2002", "Paul Aubert", User.Role.CLIENT, aubert),
    ):
        email = f"{external_id.lower()}@example.com"
        User.objects.create_user(
            email, name=name, role=role, client=client, external_id=external_id
        )
    yield
    assert not User.objects.filter(is_active=True).exists()
    aubert.refresh_from_db()
    assert aubert.is_archived


@contextmanager
def people_to_anonymise(place: Place, **_: Any) -> Iterator[None]:
    aubert = Client.objects.create(name="Famille Aubert", external_id="C-1001")
    for number in (1, 2):
        User.objects.create_user(
            f"p-200{number}@example.com", name=f"Personne {number}", role=User.Role.CLIENT,
            client=aubert, external_id=f"P-200{number}",
        )  # fmt: skip
    yield
    assert set(aubert.users.values_list("name", "is_active")) == {(NAME, False)}


@contextmanager
def portal(place: Place, **_: Any) -> Iterator[None]:
    yield
    assert TokenIssuer.objects.get().keys_url == "https://portal.example/jwks.json"
    assert MachineCredential.objects.get().scopes == ["events:read", "provisioning"]
    assert User.objects.get(external_id="P-2001").client == Client.objects.get(external_id="C-1001")


@contextmanager
def first_manager(place: Place, **_: Any) -> Iterator[None]:
    yield
    lea = User.objects.get(email="lea@example.com")
    assert (lea.name, lea.role, lea.is_superuser) == ("Léa Marchand", "manager", True)
    jeanne = User.objects.get(email="jeanne@example.org")
    assert jeanne.client == Client.objects.get(name="Famille Aubert")
    assert jeanne.invited_at is not None
    assert User.objects.get(email="paul@example.com").role == "staff"


@contextmanager
def mail_server(place: Place, **_: Any) -> Iterator[None]:
    server = MailServer()
    control = controller(server)
    control.start()
    url = "smtp+tls://liaison:PASSWORD@smtp.example.com:587"
    place.services[url] = f"smtp://127.0.0.1:{control.port}"
    try:
        yield
    finally:
        control.stop()
    (sent,) = server.letters
    assert sent["From"] == "Dupont Construction <messages@example.com>"
    assert sent["To"] == "you@example.com"


@contextmanager
def postfix_and_mailbox(place: Place, dovecot: ImapServer, **_: Any) -> Iterator[None]:
    if not Path("/etc/postfix/master.cf").exists():
        pytest.skip("postfix is not installed")
    url = "imaps://reply%40reply.example.com:PASSWORD@imap.example.com/INBOX"
    place.services[url] = dovecot.url()
    folder = place.machine.folder / "etc/postfix"
    folder.mkdir()
    (folder / "master.cf").write_text(Path("/etc/postfix/master.cf").read_text())
    (folder / "main.cf").write_text("compatibility_level = 3.6\n")
    yield
    email = InboundEmail.objects.get()
    assert (email.sender, email.state) == ("you@example.com", InboundEmail.State.WAITING)


@contextmanager
def mailbox(place: Place, dovecot: ImapServer, **_: Any) -> Iterator[None]:
    before = place.settings
    place.settings += f"INBOUND_IMAP_URL={dovecot.url()}\n"
    place.settings += f"BACKUP_PLACE={place.machine.folder}/backups\n"
    yield
    place.settings = before


@contextmanager
def backups(place: Place, **_: Any) -> Iterator[None]:
    yield
    backup = Backup.objects.get()
    assert backup.outcome == "succeeded"
    assert backup.verified_at


@contextmanager
def antivirus(place: Place, cache: pytest.Cache, **_: Any) -> Iterator[None]:
    """A clamd with the lines that the page adds to its configuration."""
    configuration = place.machine.folder / "etc/clamav/clamd.conf"
    configuration.parent.mkdir()
    configuration.write_text("MaxFileSize 25M\nStreamMaxLength 25M\n")
    (lines,) = re.findall(
        r"clamd\.conf <<'EOF'\n(.*?)EOF", (DOCS / "antivirus.md").read_text(), re.DOTALL
    )
    own = re.sub(r"^(StreamMax|Alert).*\n", "", CONFIGURATION, flags=re.MULTILINE)
    program = clamav.program(cache.mkdir("clamav"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.attachments.scanning.clamav.CONFIGURATION", own + lines)
        with running_clamd(program, place.machine.folder) as clamd:
            place.services["unix:///var/run/clamav/clamd.ctl"] = clamd.url
            yield
    assert configuration.read_text() == lines


@contextmanager
def bucket(place: Place, **_: Any) -> Iterator[None]:
    if shutil.which("aws") is None:
        pytest.skip("aws is not installed (Debian's package awscli)")
    yield
    names = ("S3_ENDPOINT_URL", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_REGION")
    address, key, secret, region = (os.environ[name] for name in names)
    s3 = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=key, aws_secret_access_key=secret,
        region_name=region,
    )  # fmt: skip
    name = bucket_of_the_page()
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_cors(Bucket=name)["CORSRules"]
    # As `setup_storage` writes it again at the end of the page.
    assert rule["AllowedOrigins"] == ["https://liaison.example.com"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert {rule["ID"] for rule in rules} == {"quarantine", "exports", "old versions"}


@contextmanager
def role_of_postgres(place: Place, **_: Any) -> Iterator[None]:
    """Another role than that of the run, whose password the page changes."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE documents LOGIN")
    place.services["ALTER ROLE CURRENT_USER"] = "ALTER ROLE documents"
    (place.machine.folder / "jwks.json").write_text(JWKS)
    try:
        yield
        host, port = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
        with psycopg.connect(
            host=host, port=port, user="documents", password=NEW_PASSWORD, dbname="postgres"
        ) as connected:
            assert connected.info.user == "documents"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE documents")


JWKS = (
    '{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",'
    ' "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
    ' "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'
)
Prepare = Callable[..., Any]
PREPARED: dict[str, Prepare] = {
    "alerts.md": mailbox,
    "backup.md": backups,
    "leaving.md": people_of_the_erp,
    "personal-data.md": people_to_anonymise,
    "portal.md": portal,
    "first-manager.md": first_manager,
    "email-out.md": mail_server,
    "email-in.md": postfix_and_mailbox,
    "antivirus.md": antivirus,
    "s3.md": bucket,
    "secrets.md": role_of_postgres,
}
