"""`/livez` tells that the process is up, `/readyz` that its services answer."""

import time
from typing import ClassVar

import pytest
from django.test import Client
from pytest_django import Settings

from core.valkey import forget_clients
from core.web import health
from tests.sockets import closed_port, frozen_port


class TestLivez:
    def test_livez_needs_no_service(self) -> None:
        assert Client().get("/livez").content == b"ok"


# A check takes a fifth of a second (Valkey's time-out); one that waits for a frozen service never
# ends. The rest is for a busy machine.
PATIENCE_SECONDS = 20.0


@pytest.mark.django_db(transaction=True)
class TestReadyz:
    @pytest.fixture(autouse=True)
    def busy_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health, "CHECK_SECONDS", PATIENCE_SECONDS)

    def test_readyz_is_200_when_every_service_answers(self) -> None:
        answer = Client().get("/readyz")

        assert answer.status_code == 200
        assert {answer.json()[name] for name in health.CHECKS} == {"ok"}

    def test_readyz_names_a_frozen_service_and_does_not_wait_for_it(
        self, settings: Settings
    ) -> None:
        with frozen_port() as port:
            settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
            forget_clients()
            started = time.monotonic()

            answer = Client().get("/readyz")

            assert time.monotonic() - started < PATIENCE_SECONDS
        forget_clients()
        assert answer.status_code == 503
        assert answer.json()["database"] == "ok"
        assert answer.json()["valkey"] != "ok"

    def test_stranger_reads_no_address_of_a_service_and_a_monitor_does(
        self, settings: Settings
    ) -> None:
        settings.METRICS_TOKEN = "s3cret"
        address = f"127.0.0.1:{closed_port()}"
        settings.REDIS_URL = f"redis://{address}/0"
        forget_clients()

        stranger = Client().get("/readyz")
        monitor = Client().get("/readyz", headers={"Authorization": "Bearer s3cret"})

        forget_clients()
        assert (stranger.status_code, monitor.status_code) == (503, 503)
        assert stranger.json()["valkey"] == health.NO_ANSWER
        assert address.split(":")[1] not in stranger.content.decode()
        assert address in monitor.json()["valkey"]

    def test_reason_is_logged_once_and_again_after_an_answer(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        good = settings.REDIS_URL
        bad = f"redis://127.0.0.1:{closed_port()}/0"
        for url in (good, bad, bad, good, bad):
            settings.REDIS_URL = url
            forget_clients()
            Client().get("/readyz")

        settings.REDIS_URL = good
        forget_clients()
        Client().get("/readyz")
        lines = [line for line in caplog.messages if "service_does_not_answer" in line]
        assert len(lines) == 2


@pytest.mark.django_db(transaction=True)
class TestNames:
    """Prometheus and the probes of Kubernetes call a pod by its address."""

    HOST: ClassVar = {"Host": "10.244.3.7:8000"}

    @pytest.fixture(autouse=True)
    def hosts(self, settings: Settings) -> None:
        settings.ALLOWED_HOSTS = [".liaison.example.com"]

    def test_readyz_and_metrics_answer_under_the_address_of_a_pod(self) -> None:
        assert Client().get("/readyz", headers=self.HOST).status_code == 200
        assert Client().get("/metrics", headers=self.HOST).status_code == 200

    def test_pages_answer_under_their_names_only(self) -> None:
        assert Client().get("/login", headers=self.HOST).status_code == 400
        assert Client().get("/login", headers={"Host": "liaison.example.com"}).status_code == 200
