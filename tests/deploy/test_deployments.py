"""The files of the deployments name what the product has: queues, metrics, variables."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from core import server
from core.jobs.enqueue import Queue
from deploy.up import DRAIN_LIMIT_SECONDS
from tests.deploy.helm_chart import container, of_kind, pods, rendered
from workers.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("liaison*"))
QUEUES_OPTION = re.compile(r"(?:--queues[\s\",]+|WORKER_QUEUES=)([a-z,]+)")
# As `deploy.launcher.app_processes.workers` starts them.
LAUNCHED = [
    ["realtime", "notifications", "maintenance"],
    ["notifications", "realtime", "maintenance"],
]
VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
# Those that the chart asks for.
SECRETS = dict.fromkeys(("SECRET_KEY", "DATABASE_URL", "REDIS_URL"), "x")
# Of the containers' own programs, and of Python.
FOREIGN = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
# Given by one of our processes to another (tests/test_env_example.py).
INTERNAL = {"REMAP_SIGTERM", "WORKER_QUEUES"}


def text_of(*folders: str) -> str:
    files = (file for folder in folders for file in (DEPLOY / folder).iterdir())
    return "\n".join(file.read_text() for file in sorted(files))


@pytest.mark.parametrize("folder", ["compose", "systemd"])
def test_every_queue_is_served(folder: str) -> None:
    served = {q for found in QUEUES_OPTION.findall(text_of(folder)) for q in found.split(",")}

    assert served == {queue.value for queue in Queue}


@pytest.mark.parametrize("folder", ["compose", "systemd"])
def test_one_worker_prefers_messages_and_another_pushes(folder: str) -> None:
    """Each takes from its first queue that has a task: a flood of messages holds up no push."""
    orders = [found.split(",") for found in QUEUES_OPTION.findall(text_of(folder))]

    chart = yaml.safe_load((DEPLOY / "helm" / "liaison" / "values.yaml").read_text())
    of_chart = [worker["queues"] for worker in chart["workers"].values()]

    assert [order for order in orders if "realtime" in order] == LAUNCHED
    assert [order for order in of_chart if "realtime" in order] == LAUNCHED
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["queue_order_strategy"] == "priority"


def test_no_queue_hears_what_is_for_another() -> None:
    queues = app.amqp.queues.values()

    assert {queue.routing_key for queue in queues} == {queue.value for queue in Queue}
    assert all(queue.routing_key == queue.name for queue in queues)


@pytest.mark.parametrize("folder", ["compose", "prometheus"])
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
    manifests = rendered()
    for pod in pods(manifests).values():
        found |= {item["name"] for item in container(pod).get("env", [])}
    for each in of_kind(manifests, "ConfigMap"):
        found |= set(each["data"])
    return found


def names_in(services: Any) -> set[str]:
    return {name for service in services for name in service.get("environment", {})}


def test_every_install_takes_the_lock_and_nothing_else() -> None:
    """Without --no-deps, an older pip tries newer releases for an extra and fails."""
    installs = re.findall(r"pip install[^\n&]*", text_of("compose", "systemd"))

    assert installs
    assert all("--require-hashes" in line and "--no-deps" in line for line in installs)


def statement_seconds() -> float:
    options = settings.DATABASES["default"]["OPTIONS"]["options"]
    return int(re.findall(r"statement_timeout=(\d+)", options)[0]) / 1000


class TestPrometheusInACluster:
    """It finds the pods of the web, and sends the token of their secret."""

    def test_monitor_and_scrape_find_the_pods_of_the_web(self) -> None:
        manifests = rendered({"existingSecrets": ["liaison"], "podMonitor": {"enabled": True}})
        web = pods(manifests)["liaison-web"]
        labels = web["metadata"]["labels"]
        (port,) = container(web)["ports"]
        (monitor,) = of_kind(manifests, "PodMonitor")
        scrape = yaml.safe_load((DEPLOY / "prometheus" / "kubernetes.yml").read_text())
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        (job,) = scrape["scrape_configs"]

        assert monitor["spec"]["selector"]["matchLabels"] == labels
        assert endpoint["port"] == port["name"]
        keep = job["relabel_configs"][0]
        assert keep["regex"] == ";".join([labels["app"], labels["part"], port["name"]])

    @pytest.mark.parametrize(
        "values",
        [{"existingSecrets": ["liaison"]}, {"secrets": SECRETS}],
        ids=["a Secret that exists", "a Secret of the chart"],
    )
    def test_token_is_in_the_secret_that_the_pods_read(self, values: dict[str, Any]) -> None:
        manifests = rendered({**values, "podMonitor": {"enabled": True}})
        (source, _) = container(pods(manifests)["liaison-web"])["envFrom"]
        (monitor,) = of_kind(manifests, "PodMonitor")
        token = monitor["spec"]["podMetricsEndpoints"][0]["authorization"]["credentials"]
        example = (DEPLOY / "compose" / "example.env").read_text()

        assert token == {"name": source["secretRef"]["name"], "key": "METRICS_TOKEN"}
        # The secret is made from this file. Without a token, only the pod itself may read.
        assert re.search(r"^METRICS_TOKEN=.+$", example, re.MULTILINE)

    def test_no_annotation_asks_for_a_scrape_without_a_token(self) -> None:
        assert "prometheus.io/" not in str(rendered())


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
        size = "nginx.ingress.kubernetes.io/proxy-body-size"
        found = {
            path: int(annotations[size].removesuffix("m"))
            for path, annotations in self.ingress_annotations().items()
        }

        assert found == self.megabytes()

    def ingress_annotations(self) -> dict[str, dict[str, str]]:
        """Return the annotations of each Ingress, by its path."""
        found = {}
        for ingress in of_kind(rendered(), "Ingress"):
            (rule,) = ingress["spec"]["rules"]
            for path in rule["http"]["paths"]:
                is_exact = path["pathType"] == "Exact"
                assert is_exact != path["path"].endswith("/")
                found[path["path"]] = ingress["metadata"]["annotations"]
        return found

    def megabytes(self) -> dict[str, int]:
        sizes = settings.BODY_MAX_BYTES
        assert all(size % 2**20 == 0 for size in sizes.values())
        return {path: size // 2**20 for path, size in sizes.items()}

    def test_waits_of_nginx_are_those_of_the_settings(self) -> None:
        text = (DEPLOY / "nginx" / "locations.conf").read_text()
        seconds = {
            name: {int(n) for n in re.findall(rf"^ *{name} (\d+)s;", text, re.MULTILINE)}
            for name in ("client_header_timeout", "client_body_timeout", "proxy_read_timeout")
        }
        (count, kilobytes) = re.findall(r"^large_client_header_buffers (\d+) (\d+)k;", text, re.M)[
            0
        ]

        assert seconds["client_header_timeout"] == {settings.REQUEST_HEAD_SECONDS}
        assert seconds["client_body_timeout"] == {settings.BODY_STALLED_SECONDS}
        # No answer takes longer than a statement of PostgreSQL may; each is waited for.
        assert min(seconds["proxy_read_timeout"]) >= 2 * statement_seconds()
        assert int(count) * int(kilobytes) * 1024 < settings.REQUEST_HEAD_MAX_BYTES

    def test_stream_waits_for_more_than_two_heartbeats_and_is_not_buffered(self) -> None:
        text = (DEPLOY / "nginx" / "locations.conf").read_text()
        (stream,) = re.findall(r"^location = /api/v1/stream \{\n(.*?)^\}", text, re.M | re.DOTALL)
        ingress = self.ingress_annotations()["/"]
        prefix = "nginx.ingress.kubernetes.io/"

        found = {
            "nginx": (
                re.findall(r"proxy_buffering (\w+);", stream),
                re.findall(r"proxy_read_timeout (\d+)s;", stream),
            ),
            "ingress": (
                [ingress[f"{prefix}proxy-buffering"]],
                [ingress[f"{prefix}proxy-read-timeout"]],
            ),
        }

        for way, (buffering, (seconds,)) in found.items():
            assert buffering == ["off"], way
            assert int(seconds) > 2 * settings.STREAM_HEARTBEAT_SECONDS, way

    def test_nginx_of_compose_names_the_fixed_addresses_of_the_web(self) -> None:
        """A name would be read once, and a container that is made anew has another address."""
        compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
        dockerfile = (DEPLOY / "compose" / "Dockerfile").read_text()
        (port,) = re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)
        webs = [one for name, one in compose["services"].items() if name.startswith("web-")]
        fixed = [web["networks"]["default"]["ipv4_address"] for web in webs]
        text = (DEPLOY / "nginx" / "container.conf").read_text()

        named = re.findall(r"^ +server (\S+) fail_timeout=1s;", text, re.MULTILINE)

        assert named == [f"{address}:{port}" for address in fixed]
        assert len(named) == 2

    def test_compose_trusts_its_own_network(self) -> None:
        compose = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
        (network,) = compose["networks"]["default"]["ipam"]["config"]
        example = (DEPLOY / "compose" / "example.env").read_text()

        assert f"\nTRUSTED_PROXIES={network['subnet']}\n" in example

    def test_every_web_process_is_started_by_our_server(self) -> None:
        """It leaves the headers of proxies to the settings, limits heads, and drains."""
        started = {
            path.relative_to(ROOT).as_posix(): text
            for folder in ("compose", "systemd", "helm/liaison/templates", "launcher")
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
        pod = pods(rendered())["liaison-web"]
        _, pause = container(pod)["lifecycle"]["preStop"]["exec"]["command"]

        assert needed < DRAIN_LIMIT_SECONDS
        assert needed < int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0])
        for name in ("web-1", "web-2"):
            assert needed < int(compose["services"][name]["stop_grace_period"].removesuffix("s"))
        assert needed + int(pause) < pod["spec"]["terminationGracePeriodSeconds"]


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
