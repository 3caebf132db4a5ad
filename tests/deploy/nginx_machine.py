"""A machine on which the document about systemd and nginx was followed, and who calls it."""

import http.client
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.launcher.ports import free_port
from tests.notifications.inbound_email.provider_forms import MAILGUN_KEY
from tests.site import ROOT, address_of_test_database

CONFIGURATIONS = ROOT / "deploy" / "nginx"
WRAPPER = """
daemon off;
{user}
error_log {folder}/error.log;
pid {folder}/pid;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
# Its workers would else be `nobody`, who may not write into the folders of the tests.
USER = "user root;" if os.geteuid() == 0 else ""


PUBLIC_NAME = "liaison.example.com"
SECRET = secrets.token_urlsafe()
PASSWORD = "chantier-demo"
# Two callers, neither of them a proxy.
HERE, THERE = "127.0.1.11", "127.0.1.12"


def nginx_program() -> str:
    """Return the path of nginx. Skip the test without one."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    return program


@dataclass
class Machine:
    """A folder where the document about systemd and nginx was followed, as on a server."""

    folder: Path
    # The unit runs before each start. Once is enough for the files of one version.
    has_static_files: bool = False

    def here(self, text: str) -> str:
        """Return a text of the document with the folders of this machine."""
        for there, here in {
            f"/etc/letsencrypt/live/{PUBLIC_NAME}": str(self.folder),
            "/etc/": f"{self.folder}/etc/",
            "deploy/systemd/install": f"deploy/systemd/install --root {self.folder}",
            "/var/lib/liaison": f"{self.folder}/home",
            "/var/log/nginx/": f"{self.folder}/",
            "/var/backups/": f"{self.folder}/var/backups/",
            "/run/liaison-metrics": f"{self.folder}/figures",
            "/opt/liaison/.venv/bin/": ".venv/bin/",
            ".venv/bin/": f"{Path(sys.executable).parent}/",
            "/opt/liaison": str(ROOT),
        }.items():
            text = text.replace(there, here)
        return text

    def follow_the_document(self) -> None:
        document = (ROOT / "deploy" / "docs" / "deployments.md").read_text()
        section = document.split("\n## systemd and nginx\n")[1].split("\n## ")[0]
        install, rest = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
        for name in ("nginx/sites-available", "nginx/sites-enabled"):
            (self.folder / "etc" / name).mkdir(parents=True)
        self.run("sh", "-euc", self.here(install))
        services = {
            **{name: os.environ[name] for name in os.environ if name.startswith("S3_")},
            "DATABASE_URL": address_of_test_database(),
            "REDIS_URL": os.environ["REDIS_URL"],
            "REALTIME_PREFIX": os.environ.get("REALTIME_PREFIX", "liaison"),
            "INBOUND_EMAIL_SECRET": SECRET,
            "ANYMAIL_WEBHOOK_SECRET": f"liaison:{SECRET}",
            "ANYMAIL_WEBHOOK_SECRET_FALLBACKS": "liaison:former",
            "ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY": MAILGUN_KEY,
            # What the document leaves to the administrator.
            "VAPID_SUBJECT": "mailto:it@bati.fr",
            "EMAIL_URL": "smtp://127.0.0.1:25",
            "DEFAULT_FROM_EMAIL": "Messages <messages@bati.fr>",
            "REPLY_DOMAIN": "reply.bati.fr",
        }
        with (self.folder / "etc" / "liaison.env").open("a") as file:
            file.writelines(f"{name}={shlex.quote(value)}\n" for name, value in services.items())
        # Else the settings read the file of a `manage.py up` of this working copy.
        self.run("sh", "-euc", self.here(rest), LIAISON_HOME=str(self.folder / "home"))

    @contextmanager
    def web(self, port: int) -> Iterator[None]:
        """Start a web process as its unit says, with a socket of this port as systemd passes it."""
        if not self.has_static_files:
            static, environment = self.unit("liaison-static.service")
            self.run(*static.split(), **environment)
            self.has_static_files = True
        command, environment = self.unit("liaison-web@.service")
        with (
            socket.create_server(("127.0.0.1", port)) as listening,
            (self.folder / "web.log").open("wb") as log,
        ):
            process = subprocess.Popen(
                ["sh", "-c", f"LISTEN_PID=$$ LISTEN_FDS=1 exec {command}"],
                cwd=ROOT, env=environment, stdout=log, stderr=log, close_fds=False,
                preexec_fn=partial(os.dup2, listening.fileno(), 3),
            )  # fmt: skip
        try:
            wait_until_it_answers(port)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def unit(self, name: str) -> tuple[str, dict[str, str]]:
        """Return the command and the environment of a unit, as on this machine."""
        unit = (self.folder / "etc/systemd/system" / name).read_text()
        lines = [line.partition("=") for line in self.here(unit).splitlines()]
        environment: dict[str, str] = {}
        for key, _, value in lines:
            if key == "EnvironmentFile":
                environment |= dict(w.split("=", 1) for w in self.words(Path(value).read_text()))
            elif key == "Environment":
                environment |= dict(word.split("=", 1) for word in value.split())
        (command,) = (value for key, _, value in lines if key == "ExecStart")
        (self.folder / "figures").mkdir(exist_ok=True)
        return command, environment

    def run(self, *command: str, **environment: str) -> None:
        path = os.environ["PATH"]
        done = subprocess.run(
            command, cwd=ROOT, env={"PATH": path, **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def words(self, text: str) -> list[str]:
        return shlex.split(text, comments=True)

    def site(self, name: str, *, port: int, upstream: int) -> Path:
        """Write the enabled site of the document for these ports; return its main file."""
        folder = self.folder / name
        folder.mkdir()
        text = self.here((self.folder / "etc/nginx/sites-enabled/liaison").read_text())
        for there, here in {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{upstream};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
            "listen [::]:443 ssl http2;": "",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen [::]:80;": "",
        }.items():
            assert there in text, there
            text = text.replace(there, here)
        (folder / "site.conf").write_text(text)
        main = folder / "nginx.conf"
        main.write_text(WRAPPER.format(folder=folder, user=USER))
        return main


@dataclass
class Caller:
    """A person's machine, which speaks to nginx over TLS from an address of its own."""

    port: int
    address: str

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, context=trust, source_address=(self.address, 0)
        )
        try:
            connection.request(method, path, body, {"Host": PUBLIC_NAME, **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def log_in(self, email: str, password: str, *, forged: str) -> int:
        return self.session(email, password, forged=forged)[0]

    def session(self, email: str, password: str, *, forged: str = "") -> tuple[int, str]:
        """Send the form of the login page; return the status and the session's cookie.

        `forged` is an X-Forwarded-For of the caller's own.
        """
        _, headers, page = self.ask("GET", "/login")
        (cookie,) = re.findall(r"csrftoken=\w+", headers["Set-Cookie"])
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.decode()))
        form = f"email={email}&password={password}&csrfmiddlewaretoken={token}"
        status, headers, _ = self.ask(
            "POST", "/login", form.encode(),
            **{
                "Cookie": cookie, "X-Forwarded-For": forged, "X-Forwarded-Proto": "http",
                "Referer": f"https://{PUBLIC_NAME}/login",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )  # fmt: skip
        cookies = " ".join(headers.get_all("Set-Cookie", []))
        return status, "".join(re.findall(r"sessionid=\w+", cookies))


def written(folder: Path, name: str, changes: dict[str, str]) -> Path:
    """Write a configuration of the deployments as it would be on this machine."""
    places = {
        "/etc/nginx/liaison-locations.conf": str(CONFIGURATIONS / "locations.conf"),
        "/var/log/nginx/": f"{folder}/",
    }
    text = (CONFIGURATIONS / name).read_text()
    for old, new in {**places, **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(WRAPPER.format(folder=folder, user=USER))
    return main


@contextmanager
def running(nginx: str, main: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen([nginx, "-c", str(main)])
    try:
        wait_until_it_listens(port)
        yield
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(30)


def wait_until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)
        else:
            return


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            status_of(port, "/livez")
        except OSError:
            assert time.monotonic() < deadline, "the web process does not answer"
            time.sleep(0.05)
        else:
            return


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "liaison.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)
