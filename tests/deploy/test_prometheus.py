"""The rules and the board ask for what /metrics really gives, and the rules do what they say."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import translation
from prometheus_client.parser import text_string_to_metric_families

from core.models import User
from notifications.push.failure_count import count_failure
from tests.cast import Say
from tests.deploy import promtool
from tests.deploy.documents import DOCS
from workers.models import Alert, Backup, TaskHour, WorkerProcess
from workers.monitoring.causes import CAUSES
from workers.records.histogram import BUCKETS

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
RULES = DEPLOY / "prometheus" / "liaison-alerts.yml"
RULES_TESTS = DEPLOY / "prometheus" / "tests" / "liaison-alerts.yml"
BOARD = DEPLOY / "grafana" / "liaison-tasks.json"
METRIC = re.compile(r"\b(liaison_[a-z_]+)(?:\{([^}]*)\})?")
LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!=|!~|=)")
GROUPED = re.compile(r"\bby \(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def board_queries() -> list[str]:
    board = json.loads(BOARD.read_text())
    return [query["expr"] for panel in board["panels"] for query in panel["targets"]]


def queries() -> list[str]:
    return [*board_queries(), *(rule["expr"] for rule in rules())]


@pytest.fixture(scope="module")
def tool(request: pytest.FixtureRequest) -> Path:
    return promtool.program(request.config.cache.mkdir("promtool"))


def run(tool: Path, *arguments: str | Path) -> str:
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class TestTheRules:
    def test_rules_hold_in_their_own_tests(self, tool: Path) -> None:
        assert "SUCCESS" in run(tool, "test", "rules", RULES_TESTS)

    def test_rules_and_their_configuration_are_sound(self, tool: Path) -> None:
        run(tool, "check", "rules", RULES)
        run(tool, "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yml")

    def test_each_cause_has_one_rule(self) -> None:
        assert [rule["labels"]["cause"] for rule in rules()] == list(CAUSES)

    def test_each_rule_is_seen_open_and_not_open_in_its_tests(self) -> None:
        seen: dict[str, set[bool]] = {rule["alert"]: set() for rule in rules()}
        for case in yaml.safe_load(RULES_TESTS.read_text())["tests"]:
            for step in case["alert_rule_test"]:
                seen[step["alertname"]].add(bool(step["exp_alerts"]))

        assert {name for name, both in seen.items() if both != {True, False}} == set()

    def test_rule_leads_to_the_section_of_its_cause(self) -> None:
        """The anchors of the page are the keys of its headings."""
        sections = re.findall(r"^## `(\w+)`$", (DOCS / "alerts.md").read_text(), re.MULTILINE)
        led_to = {rule["labels"]["cause"]: rule["annotations"]["runbook_url"] for rule in rules()}

        assert led_to == {key: f"deploy/docs/alerts.md#{key}" for key in sections}

    def test_rule_says_what_the_dashboard_says_to_do(self) -> None:
        with translation.override("en"):
            said = {key: str(cause.what_to_do) for key, cause in CAUSES.items()}

        described = {
            rule["labels"]["cause"]: " ".join(rule["annotations"]["description"].split())
            for rule in rules()
        }

        assert described == said


@pytest.mark.django_db
class TestMetrics:
    @pytest.fixture
    def labels(self, client: Client, camille: User, say: Say) -> dict[str, set[str]]:
        """The labels of each name that /metrics gives, with something of everything."""
        say(camille, "Bonjour")
        Alert.objects.create(code="disk_full", about="db-1:/")
        WorkerProcess.objects.create(host="h", pid=1, queues=["realtime"], concurrency=2)
        TaskHour.objects.create(
            name="deliver", queue="notifications", hour="2026-11-18T10:00:00Z", succeeded=1,
            waits=[1] * BUCKETS, runs=[1] * BUCKETS,
        )  # fmt: skip
        Backup.objects.create(
            place="/b", outcome=Backup.Outcome.SUCCEEDED, taken_at="2026-11-18T02:30:00Z",
            ended_at="2026-11-18T02:31:00Z",
        )  # fmt: skip
        count_failure("503", TaskHour.objects.get().hour)
        client.get("/livez")
        answer = client.get("/metrics").content.decode()
        found: dict[str, set[str]] = {}
        for family in text_string_to_metric_families(answer):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
        return found

    @pytest.mark.parametrize("query", queries(), ids=range(len(queries())))
    def test_query_asks_for_names_and_labels_that_exist(
        self, query: str, labels: dict[str, set[str]]
    ) -> None:
        asked = METRIC.findall(query)
        grouped = {name.strip() for each in GROUPED.findall(query) for name in each.split(",")}
        has: set[str] = set()
        for name, selector in asked:
            assert name in labels
            assert set(LABEL.findall(selector)) <= labels[name]
            has |= labels[name]

        assert asked
        assert grouped <= has

    def test_open_alerts_are_counted_by_cause(self, client: Client) -> None:
        Alert.objects.create(code="disk_full", about="db-1:/")
        Alert.objects.create(code="disk_full", about="db-2:/")
        Alert.objects.create(code="dead", ended_at="2026-11-18T10:00:00Z")

        answer = client.get("/metrics").content.decode()

        counts = dict(re.findall(r'^liaison_alert_open\{cause="(\w+)"\} (\S+)$', answer, re.M))
        assert counts.pop("disk_full") == "2.0"
        assert counts.keys() | {"disk_full"} == CAUSES.keys()
        assert set(counts.values()) == {"0.0"}

    def test_outbox_shows_its_lag_by_job(self, client: Client, camille: User, say: Say) -> None:
        message = say(camille, "Bonjour")
        type(message).objects.update(due_at="2026-11-18T10:00:00Z")

        answer = client.get("/metrics").content.decode()

        lags = dict(re.findall(r'^liaison_job_oldest_seconds\{job="(\w+)"\} (\S+)$', answer, re.M))
        assert float(lags["fan_out_message"]) > 60
        assert float(lags["send_webhook"]) == 0


class TestTheBoard:
    def test_each_query_is_one_that_prometheus_reads(self, tool: Path, tmp_path: Path) -> None:
        records = [
            {"record": f"panel:{number}", "expr": query.replace("$__rate_interval", "5m")}
            for number, query in enumerate(board_queries())
        ]
        file = tmp_path / "board.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": records}]}))

        assert f"{len(records)} rules found" in run(tool, "check", "rules", file)

    def test_panels_do_not_lie_on_each_other(self) -> None:
        panels = json.loads(BOARD.read_text())["panels"]
        cells = [
            (x, y)
            for panel in panels
            for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
            for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
        ]

        assert len(cells) == len(set(cells))
        assert max(x for x, _ in cells) < 24
        assert len({panel["id"] for panel in panels}) == len(panels)

    def test_board_shows_alerts_lag_latency_and_deliveries(self) -> None:
        asked = " ".join(board_queries())

        for name in (
            "liaison_alert_open", "liaison_job_oldest_seconds", "liaison_task_wait_seconds_bucket",
            "liaison_push_delivered_percent", "liaison_email_delivered_percent",
            "liaison_push_failures_total",
        ):  # fmt: skip
            assert name in asked
