"""Helm renders the chart for several installations, and Kubernetes' schemas accept the result."""

import json
import re
from typing import Any

import pytest
import yaml
from django.conf import settings

from core.jobs.enqueue import Queue
from core.version import VERSION
from tests.deploy.documents import DOCS
from tests.deploy.helm_chart import (
    CHART,
    WITH_SECRET,
    Manifest,
    container,
    found,
    helm,
    of_kind,
    pods,
    rendered,
)
from tests.deploy.helm_installations import (
    BROKER_AND_POOLER,
    EVERYTHING,
    INSTALLATIONS,
    OTHER_CONTROLLER,
    SECRETS,
)
from tests.site import ROOT

TEMPORARY = "/tmp"  # noqa: S108
# Chart.yaml names the oldest.
VERSIONS = ["1.27", "1.32", "1.37"]


@pytest.fixture(params=INSTALLATIONS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(INSTALLATIONS[request.param])


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_accepts_each_manifest(manifests: list[Manifest], version: str) -> None:
    validate = pytest.importorskip("kubernetes_validate").validate

    own = [each for each in manifests if each["kind"] != "PodMonitor"]

    assert len(own) > 5
    for manifest in own:
        validate(manifest, version, strict=True)


def test_monitor_is_one_that_the_operator_knows() -> None:
    """Its schema is not among those of Kubernetes: https://prometheus-operator.dev, PodMonitor."""
    (monitor,) = of_kind(rendered(EVERYTHING), "PodMonitor")

    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    assert endpoint["authorization"]["credentials"] == {
        "name": "from-vault",
        "key": "METRICS_TOKEN",
    }


def test_oldest_kubernetes_of_the_chart_is_the_oldest_that_is_tried() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert chart["kubeVersion"] == f">={VERSIONS[0]}.0-0"


def test_lint_finds_nothing() -> None:
    report = helm().lint(CHART, WITH_SECRET, strict=True)

    assert report["errors"] == []
    assert [m["error"] for m in report["messages"]] == ["icon is recommended"]


def test_chart_has_the_version_of_the_product() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)
    assert container(pods(rendered())["liaison-web"])["image"] == f"liaison:{VERSION}"


class TestPods:
    def test_have_no_rights_and_write_to_tmp_alone(self, manifests: list[Manifest]) -> None:
        for pod in pods(manifests).values():
            rights = container(pod)["securityContext"]
            assert pod["spec"]["securityContext"]["runAsNonRoot"]
            assert pod["spec"]["automountServiceAccountToken"] is False
            assert rights["readOnlyRootFilesystem"]
            assert rights["allowPrivilegeEscalation"] is False
            assert rights["capabilities"] == {"drop": ["ALL"]}
            (mount,) = container(pod)["volumeMounts"]
            assert mount == {"name": "temporary", "mountPath": TEMPORARY}

    def test_run_as_the_user_of_the_image(self) -> None:
        dockerfile = (ROOT / "deploy" / "compose" / "Dockerfile").read_text()
        (number,) = re.findall(r"useradd .*--uid (\d+)", dockerfile)

        users = {pod["spec"]["securityContext"]["runAsUser"] for pod in pods(rendered()).values()}

        assert users == {int(number)}

    def test_of_one_kind_are_spread_over_hosts(self) -> None:
        for name, pod in pods(rendered()).items():
            if name in {"liaison-beat", "liaison-migrate"}:
                continue
            (spread,) = pod["spec"]["topologySpreadConstraints"]
            assert spread["topologyKey"] == "kubernetes.io/hostname"
            assert spread["labelSelector"]["matchLabels"] == pod["metadata"]["labels"]

    def test_start_anew_when_a_setting_changes(self) -> None:
        def checksum(values: dict[str, Any]) -> str:
            pod = pods(rendered(values))["liaison-worker"]
            return str(pod["metadata"]["annotations"]["checksum/settings"])

        secrets = {"secrets": SECRETS}
        changed = {"secrets": {**SECRETS, "SECRET_KEY": "y" * 50}}
        assert checksum(secrets) == checksum(secrets)
        assert len({checksum(v) for v in (secrets, changed, {**secrets, "host": "b.fr"})}) == 3


