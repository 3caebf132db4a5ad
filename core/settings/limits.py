"""How much, how large, how often and how long."""

from datetime import timedelta

from core.settings.env import env

# How much of the demo's 60 conversations is loaded.
DEMO_SIZE = env.float("DEMO_SIZE", default=1.0)

MESSAGE_EDIT_WINDOW = timedelta(minutes=env.int("MESSAGE_EDIT_WINDOW_MINUTES", default=15))
# Per person; more is a script or a stuck key.
MESSAGES_PER_MINUTE = env.int("MESSAGES_PER_MINUTE", default=60)
CONVERSATIONS_PER_HOUR = env.int("CONVERSATIONS_PER_HOUR", default=60)

# A silent stream sends a comment this often: less than what any proxy on the way waits.
STREAM_HEARTBEAT_SECONDS = env.float("STREAM_HEARTBEAT_SECONDS", default=15.0)
# How often an open stream asks whether its person may still listen.
STREAM_RECHECK_SECONDS = env.float("STREAM_RECHECK_SECONDS", default=60.0)

ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=50 * 1024 * 1024)
# Above this, a file is sent in parts of this size: a phone that lost its signal sends only the
# missing ones. S3 takes no part under 5 MiB but the last.
ATTACHMENT_PART_BYTES = env.int("ATTACHMENT_PART_BYTES", default=8 * 1024 * 1024)
ATTACHMENTS_PER_MESSAGE = env.int("ATTACHMENTS_PER_MESSAGE", default=20)
# Per person.
ATTACHMENT_DAILY_BYTES = env.int("ATTACHMENT_DAILY_BYTES", default=1024 * 1024 * 1024)
ATTACHMENTS_PER_HOUR = env.int("ATTACHMENTS_PER_HOUR", default=400)
# Names of `attachments.formats.FORMATS`; empty allows them all.
ATTACHMENT_FORMATS = env.list("ATTACHMENT_FORMATS", default=[])
ATTACHMENT_MAX_PIXELS = env.int("ATTACHMENT_MAX_PIXELS", default=50_000_000)
# Older files that no message holds are removed.
ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(hours=24)
