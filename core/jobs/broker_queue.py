"""Define the queues of the workers, which are quorum queues if the broker is RabbitMQ."""

from typing import Any

import structlog
from amqp import PreconditionFailed
from kombu import Exchange
from kombu import Queue as KombuQueue

from core.jobs.enqueue import Queue

# A wake-up comes back when its worker dies. After so many deaths RabbitMQ drops it: it may be what
# kills them, and its row counts its attempts by itself.
DELIVERY_LIMIT = 5

logger = structlog.get_logger(__name__)


def broker_queues(broker_url: str) -> list[KombuQueue]:
    """Return the queues that workers declare."""
    # A routing key for each: by default all share one, and each queue gets the tasks of the others.
    exchange = Exchange("liaison")
    if not broker_url.startswith("amqp"):
        return [KombuQueue(each.value, exchange, routing_key=each.value) for each in Queue]
    return [QuorumQueue(each.value, exchange, routing_key=each.value) for each in Queue]


class QuorumQueue(KombuQueue):
    """A quorum queue, or the queue of this name that an older version left in RabbitMQ.

    RabbitMQ never changes the type of a queue. Work goes on with the older one, and the log says
    what to do (`deploy/docs/brokers-and-poolers.md`).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue_arguments = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}

    def queue_declare(
        self, nowait: bool = False, passive: bool = False, channel: Any = None
    ) -> Any:
        chosen = channel or self.channel
        return super().queue_declare(nowait, passive or self._is_older(chosen), channel)

    def _is_older(self, channel: Any) -> bool:
        """Tell whether RabbitMQ refuses this queue, since it has another one of this name."""
        # A refusal closes its channel.
        with channel.connection.channel() as probe:
            try:
                super().queue_declare(channel=probe)
            except PreconditionFailed as error:
                logger.warning("queue_is_older", queue=self.name, error=error.reply_text)
                return True
        return False
