"""The conversations of the demo, made by the same actions as real ones."""

from datetime import datetime, timedelta
from random import Random

from django.db import connection, transaction

from core import demo as core_demo
from messaging.demo.playback import Performance
from messaging.demo.portraits import create_portraits
from messaging.demo.replies import create_replies
from messaging.demo.scenarios import plots_of

SEED = 2041
KNOWN_SINCE = timedelta(days=240)


@transaction.atomic
def load(*, now: datetime, size: float = 1.0) -> None:
    """Create the company, its clients and some 60 conversations of the last six months.

    All or nothing: half a demo would look like somebody's data and never be completed. `size`
    scales the number of conversations.
    """
    chance = Random(SEED)
    company = core_demo.create_company(since=now - KNOWN_SINCE)
    plots = plots_of(company, chance)
    for plot in plots[: round(len(plots) * size)]:
        Performance(plot, now, chance).play()
        # Drop what waits for the commit: thousands of events and jobs that nobody needs would keep
        # the first worker busy while the first real message waits.
        connection.run_on_commit.clear()
    create_replies(company)
    create_portraits(company)
    core_demo.archive_the_finished()
