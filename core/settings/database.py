"""Connect to PostgreSQL, and to Valkey for realtime, tickets, counters and (by default) Celery."""

from core.settings.env import env

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://liaison@127.0.0.1:5432/liaison")}
# Each thread keeps one connection, checked before each request: a restart of PostgreSQL fails no
# request. Not psycopg's pool: Celery closes it after every task.
DATABASES["default"]["ENGINE"] = "core.database"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # Milliseconds. A transaction that was left open must not hold a conversation's lock for ever.
    options="-c statement_timeout=15000 -c lock_timeout=5000"
    " -c idle_in_transaction_session_timeout=30000",
)
# PostgreSQL plans a statement once a connection, after five uses: to plan the one that locks a
# conversation takes three times as long as to run it. A pooler in transaction mode that does not
# know prepared statements (PgBouncer before 1.21) needs `false`.
if env.bool("DATABASE_PREPARED_STATEMENTS", default=True):
    DATABASES["default"]["OPTIONS"].update(server_side_binding=True, prepare_threshold=5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# A pub/sub channel belongs to the server, not to its database number. So two installations that
# share a server need two prefixes.
REALTIME_PREFIX = env.str("REALTIME_PREFIX", default="liaison")
