"""`/livez` tells that the process is up, `/readyz` that its services answer."""

import time

import pytest
from django.test import Client
from pytest_django import Settings

from core.valkey import forget_clients
from core.web import health
from tests.sockets import frozen_port


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
