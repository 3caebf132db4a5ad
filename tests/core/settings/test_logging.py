"""What a log line holds, and what it must not."""

import json
import logging
import sys

import pytest
import structlog
from django.test import RequestFactory
from pytest_django import Settings

from core import logs
from core.web.middleware import RequestLog


@pytest.fixture
def line_of_an_error(monkeypatch: pytest.MonkeyPatch) -> str:
    """The line about an exception raised where a password was at hand."""
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        processor=logs.renderer, foreign_pre_chain=logs.shared
    )
    try:
        check_password("chantier-demo")
    except ValueError:
        record = logging.LogRecord(
            "core", logging.ERROR, __file__, 1, "request_failed", (), sys.exc_info()
        )
    return formatter.format(record)


def check_password(password: str) -> None:
    length = len(password)
    raise ValueError(f"{length} characters")


class TestALogLine:
    def test_is_one_json_object_with_the_traceback(self, line_of_an_error: str) -> None:
        line = json.loads(line_of_an_error)

        assert (line["event"], line["level"]) == ("request_failed", "error")
        assert line["exception"][0]["frames"][-1]["name"] == "check_password"

    def test_never_holds_the_variables_of_the_code(self, line_of_an_error: str) -> None:
        assert "chantier-demo" not in line_of_an_error


class TestTheAddressOnALogLine:
    def test_is_not_what_the_caller_says_it_is(self, settings: Settings) -> None:
        settings.TRUSTED_PROXY_COUNT = 1
        request = RequestFactory().get(
            "/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        )

        with structlog.contextvars.bound_contextvars():
            RequestLog.bind_ip(request)
            assert structlog.contextvars.get_contextvars()["ip"] == "203.0.113.9"
