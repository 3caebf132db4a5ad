"""Examine PostgreSQL: reachable, recent enough, migrated, with our limits, and its clock."""

import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from core import installation
from core.doctor.findings import Finding, error, warning, well, words_of

# What the tests run on is 18; Debian 12 has this one.
LEAST_VERSION = (15, 0)
FULL_SHARE = 0.8
# Tokens and tickets live for seconds.
CLOCK_SECONDS = 2.0
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def examine() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except DatabaseError as failure:
        place = "{HOST}:{PORT}".format(**settings.DATABASES["default"])
        yield error(
            _("PostgreSQL does not answer at %(place)s: %(reason)s")
            % {"place": place, "reason": words_of(failure)},
            advice=_("Start it, or correct DATABASE_URL."),
        )
        return
    yield _version()
    yield from _collation()
    yield _migrations()
    yield from _installation()
    yield _limits()
    yield _connections()
    yield _clock()


def _asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def _version() -> Finding:
    [version] = _asked("SHOW server_version")
    if connection.get_database_version() < LEAST_VERSION:
        return error(
            _("PostgreSQL %(version)s is too old.") % {"version": version},
            advice=_("Use version %(least)s or a later one.") % {"least": LEAST_VERSION[0]},
        )
    return well(_("PostgreSQL %(version)s answers.") % {"version": version})


def _collation() -> Iterator[Finding]:
    encoding, made_by, has_now = _asked(
        "SELECT pg_encoding_to_char(encoding), datcollversion,"
        " pg_database_collation_actual_version(oid)"
        " FROM pg_database WHERE datname = current_database()"
    )
    if encoding != "UTF8":
        yield error(
            _("The database is in %(encoding)s, which has no place for all letters.")
            % {"encoding": encoding},
            advice=_("Create it with ENCODING 'UTF8', and load the data into that one."),
        )
    if made_by != has_now:
        yield warning(
            _("The rules for sorting changed since the indexes were made (%(old)s, now %(new)s).")
            % {"old": made_by, "new": has_now},
            advice=_(
                "Run REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION: until then"
                " a search by name can miss rows."
            ),
        )


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return error(
            _("%(count)s migrations are missing.") % {"count": len(missing)},
            advice=_("Run `manage.py migrate`."),
        )
    return well(_("All migrations are applied."))


def _installation() -> Iterator[Finding]:
    if found := installation.copy():
        yield warning(
            installation.words_of(found),
            advice=_(
                "On a trial this is as it should be. If this is the original now, run `manage.py"
                " installation --original`."
            ),
        )


def _limits() -> Finding:
    missing = [name for name in LIMITS if _asked(f"SHOW {name}")[0] == "0"]
    if missing:
        return warning(
            _("PostgreSQL does not limit our statements: %(names)s is 0.")
            % {"names": ", ".join(missing)},
            advice=_(
                "A pooler dropped the options of the connection. Set DATABASE_POOLER=transaction,"
                " and run `manage.py database_limits`, which gives them to the role."
            ),
        )
    return well(_("A statement that hangs is ended after %(time)s.") % {"time": _timeout()})


def _timeout() -> str:
    return str(_asked("SHOW statement_timeout")[0])


def _connections() -> Finding:
    used, most = _asked(
        "SELECT count(*), current_setting('max_connections')::int"
        " FROM pg_stat_activity WHERE backend_type = 'client backend'"
    )
    says = _("%(used)s of %(most)s connections are taken.") % {"used": used, "most": most}
    if used > most * FULL_SHARE:
        return warning(
            says,
            advice=_("Raise max_connections, lower WEB_THREADS, or put PgBouncer in between."),
        )
    return well(says)


def _clock() -> Finding:
    [there] = _asked("SELECT extract(epoch FROM clock_timestamp())::float")
    seconds = abs(there - time.time())
    if seconds > CLOCK_SECONDS:
        return error(
            _("The clocks of this machine and of PostgreSQL differ by %(seconds).0f s.")
            % {"seconds": seconds},
            advice=_("Let both keep their time by NTP (`timedatectl set-ntp true`)."),
        )
    return well(_("The clock agrees with PostgreSQL's."))
