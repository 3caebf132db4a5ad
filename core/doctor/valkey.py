"""Examine Valkey (or Redis): reachable, hands out events, and keeps what it is given."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core.doctor.findings import Finding, error, warning, well, words_of
from core.ids import new_id
from core.valkey import key, valkey

PATIENCE_SECONDS = 3.0
FULL_SHARE = 0.8


def examine() -> Iterator[Finding]:
    client = valkey(PATIENCE_SECONDS)
    try:
        told = client.info()
    except RedisError as failure:
        yield error(
            _("Valkey does not answer: %(reason)s") % {"reason": words_of(failure)},
            advice=_("Start it, or correct REDIS_URL. Until then pages are not told of anything."),
        )
        return
    name = told.get("server_name", "redis").capitalize()
    version = told.get("valkey_version") or told.get("redis_version")
    yield well(f"{name} {version}")
    yield _events()
    if settings.CELERY_BROKER_URL == settings.REDIS_URL:
        yield from _keeps(told)
    limit = told.get("maxmemory", 0)
    if limit and told["used_memory"] > limit * FULL_SHARE:
        yield warning(
            _("Valkey uses %(used)s of %(limit)s.")
            % {"used": told["used_memory_human"], "limit": told["maxmemory_human"]},
            advice=_("Raise maxmemory: above it, no task and no event is accepted."),
        )


def _events() -> Finding:
    channel = key("doctor", new_id())
    client = valkey(PATIENCE_SECONDS)
    with client.pubsub() as listener:  # type: ignore[no-untyped-call]
        listener.subscribe(channel)
        listener.get_message(timeout=PATIENCE_SECONDS)
        client.publish(channel, b"1")
        message = listener.get_message(timeout=PATIENCE_SECONDS)
    if message is None:
        return error(
            _("Valkey does not hand out events."),
            advice=_("Let this account use channels (ACL `&*`), and no proxy that drops PUBLISH."),
        )
    return well(_("An event that was published arrived."))


def _keeps(told: dict[str, object]) -> Iterator[Finding]:
    """Tasks are rows in PostgreSQL; what Valkey loses starts late, and Celery asks for no more."""
    if not told.get("aof_enabled"):
        yield warning(
            _("Valkey keeps nothing on its disk: a restart forgets the waiting tasks."),
            advice=_("Set `appendonly yes`. (The tasks are found again, some seconds later.)"),
        )
    elif told.get("aof_last_write_status") != "ok":
        yield error(
            _("Valkey cannot write to its disk."), advice=_("Make room on the disk of Valkey.")
        )
    else:
        yield well(_("Valkey keeps its data on the disk."))
    policy = told.get("maxmemory_policy")
    if policy != "noeviction":
        yield error(
            _("Valkey drops keys when it is full (maxmemory-policy %(policy)s).")
            % {"policy": policy},
            advice=_("Set `maxmemory-policy noeviction`: a task that is dropped is silent."),
        )