class TestBudgetsAndScaling:
    def test_budget_selects_the_pods_of_each_kind(self) -> None:
        manifests = rendered()
        labels = {name: pod["metadata"]["labels"] for name, pod in pods(manifests).items()}

        budgets = of_kind(manifests, "PodDisruptionBudget")

        assert {each["metadata"]["name"] for each in budgets} == {
            name for name in labels if name not in {"liaison-beat", "liaison-migrate"}
        }
        for each in budgets:
            selected = each["spec"]["selector"]["matchLabels"]
            assert selected == labels[each["metadata"]["name"]]
            # One at a time, and never none: an eviction of a single pod goes on.
            assert each["spec"]["maxUnavailable"] == 1

    def test_workers_grow_by_the_age_of_the_oldest_row_of_each_of_their_queues(self) -> None:
        manifests = rendered(EVERYTHING)
        page = (ROOT / "deploy" / "docs" / "metrics.md").read_text()

        for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
            name = scaler["spec"]["scaleTargetRef"]["name"]
            assert "replicas" not in found(manifests, "Deployment", name)["spec"]
            if name == "liaison-web":
                assert scaler["spec"]["metrics"][0]["resource"]["name"] == "cpu"
                continue
            metrics = [each["external"]["metric"] for each in scaler["spec"]["metrics"]]
            (queues,) = re.findall(
                r"--queues,? ([a-z,]+)", " ".join(container(pods(manifests)[name])["args"])
            )
            asked = [each["selector"]["matchLabels"]["queue"] for each in metrics]
            assert asked == queues.split(",")
            assert {each["name"] for each in metrics} == {"liaison_queue_oldest_seconds"}
        assert "`liaison_queue_oldest_seconds` | queue |" in page

    def test_rule_of_the_page_gives_the_metric_that_the_scalers_ask_for(self) -> None:
        *_, adapter = values_of_the_page()
        (rule,) = adapter["rules"]["external"]
        scalers = of_kind(rendered(EVERYTHING), "HorizontalPodAutoscaler")
        asked = {
            metric["external"]["metric"]["name"]
            for scaler in scalers
            for metric in scaler["spec"]["metrics"]
            if metric["type"] == "External"
        }

        assert {rule["name"]["as"]} == asked
        assert rule["seriesQuery"].startswith(f"{rule['name']['as']}{{")
        # Each web process answers with the same number: their sum would be too many workers.
        assert rule["metricsQuery"].startswith("max(")


def order(hook: Manifest) -> int:
    """Return the place of an object among those that are made before the release."""
    annotations = hook["metadata"]["annotations"]
    assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
    return int(annotations["helm.sh/hook-weight"])


class TestMigration:
    def test_job_runs_before_the_release_with_settings_of_its_own(self) -> None:
        manifests = rendered({"secrets": SECRETS})
        job = found(manifests, "Job", "liaison-migrate")
        assert container(job["spec"]["template"])["envFrom"] == [
            {"secretRef": {"name": "liaison-migrate"}},
            {"configMapRef": {"name": "liaison-migrate"}},
        ]

        for kind, data in (("ConfigMap", "data"), ("Secret", "stringData")):
            copy = found(manifests, kind, "liaison-migrate")
            of_the_pods = found(manifests, kind, "liaison-settings")
            assert copy[data] == of_the_pods[data]
            assert order(copy) < order(job)
            assert "annotations" not in of_the_pods["metadata"]

    def test_job_goes_past_a_pooler(self) -> None:
        manifests = rendered(BROKER_AND_POOLER)
        environment = {
            each["name"]: each.get("value")
            for each in container(pods(manifests)["liaison-migrate"])["env"]
        }

        of_the_job = found(manifests, "Secret", "liaison-migrate")["stringData"]
        of_the_pods = found(manifests, "Secret", "liaison-settings")["stringData"]
        assert of_the_job["DATABASE_URL"] == SECRETS["DATABASE_URL"]
        assert "pgbouncer" in of_the_pods["DATABASE_URL"]
        assert environment == {"DATABASE_POOLER": ""}

    def test_pooler_without_the_address_of_postgresql_is_refused(self) -> None:
        values = {**WITH_SECRET, "settings": {"DATABASE_POOLER": "transaction"}}

        with pytest.raises(helm().HelmError, match="give the address of PostgreSQL itself"):
            rendered(values)

    def test_job_does_what_compose_does(self) -> None:
        compose = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())

        job = container(pods(rendered())["liaison-migrate"])

        assert job["args"] == compose["services"]["migrate"]["command"]


