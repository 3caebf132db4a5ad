"""Set the sizes, the counts, the rates and the delays of messages, streams and files."""

from datetime import timedelta

from core.settings.email import INBOUND_EMAIL_MAX_BYTES
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
# Each decoder may take 600 MiB (`attachments.decoder.protocol`): two at once by default.
ATTACHMENT_DECODERS_BYTES = env.int("ATTACHMENT_DECODERS_BYTES", default=1200 * 1024 * 1024)
# A file that is in no message is removed after this time.
ATTACHMENT_UNCLAIMED_LIFETIME = timedelta(hours=24)

# How long the ZIP of an export can be downloaded. Then it is deleted.
EXPORT_KEEP_DAYS = env.int("EXPORT_KEEP_DAYS", default=7)
# Per person.
EXPORTS_PER_HOUR = env.int("EXPORTS_PER_HOUR", default=20)

# The largest body of a request, by path: the first that fits counts. A path that ends in "/" stands
# for all below it. Emails come with their files; browsers send files to S3, not here.
BODY_MAX_BYTES = {
    "/inbound/email": INBOUND_EMAIL_MAX_BYTES,
    "/anymail/": INBOUND_EMAIL_MAX_BYTES,
    "/": 1024 * 1024,
}
# Django knows one limit for all paths. Ours is applied before (`core.web.body_refusals`).
DATA_UPLOAD_MAX_MEMORY_SIZE = max(BODY_MAX_BYTES.values())
# A request is answered 408 when nothing arrives of it for so long.
BODY_STALLED_SECONDS = env.float("BODY_STALLED_SECONDS", default=10.0)
# And when the whole body takes longer than this and a second for each BODY_BYTES_PER_SECOND. A
# phone on a building site sends ten times as fast by EDGE; one byte every 9 s would never end.
BODY_SECONDS = env.float("BODY_SECONDS", default=60.0)
BODY_BYTES_PER_SECOND = 500
# All bodies that a web process holds together. Above it, the largest that still arrives is refused.
BODIES_MAX_BYTES = env.int("BODIES_MAX_BYTES", default=256 * 1024 * 1024)
# A connection is closed when the head of a request (its first line and headers) takes longer, or is
# larger. nginx accepts 32 kB.
REQUEST_HEAD_SECONDS = env.float("REQUEST_HEAD_SECONDS", default=10.0)
REQUEST_HEAD_MAX_BYTES = 64 * 1024

# Of one credential of a program.
MACHINE_REQUESTS_PER_MINUTE = env.int("MACHINE_REQUESTS_PER_MINUTE", default=600)
