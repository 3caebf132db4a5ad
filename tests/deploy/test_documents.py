"""Each command of deploy/docs is run as it stands there, on a machine of its own.

The machine is a folder where deployments.md was followed: PostgreSQL, Valkey and S3 of the run, the
web process of the unit, Debian's nginx in front. A block that cannot be run is in NOT_RUN.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from django.db import connection

from core.models import Client, MachineCredential, TokenIssuer, User
from deploy.launcher.ports import free_port
from notifications.models import InboundEmail
from tests.attachments.scanning import clamav
from tests.attachments.scanning.clamav import CONFIGURATION
from tests.attachments.scanning.clamav import running as running_clamd
from tests.bundles import build_bundles
from tests.deploy.documents import DOCS, Block, Shell, Step, blocks, pages
from tests.deploy.nginx_machine import Machine, make_certificate, nginx_program, running
from tests.notifications.imap_server import ImapServer, dovecot
from tests.notifications.mail_server import MailServer, controller
from tests.site import ROOT

__all__ = ["dovecot"]

# Followed by tests of their own: deployments.md by tests/deploy/nginx_machine.py.
# By test_nginx.py and test_brokers_and_poolers.py.
FOLLOWED_ELSEWHERE = {"deployments.md", "brokers-and-poolers.md"}
SYSTEMD = "systemd is not the first process here"
DEBIAN = "installs a package of Debian on the machine of the test"
DOCKER = "there is no daemon of Docker here"
CLUSTER = "there is no cluster here"
DNS = "nothing in DNS answers for example.com"
VALKEY_CLI = "no wheel has valkey-cli; test_document_lists.py sends the commands"
# By the page and the beginning of the block: why it is not run.
NOT_RUN = {
    ("README.md", "systemctl restart"): SYSTEMD,
    ("install.md", "make run"): "does not end; tests/deploy/test_up.py runs it",
    ("install.md", "mkdir -p /opt/liaison"): "tests/deploy/test_release.py unpacks a release",
    ("install.md", "cd /opt/liaison"): "downloads all packages; this run has those of the lock",
    ("install.md", "docker compose"): DOCKER,
    ("kubernetes.md", "docker build"): DOCKER,
    ("kubernetes.md", "kubectl create"): CLUSTER,
    ("kubernetes.md", "helm upgrade"): CLUSTER,
    ("kubernetes.md", "# my-values.yaml"): "values; tests/deploy/test_helm.py renders them",
    ("kubernetes.md", "settings: "): "values; tests/deploy/test_helm.py renders them",
    ("kubernetes.md", "rules:"): "values of another chart; test_helm.py compares their names",
    ("tls.md", "apt-get install"): DEBIAN,
    ("tls.md", "nginx -t"): "reads the nginx of this machine; test_nginx.py reads ours",
    ("tls.md", "systemctl reload"): SYSTEMD,
    ("email-out.md", "example.com. "): DNS,
    ("email-out.md", "dig +short"): DNS,
    ("email-in.md", "reply.example.com. "): DNS,
    ("email-in.md", "chown nobody"): "for root alone; tests/deploy/test_postfix.py runs it",
    ("email-in.md", "postfix check"): "for root alone; tests/deploy/test_postfix.py runs it",
    ("email-in.md", "systemctl reload"): SYSTEMD,
    ("s3.md", "{"): "no command; test_document_lists.py compares it with the code",
    ("antivirus.md", "apt-get install"): DEBIAN,
    ("antivirus.md", "systemctl restart"): SYSTEMD,
    ("alerts.md", "systemctl start liaison-worker@1"): SYSTEMD,
    ("alerts.md", "systemctl start liaison-beat"): SYSTEMD,
    ("alerts.md", "systemctl status valkey"): SYSTEMD,
    ("alerts.md", "systemctl status postgresql"): SYSTEMD,
    ("secrets.md", 'valkey-cli -u "$REDIS_URL" ACL SETUSER default \'>'): VALKEY_CLI,
    ("secrets.md", 'valkey-cli -u "$REDIS_URL" ACL SETUSER default \'<'): VALKEY_CLI,
    ("tracing.md", ".venv/bin/pip install"): "downloads packages; this run has those of the lock",
    ("tracing.md", "promtool"): "tests/deploy/test_prometheus.py runs it",
    ("troubleshooting.md", "journalctl"): SYSTEMD,
}
PAGES = [page for page in pages() if page not in FOLLOWED_ELSEWHERE]
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


def all_blocks() -> list[Block]:
    return [block for page in PAGES for block in blocks(page)]


def reasons_of(block: Block) -> list[str]:
    """Return why a block is not run; nothing if it is."""
    return [
        reason
        for (page, beginning), reason in NOT_RUN.items()
        if block.page == page and block.text.startswith(beginning)
    ]


def steps_of(page: str) -> list[Step]:
    """Return the commands of a page that are run."""
    return [step for block in blocks(page) if not reasons_of(block) for step in block.steps]


@pytest.fixture(scope="module")
def place(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Follow deployments.md, and start its nginx. The web starts with the settings of each page."""
    nginx = nginx_program()
    build_bundles()
    machine = Machine(tmp_path_factory.mktemp("documents"))
    make_certificate(machine.folder)
    machine.follow_the_document()
    web_port, https_port = free_port(), free_port()
    main = machine.site("outside", port=https_port, upstream=web_port)
    site = (machine.folder / "outside/site.conf").read_text()
    (http_port,) = map(int, re.findall(r"listen 127\.0\.0\.1:(\d+);", site))
    settings = machine.folder / "etc/liaison.env"
    services = {
        "https://s3.example.com": os.environ["S3_ENDPOINT_URL"],
        "S3_ACCESS_KEY_ID=KEY": f"S3_ACCESS_KEY_ID={os.environ['S3_ACCESS_KEY_ID']}",
        "S3_SECRET_ACCESS_KEY=SECRET": f"S3_SECRET_ACCESS_KEY={os.environ['S3_SECRET_ACCESS_KEY']}",
        # Other tests use the bucket of this run.
        "S3_BUCKET=liaison": f"S3_BUCKET={bucket_of_the_page()}",
        "deploy/compose/.env": f"{machine.folder}/compose.env",
        "/root/": f"{machine.folder}/",
        ":8000": f":{web_port}",
    }
    (machine.folder / ".curlrc").write_text(
        f'connect-to = "liaison.example.com:443:127.0.0.1:{https_port}"\n'
        f'connect-to = "liaison.example.com:80:127.0.0.1:{http_port}"\n'
        f"insecure\n"
    )
    with running(nginx, main, https_port):
        yield Place(machine, web_port, https_port, http_port, services, settings.read_text())


