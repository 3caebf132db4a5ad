"""The files of the deployments name what the product has: queues, metrics, variables."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client

from core import server
from core.jobs.enqueue import Queue
from deploy.up import DRAIN_LIMIT_SECONDS
from workers.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("liaison*"))
QUEUES_OPTION = re.compile(r"--queues[\s\",]+([a-z,]+)")
METRIC = re.compile(r"\bliaison_[a-z_]+")
# What Prometheus adds to a name.
SUFFIXES = re.compile(r"_(total|bucket|sum|count)$")
VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
# Of the containers' own programs, and of Python.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
# Given by one of our processes to another (tests/test_env_example.py).
INTERNAL = {"REMAP_SIGTERM"}


def text_of(*folders: str) -> str:
    files = (file for folder in folders for file in (DEPLOY / folder).iterdir())
    return "\n".join(file.read_text() for file in sorted(files))


@pytest.mark.parametrize("folder", ["compose", "systemd", "kubernetes"])
def test_every_queue_is_served(folder: str) -> None:
    served = {q for found in QUEUES_OPTION.findall(text_of(folder)) for q in found.split(",")}

    assert served == {queue.value for queue in Queue}


def test_no_queue_hears_what_is_for_another() -> None:
    queues = app.amqp.queues.values()

    assert {queue.routing_key for queue in queues} == {queue.value for queue in Queue}
    assert all(queue.routing_key == queue.name for queue in queues)


@pytest.mark.parametrize("folder", ["compose", "kubernetes", "prometheus"])
def test_its_yaml_is_yaml(folder: str) -> None:
    files = [file for file in (DEPLOY / folder).iterdir() if file.suffix in {".yaml", ".yml"}]

    assert files
    for file in files:
        assert all(yaml.safe_load_all(file.read_text()))


def test_each_variable_is_one_that_the_product_reads() -> None:
    known = set(VARIABLE.findall((ROOT / ".env.example").read_text()))

    assert set(variables_set()) - known - FOREIGN - PYTHON - INTERNAL == set()


def variables_set() -> set[str]:
    found = set(VARIABLE.findall((DEPLOY / "compose" / "example.env").read_text()))
    for line in text_of("systemd").splitlines():
        if line.startswith("Environment="):
            found |= {word.partition("=")[0] for word in line[len("Environment=") :].split()}
    dockerfile = (DEPLOY / "compose" / "Dockerfile").read_text()
    for instruction in re.findall(r"^ENV ((?:.*\\\n)*.*)$", dockerfile, re.MULTILINE):
        found |= set(re.findall(r"([A-Z_]+)=", instruction))
    compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    found |= names_in(compose["services"].values())
    for document in yaml.safe_load_all((DEPLOY / "kubernetes" / "liaison.yaml").read_text()):
        pod = document.get("spec", {}).get("template", {}).get("spec", {})
        found |= {item["name"] for c in pod.get("containers", []) for item in c.get("env", [])}
    return found


def names_in(services: Any) -> set[str]:
    return {name for service in services for name in service.get("environment", {})}


def test_every_install_takes_the_lock_and_nothing_else() -> None:
    """Without --no-deps, an older pip tries newer releases for an extra and fails."""
    installs = re.findall(r"pip install[^\n&]*", text_of("compose", "systemd", "kubernetes"))

    assert installs
    assert all("--require-hashes" in line and "--no-deps" in line for line in installs)


@pytest.mark.django_db
def test_boards_and_alerts_ask_for_metrics_that_exist(client: Client) -> None:
    board = json.loads((DEPLOY / "grafana" / "liaison-tasks.json").read_text())
    asked = {query["expr"] for panel in board["panels"] for query in panel["targets"]}
    wanted = {name for query in asked for name in METRIC.findall(query)}
    wanted |= set(METRIC.findall((DEPLOY / "prometheus" / "liaison-alerts.yml").read_text()))

    answer = client.get("/metrics").content.decode()

    described = set(re.findall(r"^# TYPE (\S+)", answer, re.MULTILINE))
    known = {SUFFIXES.sub("", name) for name in described}
    assert {SUFFIXES.sub("", name) for name in wanted} - known == set()


class TestTheProxies:
    """The numbers of the proxies are those of the settings."""

    def test_body_limits_of_nginx_are_those_of_the_settings(self) -> None:
        text = (DEPLOY / "nginx" / "locations.conf").read_text()
        limit = re.compile(r"^ *client_max_body_size (\d+)m;", re.MULTILINE)
        locations = re.findall(
            r"^location (?:= )?(\S+) \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL
        )
        found = {
            path: int(limit.findall(body)[0]) for path, body in locations if limit.search(body)
        }
        found["/"] = int(limit.findall(text)[0])

        assert found == self.megabytes()

    def test_body_limits_of_the_ingress_are_those_of_the_settings(self) -> None:
        found = {}
        for document in yaml.safe_load_all((DEPLOY / "kubernetes" / "liaison.yaml").read_text()):
            if document["kind"] == "Ingress":
                annotations = document["metadata"]["annotations"]
                (rule,) = document["spec"]["rules"]
                (path,) = rule["http"]["paths"]
                size = annotations["nginx.ingress.kubernetes.io/proxy-body-size"]
                found[path["path"]] = int(size.removesuffix("m"))

        assert found == self.megabytes()

    def megabytes(self) -> dict[str, int]:
        sizes = {
            "/": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            "/inbound/email": settings.INBOUND_EMAIL_MAX_BYTES,
        }
        assert all(size % 2**20 == 0 for size in sizes.values())
        return {path: size // 2**20 for path, size in sizes.items()}

    def test_compose_trusts_its_own_network(self) -> None:
        compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
        (network,) = compose["networks"]["default"]["ipam"]["config"]
        example = (DEPLOY / "compose" / "example.env").read_text()

        assert f"\nTRUSTED_PROXIES={network['subnet']}\n" in example

    def test_every_web_process_is_started_by_our_server(self) -> None:
        """It leaves the headers of proxies to the settings, limits heads, and drains."""
        started = {
            path.relative_to(ROOT).as_posix(): text
            for folder in ("compose", "systemd", "kubernetes", "launcher")
            for path in (DEPLOY / folder).iterdir()
            if path.is_file()
            if "core.server" in (text := path.read_text()) or "uvicorn" in text
        }

        assert started.keys() == {
            "deploy/compose/Dockerfile",
            "deploy/launcher/app_processes.py",
            "deploy/systemd/liaison-web@.service",
        }
        assert [path for path, text in started.items() if "uvicorn" in text] == []

    @pytest.mark.parametrize("name", ["liaison.conf", "container.conf"])
    def test_nginx_closes_idle_connections_before_the_web_does(self, name: str) -> None:
        text = (DEPLOY / "nginx" / name).read_text()
        (seconds,) = re.findall(r"^ +keepalive_timeout (\d+)s;", text, re.MULTILINE)

        assert int(seconds) < server.LINGER_SECONDS < server.KEEP_ALIVE_SECONDS

    def test_web_has_time_to_drain_before_it_is_killed(self) -> None:
        needed = server.DRAIN_SECONDS + server.GRACE_SECONDS
        unit = (DEPLOY / "systemd" / "liaison-web@.service").read_text()
        compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
        (pod,) = [
            document["spec"]["template"]["spec"]
            for document in yaml.safe_load_all((DEPLOY / "kubernetes/liaison.yaml").read_text())
            if document["metadata"]["name"] == "liaison-web"
        ]
        (container,) = pod["containers"]
        _, pause = container["lifecycle"]["preStop"]["exec"]["command"]

        assert needed < DRAIN_LIMIT_SECONDS
        assert needed < int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0])
        for name in ("web-1", "web-2"):
            assert needed < int(compose["services"][name]["stop_grace_period"].removesuffix("s"))
        assert needed + int(pause) < pod["terminationGracePeriodSeconds"]


class TestSystemd:
    """As systemd itself reads the units, with our own folder where /opt/liaison would be."""

    def test_units_are_sound(self, tmp_path: Path) -> None:
        program = shutil.which("systemd-analyze")
        if program is None:
            pytest.skip("systemd-analyze is not installed")
        for unit in UNITS:
            here = unit.read_text().replace("/opt/liaison", str(ROOT))
            name = unit.name.replace("@.", "@1.")
            (tmp_path / name).write_text(here.replace("User=liaison\n", ""))

        done = subprocess.run(
            [program, "verify", "--man=no", "--recursive-errors=no", *tmp_path.iterdir()],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert (done.returncode, done.stderr) == (0, "")
