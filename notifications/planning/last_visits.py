"""Keep when a page of a person was last on screen."""

from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

# A visible page says so every 40 seconds, and most of these write nothing.
AT_MOST_EVERY = timedelta(minutes=1)

NOTE = """
    INSERT INTO notifications_lastseen (user_id, at) VALUES (%(user)s, %(now)s)
    ON CONFLICT (user_id) DO UPDATE SET at = excluded.at
        WHERE notifications_lastseen.at < %(before)s
"""


def note(user_id: UUID) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"user": user_id, "now": now, "before": now - AT_MOST_EVERY})
