"""Two web hosts and two worker hosts: one is cut off under load, from one service or from all."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.hosts import SERVICES, WEBS, WORKER_HOSTS, Hosts
from tests.faults.load import Load
from tests.faults.network import Network
from tests.faults.report import HEADING
from tests.waiting import until

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.long]

BEFORE, AFTER = 30, 60
# Longer than a client waits for a PostgreSQL that vanished, and than RabbitMQ or nginx for a host.
CUT_SECONDS = 40.0
# Acknowledged during a cut, by the host that is left: a small part of what is sent.
LEAST_DURING = 40
# Each tells the caller that the same message may be sent again.
RETRYABLE = {502, 503, 504}
CUTS = [
    *((WEBS[0], (service,)) for service in ("nginx", "postgres", "valkey")),
    (WEBS[0], SERVICES),
    *((WORKER_HOSTS[0], (service,)) for service in ("postgres", "valkey", "pushes")),
    (WORKER_HOSTS[0], SERVICES),
]


@pytest.fixture(scope="module")
def system() -> Iterator[Hosts]:
    network = Network(SERVICES, (*WEBS, *WORKER_HOSTS))
    with (
        network.up(),
        # Not pytest's tmp_path: the account of PostgreSQL may not enter it.
        TemporaryDirectory(prefix="liaison-hosts-", ignore_cleanup_errors=True) as folder,
    ):
        hosts = Hosts(Path(folder), network)
        try:
            hosts.start()
            yield hosts
        finally:
            hosts.stop()


def name_of(host: str, services: tuple[str, ...]) -> str:
    return f"{host} from {'all' if services == SERVICES else ', '.join(services)}"


@pytest.mark.parametrize(("host", "services"), CUTS, ids=[name_of(*cut) for cut in CUTS])
def test_host_that_is_cut_off_loses_nothing(
    system: Hosts, host: str, services: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    load = Load(system, writers=6)
    with load.running():
        load.wait_for(BEFORE)
        before = len(load.acknowledged)
        with system.network.cut(host, services):
            time.sleep(CUT_SECONDS)
            during = len(load.acknowledged) - before
        load.wait_for(AFTER)
    until(system.all_hosts_work, "a host does not come back")

    report = load.report()

    statuses = Counter(status for sent in load.sent for status in sent.statuses)
    with capsys.disabled():
        print(  # noqa: T201  (the table)
            f"\n{HEADING}\n{report.row(name_of(host, services))}"
            f"\n  {during} acknowledged during the cut; answers: {dict(sorted(statuses.items()))},"
            f" none: {load.unanswered}"
        )
    report.require_nothing_lost()
    assert during >= LEAST_DURING
    assert statuses.keys() - RETRYABLE <= {200, 201}
