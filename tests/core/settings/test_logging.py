"""A log line holds the event and its traceback, and no secret."""

import json
import logging
import logging.config
import sys

import pytest
import structlog
from django.test import RequestFactory
from pytest_django import Settings

from core.logs.lines import line_formatter
from core.web.middleware import RequestLog


def formatted(record: logging.LogRecord, log_format: str) -> str:
    """Return the line that a process with this LOG_FORMAT writes."""
    configurator = logging.config.DictConfigurator({"version": 1})
    return configurator.configure_formatter(line_formatter(log_format)).format(record)


@pytest.fixture
def failure() -> logging.LogRecord:
    """The record of an exception that was raised where a password was at hand."""
    try:
        check_password("chantier-demo")
    except ValueError:
        return logging.LogRecord(
            "core", logging.ERROR, __file__, 1, "request_failed", (), sys.exc_info()
        )
    raise AssertionError


def check_password(password: str) -> None:
    length = len(password)
    raise ValueError(f"{length} characters")


class TestALogLine:
    def test_json_line_is_one_object_with_the_traceback(self, failure: logging.LogRecord) -> None:
        line = json.loads(formatted(failure, ""))

        assert (line["event"], line["level"]) == ("request_failed", "error")
        assert line["exception"][0]["frames"][-1]["name"] == "check_password"

    def test_json_line_never_holds_local_variables(self, failure: logging.LogRecord) -> None:
        assert "chantier-demo" not in formatted(failure, "")

    def test_text_line_is_words_with_the_traceback(self, failure: logging.LogRecord) -> None:
        text = formatted(failure, "text")

        assert "request_failed" in text.splitlines()[0]
        assert "ValueError: 13 characters" in text
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)


class TestTheAddressOnALogLine:
    def test_address_is_not_what_the_caller_says_it_is(self, settings: Settings) -> None:
        settings.TRUSTED_PROXY_COUNT = 1
        request = RequestFactory().get(
            "/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        )

        with structlog.contextvars.bound_contextvars():
            RequestLog.bind_ip(request)
            assert structlog.contextvars.get_contextvars()["ip"] == "203.0.113.9"
