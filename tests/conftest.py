"""Give every test its fixtures. `tests.services` starts the real services."""

import gc
from collections.abc import Iterator
from math import inf

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.management import call_command
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from core import installation
from core.audit import reads
from tests import emptying
from tests.cast import (
    api,
    archived,
    bruno,
    camille,
    conversation,
    haddad,
    marc,
    morel,
    odile,
    say,
    villa,
    yanis,
)
from tests.listening import listening
from tests.site import pytest_runtest_protocol, running_site, site

__all__ = [
    "api",
    "archived",
    "bruno",
    "camille",
    "conversation",
    "emptying",
    "haddad",
    "listening",
    "marc",
    "morel",
    "odile",
    "pytest_runtest_protocol",
    "running_site",
    "say",
    "site",
    "villa",
    "yanis",
]


# The algorithm of production at its lowest cost: no password is at risk here.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 8
Argon2PasswordHasher.parallelism = 1

# The first text that Hypothesis makes builds its table of Unicode: seconds on a busy machine.
hypothesis_settings.register_profile(
    "liaison", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("liaison")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the garbage collector pass over the modules and the thousands of collected tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_language_is_left() -> Iterator[None]:
    """Forget the language of the last request, which the test client leaves to the next test."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def known_as_original() -> None:
    """Know the database as an original: the count of queries does not depend on the clock."""
    installation.remember(None, inf)


@pytest.fixture(autouse=True)
def reads_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let reads wait for `reads.flush`: the thread would write beside the test's transaction."""
    reads.forget()
    monkeypatch.setattr(reads.Batch, "ensure_started", lambda _batch: None)
    yield
    # The end of the run would write them, when PostgreSQL has stopped.
    reads.forget()


@pytest.fixture(scope="session", autouse=True)
def bucket() -> None:
    """Create the bucket of this process, once a run."""
    installation.remember(None, inf)
    call_command("setup_storage", verbosity=0)
