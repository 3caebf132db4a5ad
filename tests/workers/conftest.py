"""Forget between two tests the attempts that this process recorded."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.lost_valkey import valkey_at
from tests.sockets import frozen_port
from workers.records import recorder


@pytest.fixture(autouse=True)
def nothing_recorded() -> None:
    recorder.forget()


@pytest.fixture
def frozen_valkey(settings: Settings) -> Iterator[None]:
    """A Valkey that accepts every connection and never answers."""
    with frozen_port() as port, valkey_at(port, settings):
        yield
