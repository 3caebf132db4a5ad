"""Print the settings of a new machine, with new secrets: `new_settings.py NAME`."""

import secrets
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from notifications.push.vapid import generate_private_key

SETTINGS = """\
# All variables: .env.example in the code. Values are read by systemd and by a shell.
SECRET_KEY={secret_key}
PUBLIC_URL=https://{name}
ALLOWED_HOSTS={name}
# The addresses of the proxies in front of the web: nginx on this machine.
TRUSTED_PROXIES=127.0.0.1

# The password is new: give it to the database too (createuser --pwprompt liaison).
DATABASE_URL=postgresql://liaison:{database_password}@127.0.0.1:5432/liaison
REDIS_URL=redis://127.0.0.1:6379/0
S3_ENDPOINT_URL=
S3_ACCESS_KEY_ID=
S3_SECRET_ACCESS_KEY=
S3_BUCKET=liaison

# Push subscriptions belong to this key: a new one would end them all.
VAPID_PRIVATE_KEY={vapid}
VAPID_SUBJECT=mailto:contact@{name}

# Emails: smtp+tls://name:password@host:587, the sender that people see, and the domain whose mail
# comes to this server. Without it, answers by email are not heard.
EMAIL_URL=
DEFAULT_FROM_EMAIL=
REPLY_DOMAIN=
# The antivirus: unix:///var/run/clamav/clamd.ctl of clamav-daemon. Empty: none, and pages say so.
CLAMD_URL=
# Empty: the services write one JSON object a line, commands speak to their person in words.
LOG_FORMAT=

# Backups: a folder or s3://bucket/prefix, not on this machine's disk alone. They are encrypted with
# this key: without a copy of it elsewhere, nobody can restore them.
BACKUP_PLACE=
BACKUP_KEY={backup_key}

# Prometheus sends this token, and the program that hands in emails the other.
METRICS_TOKEN={metrics_token}
INBOUND_EMAIL_SECRET={inbound_secret}
# Who receives the alerts about background work.
TASK_ALERT_EMAILS="""


def new_settings(name: str) -> str:
    return SETTINGS.format(
        name=name,
        secret_key=secrets.token_urlsafe(48),
        database_password=secrets.token_urlsafe(24),
        vapid=generate_private_key(),
        backup_key=secrets.token_urlsafe(48),
        metrics_token=secrets.token_urlsafe(32),
        inbound_secret=secrets.token_urlsafe(32),
    )


if __name__ == "__main__":
    print(new_settings(sys.argv[1]))
