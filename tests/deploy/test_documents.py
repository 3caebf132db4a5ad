"""Each command of deploy/docs is run as it stands there, on a machine of its own.

The machine is a folder where deployments.md was followed: PostgreSQL, Valkey and S3 of the run, the
web process of the unit, Debian's nginx in front. A block that cannot be run is in NOT_RUN.
"""

import http.client
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from attachments.decoder.protocol import SMALL_PX
from attachments.storage.bucket_setup import set_up_bucket
from core.models import User
from deploy.launcher.ports import free_port
from messaging.models import Conversation
from notifications.outbound_email.reply_address import address_for
from tests.attachments.samples import large_photo
from tests.attachments.senders import get
from tests.bundles import build_bundles
from tests.deploy.documents import Block, Shell, Step, blocks, pages
from tests.deploy.installation import LoggedIn, workers
from tests.deploy.nginx_machine import PASSWORD, Machine, make_certificate, nginx_program, running
from tests.deploy.preparations import PREPARED, Place, bucket_of_the_page
from tests.notifications.imap_server import ImapServer, dovecot
from tests.notifications.inbound_email.letters import letter
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
    ("kubernetes.md", "settings: {DATABASE"): "values; tests/deploy/test_helm.py renders them",
    ("kubernetes.md", "settings: {BACKUP"): "values; tests/deploy/test_helm.py renders them",
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
    ("alerts.md", "systemctl list-timers"): SYSTEMD,
    ("backup.md", "systemctl enable"): SYSTEMD,
    ("backup.md", "30 2"): DOCKER,
    (
        "backup.md",
        ".venv/bin/python manage.py restore",
    ): "needs an empty database; test_rehearsal.py has one",
    (
        "backup.md",
        ".venv/bin/python -m tests.bench",
    ): "takes half an hour",
    ("alerts.md", "systemctl status postgresql"): SYSTEMD,
    ("secrets.md", 'valkey-cli -u "$REDIS_URL" ACL SETUSER default \'>'): VALKEY_CLI,
    ("secrets.md", 'valkey-cli -u "$REDIS_URL" ACL SETUSER default \'<'): VALKEY_CLI,
    ("tracing.md", ".venv/bin/pip install"): "downloads packages; this run has those of the lock",
    ("tracing.md", "promtool"): "tests/deploy/test_prometheus.py runs it",
    ("troubleshooting.md", "journalctl"): SYSTEMD,
    ("upgrade.md", "mkdir -p /opt/liaison-0.2.0"): "tests/deploy/test_release.py unpacks a release",
    ("upgrade.md", ".venv/bin/python manage.py upgrade --backup-to"): "test_upgrade.py runs it",
    ("upgrade.md", ".venv/bin/python manage.py upgrade --back\n"): "test_upgrade.py runs it",
    ("upgrade.md", "docker compose"): DOCKER,
}
PAGES = [page for page in pages() if page not in FOLLOWED_ELSEWHERE]


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
    try:
        with running(nginx, main, https_port):
            yield Place(machine, web_port, https_port, http_port, services, settings.read_text())
    finally:
        # The document set the bucket of this run up for its own address.
        set_up_bucket()


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


@pytest.mark.django_db(transaction=True)
def test_message_with_a_photo_and_an_email_of_4_mb_arrive_on_the_machine_of_the_documents(
    place: Place, tmp_path: Path, camille: User
) -> None:
    camille.set_password(PASSWORD)
    camille.save()
    (place.machine.folder / "etc/liaison.env").write_text(place.settings)
    (hand_over,) = [b for b in blocks("email-in.md") if b.text.startswith("install -m 600")]
    with place.machine.web(place.web_port), workers(place.machine):
        client = LoggedIn.at(place.https_port, camille.email, PASSWORD)
        opened = client.call("POST", "/conversations", {"subject": "Carrelage"})["id"]
        sent = client.send_file("salon.jpg", large_photo())
        client.call(
            "POST", f"/conversations/{opened}/messages", {"body": "Voici", "attachments": [sent]}
        )

        status, _, small = get(client.preview(sent, SMALL_PX))

        assert status == http.client.OK
        assert max(Image.open(BytesIO(small)).size) == SMALL_PX

        email = letter(address_for(camille, Conversation.objects.get(pk=opened)), "Et la cuisine")
        email.add_attachment(
            large_photo(), maintype="image", subtype="jpeg", filename="cuisine.jpg"
        )
        (tmp_path / "email").write_bytes(email.as_bytes())
        assert (tmp_path / "email").stat().st_size > 4_000_000
        program = "/opt/liaison/deploy/postfix/liaison-inbound /etc/liaison-inbound.conf"
        out = tmp_path / "out"
        out.mkdir()
        Shell(place.machine, place.services).run(
            [*hand_over.steps, Step(f"{program} < {tmp_path}/email")], out=out
        )

        arrived = client.last_message(opened)
        (file,) = arrived["attachments"]
        client.preview(file["id"], SMALL_PX)
        assert (arrived["body"], file["name"]) == ("Et la cuisine", "cuisine.jpg")


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
