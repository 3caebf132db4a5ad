"""A real nginx with the configuration of the deployments, in front of the running product.

Where nginx is not installed, these tests say so and skip.
"""

import http.client
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from deploy.launcher.ports import free_port
from tests.site import Site

CONFIGURATIONS = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx"
WRAPPER = """
daemon off;
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


@pytest.fixture
def nginx() -> str:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    return program


def written(folder: Path, name: str, changes: dict[str, str]) -> Path:
    """Write a configuration of the deployments as it would be on this machine."""
    locations = "/etc/nginx/liaison-locations.conf"
    text = (CONFIGURATIONS / name).read_text()
    for old, new in {locations: str(CONFIGURATIONS / "locations.conf"), **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    main = folder / "nginx.conf"
    main.write_text(WRAPPER.format(folder=folder))
    return main


def test_the_one_of_a_machine_is_sound(nginx: str, tmp_path: Path) -> None:
    make_certificate(tmp_path)
    letsencrypt = "/etc/letsencrypt/live/liaison.example.com"
    main = written(tmp_path, "liaison.conf", {letsencrypt: str(tmp_path)})

    done = subprocess.run(
        [nginx, "-t", "-c", str(main)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


class TestInFrontOfTheProduct:
    @pytest.fixture
    def port(self, nginx: str, site: Site, tmp_path: Path) -> Iterator[int]:
        port = free_port()
        changes = {
            "server web:8000": f"server 127.0.0.1:{site.port}",
            "listen 80;": f"listen 127.0.0.1:{port};",
        }
        main = written(tmp_path, "container.conf", changes)
        process = subprocess.Popen([nginx, "-c", str(main)])
        try:
            wait_until_it_answers(port)
            yield port
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait(30)

    def test_pages_pass_and_figures_do_not(self, port: int) -> None:
        assert status_of(port, "/livez") == http.client.OK
        assert status_of(port, "/metrics") == http.client.FORBIDDEN

    def test_a_stream_is_not_held_back(self, port: int, odile: User) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        token = issue_development_token(odile)
        connection.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()

        # The greeting: much less than a buffer of nginx holds.
        line = answer.readline()
        connection.close()

        assert answer.status == http.client.OK
        assert line.startswith(b"retry:")


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            status_of(port, "/livez")
        except OSError:
            assert time.monotonic() < deadline, "nginx does not answer"
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
