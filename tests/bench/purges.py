"""Measure purges: `python -m tests.bench.purges MESSAGES:GIGABYTES …`, such as 20000:0.2.

Each pair has its own services, with a chantier that is archived and one long conversation: each
message in the search, told by email and in the chain, and photos of 2.4 MB. A worker purges it
(`pool`). The longest transaction is the longest time that a row can be locked.
"""

import os
import secrets
import sys
import tempfile
from pathlib import Path

from tests.bench import pool
from tests.bench.backups import manage, services
from tests.bench.exports import run
from tests.bench.processor import Others

COLUMNS = ("messages", "files", "seconds", "processor", "idle", "peak memory",
           "longest transaction")  # fmt: skip
ENDED = "SELECT done_at IS NOT NULL OR stopped_at IS NOT NULL FROM messaging_purgeorder"
DONE = "SELECT done_at IS NOT NULL FROM messaging_purgeorder"


def main(pairs: list[str]) -> None:
    others = Others()
    print("|" + " | ".join(COLUMNS) + "|", "|" + "---|" * len(COLUMNS), sep="\n", flush=True)
    for pair in pairs:
        messages, _, gigabytes = pair.partition(":")
        measure(int(messages), float(gigabytes or 0))
    print(f"\n(other work took {others.share():.0%} of the processors)")


def measure(messages: int, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
        with services(Path(folder) / "here") as environment:
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "setup_storage")
            run(environment, f"fill({messages}, {gigabytes})")
            run(environment, "tell_all()")
            with pool.worker(environment) as process:
                idle = process.idle()
                run(environment, "order_purge()")
                purged = process.until("purge", ENDED)
                process.expect(DONE)
        print(
            f"| {messages:,} | {gigabytes:g} GB | {purged.seconds:.0f} s "
            f"| {purged.processor_seconds:.0f} s | {idle.memory_bytes / 1e6:.0f} MB "
            f"| {purged.memory_bytes / 1e6:.0f} MB | {process.longest_seconds * 1000:.0f} ms |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:] or ["2000:0.1"])
