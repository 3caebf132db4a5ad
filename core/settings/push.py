"""Notifications on devices (Web Push)."""

from core.settings.env import env

# `manage.py vapid_keys` makes one. Without it nothing is pushed; with another one every device is
# lost.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Whom a push service may write to about us. Apple refuses what is neither mailto: nor https:.
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="mailto:contact@liaison.example")
# Where browsers let us push to; see `notifications.transports.addresses`.
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
