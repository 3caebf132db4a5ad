"""A conversation with some history, and people who watch it."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from core.models import Chantier, Client, User
from messaging.models import Conversation
from tests.flows.race.cast import Cast, Watcher, mark_streams
from tests.site import Site
from tests.wire import Caller, stream_of


@pytest.fixture
def cast(
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
    morel: Client,
    conversation: Conversation,
) -> Cast:
    nina = User.objects.create(
        email="nina@demo.test", name="Nina Morel", role=User.Role.CLIENT, client=morel,
        is_active=False,
    )  # fmt: skip
    garage = Chantier.objects.create(client=morel, name="Garage")
    cast = Cast(camille, bruno, odile, marc, nina, conversation, garage)
    for author, body in ((camille, "Bonjour"), (odile, "Bonjour"), (bruno, "Merci")):
        cast.say(author, body)
    cast.fan_out()
    return cast


@pytest.fixture(scope="module")
def site_without_worker(running_site: Site) -> Site:
    """The site without a worker: the stories fan out when they want."""
    running_site.start_stopped_web()
    running_site.stop_worker()
    return running_site


@pytest.fixture
def watchers(
    transactional_db: None, site_without_worker: Site, cast: Cast
) -> Iterator[list[Watcher]]:
    site = site_without_worker
    with ExitStack() as streams:
        watching = [
            Watcher(Caller(site, person), streams.enter_context(stream_of(site, person)))
            for person in (cast.bruno, cast.odile, cast.marc)
        ]
        mark = mark_streams(cast)
        for watcher in watching:
            watcher.frames(mark)
        yield watching
