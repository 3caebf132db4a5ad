"""Set the emails that are sent, and the ones that come back as answers."""

from typing import Any

from core.settings.env import DEBUG, env

# A name without a value, as a new file of settings has it, is not given.
_GIVEN = {name for name, value in env.ENVIRON.items() if value}
# `smtp+tls://name:password@host:587`. For a provider of anymail, set EMAIL_BACKEND and its
# ANYMAIL_… variables instead.
EMAIL_URL = env.str("EMAIL_URL", default="smtp://127.0.0.1:25")
vars().update(env.email_url_config(EMAIL_URL or "smtp://127.0.0.1:25"))
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    default="notifications.outbound_email.demo_mailbox.FileMailbox"
    if DEBUG and "EMAIL_URL" not in _GIVEN
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_TIMEOUT = 10  # seconds for each step of a sending
# Without either, nothing listens on the default address as a rule.
EMAIL_IS_CONFIGURED = DEBUG or not {"EMAIL_URL", "EMAIL_BACKEND"}.isdisjoint(_GIVEN)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Liaison <messages@liaison.example>")
ANYMAIL: dict[str, Any] = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in env.ENVIRON.items()
    if name.startswith("ANYMAIL_")
}
# Anymail's default is 30 s to connect and 30 s to answer: together more than the 50 s of a task.
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT
# `name:word` of the address that providers call. Former ones are taken too. Without the first,
# nobody is let in.
ANYMAIL_WEBHOOK_SECRET = env.str("ANYMAIL_WEBHOOK_SECRET", default="")
ANYMAIL_WEBHOOK_SECRET_FALLBACKS = env.list("ANYMAIL_WEBHOOK_SECRET_FALLBACKS", default=[])
ANYMAIL.pop("WEBHOOK_SECRET_FALLBACKS", None)
if ANYMAIL.pop("WEBHOOK_SECRET", ""):
    ANYMAIL["WEBHOOK_SECRET"] = [ANYMAIL_WEBHOOK_SECRET, *ANYMAIL_WEBHOOK_SECRET_FALLBACKS]
# Mail to this domain comes back to us. Empty: emails cannot be answered.
REPLY_DOMAIN = env.str("REPLY_DOMAIN", default="reponse.demo.test" if DEBUG else "")
INBOUND_EMAIL_SECRET = env.str("INBOUND_EMAIL_SECRET", default="")
# Taken too, until the mail server has the one of today.
INBOUND_EMAIL_SECRET_FALLBACKS = env.list("INBOUND_EMAIL_SECRET_FALLBACKS", default=[])
INBOUND_EMAIL_MAX_BYTES = env.int("INBOUND_EMAIL_MAX_BYTES", default=25 * 1024 * 1024)
# How long the originals of received emails are kept. One that waits for a person is kept longer.
INBOUND_EMAIL_KEEP_DAYS = env.int("INBOUND_EMAIL_KEEP_DAYS", default=90)
# Bounces come back to it, with the id of their email after a "+". Empty: to DEFAULT_FROM_EMAIL.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
# `imaps://name:password@host/INBOX`. It is read every minute.
INBOUND_IMAP_URL = env.str("INBOUND_IMAP_URL", default="")
# Where emails are moved once they are received, and those that could not be. Empty: they stay.
INBOUND_IMAP_DONE_FOLDER = env.str("INBOUND_IMAP_DONE_FOLDER", default="Traités")
INBOUND_IMAP_REFUSED_FOLDER = env.str("INBOUND_IMAP_REFUSED_FOLDER", default="Refusés")