class TestValues:
    def test_settings_and_secrets_are_those_of_the_example(self) -> None:
        """A name that Liaison does not read stops the installation."""
        schema = json.loads((CHART / "values.schema.json").read_text())["properties"]
        settings_, secrets = (set(schema[name]["properties"]) for name in ("settings", "secrets"))
        text = (ROOT / ".env.example").read_text()
        # Two have a value of their own, by which the ingress is written too.
        own = {"TRUSTED_PROXIES", "INBOUND_EMAIL_MAX_BYTES"}

        assert settings_ & secrets == set()
        assert settings_ | secrets | own == set(
            re.findall(r"^#?([A-Z][A-Z0-9_]*)=", text, re.MULTILINE)
        )
        assert [n for n in settings_ if re.search(r"_KEY$|SECRET|TOKEN|PASSWORD$", n)] == []

    @pytest.mark.parametrize(
        ("values", "word"),
        [
            ({}, "SECRET_KEY"),
            ({**WITH_SECRET, "settings": {"LOG_LEVELL": "INFO"}}, "LOG_LEVELL"),
            ({**WITH_SECRET, "settings": {"METRICS_TOKEN": "x"}}, "METRICS_TOKEN"),
            ({**WITH_SECRET, "web": {"replica": 3}}, "replica"),
            ({**WITH_SECRET, "workers": {"worker": {"queues": ["realtme"]}}}, "/workers/worker"),
        ],
        ids=["nothing", "unknown setting", "secret in the ConfigMap", "unknown value", "queue"],
    )
    def test_mistake_is_named(self, values: dict[str, Any], word: str) -> None:
        with (
            helm().Chart.load(CHART) as chart,
            pytest.raises(helm().HelmError, match=word),
        ):
            chart.render(values, name="liaison", namespace="liaison")

    def test_each_variable_that_an_administrator_must_set_has_a_place(self) -> None:
        example = (ROOT / "deploy" / "compose" / "example.env").read_text()
        needed = set(re.findall(r"^([A-Z][A-Z0-9_]*)=", example, re.MULTILINE))
        schema = json.loads((CHART / "values.schema.json").read_text())["properties"]

        places = {
            *schema["settings"]["properties"],
            *schema["secrets"]["properties"],
            "TRUSTED_PROXIES",
        }

        of_compose_alone = {"POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
        assert needed - places == of_compose_alone

    def test_name_of_the_host_is_written_once(self) -> None:
        manifests = rendered({**WITH_SECRET, "host": "chat.bati.fr"})

        data = found(manifests, "ConfigMap", "liaison-settings")

        assert data["data"]["PUBLIC_URL"] == "https://chat.bati.fr"
        assert data["data"]["ALLOWED_HOSTS"] == "chat.bati.fr"

    def test_setting_wins_over_what_is_made_of_the_host(self) -> None:
        values = {**WITH_SECRET, "settings": {"ALLOWED_HOSTS": "chat.bati.fr,other.bati.fr"}}

        data = found(rendered(values), "ConfigMap", "liaison-settings")["data"]

        assert data["ALLOWED_HOSTS"] == "chat.bati.fr,other.bati.fr"


class TestIngress:
    def test_larger_emails_are_allowed_by_the_ingress_and_the_settings_together(self) -> None:
        manifests = rendered({**WITH_SECRET, "inboundEmailMaxMegabytes": 40})

        mail = found(manifests, "Ingress", "liaison-inbound-email")["metadata"]["annotations"]
        data = found(manifests, "ConfigMap", "liaison-settings")["data"]

        assert mail["nginx.ingress.kubernetes.io/proxy-body-size"] == "40m"
        assert data["INBOUND_EMAIL_MAX_BYTES"] == str(40 * 2**20)

    def test_largest_email_of_the_chart_is_that_of_the_settings(self) -> None:
        data = found(rendered(), "ConfigMap", "liaison-settings")["data"]

        assert int(data["INBOUND_EMAIL_MAX_BYTES"]) == settings.INBOUND_EMAIL_MAX_BYTES

    def test_another_controller_gets_its_class_and_no_word_of_nginx(self) -> None:
        for ingress in of_kind(rendered(OTHER_CONTROLLER), "Ingress"):
            assert ingress["spec"]["ingressClassName"] == "traefik"
            assert "tls" not in ingress["spec"]
            assert not ingress["metadata"]["annotations"]


class TestBackups:
    def test_one_is_made_each_night_and_one_checked_each_week_as_the_settings_say(self) -> None:
        found = pods(rendered(EVERYTHING))
        made, checked = (container(found[f"liaison-{name}"]) for name in ("backup", "backup-check"))

        assert made["args"][2:] == ["backup"]
        assert checked["args"][2:] == ["backup", "--verify"]
        assert made["envFrom"] == checked["envFrom"] == container(found["liaison-web"])["envFrom"]

    def test_they_go_past_a_pooler(self) -> None:
        manifests = rendered(BROKER_AND_POOLER)
        made = container(pods(manifests)["liaison-backup"])
        variables = {each["name"]: each for each in made["env"]}

        assert variables["DATABASE_POOLER"]["value"] == ""
        asked = variables["DATABASE_URL"]["valueFrom"]["secretKeyRef"]
        secrets = {each["metadata"]["name"]: each for each in of_kind(manifests, "Secret")}
        assert secrets[asked["name"]]["stringData"][asked["key"]] == SECRETS["DATABASE_URL"]

    def test_there_are_none_without_a_place(self) -> None:
        assert of_kind(rendered(WITH_SECRET), "CronJob") == []


def test_values_of_the_page_are_rendered() -> None:
    own, pooler, backups, _ = values_of_the_page()

    values = {**own, **pooler, "settings": {**pooler["settings"], **backups.pop("settings")}}
    manifests = rendered({**values, **backups})

    environment = container(pods(manifests)["liaison-migrate"])["env"]
    assert {"name": "liaison-postgresql", "key": "DATABASE_URL"} in [
        each["valueFrom"]["secretKeyRef"] for each in environment if "valueFrom" in each
    ]
    assert "liaison-backup" in pods(manifests)
    image = container(pods(manifests)["liaison-web"])["image"]
    assert image == f"registry.example.com/liaison:{VERSION}"
    assert image in (DOCS / "kubernetes.md").read_text()


def values_of_the_page() -> list[Any]:
    page = (DOCS / "kubernetes.md").read_text()
    found = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(text) for text in found]


def test_every_queue_is_served_by_the_default_workers() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    served = [queue for worker in values["workers"].values() for queue in worker["queues"]]

    assert set(served) == {queue.value for queue in Queue}
