from collections.abc import Iterator

import pytest

from deploy.home import Home
from tests.deploy.homes import new_home


@pytest.fixture
def home() -> Iterator[Home]:
    with new_home() as home:
        yield home
