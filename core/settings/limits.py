"""Set the sizes, the counts, the rates and the delays of messages, streams and files."""

from datetime import timedelta

from core.settings.env import env

# The share of the demo's 60 conversations that is loaded, 0 to 1.
DEMO_SIZE = env.float("DEMO_SIZE", default=1.0)

MESSAGE_EDIT_WINDOW = timedelta(minutes=env.int("MESSAGE_EDIT_WINDOW_MINUTES", default=15))
# Per person. Above it, it is a script or a stuck key.
MESSAGES_PER_MINUTE = env.int("MESSAGES_PER_MINUTE", default=60)
CONVERSATIONS_PER_HOUR = env.int("CONVERSATIONS_PER_HOUR", default=60)

# A silent stream sends a comment this often. nginx, for one, cuts a silent connection after 60 s.
STREAM_HEARTBEAT_SECONDS = env.float("STREAM_HEARTBEAT_SECONDS", default=15.0)
# How often it is checked that the people of the open streams may still listen. A change of rights
# is checked at once; this finds what Valkey lost.
STREAM_RECHECK_SECONDS = env.float("STREAM_RECHECK_SECONDS", default=60.0)

ATTACHMENT_MAX_BYTES = env.int("ATTACHMENT_MAX_BYTES", default=50 * 1024 * 1024)
# A larger file is sent in parts of this size: after a cut, only the missing parts are sent again.
# S3 accepts no part under 5 MiB except the last.
ATTACHMENT_PART_BYTES = env.int("ATTACHMENT_PART_BYTES", default=8 * 1024 * 1024)
ATTACHMENTS_PER_MESSAGE = env.int("ATTACHMENTS_PER_MESSAGE", default=20)
# Per person.
ATTACHMENT_DAILY_BYTES = env.int("ATTACHMENT_DAILY_BYTES", default=1024 * 1024 * 1024)
ATTACHMENTS_PER_HOUR = env.int("ATTACHMENTS_PER_HOUR", default=400)
# Names of `attachments.uploads.formats.FORMATS`. Empty: all of them.
ATTACHMENT_FORMATS = env.list("ATTACHMENT_FORMATS", default=[])
ATTACHMENT_MAX_PIXELS = env.int("ATTACHMENT_MAX_PIXELS", default=50_000_000)
# A file that is in no message is removed after this time.
ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(hours=24)
