"""PostgreSQL, and Valkey: realtime, tickets, counters, and the broker by default."""

from core.settings.env import env

DATABASES = {"default": env.db("DATABASE_URL", default="postgres://liaison@127.0.0.1:5432/liaison")}
# One lasting connection a thread, looked at before each request: as many as there are threads, and
# a restarted PostgreSQL costs no request. A pool would be closed by Celery at every task.
DATABASES["default"]["ENGINE"] = "core.postgres"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # A forgotten transaction must not hold a conversation's lock for ever.
    options="-c statement_timeout=15000 -c lock_timeout=5000"
    " -c idle_in_transaction_session_timeout=30000",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Pub/sub channels are global to a server, whatever the database number: two installations that
# share one need two prefixes.
REALTIME_PREFIX = env.str("REALTIME_PREFIX", default="liaison")
