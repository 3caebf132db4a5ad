"""Debian's services that a run is asked for: TEST_BROKER=rabbitmq, TEST_POOLER=pgbouncer.

`make flows` and `make faults` set these from BROKER and POOLER. A run that is asked for a service
which is not installed fails: it would else pass on the usual one.
"""

import os
from collections.abc import Iterator

from deploy.launcher.data_dir import DataDir
from deploy.launcher.service_types import EmbeddedService
from tests import pgbouncer, rabbitmq
from tests.pgbouncer import PgBouncer
from tests.rabbitmq import RabbitMQ

BROKER = os.environ.get("TEST_BROKER", "")
POOLER = os.environ.get("TEST_POOLER", "")
assert BROKER in ("", "rabbitmq"), f"TEST_BROKER is empty or rabbitmq, not {BROKER!r}"
assert POOLER in ("", "pgbouncer"), f"TEST_POOLER is empty or pgbouncer, not {POOLER!r}"


def chosen_services(
    data_dir: DataDir, database_url: str, broker: str = BROKER, pooler: str = POOLER
) -> Iterator[EmbeddedService]:
    """Yield the services to start after PostgreSQL, whose address is `database_url`."""
    if broker:
        assert rabbitmq.rabbitmq_program(), rabbitmq.MISSING
        yield RabbitMQ(data_dir)
    if pooler:
        assert pgbouncer.pgbouncer_program(), pgbouncer.MISSING
        yield PgBouncer(data_dir, database_url)
