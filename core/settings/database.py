"""Connect to PostgreSQL, and to Valkey for realtime, tickets, counters and (by default) Celery."""

from django.core.exceptions import ImproperlyConfigured

from core.settings.env import env

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://liaison@127.0.0.1:5432/liaison")}
# Each thread keeps one connection, checked before each request: a restart of PostgreSQL fails no
# request. Not psycopg's pool: Celery closes it after every task.
DATABASES["default"]["ENGINE"] = "core.database"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# "transaction": DATABASE_URL is a pooler in transaction mode, such as PgBouncer. Each transaction
# may then have another session of PostgreSQL, so nothing may be kept in one. The command
# `database_limits` gives the time limits to the role instead.
DATABASE_POOLER = env.str("DATABASE_POOLER", default="")
if DATABASE_POOLER not in ("", "transaction"):
    raise ImproperlyConfigured(f"DATABASE_POOLER is empty or transaction, not {DATABASE_POOLER!r}.")
# Milliseconds. A transaction that was left open must not hold a conversation's lock for ever.
DATABASE_LIMITS = {
    "statement_timeout": 15_000,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 30_000,
    # PostgreSQL's own: of what it sent to a machine that vanished, perhaps with a lock.
    "tcp_user_timeout": 10_000,
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # A server that vanished (its machine, the network) sends no end of the connection. Milliseconds
    # until what was sent must be acknowledged, by its kernel; seconds for an idle connection.
    tcp_user_timeout=10_000,
    keepalives_idle=10,
    keepalives_interval=3,
    keepalives_count=3,
)
if DATABASE_POOLER:
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
else:
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(
        f"-c {name}={milliseconds}" for name, milliseconds in DATABASE_LIMITS.items()
    )
# PostgreSQL plans a statement once a connection, after five uses: to plan the one that locks a
# conversation takes three times as long as to run it. A pooler in transaction mode must know
# prepared statements for it (PgBouncer from 1.21 on).
if env.bool("DATABASE_PREPARED_STATEMENTS", default=not DATABASE_POOLER):
    DATABASES["default"]["OPTIONS"].update(server_side_binding=True, prepare_threshold=5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# A pub/sub channel belongs to the server, not to its database number. So two installations that
# share a server need two prefixes.
REALTIME_PREFIX = env.str("REALTIME_PREFIX", default="liaison")
