"""Set the notifications on devices (Web Push)."""

from core.settings.env import SAMPLE_PORTAL_PORT, env

# `manage.py vapid_keys` makes one. Empty: nothing is pushed.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Former ones: a device that refuses the key of today is pushed to by one of these, until its person
# opens a page, which subscribes again.
VAPID_PRIVATE_KEY_FALLBACKS = env.list("VAPID_PRIVATE_KEY_FALLBACKS", default=[])
# Push services write to this address about problems. Apple refuses all but mailto: and https:.
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="mailto:contact@liaison.example")
# A subscription may name these push services only; see `notifications.push.endpoint_guard`.
PUSH_ALLOWED_HOSTS = env.list(
    "PUSH_ALLOWED_HOSTS",
    default=[
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    ],
)
if SAMPLE_PORTAL_PORT:
    PUSH_ALLOWED_HOSTS += [f"http://127.0.0.1:{SAMPLE_PORTAL_PORT}"]
