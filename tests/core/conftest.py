"""Define the fixtures of core's tests."""

from collections.abc import Iterator

import pytest

from core.models import User
from core.valkey import valkey
from tests.cast import PASSWORD


@pytest.fixture
def fresh_counters() -> Iterator[None]:
    """Delete the counters of earlier tests: no transaction undoes what is in Valkey."""
    valkey().flushdb()
    yield
    valkey().flushdb()


@pytest.fixture
def camille_with_password(camille: User, fresh_counters: None) -> User:
    camille.set_password(PASSWORD)
    camille.save()
    return camille
