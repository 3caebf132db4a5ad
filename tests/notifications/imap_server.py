"""A real IMAP server: Dovecot, with one account and a maildir in a folder of its own."""

import getpass
import grp
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imap_tools import MailBoxUnencrypted
from pytest_django import Settings

from deploy.launcher.ports import free_port

# Debian puts the server where only root's PATH looks.
PATH = f"{os.environ['PATH']}:/usr/sbin"
DOVECOT, DOVEADM = shutil.which("dovecot", path=PATH), shutil.which("doveadm", path=PATH)
NAME, PASSWORD = "liaison", "s@cret"
# Another account of the same mailbox: LOGIN takes no such password.
NAME_2, PASSWORD_2 = "liaison2", "sécret"
START_SECONDS = 20

# Dovecot gives no mail to root, and runs as nobody else but the one who starts it.
IS_ROOT = os.geteuid() == 0
OWNER = "nobody" if IS_ROOT else getpass.getuser()
GROUP = "nogroup" if IS_ROOT else grp.getgrgid(os.getegid()).gr_name

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
protocols = imap
first_valid_uid = 1
auth_failure_delay = 0
{accounts}
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=plain {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/mail
}}
service imap-login {{
  {chroot}
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
# Else each wrong password would delay the next login from this address.
service anvil {{
  {chroot}
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass
class ImapServer:
    folder: Path
    port: int
    tls_port: int

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    def url(
        self, *, name: str = NAME, password: str = PASSWORD, folder: str = "INBOX",
        is_secure: bool = False,
    ) -> str:  # fmt: skip
        scheme, port = ("imaps", self.tls_port) if is_secure else ("imap", self.port)
        account = f"{name}:{quote(password, safe='')}"
        return f"{scheme}://{account}@127.0.0.1:{port}/{quote(folder)}"

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[MailBoxUnencrypted]:
        """The mailbox as a mail program of a person has it."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=START_SECONDS) as box:
            box.login(NAME, PASSWORD, initial_folder=None)
            if not box.folder.exists(folder):
                box.folder.create(folder)
            box.folder.set(folder)
            yield box

    def put(self, *emails: bytes, folder: str = "INBOX") -> None:
        with self.opened(folder) as box:
            for raw in emails:
                box.append(raw, folder)

    def seen(self, folder: str = "INBOX") -> list[bool]:
        """Return of each email in the folder, oldest first, whether it is marked as seen."""
        with self.opened(folder) as box:
            return ["\\Seen" in email.flags for email in box.fetch(mark_seen=False)]

    def body_bytes_read(self) -> int:
        """Return how many bytes of emails all connections have read, by Dovecot's own count."""
        # A line is written at the end of a connection, just after the client has seen it.
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            log = (self.folder / "log").read_text()
            counts = re.findall(r"\bbody_bytes=(\d+)", log)
            if len(counts) == log.count("imap-login: Info: Login:"):
                return sum(map(int, counts))
            time.sleep(0.02)
        raise AssertionError("a connection is still open")

    def disconnect(self) -> None:
        """End every connection, as a restart of the server does."""
        assert DOVEADM is not None
        configuration = self.folder / "dovecot.conf"
        subprocess.run([DOVEADM, "-c", configuration, "kick", NAME], check=True)
        # The command returns before the connections have ended. Each end is logged with its bytes.
        self.body_bytes_read()

    def empty(self) -> None:
        for folder in (self.folder / "mail").iterdir():
            shutil.rmtree(folder)


@contextmanager
def running(folder: Path) -> Iterator[ImapServer]:
    """Start Dovecot in an empty folder that its own account can reach."""
    assert DOVECOT is not None
    server = ImapServer(folder, free_port(), free_port())
    _write(server)
    process = subprocess.Popen([DOVECOT, "-F", "-c", folder / "dovecot.conf"])
    try:
        _wait_until_it_listens(server, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(START_SECONDS)


def _write(server: ImapServer) -> None:
    folder = server.folder
    _write_certificate(folder)
    (folder / "users").write_text(f"{NAME}:{PASSWORD}\n{NAME_2}:{PASSWORD_2}\n")
    (folder / "mail").mkdir()
    if IS_ROOT:
        shutil.chown(folder / "mail", OWNER)
    own = f"default_internal_user = {OWNER}\ndefault_login_user = {OWNER}"
    (folder / "dovecot.conf").write_text(
        CONFIGURATION.format(
            folder=folder,
            port=server.port,
            tls_port=server.tls_port,
            owner=OWNER,
            group=GROUP,
            accounts="" if IS_ROOT else f"{own}\ndefault_internal_group = {GROUP}",
            chroot="" if IS_ROOT else "chroot =",
        )
    )


def _write_certificate(folder: Path) -> None:
    """Write a certificate of 127.0.0.1 that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def _wait_until_it_listens(server: ImapServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=START_SECONDS) as one:
                if one.recv(1_024):
                    return
        except OSError:
            time.sleep(0.05)
    log = server.folder / "log"
    raise AssertionError(log.read_text() if log.exists() else "Dovecot does not start")


@pytest.fixture(scope="module")
def dovecot() -> Iterator[ImapServer]:
    if DOVECOT is None:
        pytest.skip("dovecot is not installed (Debian's package dovecot-imapd)")
    # Not pytest's own folder, which is closed to the account of the mailbox.
    with TemporaryDirectory(prefix="liaison-imap-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with running(folder) as server:
            yield server


@pytest.fixture
def mailbox(dovecot: ImapServer, settings: Settings) -> Iterator[ImapServer]:
    settings.INBOUND_IMAP_URL = dovecot.url()
    yield dovecot
    dovecot.empty()
