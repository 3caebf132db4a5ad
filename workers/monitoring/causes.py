"""List the causes of alerts by their keys: what is wrong, and what to do.

The keys are a contract: pages, webhooks, documents and Prometheus rules name them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.push_failures import words_of


@dataclass(frozen=True)
class Cause:
    """Words with `%(about)s` and `%(value)f`, and what a person does about it."""

    words: str | Promise
    what_to_do: str | Promise


CAUSES: Mapping[str, Cause] = {
    "copy": Cause(
        _("This is a copy: nothing leaves it. %(value).0f are held back."),
        _(
            "Nothing is wrong on a trial. If this is the original now, run “manage.py installation"
            " --original”: it says what is sent then, and what is too old."
        ),
    ),
    "valkey_away": Cause(
        _("Valkey does not answer: pages are not updated by themselves, and work is slower."),
        _(
            "Look whether the Valkey server runs, is frozen, or has no memory or disk left, and "
            "start it again. Nothing is lost: the work is in PostgreSQL."
        ),
    ),
    "broker_away": Cause(
        _("The workers do not reach the broker: they do the work without it, slower."),
        _(
            "Look whether the server of CELERY_BROKER_URL runs and takes connections from the "
            "workers. Nothing is lost: the work is in PostgreSQL."
        ),
    ),
    "no_worker": Cause(
        _("No worker takes from the queue “%(about)s”."),
        _(
            "Start the workers again, with this queue in their -Q option, and read the end of "
            "their log. What waits is done once they run."
        ),
    ),
    "no_worker_at_all": Cause(
        _("No worker runs: no message is announced, no file checked, no email sent."),
        _("Start the workers again, and read the end of their log. What waits is done then."),
    ),
    "beat_late": Cause(
        _("The clock of periodic work (beat) has not been seen for %(value).0f s."),
        _(
            "Start beat again. The workers do the periodic work by themselves; without beat "
            "nobody notices when they all end."
        ),
    ),
    "oldest": Cause(
        _("The oldest task of the queue “%(about)s” has waited %(value).0f s."),
        _(
            "Look at the queue: if it is paused, resume it; if it grows, start more workers for "
            "it; if one task holds it up, read that task’s errors."
        ),
    ),
    "storage_away": Cause(
        _("The file storage (S3) does not answer or refuses us: no file can be sent or opened."),
        _(
            "Look at the storage: does it run, has its disk room, are S3_ENDPOINT_URL, the keys "
            "and the bucket’s rights as before? Files that wait are checked by themselves then."
        ),
    ),
    "antivirus_away": Cause(
        _("The antivirus has not answered for %(value).0f s: files wait until it does."),
        _(
            "Start clamd again (it needs some 1.5 GB of memory) and check CLAMD_URL. Files that "
            "wait are checked by themselves then."
        ),
    ),
    "email_refused": Cause(
        _("The mail server takes no email: %(value).0f failed in a row."),
        _(
            "Read its answer, then check EMAIL_URL (address, name, password), the "
            "provider’s quota and whether our address is blocked. Emails that were put off leave "
            "by themselves; those refused for good are sent again from their messages."
        ),
    ),
    "inbound_stuck": Cause(
        _("Answers by email are not fetched: the mailbox (IMAP) does not let us in."),
        _(
            "Check INBOUND_IMAP_URL (address, name, password, folder) and whether the mail server "
            "answers. What waits in the mailbox is fetched by itself then."
        ),
    ),
    "disk_full": Cause(
        _("The disk of %(about)s is filling up: %(value).0f %% are used."),
        _(
            "Make room or enlarge the disk: logs, backups and old files first. A full disk stops "
            "PostgreSQL, and with it all messages."
        ),
    ),
    "database_slow": Cause(
        _("PostgreSQL is slow: a small write takes %(value).1f s."),
        _(
            "Look at the load and the disk of its machine, and in pg_stat_activity for long "
            "queries and for sessions that wait for a lock."
        ),
    ),
    "database_connections": Cause(
        _("PostgreSQL has few connections left: %(value).0f %% are used."),
        _(
            "Raise max_connections or put PgBouncer before it; look in pg_stat_activity for "
            "programs that keep connections open. Without one left, pages and workers fail."
        ),
    ),
    "backup_late": Cause(
        _("There has been no good backup for %(value).0f h."),
        _(
            "Run “manage.py backup” and read what it says: the place may be full or out of reach. "
            "Then look whether its timer runs. Until then, what people write is in one place only."
        ),
    ),
    "database_away": Cause(
        _("PostgreSQL does not answer: nothing works, and nothing more can be said here."),
        _("Look whether PostgreSQL runs, has room on its disk, and takes our connections."),
    ),
    "failures": Cause(
        _("%(value).0f %% of the attempts of the last hour failed."),
        _(
            "Open “Failures”: they are grouped by their error. What has attempts left is tried "
            "again by itself."
        ),
    ),
    "dead": Cause(
        _("%(value).0f tasks are dead: retry or discard them."),
        _("Read their errors under “Dead”, mend the cause, then try them again or discard them."),
    ),
    "push_key": Cause(
        _(
            "%(value).0f devices get no notification: their push service refuses our key. Set "
            "VAPID_PRIVATE_KEY to the one they were registered with."
        ),
        _(
            "Take VAPID_PRIVATE_KEY from a backup of the settings. If it is lost, people switch "
            "notifications off and on again on each device."
        ),
    ),
    "push_failed": Cause(
        _("%(value).0f pushes failed within two hours. %(about)s"),
        _(
            "Check that the workers reach the push services (port 443, proxy, DNS). If one of the "
            "services is out of order, wait: what is not too old is sent again."
        ),
    ),
    "webhook_paused": Cause(
        _("Paused, since it kept failing: %(about)s"),
        _("Have the receiver mended, then resume the webhook: it gets what happened since."),
    ),
    "drift": Cause(
        _("%(value).0f unread counters were wrong at the last audit, and were repaired."),
        _("They are right now. Report it to the developers, with the log “counters_drifted”."),
    ),
}

# While one of the first is open, the second is only its consequence.
EXPLAINED_BY: Mapping[str, frozenset[str]] = {
    "failures": frozenset(
        {
            "storage_away", "antivirus_away", "email_refused", "inbound_stuck", "push_key",
            "push_failed",
        }
    ),
    "oldest": frozenset({"no_worker_at_all"}),
}  # fmt: skip


@dataclass(frozen=True)
class ActiveAlert:
    """Something that is wrong: `about` what of its cause, and in `detail` what was said."""

    code: str
    about: str = ""
    value: float = 0.0
    detail: str = ""

    @property
    def words(self) -> str:
        about = words_of(self.about) if self.code == "push_failed" else self.about
        return str(CAUSES[self.code].words) % {"about": about, "value": self.value}

    @property
    def what_to_do(self) -> str:
        return str(CAUSES[self.code].what_to_do)