@contextmanager
def web_of_the_page(place: Place, shell: Shell, steps: list[Step]) -> Iterator[None]:
    """Start the web with all settings of a page, if one of its commands calls it."""
    settings = place.machine.folder / "etc/liaison.env"
    if not any(CALLS_WEB.search(step.command) for step in steps):
        settings.write_text(place.settings)
        yield
        return
    added = [shell.here(text) for text in map(settings_of, steps)]
    settings.write_text(place.settings + "".join(added))
    with place.machine.web(place.web_port):
        settings.write_text(place.settings)
        yield


CALLS_WEB = re.compile(r"curl|liaison-inbound ", re.MULTILINE)


def settings_of(step: Step) -> str:
    found = re.search(r"<<'SETTINGS'\n(.*)SETTINGS\n", step.command, re.DOTALL)
    return found[1] if found else ""


# --- What a page needs, and what it leads to ----------------------------------------------------


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
    yield
    place.settings = before


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
        patch.setattr("tests.attachments.scanning.test_antivirus.CONFIGURATION", own + lines)
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
    assert {rule["ID"] for rule in rules} == {"quarantine", "old versions"}


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
    "leaving.md": people_of_the_erp,
    "portal.md": portal,
    "first-manager.md": first_manager,
    "email-out.md": mail_server,
    "email-in.md": postfix_and_mailbox,
    "antivirus.md": antivirus,
    "s3.md": bucket,
    "secrets.md": role_of_postgres,
}


# --- The tests ----------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [page for page in PAGES if steps_of(page)])
@pytest.mark.django_db(transaction=True)
def test_commands_of_a_page_work_and_print_what_it_shows(
    document: str, place: Place, dovecot: ImapServer, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    shell = Shell(place.machine, place.services)
    steps = steps_of(document)
    with ExitStack() as stack:
        if prepare := PREPARED.get(document):
            stack.enter_context(prepare(place, dovecot=dovecot, cache=pytestconfig.cache))
        stack.enter_context(web_of_the_page(place, shell, steps))

        printed = shell.run(steps, out=tmp_path)

    for step, text in zip(steps, printed, strict=True):
        assert step.printed(text, shell.here), f"{step.command}\n{text}"


def test_each_block_is_run_or_named_with_its_reason() -> None:
    unknown = [block.name for block in all_blocks() if not (block.steps or reasons_of(block))]

    assert unknown == []


def test_each_reason_is_of_one_block() -> None:
    found = [reason for block in all_blocks() for reason in reasons_of(block)]

    assert sorted(found) == sorted(NOT_RUN.values())


def test_console_blocks_begin_with_a_command() -> None:
    consoles = [block for block in all_blocks() if block.language == "console"]

    assert consoles
    assert [block.name for block in consoles if not block.text.startswith("$ ")] == []


def test_each_setting_is_one_that_liaison_reads() -> None:
    known = set(
        re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    named = {name for block in all_blocks() for name in block.settings}

    assert named
    assert {name for name in named - known if not name.startswith("ANYMAIL_")} == set()
